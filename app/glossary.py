"""The course's terms: each in a sentence or two, and the lesson that brings it.

One owner for what a word means: the glossary page lists them, and `term` links a word of a lesson
to its entry, which stands on hover too.
"""

import re
from typing import NamedTuple


class Entry(NamedTuple):
    """A term of the field as this course uses it."""

    means: str
    lesson: str  # the folder of the lesson that brings it


_OF_LESSONS: dict[str, dict[str, str]] = {
    "autoencoder": {
        "autoencoder":
            "A network of two halves that learns to restore what went in: an encoder that "
            "squeezes, and a decoder that restores.",
        "encoder":
            "The half that turns a picture x into a code z.",
        "decoder":
            "The half that turns a code z back into a picture x̂.",
        "code":
            "The d numbers that stand for a picture: a point of latent space, written z.",
        "bottleneck":
            "The place between encoder and decoder where only d numbers pass.",
        "latent":
            "Hidden: of the code, which no picture shows. A latent is one of its d numbers.",
        "reconstruction":
            "What the decoder draws from the code of a picture, and, as a cost, how far it is "
            "from that picture.",
        "binary cross-entropy":
            "BCE: −Σ x log x̂ + (1 − x) log(1 − x̂) over the pixels, in nats; the cost of "
            "guessing x̂ where x was the truth.",
        "nats":
            "The unit of information with the natural logarithm: 1 nat is 1.44 bits. An event of "
            "probability p is worth −log p nats.",
        "entropy":
            "How many nats an outcome is worth on average; of a grey pixel x: −x log x − (1 − x) "
            "log(1 − x).",
        "logit":
            "log(p / (1 − p)) of a share p: any number, where p lies between 0 and 1. The "
            "decoder's last layer answers in logits.",
        "classifier":
            "A network that was trained on real digits to say which one a picture shows. It must "
            "name one of ten.",
        "epoch":
            "One pass over all training images.",
        "seed":
            "The number that a run's randomness begins with: the same seed, settings and data "
            "give the same weights.",
        "hidden units":
            "The numbers that a layer inside the network works out.",
        "principal component analysis":
            "PCA: the straight-line way to squeeze into d numbers; none has less squared error on "
            "the images that it learned from.",
        "squared error":
            "The sum over the pixels of (x − x̂)².",
    },
    "latent_scatter": {
        "latent space":
            "The space of all codes: every place in it decodes to some picture.",
        "latent map":
            "A picture of latent space: every dot the code of one image. With more than two "
            "numbers it shows the plane in which codes spread most.",
        "nearest neighbours":
            "k-NN: asks the k known codes nearest to a new one, and answers with the class that "
            "most of them have. Here k = 15.",
        "t-SNE":
            "A picture of many dimensions in two that keeps neighbours together; its distances, "
            "islands and axes mean nothing.",
        "explained variance":
            "The share of the codes' spread that a plane of the map shows.",
    },
    "random_sampling": {
        "sampler":
            "A rule for where to draw random codes: the box, the prior N(0, I), a Gaussian or a "
            "mixture fitted to the codes.",
        "hole":
            "A place of latent space farther from every code on the map than 95 % of held-out "
            "digits' codes are.",
        "prior":
            "p(z) = N(0, I): where codes are believed to lie before any picture is seen; where a "
            "VAE's samples are drawn.",
        "noise":
            "ε: independent draws from N(0, 1), from which every sampler makes its codes.",
        "fitted Gaussian":
            "The Gaussian that has the codes' mean and covariance.",
        "covariance":
            "How much each two of the code's numbers vary together.",
        "mixture":
            "A Gaussian mixture: several Gaussians, each drawn from with its own weight.",
        "expectation–maximisation":
            "EM: fits a mixture by turns: which Gaussian has each code, then what each Gaussian "
            "is.",
        "coverage":
            "How many kinds of digits a sampler draws at all, and in which shares.",
        "judge":
            "A classifier with an eleventh answer, “no digit”: it learned from mixes of digits, "
            "shuffled ones, blobs and noise as well.",
    },
    "interpolation": {
        "interpolation":
            "Going from one code to another by small steps, and decoding each.",
        "cross-fade":
            "Mixing two pictures pixel by pixel, without any model.",
        "lerp":
            "Linear interpolation: the straight line between two codes.",
        "slerp":
            "Spherical interpolation: along the arc between two directions (Shoemake 1985).",
        "midpoint":
            "The place half-way between two codes.",
        "standard error":
            "How far a mean of so many pairs may be off by chance: in about one case of three it "
            "is off by more, in one of twenty by more than two of them.",
    },
    "vae": {
        "variational autoencoder":
            "VAE: its encoder answers with a cloud of codes, and its loss pays for each cloud "
            "that differs from the prior.",
        "posterior":
            "q(z|x): the encoder's cloud of codes that may stand for picture x, a Gaussian with "
            "mean μ and standard deviation σ a latent.",
        "true posterior":
            "p(z|x): the codes that may stand for x by the decoder and the prior alone; the "
            "encoder's cloud is its stand-in.",
        "reparameterisation":
            "z = μ + σ ε: the randomness comes from outside, so gradients reach μ and σ.",
        "KL":
            "The Kullback–Leibler divergence of one distribution from another, in nats: 0 where "
            "they are the same, else more.",
        "ELBO":
            "The evidence lower bound: minus reconstruction, minus KL. It is never above log "
            "p(x).",
        "evidence":
            "p(x): how likely the model finds a picture, over all codes.",
        "likelihood":
            "p(x|z): how likely a picture is, given a code.",
        "quadrature":
            "Adding up over a fine grid of cells: nearly exact in two dimensions, hopeless in "
            "twenty.",
        "importance sampling":
            "An average over draws from one distribution, weighted so that it speaks of another.",
        "IWAE":
            "Importance-weighted bound: log of the mean weight of k draws from the encoder's "
            "cloud; nearer to log p(x) than the ELBO (Burda et al. 2016).",
        "information":
            "I(x; z): how many nats a code tells, on average, of which picture it came from.",
        "aggregate posterior":
            "All encoders' clouds together: where codes of real pictures lie.",
        "posterior collapse":
            "Every cloud becomes the prior: the code says nothing, and every picture comes back "
            "as the mean image.",
        "active unit":
            "A latent whose posterior mean varies with the picture: its variance over the images "
            "is above 0.01 (Burda et al. 2016).",
        "rate":
            "The KL: how many nats the code tells of a picture.",
        "distortion":
            "The reconstruction cost: what the code did not tell.",
        "β":
            "The weight of the KL in the loss; 1 makes the loss minus the ELBO.",
        "gradient":
            "How the loss changes with each weight: training steps against it.",
    },
    "continuous_bernoulli": {
        "Bernoulli":
            "The distribution of a coin: 1 with probability λ, else 0; nothing between.",
        "continuous Bernoulli":
            "A density on [0, 1] of the same form λ^x (1 − λ)^(1 − x), times the C(λ) that makes "
            "its area 1.",
        "density":
            "What a continuous quantity has in place of probabilities: its area is 1, and its "
            "height may be more.",
        "normalising constant":
            "The factor that makes a density's area 1: C(λ) for the continuous Bernoulli.",
        "natural parameter":
            "The number by which a distribution is written in its plainest form: for the "
            "continuous Bernoulli the logit of λ.",
        "logit bound":
            "How large a logit may become: a setting of the model, without which this ELBO has no "
            "upper end.",
        "sharpness":
            "Here the variance of a picture's Laplacian: high where neighbouring pixels differ "
            "abruptly.",
        "Laplacian":
            "At each pixel its four neighbours' sum, less four times itself.",
        "inception score":
            "How sure a classifier is of each sample and how many classes it finds in all, in one "
            "number (Salimans et al. 2016).",
        "dequantisation":
            "Adding noise of one grey step to each pixel, so that whole grey values become a "
            "continuum.",
        "bits per dimension":
            "The cost of a picture in bits, divided by its number of pixels.",
        "categorical":
            "The distribution of a die: each of its values has a probability of its own.",
    },
    "build_your_own": {
        "overfitting":
            "Learning the training images themselves: their cost falls, that of new ones rises.",
        "learning rate":
            "How far a step of training goes against the gradient.",
        "batch":
            "The images that one step of training looks at.",
        "parameters":
            "The numbers that training sets: weights and biases of all layers.",
    },
}  # fmt: skip

ENTRIES = {
    name: Entry(means, lesson)
    for lesson, entries in _OF_LESSONS.items()
    for name, means in entries.items()
}


def anchor(name: str) -> str:
    """Where an entry stands on its page."""
    return re.sub(r"[^a-zβ]+", "-", name.lower()).strip("-")


def term(name: str, words: str = "") -> str:
    """A term of a lesson, bold, linked to its entry, which stands on hover: in Markdown. `words`
    are how it is written there, where not as the glossary has it. Raises KeyError.
    """
    means = ENTRIES[name].means.replace('"', "'")
    return f'**[{words or name}](glossary#{anchor(name)} "{means}")**'
