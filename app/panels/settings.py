"""The settings of a run: a control for every field of `ModelConfig` and `TrainConfig`.

A page's own idea decides which of them stand in sight, and how far they reach; the others are
behind "more". Each begins where the model that the page shows has it, and says what it changes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, NamedTuple

import streamlit as st

from app import widgets
from app.state import Visitor, afresh
from core.models import MAX_LATENT_DIM, Architecture, ModelConfig
from core.training import TrainConfig, fast_precision

FEW = 4000  # images that a run learns from unless more are asked for: seconds, whatever the data
MOST_ON_A_RAIL = 200
TICKS = 7  # values that stand side by side; more of them are a rail


class Recipe(NamedTuple):
    """How an architecture trains well on a few thousand digits."""

    epochs: int
    batch_size: int
    learning_rate: float


RECIPES: dict[Architecture, Recipe] = {
    "dense": Recipe(40, 128, 0.02),
    "lite": Recipe(12, 32, 0.004),
    "shallow": Recipe(8, 64, 0.003),
    "deep": Recipe(20, 64, 0.002),
}


class Setting(NamedTuple):
    """A control of one field."""

    word: str  # in its key, and so in links
    label: str
    effect: str  # what it changes
    values: Sequence[Any]  # in their order; what a model has besides is added


SETTINGS: dict[str, Setting] = {
    "kind": Setting("kind", "Kind", "a code is a point, or a cloud", ["ae", "vae"]),
    "architecture": Setting("architecture", "Layers", "dense is the fastest", list(RECIPES)),
    "latent_dim": Setting(
        "d", "Numbers in the code, d", "what a code can tell", range(1, MAX_LATENT_DIM + 1)
    ),
    "hidden_dim": Setting(
        "hidden", "Hidden units", "how much is computed", [8, 16, 32, 64, 100, 200, 512]
    ),
    "likelihood": Setting(
        "likelihood", "Likelihood", "what a grey pixel is believed to be",
        ["bernoulli", "gaussian", "continuous_bernoulli"],
    ),
    "beta": Setting(
        "beta", "β, the weight of the KL", "how far the clouds are pulled into the prior",
        [0, 0.01, 0.0392, 0.1, 0.392, 0.5, 1, 2, 3.92, 10, 39.2, 100, 392],
    ),
    "variance": Setting(
        "variance", "Variance of the Gaussian", "what a squared error costs",
        [0.01, 0.02, 0.05, 0.1, 0.2, 0.5],
    ),
    "logit_bound": Setting(
        "bound", "Bound on |logit|", "how near to 0 and 1 a pixel's λ can come",
        [2.0, 4.6, 6.9, 9.21024, 15.94, None],
    ),
    "epochs": Setting("epochs", "Epochs", "how long it learns", range(1, 101)),
    "images": Setting(
        "images", "Training images", "what it learns from",
        [100, 300, 1000, 2000, 4000, 10000, 20000, 60000],
    ),
    "seed": Setting("seed", "Seed", "where it begins, and the order of the digits", range(10000)),
    "learning_rate": Setting(
        "rate", "Learning rate, at its highest", "how far a step goes",
        [0.0003, 0.001, 0.002, 0.003, 0.004, 0.006, 0.008, 0.01, 0.02, 0.04, 0.08, 0.2, 0.5, 1],
    ),
    "batch_size": Setting(
        "batch", "Batch", "how many digits a step looks at", [8, 16, 32, 64, 128, 256, 512]
    ),
}  # fmt: skip

WORDS = {
    "ae": "AE", "vae": "VAE", "bernoulli": "Bernoulli (BCE)",
    "gaussian": "Gaussian (squared error)", "continuous_bernoulli": "Continuous Bernoulli",
}  # fmt: skip


HOW = ("epochs", "learning_rate", "batch_size")  # what belongs to an architecture's recipe


class Choice(NamedTuple):
    """What a learner asks for."""

    model: ModelConfig
    training: TrainConfig


def choose(
    visitor: Visitor,
    key: str,
    like: ModelConfig,
    *,
    sliders: Sequence[str],
    ranges: Mapping[str, Sequence[Any]],
    pretrained: ModelConfig | None,
) -> Choice:
    """Controls for a run of a model `like` that: `sliders` in sight, all others behind "more".

    They start again where the page comes to show another model. What the pretrained one has is
    marked. Raises ValueError where the settings make no model, or no training.
    """
    desk = _Desk(visitor, key, like, ranges, pretrained)
    in_sight = {name: st.container() for name in sliders}
    behind = st.expander("More settings", key=f"{key}-more")
    for name in SETTINGS:  # in this order: what matters depends on what was asked before
        if matters(name, asdict(like) | desk.said):
            with in_sight.get(name, behind):
                desk.ask(name)
    return desk.choice()


class _Desk:
    """The answers so far. A field that does not matter to the model is not asked for."""

    def __init__(
        self,
        visitor: Visitor,
        key: str,
        like: ModelConfig,
        ranges: Mapping[str, Sequence[Any]],
        pretrained: ModelConfig | None,
    ) -> None:
        self.key, self.like, self.ranges, self.pretrained = key, like, ranges, pretrained
        self.there = len(visitor.digits.train_images)
        self.said: dict[str, Any] = {}

    def ask(self, name: str) -> None:
        """Draw a setting's control, and note what it says."""
        setting, usual = SETTINGS[name], self._usual(name)
        label = f"{setting.label} · {setting.effect}"
        if self.pretrained is not None and hasattr(self.pretrained, name):
            label += f" · pretrained: {in_words(getattr(self.pretrained, name))}"
        values = self._values(name, usual)
        self.said[name] = control(label, values, usual, f"{self.key}-{setting.word}")

    def choice(self) -> Choice:
        """Raises ValueError."""
        said = self.said
        model = {name: value for name, value in said.items() if hasattr(self.like, name)}
        training = {name: value for name, value in said.items() if name not in model}
        return _suiting(replace(self.like, **model), TrainConfig(**training))

    def _usual(self, name: str) -> Any:
        architecture = self.said.get("architecture", self.like.architecture)
        return _usual(name, self.like, architecture, self.there)

    def _values(self, name: str, usual: Any) -> Sequence[Any]:
        return _values(name, usual, self.ranges.get(name, SETTINGS[name].values), self.there)


