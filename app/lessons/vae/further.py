"""What lesson 5 has to offer to who wants to go deeper."""

from app.lessons.vae.symbols import SYMBOLS
from app.panels import deeper
from core import aggregate, losses, posterior
from core.models import vae


def show() -> None:
    """Its symbols, its sources, the lines of core that do it."""
    deeper.show(
        "vae",
        symbols=SYMBOLS,
        sources=[
            deeper.Source(
                "Kingma and Welling", 2014, "Auto-Encoding Variational Bayes", "arXiv:1312.6114"
            ),
            deeper.Source(
                "Rezende, Mohamed and Wierstra",
                2014,
                "Stochastic Backpropagation and Approximate Inference in Deep Generative Models",
                "arXiv:1401.4082",
            ),
            deeper.Source("Higgins and others", 2017, "beta-VAE", "ICLR"),
            deeper.Source("Hoffman and Johnson", 2016, "ELBO surgery", "NIPS workshop"),
            deeper.Source(
                "Burda, Grosse and Salakhutdinov",
                2016,
                "Importance Weighted Autoencoders",
                "arXiv:1509.00519",
            ),
            deeper.Source(
                "Williams",
                1992,
                "Simple statistical gradient-following algorithms for connectionist reinforcement "
                "learning",
                "Machine Learning 8",
            ),
        ],
        code=[
            losses.kl_standard_normal,
            vae.reparameterise,
            vae.VariationalAutoencoder.loss,
            posterior.sampled_evidence,
            aggregate.account,
        ],
    )
