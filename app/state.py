"""The visitor's session. The only file that touches st.session_state and the address bar.

What a control shows lives in the widget itself, under its key; here lives what outlasts a
control: the data in use, the ten digits, the training job and the models it made.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import streamlit as st
import torch
from jaxtyping import Int64, UInt8
from torch import Tensor

from app import cache, cards
from app.cache import Shown
from app.charts import Place
from app.components import latent_pad
from app.jobs import Job, Order
from core.data import CLASSES, Name
from core.models import Kind, ModelConfig
from core.training import TrainConfig

Numbers = tuple[float, ...]


class Drawing(NamedTuple):
    """A digit drawn by the learner."""

    image: UInt8[Tensor, "1 1 28 28"]
    label: int  # which digit it is, as the learner says


class Ten(NamedTuple):
    """The digits that pages follow, one of each class; one of them may be drawn by the learner."""

    images: UInt8[Tensor, "ten 1 28 28"]
    labels: Int64[Tensor, " ten"]
    names: list[str]


@dataclass
class Visitor:
    """One learner's visit."""

    data: Name = "sample"
    ten: tuple[int, ...] = tuple(range(10))  # indices of test images: the digits being followed
    drawn: Drawing | None = None  # followed in place of the digit of its class
    noise_seed: int = 0
    seen: set[str] = field(default_factory=set)  # addresses of the lessons visited
    places: dict[str, Place] = field(default_factory=dict)  # picked on the map of that name
    codes: dict[str, Numbers] = field(default_factory=dict)  # chosen on the pad of that name
    pad_failed: bool = False  # the browser could not draw a pad: the server draws instead
    in_address: dict[str, str] = field(default_factory=dict)  # as last written; else from a link
    job: Job | None = None
    own: dict[Kind, Shown] = field(default_factory=dict)  # the last of each kind, newest last
    brought: int = 0  # models brought back from their files so far
    uses_own: dict[Kind, bool] = field(default_factory=dict)
    watch: cache.ConnectionWatch = field(default_factory=cache.ConnectionWatch)

    def shown(self, kind: Kind, pretrained: str) -> Shown:
        """The model a page shows: the visitor's own of that kind if in use, else the pretrained."""
        if self.uses_own.get(kind) and kind in self.own:
            return self.own[kind]
        return cache.pretrained(pretrained)

    def followed(self) -> Ten:
        """The ten digits being followed. Raises DataError."""
        digits, chosen = cache.digits(self.data), list(self.ten)
        images, labels = digits.test_images[chosen], digits.test_labels[chosen]
        names = [digits.class_names[label] for label in labels.tolist()]
        if self.drawn is not None:
            place = self.drawn.label
            images[place], names[place] = self.drawn.image[0], f"your {place}"
        return Ten(images, labels, names)

    def train(self, model: ModelConfig, training: TrainConfig) -> None:
        """Start a run in place of the last one. Raises ValueError, DataError."""
        order = Order(model, training, self.data, self.followed().images)
        job = Job(order, cache.digits(self.data))
        if self.job is not None:
            self.job.stop()
        self.job = self.watch.job = job
        job.start()

    def collect(self) -> None:
        """Take over the model of a run that is over: the pages of its kind now show it."""
        job = self.job
        if job is None or not job.over or job.collected or job.state.step == 0:
            return
        job.collected = True
        if job.status == "failed":
            return
        self._take_over(
            Shown(
                key=f"run-{secrets.token_hex(8)}",
                title=f"yours: {cache.title(job.order.model)}",
                model=job.state.model.eval(),
                card=cards.of_run(job),
                film=job.film,
            )
        )

    def bring_back(self, weights: bytes, card: bytes, name: str) -> None:
        """Take over a model from the contents of its two files. Raises CheckpointError."""
        self._take_over(cache.brought_back(weights, card, name, self.data))
        self.brought += 1

    def _take_over(self, shown: Shown) -> None:
        kind = shown.config.kind
        self.own.pop(kind, None)  # so that the last of `own` is the newest
        self.own[kind] = shown
        self.uses_own[kind] = True

    def new_noise(self) -> None:
        """Another draw of ε, for every sampler and every model."""
        self.noise_seed = secrets.randbits(32)

    def choose_digits(self) -> None:
        """Ten other test images, one of each class."""
        labels = cache.digits(self.data).test_labels
        rng = torch.Generator().manual_seed(secrets.randbits(32))
        order = torch.randperm(len(labels), generator=rng)
        self.ten = tuple(int(order[labels[order] == digit][0]) for digit in range(CLASSES))

    def use_data(self, name: Name) -> None:
        """Change the data set in use; the digits being followed start afresh."""
        self.data = name
        self.ten = tuple(
            int((cache.digits(name).test_labels == digit).nonzero()[0]) for digit in range(CLASSES)
        )


