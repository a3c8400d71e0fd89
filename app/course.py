"""The course: its lessons in order. A new lesson is a folder in app/lessons and a line here.

Its number, its place in the navigation, the way to it from the lesson before, and its line on the
welcome page and in the README follow from that line.
"""

from typing import NamedTuple


class Lesson(NamedTuple):
    """A page of the course."""

    folder: str  # in app/lessons; its page is lesson.py there
    title: str
    question: str  # what it answers
    invitation: str  # what the lesson before it ends with
    summary: str  # what one meets there

    @property
    def page(self) -> str:
        """Its script, as Streamlit wants it: seen from app/."""
        return f"lessons/{self.folder}/lesson.py"

    @property
    def address(self) -> str:
        return self.folder.replace("_", "-")


LESSONS = (
    Lesson(
        "autoencoder",
        "Autoencoder",
        "How much of a digit survives a passage through only two numbers?",
        "How few numbers does a digit need?",
        "squeeze a digit through two numbers, and see why fours come back as nines; draw one of "
        "your own, or bring its photo",
    ),
    Lesson(
        "latent_scatter",
        "Latent scatter",
        "Where does the encoder put the digits, and what lies between?",
        "Two numbers a digit can be drawn on a map. What does that map look like?",
        "read the map of codes, and what the decoder draws between them",
    ),
    Lesson(
        "random_sampling",
        "Random sampling",
        "Decode a random code: when is it a digit?",
        "If every place decodes to something: which places give digits?",
        "“a random point” needs a distribution; four ways to choose one",
    ),
    Lesson(
        "interpolation",
        "Interpolation",
        "What lies on the way from one digit to another?",
        "Some places give digits, others do not. What lies on the way between two?",
        "fade pixels or walk through latent space, along lines and across planes",
    ),
    Lesson(
        "vae",
        "Variational autoencoder",
        "What changes when the encoder answers with a cloud?",
        "What if the encoder answered with a cloud instead of a point, and the clouds had to fill "
        "the space?",
        "answer with a cloud instead of a point; the film of two trainings, the ledger of one "
        "image, the true posterior beside the encoder's",
    ),
    Lesson(
        "continuous_bernoulli",
        "Continuous Bernoulli",
        "Which distribution does a grey pixel have, and what makes pictures sharp?",
        "The reconstruction cost is a BCE over grey pixels. Which distribution is that, if any?",
        "what each loss believes about a pixel, and a paper's table made again",
    ),
    Lesson(
        "build_your_own",
        "Build your own",
        "Which autoencoder will you make?",
        "You know the pieces. Which autoencoder will you make of them?",
        "choose, predict, train live; compare your runs, sweep a setting, branch, reach goals; "
        "take the model home as a program that stands alone",
    ),
)

# The last lesson leads to the page about the data.
DATA_PAGE = "lessons/data.py"
DATA_INVITATION = (
    "And the same model on clothes, or on Japanese characters? Other data are a page away."
)

WELCOME_PAGE = "lessons/welcome.py"
GLOSSARY_PAGE = "lessons/glossary.py"
RECORD_PAGE = "lessons/record.py"
ADDRESSES = frozenset(lesson.address for lesson in LESSONS)
WORDS = 8_600  # on the lessons as they open, labels and legends included; a test counts them
WORDS_A_MINUTE = 200  # an unhurried reader


def number_of(folder: str) -> int:
    """Which lesson of the course lies in that folder, counted from 1."""
    return [lesson.folder for lesson in LESSONS].index(folder) + 1


def lesson_at(address: str) -> tuple[int, Lesson]:
    """The lesson with that address, and its number."""
    (found,) = [pair for pair in enumerate(LESSONS, 1) if pair[1].address == address]
    return found


def reading_minutes() -> int:
    """How long the lessons take to read, in whole five minutes: an estimate."""
    return 5 * round(WORDS / WORDS_A_MINUTE / 5)


def how_many() -> str:
    """How many lessons there are, in a word."""
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return words[len(LESSONS)] if len(LESSONS) < len(words) else str(len(LESSONS))


def listed() -> str:
    """The lessons as the README lists them."""
    return "\n".join(
        f"{number}. **{lesson.title}**: {lesson.summary}"
        for number, lesson in enumerate(LESSONS, 1)
    )
