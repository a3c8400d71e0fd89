"""The course: its lessons in order, each with the question that it answers."""

from typing import NamedTuple


class Lesson(NamedTuple):
    """A page of the course."""

    file: str  # in app/lessons, without .py
    title: str
    question: str

    @property
    def address(self) -> str:
        return self.file.replace("_", "-")


LESSONS = (
    Lesson(
        "autoencoder",
        "Autoencoder",
        "How much of a digit survives a passage through only two numbers?",
    ),
    Lesson(
        "latent_scatter",
        "Latent scatter",
        "Where does the encoder put the digits, and what lies between?",
    ),
    Lesson("random_sampling", "Random sampling", "Decode a random code: when is it a digit?"),
    Lesson("interpolation", "Interpolation", "What lies on the way from one digit to another?"),
    Lesson("vae", "Variational autoencoder", "What changes when the encoder answers with a cloud?"),
    Lesson(
        "continuous_bernoulli",
        "Continuous Bernoulli",
        "Which distribution does a grey pixel have, and what makes pictures sharp?",
    ),
    Lesson("build_your_own", "Build your own", "Which autoencoder will you make?"),
)
