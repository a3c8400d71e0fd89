"""The seconds that stand on Train, against the clock."""

import time

from app import cache
from app.jobs import Job, Order
from app.panels.settings import FEW, RECIPES
from core.models import ModelConfig
from core.training import TrainConfig, fast_precision

WITHIN = 0.3  # of what a run takes: the goal

RUNS = (
    ModelConfig(),
    ModelConfig("vae", latent_dim=20),
    ModelConfig(hidden_dim=512, latent_dim=32),
    ModelConfig("vae", "lite", latent_dim=20, likelihood="continuous_bernoulli"),
)


def main() -> None:
    """One run of each, alone, with the settings that the sliders begin at."""
    sample = cache.digits("sample")
    for model in RUNS:
        recipe = RECIPES[model.architecture]
        precision = "float32" if model.architecture == "dense" else fast_precision()
        training = TrainConfig(*recipe, images=FEW, precision=precision)
        said = cache.seconds_for(model, training, FEW)
        job = Job(Order(model, training, "sample", sample.test_images[:10]), sample)
        started = time.perf_counter()
        job.start()
        while not job.over:
            time.sleep(0.01)
        took = time.perf_counter() - started
        reached = "reached" if abs(said / took - 1) <= WITHIN else "MISSED"
        print(
            f"  {model.kind} {model.architecture}, d = {model.latent_dim}: said {said:.1f} s, took "
            f"{took:.1f} s, ratio {said / took:.2f}    goal ±{WITHIN:.0%}: {reached}",
            flush=True,
        )
