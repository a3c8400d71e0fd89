"""What lesson 4 asks: of one way's middle, of many ways' middles, and at its end."""

import math

from app import cache
from app.teaching import Asked, Choose, Option, Prediction, Question, Sentences
from app.words import number, percent
from core import evaluation

FIRST, SECOND, THIRD = "the first digit", "the second digit", "a third digit"
MIDWAY = Prediction(
    key="midway",
    prompt="Half-way, which digit will the classifier read in what the AE draws?",
    way=Choose((FIRST, SECOND, THIRD)),
    measured_by="the course's classifier on the picture in the middle of the way; first and second "
    "are what it reads at the ends of that way",
    sentences=Sentences(
        right="You said {said}, and so it is: {measured}. The decoder draws what lies between the "
        "two codes, in strokes that neither digit has.",
        near="You said {said}; it is {measured}.",
        wrong="You said {said}; it is {measured}. The decoder does not blend two pictures: it "
        "draws what lies between their codes.",
        unusual="You said {said}; it is {measured}. Between these two codes this model has no "
        "third digit half-way.",
    ),
)

FADE, AE, VAE, TIE = (
    "in the cross-fades",
    "between the AE's codes",
    "between the VAE's codes",
    "nobody can tell",
)
BEST = Prediction(
    key="best-midpoints",
    prompt=f"Half-way between {cache.PAIRS} random pairs: where will the judge see most digits?",
    way=Choose((FADE, AE, VAE, TIE)),
    measured_by=f"{cache.PAIRS} pairs of test images of different classes, the same for all; "
    "± one standard error. Nobody can tell where the best two differ by less than two standard "
    "errors of their difference",
    sentences=Sentences(
        right="You said {said}, and so it is: {measured}.",
        near="You said {said}; it is {measured}.",
        wrong="You said {said}; it is {measured}. A way that looks smooth need not pass digits.",
        unusual="You said {said}; {measured}. The best two lie too close together: on as many "
        "other pairs they might change places.",
    ),
)


def _norms() -> dict[str, str]:
    """Of draws from N(0, I) in so many dimensions, and of the middle between two of them: the mean
    of a chi distribution.
    """
    mean = math.sqrt(2) * math.exp(math.lgamma((DIMENSIONS + 1) / 2) - math.lgamma(DIMENSIONS / 2))
    norms = {"draw": mean, "middle": mean / math.sqrt(2), "half": mean / 2}
    told = {name: number(norm, ".1f") for name, norm in norms.items()}
    return told | {"d": str(DIMENSIONS), "square": number(DIMENSIONS / 2)}


def _other() -> dict[str, str]:
    """How often the classifier reads neither end half-way, and the judge a digit."""
    judges = cache.classifier(), cache.judge_of_digits()
    fade = cache.between_pixels("sample", *judges)
    decoded = cache.between(cache.pretrained("ae-lite-2"), *judges)
    fade_other, decoded_other = (
        percent(evaluation.judging.share(each.other).mean) for each in (fade, decoded)
    )
    return {"fade": fade_other, "decoded": decoded_other}


DIMENSIONS = 50
THIRD_DIGIT = Question(
    key="third-digit",
    prompt="Which way can show strokes half-way that neither of its two digits has?",
    options=(
        Option(
            "The cross-fade of their pixels.",
            "It holds the ink of both digits and no other. A classifier that must name a digit "
            "still reads neither end in {fade} of such middles.",
            "What is read as a third digit was drawn as one",
        ),
        Option(
            "The way between their codes.",
            "The decoder draws what lies between, in ink of its own: with d = 2 neither end is "
            "read in {decoded} of the middles.",
        ),
        Option(
            "Any way, if it is long enough.",
            "However far apart two digits are, their cross-fade adds no ink to theirs.",
            "Every way between two pictures is alike",
        ),
    ),
    right=1,
    numbers=_other,
)
OFF_THE_CLOUD = Question(
    key="off-the-cloud",
    prompt="An autoencoder's way leaves the cloud of codes. What do its pictures there show?",
    options=(
        Option(
            "A blend of the two digits.",
            "A decoder does not see the two digits, it sees one code; and that one it never met.",
            "To interpolate is to blend",
        ),
        Option(
            "Nothing, as no code lives there.",
            "A decoder answers every code, also where no digit's code lies.",
            "Empty space decodes to nothing",
        ),
        Option(
            "Whatever the decoder draws.",
            "Training never asked anything of the decoder at such places: its output there is "
            "unconstrained.",
        ),
    ),
    right=2,
)
MIDPOINT = Question(
    key="midpoint-norm",
    prompt="Draws from N(0, I) in {d} dimensions have norms of about {draw}. The middle of two?",
    options=(
        Option(
            "About {middle}, farther in.",
            "The squared norm of the middle is d/2 = {square} on average. White (2016) took slerp "
            "to latent spaces for that: where both ends have one norm, slerp keeps it.",
        ),
        Option(
            "About {draw}, as both ends.",
            "A straight line between two points of a sphere runs inside it. Slerp follows the "
            "sphere, and keeps {draw}.",
            "A line between two norms keeps them",
        ),
        Option(
            "About {half}, half of an end.",
            "That would be so if the other end were the origin. Two draws of many dimensions are "
            "nearly at right angles, and the middle's norm is {middle}.",
            "Half-way means half the norm",
        ),
    ),
    right=0,
    numbers=_norms,
)

ASKED = Asked(predictions=(MIDWAY, BEST), questions=(THIRD_DIGIT, OFF_THE_CLOUD, MIDPOINT))