def _usual(name: str, like: ModelConfig, architecture: Architecture, there: int) -> Any:
    """Where a setting begins, for a model `like` that but of that architecture, where there are
    so many images.
    """
    if hasattr(like, name):
        return getattr(like, name)
    match name:
        case "images":
            return min(FEW, there)
        case "seed":
            return 0
    return getattr(RECIPES[architecture], name)


def _values(name: str, usual: Any, values: Sequence[Any], there: int) -> Sequence[Any]:
    """What a setting can be: what it usually is included."""
    if name == "images":
        values = [count for count in values if count <= there]
    if usual in values or isinstance(values, range):
        return values
    if usual is None or None in values or isinstance(usual, str):
        return [usual, *values]
    return sorted([usual, *values])


def linked(
    key: str, model: ModelConfig, training: Mapping[str, Any], there: int
) -> tuple[dict[str, list[str]], list[str]]:
    """The parameters that set a bench of that key, which begins at `ModelConfig()`, to a
    configuration, where so many images are; and which settings it cannot be set to.
    """
    wanted = asdict(model) | dict(training)
    query, lost = {}, []
    for name, setting in SETTINGS.items():
        if not matters(name, wanted) or name not in wanted:
            continue
        value = wanted[name]
        usual = _usual(name, ModelConfig(), model.architecture, there)
        if value == usual:
            continue
        if value in _values(name, usual, setting.values, there):
            text = f"{value:d}" if isinstance(setting.values, range) else in_words(value)
            query[f"{key}-{setting.word}"] = [text]
        else:
            lost.append(setting.label)
    return query, lost


def varied(choice: Choice, name: str, value: Any) -> Choice:
    """The same, but for the value of one field. Raises ValueError."""
    if hasattr(choice.model, name):
        return _suiting(replace(choice.model, **{name: value}), choice.training)
    return Choice(choice.model, replace(choice.training, **{name: value}))


def _suiting(model: ModelConfig, training: TrainConfig) -> Choice:
    """In the precision in which the model's layers are fast."""
    precision = "float32" if model.architecture == "dense" else fast_precision()
    return Choice(model, replace(training, precision=precision))


def matters(name: str, model: Mapping[str, Any]) -> bool:
    """Whether a field changes anything of a model with these others."""
    match name:
        case "beta":
            return model["kind"] == "vae"
        case "hidden_dim":
            return model["architecture"] == "dense"
        case "variance":
            return model["likelihood"] == "gaussian"
        case "logit_bound":
            return model["likelihood"] == "continuous_bernoulli"
    return True


def in_words(value: Any) -> str:
    """A value as the controls write it."""
    if value is None:
        return "none"
    return WORDS.get(value, value) if isinstance(value, str) else f"{value:g}"


def control(label: str, values: Sequence[Any], usual: Any, key: str) -> Any:
    """A control of a setting: few values are ticks side by side, many a rail; thousands are typed.
    It starts again where what is usual changes.
    """
    if isinstance(values, range):
        low, high = values[0], values[-1]
        inside = min(max(usual, low), high)
        if len(values) > MOST_ON_A_RAIL:
            return widgets.entry(label, low, high, inside, key=afresh(key, float(inside), inside))
        return widgets.whole_number(label, low, high, inside, key=afresh(key, inside, inside))
    named, word = {in_words(value): value for value in values}, in_words(usual)
    key = afresh(key, word, on=word)
    if len(values) <= TICKS:
        return named[widgets.choice(label, list(named), default=word, key=key)]
    return named[widgets.one_of(label, list(named), word, key=key)]
