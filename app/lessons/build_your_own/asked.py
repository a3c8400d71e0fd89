"""What lesson 7 asks: of a model before it is trained, and at the lesson's end."""

from app import cache
from app.teaching import Asked, Estimate, Option, Prediction, Question, Sentences
from app.words import nats

LEAST, MOST = 0, 999  # nats that may be said
COST = Prediction(
    key="own-cost",
    prompt="What will restoring a test image cost the model that you have just configured?",
    way=Estimate(LEAST, MOST, 1, unit=" nats", close=5, form=".0f"),
    measured_by="reconstruction, a mean over the test images in use",
    sentences=Sentences(
        right="You said {said} for restoring a test image; it is {measured}. You know this kind "
        "of model.",
        near="You said {said} for restoring a test image; it is {measured}. Not far off.",
        wrong="You said {said} for restoring a test image; it is {measured}. Hold it against the "
        "models around it on the plane below.",
        unusual="You said {said} for restoring a test image; it is {measured}: no better than the "
        "mean image would be.",
    ),
)
RATE = Prediction(
    key="own-kl",
    prompt="And the KL of its codes, per test image?",
    way=Estimate(LEAST, MOST, 1, unit=" nats", close=2, form=".0f"),
    measured_by="KL, a mean over the test images in use",
    sentences=Sentences(
        right="You said {said} for the KL; it is {measured}. You know what its code is worth.",
        near="You said {said} for the KL; it is {measured}. Not far off.",
        wrong="You said {said} for the KL; it is {measured}. A longer code spends more, a larger β "
        "less.",
        unusual="You said {said} for the KL; it is {measured}: the code has fallen silent.",
    ),
)

ACTIVE = 0.01  # nats, mean KL of a latent: with less it is not in use


def _unused() -> dict[str, str]:
    """Of the pretrained VAE of twenty numbers under a larger β: how many are in use."""
    shown = cache.pretrained("vae-dense-20-beta-4")
    per_unit = cache.kl_per_unit(shown)
    used = int((per_unit > ACTIVE).sum())
    return {
        "d": str(len(per_unit)),
        "beta": f"{shown.config.beta:g}",
        "used": str(used),
        "rest": str(len(per_unit) - used),
        "kl": nats(float(per_unit.sum())),
    }


OVERFITTING = Question(
    key="own-overfitting",
    prompt="In a long training the loss on training images still falls, and on test images it "
    "rises. Why?",
    options=(
        Option(
            "The learning rate is too small.",
            "Then both losses would still be falling, and slowly.",
            "A rising loss means too small steps",
        ),
        Option(
            "The code has too few numbers.",
            "A narrow code keeps both losses high, and near each other.",
            "Every high loss is the bottleneck's",
        ),
        Option(
            "It learns its images by heart.",
            "That is overfitting: what is particular to the training images helps with no other.",
        ),
    ),
    right=2,
)
UNUSED = Question(
    key="own-unused",
    prompt="A VAE with β = {beta} and d = {d} spends {kl}, and {used} of its numbers have a KL "
    f"above {ACTIVE:g} nats. What of the other {{rest}}?",
    options=(
        Option(
            "They are unused, at no cost.",
            "A number that says nothing about the image is the prior itself: its KL is 0, and "
            "the decoder ignores it.",
        ),
        Option(
            "Their training has failed.",
            "The loss is lower without them: at this β what they could tell costs more than it "
            "spares.",
            "Every latent should be used",
        ),
        Option(
            "They hold which digit it is.",
            "What is told of the image costs nats, and they spend none.",
            "Latents divide the work by meaning",
        ),
    ),
    right=0,
    numbers=_unused,
)
REPEAT = Question(
    key="own-repeat",
    prompt="You want to repeat a run, and get the same weights. What must be the same?",
    options=(
        Option(
            "The configuration alone, with its β.",
            "Another seed begins with other weights and another order of the digits.",
            "Training has one outcome",
        ),
        Option(
            "Configuration, seed, data, versions.",
            "Change one of them and the weights differ; how much the figures differ is worth a "
            "look.",
        ),
        Option(
            "The seed alone: it fixes all draws.",
            "The draws are the same then, but another rate, data set or version makes another use "
            "of them.",
            "A seed is the whole recipe",
        ),
    ),
    right=1,
)

ASKED = Asked(predictions=(COST, RATE), questions=(OVERFITTING, UNUSED, REPEAT))
