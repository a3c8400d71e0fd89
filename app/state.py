"""The visitor's session. The only file that touches st.session_state and the address bar.

What a control shows lives in the widget itself, under its key; here lives what outlasts a
control: the data in use, the ten digits, the training job and the models it made.
"""

import secrets
from dataclasses import dataclass, field

import streamlit as st
import torch

from app import cache
from app.cache import Shown
from app.charts import Place
from app.jobs import Job, Order
from core.data import CLASSES, Name
from core.models import Kind, ModelConfig
from core.training import TrainConfig


@dataclass
class Visitor:
    """One learner's visit."""

    data: Name = "sample"
    ten: tuple[int, ...] = tuple(range(10))  # indices of test images: the digits being followed
    noise_seed: int = 0
    seen: set[str] = field(default_factory=set)  # addresses of the lessons visited
    places: dict[str, Place] = field(default_factory=dict)  # picked on the map of that name
    pad_failed: bool = False  # the browser could not draw a pad: the server draws instead
    place_in_address: str = ""  # as last written there; anything else came with a link
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

    def train(self, model: ModelConfig, training: TrainConfig) -> None:
        """Start a run in place of the last one. Raises ValueError, DataError."""
        job = Job(Order(model, training, self.data, self.ten), cache.data_root())
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
                card=job.card(),
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
    linked = st.query_params.get("at", "")
    if linked and linked != visitor.place_in_address and (place := _place_from(linked)):
        visitor.places[map_name] = place
    place = visitor.places.get(map_name)
    if place is None:
        visitor.place_in_address = ""
        st.query_params.pop("at", None)
    else:
        x, y, index = place
        visitor.place_in_address = f"{x:.6g},{y:.6g}" + (f",{index}" if index >= 0 else "")
        if visitor.place_in_address != linked:
            st.query_params["at"] = visitor.place_in_address
    return place


def keep_place(visitor: Visitor, map_name: str, chart: str) -> None:
    """Keep what was just picked on a chart as the place on its map."""
    for picked in st.session_state[chart]["selection"].get("pick", [])[-1:]:
        visitor.places[map_name] = (picked["x"], picked["y"], int(picked["index"]))


def _place_from(address: str) -> Place | None:
    """ "1.5,-2" or "1.5,-2,17" as a place; None for anything else."""
    try:
        x, y, *index = (float(number) for number in address.split(","))
        place = (x, y, int(index[0]) if index else -1)
    except (ValueError, OverflowError):
        return None
    return place if max(abs(x), abs(y)) < 1e9 and len(index) <= 1 else None
