"""Makes every pretrained model again: `make pretrained DATA=folder` (the one with MNIST/raw).

All learn on MNIST's training images 6 000 to 59 999, so that the 5 000 digits that travel with
the course, which come from the first 5 848, are new to every one of them. Their figures are
measured on MNIST's 10 000 test images. Weights are float32, seeds fixed, one thread a model.
"""

import argparse
import json
import platform
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, replace
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import torch
import torch.nn.functional as F

from core import checkpoints, data, evaluation, film, latent, nondigits, sampling, training
from core.card import of_run
from core.models import ModelConfig, VariationalAutoencoder, mean_image
from core.models.classifier import (
    NO_DIGIT,
    Classifier,
    ClassifierConfig,
    RejectingClassifier,
    RejectingConfig,
)
from core.training import TrainConfig

FIRST, LAST = 6_000, 59_999
FILMED = ("ae-lite-2", "vae-lite-2-beta-1")
SEED_SWEEP = (0.0392, 0.392, 3.92, 39.2, 392.0)  # the JL-ML repository's rf = 10 000 … 1, as beta
PROTOCOL = (
    "MNIST's 10 000 test images, x/255, not dequantised; sums over pixels and latents, means "
    "over images, nats; a VAE's reconstruction with 5 sampled z, the exact KL, total = "
    "reconstruction + KL; IWAE on the first 500 images; 15-NN on the codes' means, known codes: "
    "the training images'; readable: the classifier reads the reconstruction (of the posterior "
    "mean) as the label; prior samples: 10 000 mean images of z ~ N(0, I)."
)
OF_POINTS = " Without noise a VAE has no clouds: its KL is then ½ |mean|², and there is no ELBO."

DENSE = TrainConfig(epochs=20, batch_size=128, learning_rate=0.02)
LITE = TrainConfig(epochs=12, batch_size=64, learning_rate=0.004)
SHALLOW = TrainConfig(epochs=8, batch_size=64, learning_rate=0.003)
DEEP = TrainConfig(epochs=12, batch_size=64, learning_rate=0.002)
BOUNDED = TrainConfig(epochs=10, batch_size=128, learning_rate=0.002)
APART = TrainConfig(epochs=20, batch_size=128, learning_rate=0.005)
SILENCED = TrainConfig(epochs=10, batch_size=128, learning_rate=0.005)
LOGIT_BOUNDS = (4.6, 9.21024, 15.94, 100.0, None)  # λ >= 0.01, 1e-4 (the paper's), torch's clamp
# Noise alone is 1, the prior's σ: without a KL the encoder moves the codes apart until it is a
# small part of their spread, as a learned σ is beside codes that a KL holds together.
WITH_AND_WITHOUT = {
    "neither": ModelConfig("vae", noise=0.0, beta=0.0),
    "noise-only": ModelConfig("vae", noise=1.0, beta=0.0),
    "kl-only": ModelConfig("vae", noise=0.0),
    "both": ModelConfig("vae"),
}
SILENCING = (1, 2, 4, 8, 16, 32)  # the β at which units of a dense VAE fall silent, d = 20
WIDE = 392.0  # the variance of a Gaussian at which they all do at β = 1
SOFTNESS = (0.3, 1.2)  # by which half of the judge's pictures are smoothed, pixels
FADED = 0.25  # of the greys at most; under a bound of 4.6 a continuous Bernoulli loses 0.2
RATE_OF_CB = 0.3  # the β at which a Bernoulli spends the KL of the continuous one (lite, d = 20)


@dataclass(frozen=True)
class Recipe:
    name: str
    model: ModelConfig
    training: TrainConfig


