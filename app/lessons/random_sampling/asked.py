"""What lesson 3 asks: before its samples are judged, and at its end."""

from app.panels.samples import SAMPLERS
from app.teaching import Asked, Mark, Option, Order, Prediction, Question, Sentences

READABLE = Prediction(
    key="readable-samples",
    prompt="Look before anybody judges: tick the samples above that you can read as a digit.",
    way=Mark(tuple(str(number) for number in range(1, 17))),
    measured_by="the same sixteen, to a judge that may answer “no digit”",
    sentences=Sentences(
        right="You could read {said}, and so could the judge: {measured}.",
        near="You could read {said}; the judge took {measured} for digits. You mostly agree.",
        wrong="You could read {said}; the judge took {measured} for digits. It is a network that "
        "learned from examples: where you and it differ, look again, and trust your eyes.",
        unusual="You could read {said}; the judge took {measured} for digits: hardly any of these "
        "sixteen convinces it.",
    ),
)

HOLES = Prediction(
    key="samplers-in-holes",
    prompt="Put the four samplers in order: from whose samples fall the fewest in holes, from "
    "whose the most? All four use this decoder and the same noise.",
    way=Order(tuple(SAMPLERS), first="the fewest in holes", last="the most"),
    measured_by="of 1\N{NO-BREAK SPACE}000 samples each, those farther from every code than "
    "95\N{NO-BREAK SPACE}% of held-out digits are",
    sentences=Sentences(
        right="You said {said}, and so it is: {measured}. What knows the codes best misses them "
        "least.",
        near="You said {said}; it is {measured}. Two neighbours changed places.",
        wrong="You said {said}; it is {measured}. What counts is how much a sampler knows of where "
        "the codes are.",
        unusual="You said {said}; here it is {measured}. With this decoder it is not the mixture "
        "that misses least: its codes lie close to where that sampler draws anyway.",
    ),
)

CLOUD = Question(
    key="cloud",
    prompt="Samples have the codes' mean and covariance, and many are still no digits. Why?",
    options=(
        Option(
            "The decoder was trained too little.",
            "The same decoder draws digits where the mixture asks it to: it is asked at the wrong "
            "places.",
            "Bad samples come from a bad decoder",
        ),
        Option(
            "The cloud of codes is no Gaussian.",
            "A Gaussian fills an ellipse; the codes fill arms and islands, with holes between.",
        ),
        Option(
            "A covariance needs more digits.",
            "Thousands of codes pin a covariance of this size down well; it is the shape that is "
            "wrong.",
            "More data mend every model",
        ),
    ),
    right=1,
)
NO_RETRAINING = Question(
    key="no-retraining",
    prompt="What can improve the samples without training the model again?",
    options=(
        Option(
            "Another sampling distribution.",
            "The decoder stays as it is; it is asked at better places.",
        ),
        Option(
            "Nothing: samples are the decoder's.",
            "The four rows above are one decoder's, and they differ.",
            "An autoencoder cannot generate",
        ),
        Option(
            "More noise in the same sampler.",
            "More noise only spreads the codes farther from where digits live.",
            "More noise gives more variety",
        ),
    ),
    right=0,
)
BOX_20 = Question(
    key="box-20",
    prompt="Why does the box miss the codes more at d = 20 than at d = 2?",
    options=(
        Option(
            "The decoder of twenty is worse.",
            "It restores digits better than that of two; the box is where no code is.",
            "More dimensions make a decoder worse",
        ),
        Option(
            "The noise of twenty is larger.",
            "Every one of the twenty numbers is drawn between the lowest and the highest code, as "
            "at d = 2.",
            "More dimensions mean more noise",
        ),
        Option(
            "Its volume is nearly all corner.",
            "In each dimension only a part of the box's width is well filled, and twenty such "
            "parts multiply.",
        ),
    ),
    right=2,
)

ASKED = Asked(predictions=(READABLE, HOLES), questions=(CLOUD, NO_RETRAINING, BOX_20))