def session() -> Visitor:
    """This session's visitor, with the model of a finished run taken over."""
    if "visitor" not in st.session_state:
        st.session_state["visitor"] = Visitor()
    visitor: Visitor = st.session_state["visitor"]
    visitor.watch.back()
    cache.watch_connection(visitor.watch)
    visitor.collect()
    return visitor


def place_on(visitor: Visitor, map_name: str) -> Place | None:
    """The place picked on a map, by a click or by a link, which the address then tells."""
    linked = _from_link(visitor, "at")
    if linked and len(linked) in (2, 3):
        x, y, index = (*linked, -1.0)[:3]
        visitor.places[map_name] = (x, y, int(index))
    place = visitor.places.get(map_name)
    _tell(visitor, "at", place if place is None or place[2] >= 0 else place[:2])
    return place


def code_on(visitor: Visitor, pad: str, count: int, parameter: str = "z") -> Numbers | None:
    """The code of so many numbers chosen on a pad, by hand or by a link; the address tells it.

    A path is the code of its start and then that of its end.
    """
    linked = _from_link(visitor, parameter)
    if linked and len(linked) == count:
        visitor.codes[pad] = linked
    _tell(visitor, parameter, visitor.codes.get(pad))
    return visitor.codes.get(pad)


def keep_code(visitor: Visitor, name: str, pad: str, part: str, latent_dim: int) -> None:
    """Keep what was just chosen on a pad, its code "z" or its "path", under that name."""
    state = st.session_state[pad].get(part)
    chosen = latent_pad.answer(state, latent_dim, count=2 if part == "path" else 1)
    if chosen is not None:
        visitor.codes[name] = chosen


def keep_place(visitor: Visitor, map_name: str, chart: str) -> None:
    """Keep what was just picked on a chart as the place on its map."""
    for picked in st.session_state[chart]["selection"].get("pick", [])[-1:]:
        visitor.places[map_name] = (picked["x"], picked["y"], int(picked["index"]))


def move_to_pick(chart: str, controls: dict[str, str]) -> None:
    """Move whole-number controls to what was just picked on a chart: its fields, and their keys."""
    for picked in st.session_state[chart]["selection"].get("pick", [])[-1:]:
        for name, key in controls.items():
            st.session_state[key] = int(picked[name])


def _from_link(visitor: Visitor, parameter: str) -> Numbers | None:
    """The numbers that a link brought, "1.5,-2"; None where there are none, or our own."""
    linked = st.query_params.get(parameter, "")
    if not linked or linked == visitor.in_address.get(parameter):
        return None
    try:
        numbers = tuple(float(number) for number in linked.split(","))
    except ValueError:
        return None
    return numbers if all(abs(number) < 1e6 for number in numbers) else None


def _tell(visitor: Visitor, parameter: str, numbers: Sequence[float] | None) -> None:
    """Write numbers into the address, or take them out of it."""
    told = ",".join(f"{number:.6g}" for number in numbers or ())
    visitor.in_address[parameter] = told
    if told != st.query_params.get(parameter, ""):
        if told:
            st.query_params[parameter] = told
        else:
            st.query_params.pop(parameter, None)