def recipes() -> list[Recipe]:
    """Every model of `pretrained/` but the two classifiers; the tour's main ones come first."""
    made = [Recipe("ae-dense-2", ModelConfig(), DENSE)]
    lite_vae = ModelConfig("vae", "lite", 2)
    made.append(Recipe("vae-lite-2-beta-1", lite_vae, LITE))
    made.append(Recipe("ae-lite-2", ModelConfig("ae", "lite", 2), LITE))
    for d in (1, 4, 8, 16, 32):
        made.append(Recipe(f"ae-dense-{d}", ModelConfig(latent_dim=d), DENSE))
    for beta in reversed(SEED_SWEEP):
        made.append(Recipe(f"vae-lite-2-beta-{beta:g}", replace(lite_vae, beta=beta), LITE))
    for likelihood in ("bernoulli", "gaussian", "continuous_bernoulli"):
        short = likelihood.replace("_", "-")
        for kind in ("vae", "ae"):
            config = ModelConfig(kind, "lite", 20, likelihood=likelihood)
            made.append(Recipe(f"{kind}-lite-20-{short}", config, LITE))
            if likelihood == "bernoulli":
                again = replace(LITE, seed=1)
                made.append(Recipe(f"{kind}-lite-20-bernoulli-seed-1", config, again))
        if likelihood != "bernoulli":
            config = replace(lite_vae, likelihood=likelihood)
            made.append(Recipe(f"vae-lite-2-{short}", config, LITE))
    same_rate = ModelConfig("vae", "lite", 20, beta=RATE_OF_CB)
    made.append(Recipe(f"vae-lite-20-bernoulli-beta-{RATE_OF_CB:g}", same_rate, LITE))
    for bound in LOGIT_BOUNDS:
        config = ModelConfig("vae", "dense", 20, 200, "continuous_bernoulli", logit_bound=bound)
        name = f"vae-dense-20-cb-bound-{bound:.4g}" if bound else "vae-dense-20-cb-bound-none"
        made.append(Recipe(name, config, BOUNDED))
    # What makes a VAE, apart: one beginning, one order of digits, one recipe.
    for name, config in WITH_AND_WITHOUT.items():
        made.append(Recipe(f"vae-dense-2-{name}", config, APART))
    twenty = ModelConfig("vae", "dense", 20)
    for beta in SILENCING:
        made.append(Recipe(f"vae-dense-20-beta-{beta}", replace(twenty, beta=beta), SILENCED))
    wide = replace(twenty, likelihood="gaussian", variance=WIDE)
    made.append(Recipe(f"vae-dense-20-gaussian-variance-{WIDE:g}", wide, SILENCED))
    made.append(Recipe("ae-shallow-2", ModelConfig("ae", "shallow", 2), SHALLOW))
    made.append(Recipe("ae-deep-2", ModelConfig("ae", "deep", 2), DEEP))
    return made


def training_digits(root: Path) -> data.Digits:
    full = data.load("mnist", root)
    return replace(
        full,
        train_images=full.train_images[FIRST : LAST + 1],
        train_labels=full.train_labels[FIRST : LAST + 1],
        source="MNIST's training images 6 000 to 59 999.",
    )


def make(recipe: Recipe, root: Path, folder: Path) -> str:
    """Train, measure and save one model; the line to print."""
    torch.set_num_threads(1)
    digits = training_digits(root)
    state = training.start(recipe.model, recipe.training)
    total = training.total_steps(recipe.training, digits)
    # The digits that a visitor follows at first: as new to the model as all of the sample.
    taken = film.begin(total, digits, data.load("sample").test_images[:10]).after(state, digits)
    while (due := taken.next_step()) is not None:
        state = training.advance(state, digits, steps=due - state.step)
        taken = taken.after(state, digits)
    card = {
        "name": recipe.name,
        "data": digits.source,
        "made_with": f"torch {torch.__version__}, one thread, {platform.machine()}",
        "protocol": PROTOCOL + (OF_POINTS if recipe.model.noise == 0 else ""),
        "test": measure(state.model, digits),
        **of_run(state),
    }
    checkpoints.save(folder / recipe.name, state.model, card)
    if recipe.name in FILMED:
        film.save(folder / f"{recipe.name}.film.safetensors", taken)
    test = card["test"]
    return (
        f"{recipe.name}: {state.seconds:.0f} s, reconstruction {test['reconstruction']:.2f} "
        f"+ KL {test['kl']:.2f} = {test['total']:.2f} nats"
    )


