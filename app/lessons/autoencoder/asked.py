"""What lesson 1 asks: before its restorations are shown, and at its end."""

from app import cache
from app.teaching import Asked, Choose, Estimate, Mark, Option, Prediction, Question, Sentences
from app.words import nats

LOST = Prediction(
    key="lost",
    prompt="The 4 came back as a 9. Tick the others of these ten that will come back as another "
    "digit.",
    way=Mark(),
    measured_by="the restorations of these digits, read by the course's classifier",
    sentences=Sentences(
        right="You ticked {said}, and so it is: {measured} came back as another digit.",
        near="You ticked {said}; another digit came back for {measured}. Close: what is lost is "
        "hard to see beforehand.",
        wrong="You ticked {said}; another digit came back for {measured}. Which digits lose "
        "themselves depends on which others lie near their code.",
        unusual="You ticked {said}; through this code {measured} of them came back as another "
        "digit. It keeps enough of these ten.",
    ),
)

SHARE = Prediction(
    key="misread-share",
    prompt="Of all test digits, how many come back as another digit through this code?",
    way=Estimate(0, 100, 1, unit="\N{NO-BREAK SPACE}%", close=5, form=".0f"),
    measured_by="all test digits in use, restored and read by the course's classifier",
    sentences=Sentences(
        right="You said {said}; it is {measured}. You know what this code can hold.",
        near="You said {said}; it is {measured}. Not far off.",
        wrong="You said {said}; it is {measured}. Hold that against the two marks: it lies "
        "between a classifier's own slips and blind guessing.",
        unusual="You said {said}; this model gives {measured}: no better than guessing blindly.",
    ),
)

SHOE, NOTHING, DIGIT, SMEAR = "the shoe", "an empty sheet", "a digit", "a smear"
STRANGER = Prediction(
    key="stranger",
    prompt="A shoe goes in. This network has only ever seen digits. What comes back?",
    way=Choose((SHOE, NOTHING, DIGIT, SMEAR)),
    measured_by="a digit is what the classifier is more than 90\N{NO-BREAK SPACE}% sure of",
    sentences=Sentences(
        right="You said {said}, and {measured} it is. The decoder can draw only what it learned "
        "to draw, whatever goes in.",
        near="You said {said}; it is {measured}.",
        wrong="You said {said}; it is {measured}. The encoder must answer with some code, and the "
        "decoder draws whatever lies there.",
        unusual="You said {said}; with this longer code it is {measured}. There is room in the "
        "code for more than digits.",
    ),
)


def _floor() -> dict[str, str]:
    floor, blind = cache.bce_extremes("sample")
    return {"floor": nats(floor), "blind": nats(blind)}


def _longer_codes() -> dict[str, str]:
    costs = {d: cache.mean_terms(cache.pretrained(f"ae-dense-{d}")) for d in (2, 8)}
    return {f"d{d}": nats(cost.reconstruction) for d, cost in costs.items()}


PERFECT = Question(
    key="perfect",
    prompt="An autoencoder restores every pixel of a grey image perfectly. What is its BCE?",
    options=(
        Option(
            "0 nats, as for any perfect answer.",
            "BCE at x̂ = x is the sum of the pixels' entropies, and a grey pixel's is above 0: "
            "{floor} per test image here.",
            "A loss should reach 0",
        ),
        Option(
            "The entropy of its grey pixels.",
            "BCE at x̂ = x is the sum of H(x), and H of a grey pixel is above 0: {floor} per test "
            "image here.",
        ),
        Option(
            "Below 0, as for a likely image.",
            "Every pixel's term −x log x̂ − (1 − x) log(1 − x̂) is 0 or more, so their sum is too: "
            "{floor} per test image at best.",
            "BCE is a density's −log",
        ),
    ),
    right=1,
    numbers=_floor,
)
FOUR_NINE = Question(
    key="four-nine",
    prompt="A 4 comes back as a 9. Which picture explains it?",
    options=(
        Option(
            "A map of codes, fours among nines.",
            "Where codes overlap, one decoder output must serve both digits. That is lesson 2.",
        ),
        Option(
            "The loss against the epochs.",
            "The loss says how much is lost on average, not what is mistaken for what.",
            "A low loss means the right digit",
        ),
        Option(
            "A blurred copy of that 4.",
            "The picture that came back is no blurred 4: it is a clear 9.",
            "Lossy means blurred",
        ),
    ),
    right=0,
)
BOTTLENECK = Question(
    key="epochs",
    prompt="Through two numbers a digit costs {d2}, through eight {d8}. What limits the first?",
    options=(
        Option(
            "The training is too short.",
            "Train it twice as long: the cost hardly moves. A third number in the code moves it.",
            "More epochs always sharpen",
        ),
        Option(
            "The digits are too few.",
            "Both models learned from the same digits, and one of them pays far less.",
            "More data mend every loss",
        ),
        Option(
            "The code is too narrow.",
            "This network already does about what two numbers let it; a third one tells it more.",
        ),
    ),
    right=2,
    numbers=_longer_codes,
)

ASKED = Asked(predictions=(LOST, SHARE, STRANGER), questions=(PERFECT, FOUR_NINE, BOTTLENECK))
