"""What lesson 6 asks: before it shows areas, sharpness and the bound, and at its end."""

import torch

from app import cache
from app.teaching import Asked, Choose, Estimate, Option, Order, Prediction, Question, Sentences
from app.words import nats
from core.continuous_bernoulli import continuous_bernoulli_mean, continuous_bernoulli_nll
from core.losses import bernoulli_nll

DIGITS, LAMBDA, MEAN, BCE = "the digits", "λ", "the mean", "BCE"
SHARPEST = Prediction(
    key="sharpest",
    prompt="Order four rows by their sharpness: the digits; the continuous Bernoulli's λ; its "
    "mean; and BCE, whose λ is its mean.",
    way=Order((DIGITS, LAMBDA, MEAN, BCE), first="the least sharp", last="the sharpest"),
    measured_by="sharpness is the variance of the Laplacian, a mean over the test images judged",
    sentences=Sentences(
        right="You said {said}, and so it is: {measured}. λ outdoes the digits themselves, "
        "because it is a parameter and no picture that the model expects.",
        near="You said {said}; it is {measured}. Two neighbours change places. λ outdoes the "
        "digits, because it is a parameter and no picture that the model expects.",
        wrong="You said {said}; it is {measured}. λ outdoes the digits, because it is a parameter "
        "and no picture that the model expects.",
        unusual="You said {said}; with these models it is {measured}. Elsewhere λ is sharper than "
        "the digits themselves: this code tells too little for that.",
    ),
)

ASKED_LAMBDA = 0.1  # of the pixel whose area is estimated
AREA = Prediction(
    key="score-area",
    prompt=f"A pixel is answered with λ = {ASKED_LAMBDA:g}. How large is the area under e^(−BCE), "
    "over all values that the pixel may have, from 0 to 1?",
    way=Estimate(0.0, 1.5, 0.01, unit="", close=0.05, form=".2f"),
    measured_by="by quadrature over x",
    sentences=Sentences(
        right="You said {said}; it is {measured}. So e^(−BCE) is no density.",
        near="You said {said}; it is {measured}. Not far off, and no density.",
        wrong="You said {said}; it is {measured}. A density has 1: BCE leaves out a factor.",
        unusual="You said {said}; it is {measured}.",
    ),
)

OUTCOMES = {  # of leaving the bound out: a higher ELBO, and better pictures
    (True, True): "higher ELBO, better pictures",
    (True, False): "higher ELBO, worse pictures",
    (False, True): "lower ELBO, better pictures",
    (False, False): "lower ELBO, worse pictures",
}
USUAL, NONE = "9.21", "none"  # bounds on |logit|, as the models are named: the paper's, and none
UNBOUNDED = Prediction(
    key="unbounded",
    prompt=f"One VAE is trained twice: with its logits between ±{USUAL}, and without a bound. What "
    "has the second?",
    way=Choose(tuple(OUTCOMES.values())),
    measured_by="ELBO over the test images in use; pictures by the squared error of their means, "
    "contrast restored",
    sentences=Sentences(
        right="You said {said}, and so it is: {measured}. The density may stand higher, and that "
        "asks for no better picture.",
        near="You said {said}; it is {measured}.",
        wrong="You said {said}; it is {measured}. The density may stand higher where a pixel is "
        "exactly 0 or 1, and that asks for no better picture.",
        unusual="You said {said}; on these images it is {measured}. A model that is sure of a "
        "wrong pixel pays more, the farther its logits may run.",
    ),
)


def _of_a_grey_pixel() -> dict[str, str]:
    """What both losses charge for the answer ½ to a pixel of ½."""
    logit, x = torch.zeros(1, 1, dtype=torch.float64), torch.full((1, 1), 0.5, dtype=torch.float64)
    costs = {"bce": bernoulli_nll(logit, x), "cb": continuous_bernoulli_nll(logit, x)}
    return {name: nats(cost.item(), 3) for name, cost in costs.items()}


BRIGHT = 0.99  # a λ


def _of_a_bright_pixel() -> dict[str, str]:
    mean = continuous_bernoulli_mean(torch.logit(torch.tensor(BRIGHT, dtype=torch.float64)))
    return {"lam": f"{BRIGHT:.2f}", "mean": f"{mean.item():.2f}"}


def _losses() -> dict[str, str]:
    names = {"cb": "vae-lite-20-continuous-bernoulli", "bce": "vae-lite-20-bernoulli"}
    return {
        name: nats(cache.mean_terms(cache.pretrained(file)).total, 0)
        for name, file in names.items()
    }


HALF = Question(
    key="cb-half",
    prompt="A pixel of ½ is answered with λ = ½. What do BCE and the continuous Bernoulli charge?",
    options=(
        Option(
            "Both of them charge nothing.",
            "BCE charges the entropy of a fair coin, {bce}, for the best answer there is.",
            "An exact answer costs nothing",
        ),
        Option(
            "BCE {bce}, the other {cb}.",
            "BCE charges the entropy of a fair coin. With C(½) = 2 the density is 1 everywhere "
            "between 0 and 1, and log 1 = 0.",
        ),
        Option(
            "Both of them {bce}, log 2.",
            "The continuous Bernoulli has the factor C(½) = 2 besides: its density is 1 here, and "
            "that costs {cb}.",
            "The constant C(λ) is negligible",
        ),
    ),
    right=1,
    numbers=_of_a_grey_pixel,
)
BRIGHTNESS = Question(
    key="cb-bright",
    prompt="A continuous Bernoulli has λ = {lam}. How bright is the pixel on average?",
    options=(
        Option(
            "{lam}, which is λ itself.",
            "That is a coin's mean. Here grey values share the weight, and the mean is {mean}.",
            "λ is the brightness",
        ),
        Option(
            "1, its likeliest value.",
            "A density has no favourite that it always draws: on average the pixel is {mean}.",
            "The likeliest value is the mean",
        ),
        Option(
            "{mean}, which is nearer to ½.",
            "λ is a parameter and not the brightness: the mean always lies nearer to ½.",
        ),
    ),
    right=2,
    numbers=_of_a_bright_pixel,
)
NUMBERS = Question(
    key="cb-numbers",
    prompt="A continuous Bernoulli's loss is {cb}, a Bernoulli's {bce}. Which model is better?",
    options=(
        Option(
            "These two numbers cannot say.",
            "One is a density under a bound, the other a score. Squared error, what a classifier "
            "reads and a look at the digits compare.",
        ),
        Option(
            "The first: its loss is lower.",
            "Lower than what? One is a density under a bound, the other a score: they share no "
            "zero.",
            "Losses of any kind compare",
        ),
        Option(
            "The second: −log is above 0.",
            "A density may stand above 1, and then its −log is below 0. That is no error.",
            "A negative loss is a bug",
        ),
    ),
    right=0,
    numbers=_losses,
)

ASKED = Asked(predictions=(SHARPEST, AREA, UNBOUNDED), questions=(HALF, BRIGHTNESS, NUMBERS))