def measure(model: training.Model, digits: data.Digits) -> dict:
    """The test figures of a card; PROTOCOL says how each is measured."""
    rng = torch.Generator().manual_seed(0)
    images, labels = digits.test_images, digits.test_labels
    x = data.to_float(images)
    codes, known = latent.encode(model, images), latent.encode(model, digits.train_images)
    terms = evaluation.bounds.mean_terms(model, images, rng)
    restored = torch.cat([evaluation.judging.reconstruct(model, part) for part in x.split(1000)])
    classifier = load_classifier()
    read = classifier.probabilities(restored).argmax(1)
    z = sampling.prior(sampling.draw(10_000, model.config.latent_dim, rng))
    with torch.no_grad():
        samples = torch.cat(
            [mean_image(model.config, model.decode(part)) for part in z.split(1000)]
        )
    figures = {
        **asdict(terms),
        "squared_error": evaluation.judging.squared_error(restored, x).mean().item(),
        "sharpness": evaluation.judging.sharpness(restored).mean().item(),
        "readable": (read == labels).float().mean().item(),
        "knn_accuracy": evaluation.codes.knn_accuracy(
            known.mean, digits.train_labels, codes.mean, labels
        ),
        "active_units": evaluation.codes.active_units(codes),
        "code_mean": codes.mean.mean(0).tolist(),
        "code_spread": evaluation.codes.code_spread(codes).tolist(),
        "mean_radius": evaluation.codes.mean_radius(codes).tolist(),
        "prior_samples_confident": evaluation.judging.confident_share(classifier, samples),
    }
    if isinstance(model, VariationalAutoencoder) and model.config.noise != 0:
        figures["elbo_first_500"] = -evaluation.bounds.mean_terms(model, images[:500], rng).total
        figures["iwae_100_first_500"] = (
            evaluation.bounds.iwae(model, images[:500], 100, rng).mean().item()
        )
    return figures


def load_classifier() -> Classifier:
    model, _ = checkpoints.load(HERE / "classifier")
    assert isinstance(model, Classifier)
    return model


