"""What lesson 5 asks: of its trainings, its ledger and its sweep, and at its end."""

from app import cache
from app.lessons.vae.sweep import SILENCING, name_of
from app.teaching import Asked, Choose, Estimate, Option, Prediction, Question, Sentences
from app.words import nats
from core.losses import Reduction, equivalent_beta

FALL, STAY, RISE, BACK = "a fall", "hardly a change", "a rise", "a rise, then a fall"
IN_TRAINING = Prediction(
    key="kl-in-training",
    prompt="While this VAE trained, what became of its KL?",
    way=Choose((FALL, STAY, RISE, BACK)),
    measured_by="the KL of its test images over the steps of its training, as its card keeps it",
    sentences=Sentences(
        right="You said {said}; it was {measured}. At first every cloud is nearly the prior and "
        "costs nothing; what a code tells of its image has its price.",
        near="You said {said}; it was {measured}.",
        wrong="You said {said}; it was {measured}. Only reconstruction and β KL together must come "
        "down, and telling something of the image costs KL.",
        unusual="You said {said}; here it was {measured}. At this β the code ends without telling "
        "anything of its image, and so without a cost.",
    ),
)

GAP = Prediction(
    key="elbo-gap",
    prompt="How many nats lie between this digit's ELBO and its log p(x)?",
    way=Estimate(0.0, 20.0, 0.5, unit=" nats", close=1, form=".1f"),
    measured_by="quadrature over all of latent space",
    sentences=Sentences(
        right="You said {said}; it is {measured}. So far the encoder's cloud is from the true "
        "posterior.",
        near="You said {said}; it is {measured}: the distance of the encoder's cloud from the true "
        "posterior.",
        wrong="You said {said}; it is {measured}. It is another KL than the one that this digit "
        "pays: that is to the prior, this to the true posterior.",
        unusual="You said {said}; here it is {measured}: of a code that tells nothing even the "
        "true posterior is hardly more than the prior.",
    ),
)

NEVER = "at none of them"
SILENCE = 0.01  # nats per image: a unit whose KL is less tells nothing
SILENT = Prediction(
    key="silent-at",
    prompt="β doubles from 1 to 32: at which β has the last of twenty units fallen silent?",
    way=Choose((*(f"β = {beta}" for beta in SILENCING[3:]), NEVER)),
    measured_by=f"silent is a unit whose KL is below {nats(SILENCE, 2)} per test image",
    sentences=Sentences(
        right="You said {said}; it is {measured}. A unit falls silent where what it tells saves "
        "less than β times its nats.",
        near="You said {said}; it is {measured}.",
        wrong="You said {said}; it is {measured}. A unit falls silent where what it tells saves "
        "less than β times its nats, and some tell much.",
        unusual="You said {said}; it is {measured}: even the largest β leaves a unit that saves "
        "more than it costs.",
    ),
)


def _collapsed() -> dict[str, str]:
    terms, (_, blind) = (
        cache.mean_terms(cache.pretrained(name_of(39.2))),
        cache.bce_extremes("sample"),
    )
    return {
        "kl": nats(terms.kl, 2),
        "cost": nats(terms.reconstruction),
        "blind": nats(blind),
    }


def _of_seed() -> dict[str, str]:
    pixels, latents = Reduction(784, True, 1000), Reduction(2, True)
    return {"beta": f"{equivalent_beta(pixels, latents):g}"}


COLLAPSE = Question(
    key="vae-collapse",
    prompt="A VAE's KL is {kl}, and a digit costs it {cost}; the mean image would cost {blind}. "
    "What happened?",
    options=(
        Option(
            "It restores every digit.",
            "With no KL every cloud is the prior, whatever the image. Nothing is left to restore "
            "from.",
            "No KL means that all went well",
        ),
        Option(
            "Its posterior collapsed.",
            "Every cloud is the prior, the code says nothing, and every decoding is about the mean "
            "image.",
        ),
        Option(
            "It trained far too short.",
            "Its KL was as low for nearly all of its training. More steps keep it there: its β "
            "asks for that.",
            "Poor figures mean too little training",
        ),
    ),
    right=1,
    numbers=_collapsed,
)
REDUCTION = Question(
    key="vae-reduction",
    prompt="A code multiplies the mean BCE over 784 pixels by 1000 and adds the mean KL over "
    "d = 2 latents. Which β is that?",
    options=(
        Option(
            "β = 1000.",
            "The factor stands before the BCE, not before the KL, and both are means: β = 784 / "
            "(2 · 1000) = {beta}.",
            "The factor in the code is β",
        ),
        Option(
            "β = 1.",
            "That is a factor of 392. Here β = 784 / (2 · 1000) = {beta}.",
            "Sum or mean does not matter",
        ),
        Option(
            "β = {beta}.",
            "β = 784 / (2 · 1000): the weight of one latent's nats over that of one pixel's.",
        ),
    ),
    right=2,
    numbers=_of_seed,
)

ASKED = Asked(predictions=(IN_TRAINING, SILENT, GAP), questions=(COLLAPSE, REDUCTION))
