"""Goals that some setting reaches in seconds of training, and the sliders' defaults do not.

Each carries a recipe that reaches it, which nobody sees on the page: `tests/benchmarks` trains it
from several seeds, and the defaults too. How near a run came is measured on the test images in use.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from app import cache
from app.cache import Shown
from app.panels.settings import FEW
from app.words import grouped, nats, percent
from core.models import ModelConfig
from core.training import TrainConfig

SILENT = 0.1  # nats: a code that tells less tells nothing
UNUSED = 0.01  # nats, mean KL of a latent: with less it is not in use
SMALL = 30_000  # parameters


class Nearest(NamedTuple):
    """How near the best run of a visit came."""

    value: float
    run: Shown


class Goal(NamedTuple):
    """What is to be reached by a run of the visit."""

    key: str
    task: str
    asked: float
    more: bool  # whether a run must come to that at least, or to less
    words: Callable[[float], str]  # of a value
    nearest: Callable[[Sequence[Shown]], Nearest | None]  # among these runs; None where none counts
    nothing: str  # what is said then
    hints: tuple[str, ...]
    teaches: str  # once it is reached
    recipe: tuple[tuple[ModelConfig, TrainConfig], ...]  # runs that reach it together

    def reached(self, value: float) -> bool:
        return value >= self.asked if self.more else value < self.asked


def _most(
    measure: Callable[[Shown], float], counts: Callable[[Shown], bool], *, more: bool
) -> Callable[[Sequence[Shown]], Nearest | None]:
    """The best of those runs that count."""

    def nearest(runs: Sequence[Shown]) -> Nearest | None:
        found = [Nearest(measure(run), run) for run in runs if counts(run)]
        return (max if more else min)(found, key=lambda each: each.value, default=None)

    return nearest


def _cost(run: Shown) -> float:
    return cache.mean_terms(run).reconstruction


def _kl(run: Shown) -> float:
    return cache.mean_terms(run).kl


def _readable(run: Shown) -> float:
    return cache.readable_draws(run, "prior", cache.judge_of_digits())


def _bernoulli(run: Shown) -> bool:
    return run.config.likelihood == "bernoulli"


def _parameters(run: Shown) -> int:
    return sum(weights.numel() for weights in run.model.parameters())


def _unused(run: Shown) -> float:
    """Share of its latents."""
    return float((cache.kl_per_unit(run) < UNUSED).float().mean())


def _rescued(runs: Sequence[Shown]) -> Nearest | None:
    """The most that a code tells at a β no smaller than one at which another run told nothing."""
    vaes = [run for run in runs if run.is_vae and run.config.beta >= 1]
    silent = [run.config.beta for run in vaes if _kl(run) < SILENT]
    if not silent:
        return None
    found = [Nearest(_kl(run), run) for run in vaes if run.config.beta >= min(silent)]
    return max(found, key=lambda each: each.value)


TRAINED = TrainConfig(images=FEW)  # as the sliders begin
FAITHFUL, MODEST = 130.0, 130.0  # nats
READABLE, IDLE, AWAKE = 0.6, 0.5, 2.0

GOALS = (
    Goal(
        key="small",
        task=f"Restore for less than {nats(MODEST, 0)} with fewer than {grouped(SMALL)} "
        "parameters.",
        asked=MODEST,
        more=False,
        words=nats,
        nearest=_most(_cost, lambda run: _bernoulli(run) and _parameters(run) < SMALL, more=False),
        nothing=f"No run of yours has fewer than {grouped(SMALL)} parameters so far.",
        hints=(
            "The line below Train says how many parameters a model has. Where are most of them?",
            "A dense model has 784 weights to and from each hidden unit: those are to spare.",
            "Then what keeps the cost high is the bottleneck, not the size: give the code more "
            "numbers, which cost few parameters.",
        ),
        teaches="A larger network is not a better one: what passes the bottleneck limits more than "
        "what is computed before it.",
        recipe=((ModelConfig(latent_dim=10, hidden_dim=16), TRAINED),),
    ),
    Goal(
        key="readable",
        task=f"Draw from N(0, I) so that the judge takes {percent(READABLE)} or more for digits.",
        asked=READABLE,
        more=True,
        words=percent,
        nearest=_most(_readable, lambda run: True, more=True),
        nothing="No run of yours so far.",
        hints=(
            "An autoencoder never heard of N(0, I). Which kind of model is paid to fill it?",
            "Two numbers are too few for a decoder to draw sharp strokes from.",
            "At β = 1 a code of 16 to 20 numbers has room, and the KL still keeps it near the "
            "prior.",
        ),
        teaches="A good sampler needs both: a prior that is filled, and a code that is wide enough "
        "to draw from. Neither cost alone tells which run draws best.",
        recipe=((ModelConfig("vae", latent_dim=20), TRAINED),),
    ),
    Goal(
        key="rescue",
        task=f"Collapse a VAE on purpose (KL below {nats(SILENT)}, at a β of 1 or more). Then "
        f"bring its KL to {nats(AWAKE, 0)} or more without a smaller β.",
        asked=AWAKE,
        more=True,
        words=nats,
        nearest=_rescued,
        nothing="No VAE of yours has collapsed so far, with β at 1 or above.",
        hints=(
            "To collapse it, make a nat of KL dearer than all it could spare: raise β far.",
            "β weighs the KL against the reconstruction. What else changes the reconstruction's "
            "weight?",
            "A Gaussian likelihood charges a squared error by its variance: the smaller, the "
            "dearer. Look behind “More settings”.",
        ),
        teaches="A β means nothing without the likelihood beside it: it is a price against the "
        "reconstruction's, and the variance of a Gaussian sets that price.",
        recipe=(
            (ModelConfig("vae", beta=39.2), TRAINED),
            (
                ModelConfig("vae", beta=39.2, likelihood="gaussian", variance=0.01),
                TRAINED,
            ),
        ),
    ),
    Goal(
        key="idle",
        task=f"Let {percent(IDLE)} or more of a code of 16 or more numbers stand idle (KL below "
        f"{UNUSED:g} nats each), and restore for less than {nats(FAITHFUL, 0)} all the same.",
        asked=IDLE,
        more=True,
        words=percent,
        nearest=_most(
            _unused,
            lambda run: (
                run.is_vae
                and run.config.latent_dim >= 16
                and _bernoulli(run)
                and _cost(run) < FAITHFUL
            ),
            more=True,
        ),
        nothing=f"No VAE of yours with 16 numbers or more restores for less than "
        f"{nats(FAITHFUL, 0)} so far.",
        hints=(
            "A VAE leaves a number unused where what it could tell costs more than it spares.",
            "The more numbers there are, the more of them find nothing left to tell.",
            "A larger β makes telling dearer, too: try a little above 1, with a long code.",
        ),
        teaches="The KL prunes: a VAE uses as many numbers as are worth their price, and d is only "
        "the most it may use. An autoencoder uses all it gets.",
        recipe=((ModelConfig("vae", latent_dim=32, beta=2), TRAINED),),
    ),
)