def make_classifier(root: Path, epochs: int = 6) -> str:
    torch.set_num_threads(1)
    digits, started = training_digits(root), time.perf_counter()
    rng = torch.Generator().manual_seed(0)
    model = Classifier(ClassifierConfig(), rng)

    def batch(chosen: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return data.to_float(digits.train_images[chosen]), digits.train_labels[chosen]

    learn_to_read(model, batch, len(digits.train_images), epochs, rng)
    seconds = time.perf_counter() - started
    x = data.to_float(digits.test_images)
    right = model.probabilities(x).argmax(1) == digits.test_labels
    noise = evaluation.baselines.noise_images(10_000, torch.Generator().manual_seed(0))
    test = {
        "accuracy": right.float().mean().item(),
        "confident_digits": evaluation.judging.confident_share(model, x),
        "confident_noise": evaluation.judging.confident_share(model, noise),
    }
    protocol = (
        "MNIST's 10 000 test images; confident: a probability above 0.9; noise: "
        "10 000 images of uniform noise."
    )
    card = card_of_reader("classifier", digits.source, epochs, seconds, protocol, test)
    checkpoints.save(HERE / "classifier", model, card)
    return f"classifier: {seconds:.0f} s, {test}"


def make_judge(root: Path, folder: Path, epochs: int = 6) -> str:
    """The classifier that can refuse: it learns digits and as many pictures that are none."""
    torch.set_num_threads(1)
    digits, started = training_digits(root), time.perf_counter()
    rng = torch.Generator().manual_seed(0)
    model = RejectingClassifier(RejectingConfig(), rng)

    def batch(chosen: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        x, labels = data.to_float(digits.train_images[chosen]), digits.train_labels[chosen]
        none = torch.cat([*nondigits.of_each_kind(x, labels, len(x) // 4, rng).values()])
        both = torch.cat([x, none])
        # Half of all are smoothed and half faded, digits or none: neither is a reason to refuse.
        soft, faint = torch.rand(2, len(both), generator=rng) < 0.5
        both[soft] = nondigits.blurred(both[soft], *SOFTNESS, rng)
        both[faint] = nondigits.faded(both[faint], FADED, rng)
        return both, torch.cat([labels, torch.full((len(none),), NO_DIGIT)])

    learn_to_read(model, batch, len(digits.train_images), epochs, rng)
    seconds = time.perf_counter() - started
    x, labels = data.to_float(digits.test_images), digits.test_labels
    drawn = [evaluation.judging.drawn(model, x[labels == label]) for label in range(NO_DIGIT)]
    none = {
        kind: evaluation.judging.drawn(model, images)
        for kind, images in nondigits.of_each_kind(
            x, labels, 2_500, torch.Generator().manual_seed(1)
        ).items()
    }
    confusion = torch.stack([*drawn, torch.stack([*none.values()]).sum(0)])
    read = confusion[:NO_DIGIT]
    test = {
        "accuracy": (read.diagonal().sum() / read.sum()).item(),
        "refused": (read[:, NO_DIGIT].sum() / read.sum()).item(),
        "taken_for_digits": {
            kind: (counts[:NO_DIGIT].sum() / counts.sum()).item() for kind, counts in none.items()
        },
        "confusion": confusion.tolist(),
    }
    protocol = (
        "MNIST's 10 000 test images, and 2 500 new pictures of each kind of non-digit, made from "
        "them where digits are needed; the likeliest of eleven classes; confusion: a row for each "
        "digit and one for non-digits, a column for each answer, the last one no digit."
    )
    source = f"{digits.source} Non-digits made from them and from noise, see core/nondigits.py."
    card = card_of_reader("judge", source, epochs, seconds, protocol, test)
    checkpoints.save(folder / "judge", model, card)
    return f"judge: {seconds:.0f} s, {test}"


def learn_to_read(
    model: Classifier | RejectingClassifier,
    batch: Callable[[torch.Tensor], tuple[torch.Tensor, torch.Tensor]],
    images: int,
    epochs: int,
    rng: torch.Generator,
) -> None:
    """Train on what `batch` makes of 128 training images at a time, by their indices."""
    optimiser = torch.optim.Adam(model.parameters(), lr=2e-3, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, epochs * (images // 128))
    for _ in range(epochs):
        order = torch.randperm(images, generator=rng)
        for chosen in order[: images // 128 * 128].split(128):
            x, labels = batch(chosen)
            optimiser.zero_grad()
            F.cross_entropy(model(x), labels).backward()
            optimiser.step()
            schedule.step()


def card_of_reader(
    name: str, source: str, epochs: int, seconds: float, protocol: str, test: dict
) -> dict:
    return {
        "name": name,
        "data": source,
        "training": {"epochs": epochs, "batch_size": 128, "learning_rate": 2e-3, "seed": 0},
        "seconds": round(seconds, 1),
        "made_with": f"torch {torch.__version__}, one thread, {platform.machine()}",
        "protocol": protocol,
        "test": test,
    }


def write_readme() -> None:
    """A table of all cards beside the models."""
    lines = [
        "# The pretrained models",
        "",
        "Made by `make pretrained DATA=folder` (the folder that holds `MNIST/raw`), which also "
        "writes this page. They learn from MNIST's training images 6 000 to 59 999; no picture of "
        "the embedded sample is among them. Each NAME.json says how its model was made and "
        "measured; NAME.film.safetensors, where there is one, is the film of its training. "
        "Figures of different likelihoods cannot be compared, nor those of a continuous "
        "Bernoulli under different bounds on its logits. `make paper-table` makes "
        "paper_table.json.",
        "",
        "| model | likelihood | bound | β | fixed σ | BCE or NLL | KL | −ELBO | squared error "
        "| 15-NN | seconds |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name in sorted(recipe.name for recipe in recipes()):
        path = HERE / f"{name}.json"
        if not path.is_file():  # not made yet
            continue
        card = json.loads(path.read_text())
        model, test = card["model"], card["test"]
        vae = model["kind"] == "vae"
        noise = model.get("noise")  # not on the cards from before it could be fixed
        cells = (
            card["name"],
            model["likelihood"].replace("_", " "),
            _bound(model),
            f"{model['beta']:g}" if vae else "",
            f"{noise:g}" if noise is not None else "",
            f"{test['reconstruction']:.1f}",
            f"{test['kl']:.2f}" if vae else "",
            f"{test['total']:.1f}" if vae and noise != 0 else "",
            f"{test['squared_error']:.1f}",
            f"{test['knn_accuracy']:.3f}",
            f"{card['seconds']:.0f}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    test = json.loads((HERE / "classifier.json").read_text())["test"]
    lines += [
        "",
        f"`classifier` reads {test['accuracy']:.2%} of MNIST's test digits right. It is more than "
        f"90 % sure of {test['confident_digits']:.1%} of them, and of "
        f"{test['confident_noise']:.1%} of images of uniform noise.",
        "",
        *_of_judge(),
        "",
        f"Protocol: {PROTOCOL}{OF_POINTS}",
    ]
    (HERE / "README.md").write_text("\n".join(lines) + "\n")


def _of_judge() -> list[str]:
    """What the judge's card says, and its confusion."""
    test = json.loads((HERE / "judge.json").read_text())["test"]
    taken = ", ".join(
        f"{share:.1%} of {kind.replace('_', ' ')}"
        for kind, share in test["taken_for_digits"].items()
    )
    answers = [*map(str, range(NO_DIGIT)), "no digit"]
    return [
        f"`judge` may answer that a picture is no digit. It reads {test['accuracy']:.2%} of the "
        f"test digits right and refuses {test['refused']:.2%}; for a digit it takes {taken}.",
        "",
        f"| is, read as | {' | '.join(answers)} |",
        f"| --- |{' --- |' * len(answers)}",
        *(
            f"| {answer} | {' | '.join(map(str, row))} |"
            for answer, row in zip(answers, test["confusion"], strict=True)
        ),
    ]


def _bound(model: dict) -> str:
    """A continuous Bernoulli's bound on |logit|; other likelihoods have none."""
    if model["likelihood"] != "continuous_bernoulli":
        return ""
    return f"{model['logit_bound']:.4g}" if model["logit_bound"] else "none"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds MNIST/raw")
    parser.add_argument("--only", nargs="*", help="names of single models to make")
    parser.add_argument("--into", type=Path, default=HERE, help="the folder to write to")
    parser.add_argument("--processes", type=int, default=2, help="models trained side by side")
    wanted = parser.parse_args()
    root = wanted.data.resolve()
    if not wanted.only or "classifier" in wanted.only:
        print(make_classifier(root), flush=True)
    if not wanted.only or "judge" in wanted.only:
        print(make_judge(root, wanted.into), flush=True)
    chosen = [recipe for recipe in recipes() if not wanted.only or recipe.name in wanted.only]
    with ProcessPoolExecutor(wanted.processes) as pool:
        orders = [pool.submit(make, recipe, root, wanted.into) for recipe in chosen]
        for made in as_completed(orders):
            print(made.result(), flush=True)
    if wanted.into == HERE:
        write_readme()


if __name__ == "__main__":
    main()
