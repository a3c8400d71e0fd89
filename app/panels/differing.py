"""What runs differ in: their settings, and a sentence on what that lets one conclude."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields

from app.cache import Shown
from app.panels.settings import SETTINGS, in_words, matters
from app.words import as_code, grouped, listed
from core.data import SETS
from core.models import ModelConfig
from core.training import TrainConfig

NOTHING = "none"
UNTOLD = "not told"  # by the card of a model that was brought back
OTHER_NAMES = {
    "noise": "Fixed σ",
    "precision": "Precision",
    "data": "Learned from",
    "stopped": "Stopped",
    "before": "Trained before",
}
COUNTS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")

Settings = Mapping[str, object]
TITLES = {about.title for about in SETS.values()}


def chosen(model: ModelConfig, training: TrainConfig) -> Settings:
    """What is chosen for a run that is to come, and matters to it."""
    told = asdict(model) | asdict(training)
    return {name: value for name, value in told.items() if matters(name, told)}


def settings_of(run: Shown) -> dict[str, object]:
    """All that was chosen for a run and matters to it, by the names of the fields; where it was
    stopped before its end; and how it was trained before it went on otherwise.
    """
    card = run.card
    training = card.get("training", {})
    told = asdict(run.config)
    told |= {each.name: training.get(each.name, UNTOLD) for each in fields(TrainConfig)}
    steps, planned = card.get("steps"), card.get("planned_steps")
    told["stopped"] = f"at step {steps}" if steps and planned and steps < planned else ""
    told["before"] = "; ".join(
        f"to step {leg['until']}: epochs {leg['epochs']}, rate {leg['learning_rate']:g}, "
        f"β {leg['beta']:g}"
        for leg in card.get("legs", [])
    )
    told["data"] = _learned_from(run)
    return {name: value for name, value in told.items() if matters(name, told)}


# The names of all of them.
NAMES = (
    *(each.name for each in (*fields(ModelConfig), *fields(TrainConfig))),
    "stopped", "before", "data",
)  # fmt: skip


def _learned_from(run: Shown) -> str:
    """The title of a data set of the course; else what the card of a model brought back tells."""
    told = run.card["data"].rstrip(".")
    known = not run.brought or told == run.digits.source.rstrip(".")
    return SETS[run.data].title if known else told


def called(name: str) -> str:
    """A setting's name in a table and in a sentence."""
    return OTHER_NAMES[name] if name in OTHER_NAMES else SETTINGS[name].label.split(",")[0]


def written(value: object) -> str:
    """A setting's value, whole numbers to the last digit."""
    return str(value) if isinstance(value, int) else in_words(value) or NOTHING


def in_markdown(name: str, value: object) -> str:
    """The same where Markdown is read: what a card from elsewhere tells is code."""
    if name == "images" and isinstance(value, int):
        return grouped(value)
    return as_code(written(value)) if name == "data" and value not in TITLES else written(value)


def varied(runs: Sequence[Settings], name: str) -> bool:
    """Whether a setting is not the same in all that have it, as far as their cards tell."""
    values = {settings[name] for settings in runs if name in settings}
    return len(values) > 1 or UNTOLD in values


def differing(runs: Sequence[Settings]) -> list[str]:
    """The settings that all of these have and that are not the same in all."""
    common = [name for name in runs[0] if all(name in settings for settings in runs)]
    return [name for name in common if varied(runs, name)]


def conclusion(runs: Sequence[Settings]) -> str:
    """How many things differ, and whether one can tell what did it."""
    names = differing(runs)
    if not names:
        return "No setting differs."
    if names == ["seed"]:
        return "Only the seed differs: what you see is chance."
    if len(names) == 1:
        (name,) = names
        values = " → ".join(in_markdown(name, settings[name]) for settings in runs)
        return f"One thing differs: {inside(name)}, {values}."
    count = COUNTS[len(names)] if len(names) < len(COUNTS) else str(len(names))
    things = listed([inside(name) for name in names])
    return f"{count} things differ ({things}), so you cannot tell which did it."


def inside(name: str) -> str:
    """A setting's name inside a sentence."""
    return called(name)[0].lower() + called(name)[1:]
