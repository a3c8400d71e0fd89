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
    job: Job | None = None
    own: dict[Kind, Shown] = field(default_factory=dict)  # the last model trained of each kind
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
        config = job.order.model
        self.own[config.kind] = Shown(
            key=f"run-{secrets.token_hex(8)}",
            title=f"yours: {cache.title(config)}",
            model=job.state.model.eval(),
            card=job.card(),
        )
        self.uses_own[config.kind] = True

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
