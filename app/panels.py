"""Pieces of a page that lessons share: how it opens and closes, the model in use, the digits
being followed, and the panel that trains a model while you watch.
"""

import functools
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st
import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from app import cache, charts, sketch, theme, widgets
from app.cache import Shown
from app.course import LESSONS, Lesson
from app.jobs import Job
from app.state import Visitor, keep_place, place_on
from core import checkpoints, evaluation, latent, losses, sampling
from core.checkpoints import CheckpointError
from core.data import DataError, Digits, Name, to_float
from core.latent import Projection
from core.models import Kind, Likelihood, Model, ModelConfig, build, mean_image
from core.models.layers import negative_log_likelihood, shapes
from core.models.vae import reparameterise
from core.training import Record, TrainConfig

POLL = 0.4  # s between two looks at a running job

# Fixed axes, so that nothing jumps while a model trains. Nats per image.
_LOSS_DOMAIN = {
    "bernoulli": (0.0, 300.0),
    "gaussian": (-600.0, 600.0),
    "continuous_bernoulli": (-1600.0, 100.0),
}


def opening(number: int, title: str, question: str) -> None:
    """A lesson's title and the question it answers."""
    st.title(f"{number}  {title}", anchor=False)
    st.markdown(f"#### {question}")


def coming_next(page: str, teaser: str) -> None:
    """What the next lesson is about, and the way there."""
    st.divider()
    st.markdown(teaser)
    st.page_link(f"lessons/{page}.py", icon=":material/arrow_forward:")


def digits_in_use(visitor: Visitor) -> Digits:
    """The data set in use; where it cannot be read any more, the sample, and a sentence why."""
    try:
        return cache.digits(visitor.data)
    except DataError as error:
        st.warning(f"{error} The sample is in use instead.", icon=":material/folder_off:")
        visitor.use_data("sample")
        return cache.digits("sample")


def model(visitor: Visitor, kind: Kind, pretrained: str) -> Shown:
    """The model that the page shows, with a word on where it comes from and the way to the other.

    Where a pretrained file is damaged the page says which, and ends there.
    """
    if kind in visitor.own:
        mine = f"Your {visitor.own[kind].config.kind.upper()}"
        choice = st.segmented_control(
            "Model",
            ["Pretrained", mine],
            default=mine if visitor.uses_own.get(kind) else "Pretrained",
            required=True,
            key=f"model-{kind}-{visitor.own[kind].key}-{visitor.uses_own.get(kind)}",
            label_visibility="collapsed",
        )
        if (choice == mine) != bool(visitor.uses_own.get(kind)):
            visitor.uses_own[kind] = choice == mine
            st.rerun()
    try:
        shown = visitor.shown(kind, pretrained)
    except CheckpointError as error:
        st.error(f"{error} Restore the file, or run `make pretrained`.", icon=":material/error:")
        st.stop()
    st.caption(provenance(shown))
    return shown


def provenance(shown: Shown) -> str:
    """One sentence on a model: what it is, what it learned from, how well it does."""
    card = shown.card
    test = card["test"]
    figure = f"{test['total']:.1f} nats per image"
    if shown.is_vae:
        figure = (
            f"reconstruction {test['reconstruction']:.1f} + KL {test['kl']:.2f} "
            f"= {test['total']:.1f} nats per image"
        )
    if shown.config.likelihood == "continuous_bernoulli":
        bound = shown.config.logit_bound
        figure += f", under |logit| ≤ {bound:.2f}" if bound else ", without a bound on its logits"
    images = card.get("training", {}).get("images")
    on = f"Trained on the first {widgets.grouped(images)} of" if images else "Trained on"
    return f"**{shown.title}**. {on}: {card['data']} Test: {figure}."


def pick_digits(visitor: Visitor) -> None:
    """A button for ten other digits, one of each class."""
    st.button(
        "Ten other digits",
        key="other-digits",
        icon=":material/casino:",
        on_click=visitor.choose_digits,
    )


def reconstructions(visitor: Visitor, shown: Shown) -> None:
    """The ten digits above their reconstructions, each with its cost, misread ones framed."""
    digits = digits_in_use(visitor)
    chosen = list(visitor.ten)
    images, labels = digits.test_images[chosen], digits.test_labels[chosen]
    restored = evaluation.reconstruct(shown.model, to_float(images))
    cost = evaluation.terms_per_image(shown.model, images, torch.Generator().manual_seed(0))
    captions = [f"{nats:.0f} nats" for nats in cost.reconstruction.tolist()]
    misread = [False] * len(chosen)
    if digits.name in ("sample", "mnist"):
        read = cache.classifier()[0].probabilities(restored).argmax(1)
        misread = (read != labels).tolist()
        captions = [
            f"{caption}\nreads as {digit}" if wrong else caption
            for caption, digit, wrong in zip(captions, read.tolist(), misread)
        ]
    names = [digits.class_names[label] for label in labels.tolist()]
    widgets.digits(
        torch.cat([to_float(images), restored]),
        len(chosen),
        key="reconstructions",
        labels=[*names, *captions],
        marked=[*([False] * len(chosen)), *misread],
        alt="Ten test digits, "
        + "; ".join(f"{n}: {c}" for n, c in zip(names, captions)).replace("\n", ", "),
    )
    st.caption(
        "Above: test digits. Below: their reconstructions, with the reconstruction cost of each. "
        + (f"Framed: {sum(misread)} that the classifier reads as another digit." if misread else "")
    )


def network(shown: Shown) -> None:
    """The layers of the model that is shown, with their shapes and parameter counts."""
    _sketch(shown.model, "Drawn from the model above")


def _sketch(model: Model, whose: str) -> None:
    latent_dim, variational = model.config.latent_dim, model.config.kind == "vae"
    image, code = torch.zeros(1, 1, 28, 28), torch.zeros(1, latent_dim)
    encoder, decoder = shapes(model.encoder, image), shapes(model.decoder, code)
    learned = sum(layer.parameters for layer in (*encoder, *decoder))
    with st.container(key="strip-network"):
        st.image(
            sketch.network(encoder, decoder, variational),
            alt=f"The network: 784 pixels, {len(encoder)} layers of the encoder, a code of "
            f"{latent_dim} numbers, {len(decoder)} layers of the decoder, 784 logits",
        )
    st.caption(
        f"{whose}: {widgets.grouped(learned)} parameters. A bar's height is the "
        "logarithm of how many numbers pass there."
    )


def cost_in_context(visitor: Visitor, shown: Shown) -> None:
    """The model's mean BCE on the test images, its floor, and the cost of knowing nothing."""
    if shown.config.likelihood != "bernoulli":
        return
    floor, blind = cache.bce_bounds(visitor.data)
    cost = cache.test_terms(shown, visitor.data).reconstruction
    columns = st.columns(3)
    columns[0].metric("Perfect restoration", f"{floor:.1f} nats", help="Σ H(x): the entropy floor")
    columns[1].metric("This model", f"{cost:.1f} nats", help="Mean BCE of the test images in use")
    columns[2].metric(
        "Always the mean image", f"{blind:.1f} nats", help="One answer for every digit"
    )


def against_pca(visitor: Visitor, shown: Shown) -> None:
    """The ten digits, restored by the model and by PCA of the same size, with squared errors."""
    digits = digits_in_use(visitor)
    x = to_float(digits.test_images[list(visitor.ten)])
    rival = cache.pca_restored(visitor.data, shown.config.latent_dim)
    ours, theirs = evaluation.reconstruct(shown.model, x), rival[list(visitor.ten)]
    widgets.digits(
        torch.cat([ours, theirs]),
        len(x),
        key="pca",
        labels=[f"{e:.0f}" for y in (ours, theirs) for e in evaluation.squared_error(x, y)],
        alt="The ten digits restored by the model, above PCA's with as many components",
    )
    everything = to_float(digits.test_images)
    means = [
        evaluation.squared_error(everything, y).mean().item()
        for y in (cache.restored(shown, visitor.data), rival)
    ]
    st.caption(
        "Above the model, below PCA; under each its squared error, summed over pixels. Mean over "
        f"{widgets.grouped(len(everything))} test images: {means[0]:.1f} and {means[1]:.1f}."
    )


def map_table(
    points: Float[Tensor, "codes 2"], labels: Int64[Tensor, " codes"], digits: Digits
) -> pd.DataFrame:
    """Codes in a plane as `charts.latent_map` wants them, each with the address of its picture."""
    names = np.asarray(digits.class_names)
    frame = pd.DataFrame(
        {
            "x": points[:, 0].numpy(),
            "y": points[:, 1].numpy(),
            "class": names[labels.numpy()],
            "index": np.arange(len(points)),
        }
    )
    frame["image"] = [f"api/digit/{digits.name}/{i}.png" for i in frame["index"]]
    return frame


def axis_titles(projection: Projection, latent_dim: int) -> tuple[str, str]:
    """What the two axes of a map are."""
    if latent_dim <= 2:
        return ("z₁", "z₂")
    shares = [f"{share:.0%} of the codes' variance" for share in projection.explained.tolist()]
    return (f"principal direction 1 ({shares[0]})", f"principal direction 2 ({shares[1]})")


def train(visitor: Visitor, config: ModelConfig, training: TrainConfig, *, key: str) -> None:
    """Train it yourself: start, pause, continue, stop, and watch."""
    st.subheader("Train it yourself", anchor=False)
    job = visitor.job
    if job is None or job.over:
        st.markdown(
            f"**{cache.title(config)}** on {_how_many(visitor, training)} digits, "
            f"{training.epochs} epochs: {_duration(visitor, config, training)}."
        )
        label = "Train again" if job is not None else "Train"
        if st.button(label, key=f"train-{key}", type="primary", icon=":material/play_arrow:"):
            try:
                visitor.train(config, training)
            except (ValueError, DataError) as error:
                st.error(str(error), icon=":material/error:")
            else:
                st.rerun()
        if job is None:
            return
    _watch(visitor, key)


def _watch(visitor: Visitor, key: str) -> None:
    live = visitor.job is not None and visitor.job.status in ("waiting", "running")

    @st.fragment(run_every=POLL if live else None)
    def view() -> None:
        job = visitor.job
        if job is None:
            return
        if job.over and not job.collected and job.state.step:
            st.rerun()  # once, in full: the page takes over the model and polling ends
        _controls(job, key)
        _figures(job, key)

    view()


def _controls(job: Job, key: str) -> None:
    step, seconds = job.state.step, job.state.seconds
    left = f", about {seconds / step * (job.total - step):.0f} s to go" if step else ""
    words = {
        "waiting": "Waiting for a free core",
        "running": "Training",
        "paused": "Paused",
        "stopped": "Stopped",
        "done": "Done",
        "failed": "Ended early",
    }
    st.progress(
        min(1.0, step / job.total),
        f"{words[job.status]}: {cache.title(job.order.model)}, step {step} of {job.total}, "
        f"{seconds:.1f} s of computing{'' if job.over else left}",
    )
    if job.status == "failed":
        st.error(job.error, icon=":material/error:")
    elif job.error:
        st.warning(job.error, icon=":material/timer:")
    if job.over:
        return
    with st.container(horizontal=True):
        if job.status == "paused":
            if st.button("Continue", key=f"continue-{key}", icon=":material/play_arrow:"):
                job.start()
                st.rerun()
        elif st.button("Pause", key=f"pause-{key}", icon=":material/pause:"):
            job.pause()
            st.rerun()
        if st.button("Stop", key=f"stop-{key}", icon=":material/stop:"):
            job.stop()
            st.rerun()


def _figures(job: Job, key: str) -> None:
    frame = job.frame
    if frame is None:
        return
    config = job.order.model
    originals = job.pictures
    widgets.digits(
        torch.cat([originals, frame.reconstructions]),
        len(originals),
        key=f"live-{key}",
        alt="Ten digits above what the model makes of them at this moment",
    )
    left, right = st.columns(2)
    low_high = _LOSS_DOMAIN[config.likelihood]
    with left:
        st.altair_chart(
            charts.loss_curve(
                _losses(frame.history, "reconstruction"),
                theme.RECONSTRUCTION,
                title="Reconstruction",
                last_step=job.total,
                domain=low_high,
            ),
            key=f"reconstruction-{key}",
            alt="Reconstruction cost over the training steps, on train and test images",
        )
        if config.kind == "vae":
            st.altair_chart(
                charts.loss_curve(
                    _losses(frame.history, "kl"),
                    theme.KL,
                    title="KL to the prior",
                    last_step=job.total,
                    domain=(0.0, 12.0 if config.latent_dim <= 4 else 60.0),
                ),
                key=f"kl-{key}",
                alt="KL divergence over the training steps, on train and test images",
            )
    with right:
        points = frame.points.numpy()
        domain = charts.steady_domain(points)
        table = pd.DataFrame({"x": points[:, 0], "y": points[:, 1], "class": job.probe_classes})
        st.altair_chart(
            charts.latent_map(
                table,
                domain,
                title=f"Codes of {len(points)} test digits",
                axes=("z₁", "z₂") if config.latent_dim <= 2 else ("direction 1", "direction 2"),
                size=28,
            ),
            key=f"map-{key}",
            alt="Latent map of test digits at this moment, coloured by class",
        )


def _losses(history: tuple[Record, ...], term: str) -> pd.DataFrame:
    rows = []
    for record in history:
        rows.append((record.step, getattr(record.test, term), "test"))
        if record.train is not None:
            rows.append((record.step, getattr(record.train, term), "train"))
    return pd.DataFrame(rows, columns=["step", "nats", "images"])


def _how_many(visitor: Visitor, training: TrainConfig) -> str:
    return widgets.grouped(training.images or len(digits_in_use(visitor).train_images))


def _duration(visitor: Visitor, config: ModelConfig, training: TrainConfig) -> str:
    images = training.images or len(digits_in_use(visitor).train_images)
    seconds = images * training.epochs / cache.images_per_second(config, training.batch_size)
    if seconds < 90:
        return f"about {max(1, round(seconds))} s on this machine"
    return f"about {seconds / 60:.0f} min on this machine"


def begin(visitor: Visitor) -> None:
    """The way into the first lesson that the visitor has not seen."""
    unseen = [lesson for lesson in LESSONS if lesson.address not in visitor.seen]
    lesson = (unseen or LESSONS)[0]
    st.page_link(
        f"lessons/{lesson.file}.py",
        label=f"**{'Begin' if len(unseen) == len(LESSONS) else 'Go on'}: {lesson.title}**",
        icon=":material/arrow_forward:",
    )


def course_entry(visitor: Visitor, number: int, lesson: Lesson) -> None:
    """A line of the course's map: the lesson, its question, and whether it was visited."""
    name, question = st.columns([2, 5], vertical_alignment="center")
    seen = lesson.address in visitor.seen
    name.page_link(
        f"lessons/{lesson.file}.py",
        label=f"{number} {lesson.title}",
        icon=":material/check_circle:" if seen else ":material/circle:",
    )
    question.markdown(lesson.question + (" *(visited)*" if seen else ""))


def first_of_each_class(digits: Digits, each: int = 1) -> Float[Tensor, "n 1 28 28"]:
    """The first test images of every class, a row of ten classes after the other."""
    rows = [
        (digits.test_labels == label).nonzero()[:each, 0]
        for label in range(len(digits.class_names))
    ]
    return to_float(digits.test_images[torch.stack(rows, 1).flatten()])


_SETS: dict[Name, str] = {
    "sample": "Sample",
    "mnist": "MNIST",
    "fashion-mnist": "Fashion-MNIST",
    "kmnist": "Kuzushiji-MNIST",
}


def choose_data(visitor: Visitor) -> None:
    """The data set in use, for all pages; a set that is not on this server is fetched if asked."""
    name: Name = st.segmented_control(
        "Data in use on every page",
        list(_SETS),
        default=visitor.data,
        format_func=_SETS.__getitem__,
        required=True,
        key=f"data-{visitor.data}",
    )
    if name == visitor.data:
        return
    if cache.has_data(name):
        visitor.use_data(name)
        st.rerun()
    st.info(
        f"{_SETS[name]} is not complete on this server. It can be fetched from its home on the "
        "network: about 11 to 30 MB, 54 MB unpacked. Until then the set in use stays.",
        icon=":material/cloud_download:",
    )
    if st.button(f"Fetch {_SETS[name]}", key=f"fetch-{name}", type="primary"):
        try:
            with st.spinner(f"Fetching {_SETS[name]} …", show_time=True):
                cache.fetch(name)
        except DataError as error:
            st.error(str(error), icon=":material/cloud_off:")
        else:
            visitor.use_data(name)
            st.rerun()


VIEWS: dict[str, evaluation.View] = {"λ": "parameter", "mean": "mean", "one sample": "sample"}
LIKELIHOODS: dict[Likelihood, str] = {
    "continuous_bernoulli": "Continuous Bernoulli",
    "gaussian": "Squared error (Gaussian)",
    "bernoulli": "BCE (Bernoulli)",
}


def pixel_density(lam: float) -> None:
    """e^(-BCE) over a pixel's value, the area that it lacks, and the constant that adds it."""
    x = torch.linspace(0, 1, 401, dtype=torch.float64)
    logit = torch.logit(torch.tensor(lam, dtype=torch.float64))
    score = torch.exp(-losses.bernoulli_nll(logit.expand(len(x), 1), x[:, None]))
    log_norm = losses.continuous_bernoulli_log_norm(logit).item()
    constant, area = math.exp(log_norm), torch.trapezoid(score, x).item()
    mean = losses.continuous_bernoulli_mean(logit).item()
    curves = {"e^(−BCE)": score, "C(λ) · e^(−BCE)": constant * score}
    highest = constant * max(lam, 1 - lam)
    left, right = st.columns(2)
    left.altair_chart(
        charts.densities(
            pd.concat(pd.DataFrame({"x": x, "y": y, "curve": name}) for name, y in curves.items()),
            pd.DataFrame({"x": [mean], "name": [f"mean {mean:.2f}"]}),
            title=f"A pixel under λ = {lam:g}",
            x="value of the pixel, x",
            y="density",
            y_domain=(0.0, next(top for top in (2.6, 5.2, 10.4) if highest < top)),
            colours=dict(zip(curves, (theme.PRIOR, theme.RECONSTRUCTION), strict=True)),
            dashes=dict(zip(curves, ([5, 4], [1, 0]), strict=True)),
        ),
        key="cb-density",
        alt=f"Two curves over the pixel's value for λ = {lam:g}: e to the minus BCE with area "
        f"{area:.3f}, and C(λ) times it with area 1; its mean is {mean:.2f}",
    )
    grid = _logit_grid()
    right.altair_chart(
        charts.marked_curve(
            _curve(grid, losses.continuous_bernoulli_log_norm(grid)),
            pd.DataFrame(
                {"x": [lam], "y": [log_norm], "name": [f"{log_norm:.3f} nats at λ = {lam:g}"]}
            ),
            title="What BCE forgets: log C(λ)",
            x="λ",
            y="nats per pixel",
            colour=theme.RECONSTRUCTION,
            y_domain=(0.5, 2.6),
            height=340,
        ),
        key="cb-log-norm",
        alt=f"log C(λ), lowest at λ = 1/2 with 0.693 nats; {log_norm:.3f} nats at λ = {lam:g}",
    )
    columns = st.columns(3)
    columns[0].metric("Area under e^(−BCE)", f"{area:.3f}", help="By quadrature over x")
    columns[1].metric("times C(λ)", f"{constant:.3f}")
    columns[2].metric("is the area under the density", f"{area * constant:.3f}")


def pixel_costs(x: float) -> None:
    """What each likelihood charges for a pixel of value x, over all answers of a decoder."""
    grid, value = _logit_grid(), torch.tensor([x], dtype=torch.float64)
    config = ModelConfig()
    logit = torch.logit(value)
    natural = losses.continuous_bernoulli_logits(value)
    rules = (
        ("BCE", "λ", losses.bernoulli_nll, logit, (-0.4, 5.0)),
        (
            f"Gaussian, variance {config.variance:g}",
            "mean",
            functools.partial(losses.gaussian_nll, variance=config.variance),
            logit,
            (-1.2, 10.0),
        ),
        ("Continuous Bernoulli", "λ", losses.continuous_bernoulli_nll, natural, (-3.0, 5.0)),
    )
    for column, (name, answer, nll, best, domain) in zip(st.columns(3), rules, strict=True):
        best = best.clamp(grid[0], grid[-1])
        lowest = nll(best[:, None], value[:, None]).item()
        at = best.sigmoid().item()
        column.altair_chart(
            charts.marked_curve(
                _curve(grid, nll(grid[:, None], value.expand(len(grid), 1))),
                pd.DataFrame(
                    {
                        "x": [at],
                        "y": [lowest],
                        "name": [
                            f"lowest: {lowest:.2f} nats at {answer} = {at:.2g}".replace("-", "−")
                        ],
                    }
                ),
                title=name,
                x=f"the decoder's {answer}",
                y="nats per pixel",
                colour=theme.RECONSTRUCTION,
                y_domain=domain,
            ),
            key=f"cb-cost-{name.split(',')[0]}",
            alt=f"{name}: cost of a pixel of value {x:g}; lowest, {lowest:.2f} nats, at {at:.2g}",
        )
    if x in (0.0, 1.0):
        st.caption(
            "A pixel of exactly 0 or 1 has no best λ: BCE falls towards 0, the continuous "
            f"Bernoulli's cost towards −∞. The marks stand at the bound |logit| ≤ "
            f"{grid[-1]:.2f}, λ = {grid[-1 if x else 0].sigmoid():.4f}."
        )
    elif natural.abs().item() > grid[-1].item():
        st.caption(
            f"The continuous Bernoulli whose mean is {x:g} has a logit of {natural.item():.1f}: "
            f"beyond the bound |logit| ≤ {grid[-1]:.2f}, where its mark stands."
        )
    else:
        st.caption(
            f"BCE and the Gaussian answer with the pixel's value itself. The continuous Bernoulli "
            f"answers λ = {natural.sigmoid().item():.2g}, the one whose *mean* is {x:g}."
        )


def lambda_and_mean() -> None:
    """The continuous Bernoulli's mean against λ, beside a Bernoulli's, which is λ itself."""
    grid = _logit_grid()
    curves = {
        "continuous Bernoulli": losses.continuous_bernoulli_mean(grid),
        "Bernoulli": grid.sigmoid(),
    }
    st.altair_chart(
        charts.lines(
            pd.concat(_curve(grid, y).assign(curve=name) for name, y in curves.items()),
            title="The mean that a λ stands for",
            x="λ",
            y="mean of the pixel",
            colours=dict(zip(curves, (theme.RECONSTRUCTION, theme.PRIOR), strict=True)),
            dashes=dict(zip(curves, ([1, 0], [5, 4]), strict=True)),
            x_domain=(0.0, 1.0),
            y_domain=(0.0, 1.0),
        ),
        key="cb-mean",
        alt="The mean against λ: a straight line for the Bernoulli; for the continuous Bernoulli "
        "an S between 0.11 and 0.89 that lies nearer to one half",
    )


def three_likelihoods(visitor: Visitor, d: int) -> dict[str, Shown]:
    """The pretrained VAEs of size d, one for each likelihood, and the visitor's own
    continuous Bernoulli where there is one. Where a file is damaged the page ends there."""
    bernoulli = "vae-lite-2-beta-1" if d == 2 else f"vae-lite-{d}-bernoulli"
    names: dict[Likelihood, str] = {
        "continuous_bernoulli": f"vae-lite-{d}-continuous-bernoulli",
        "gaussian": f"vae-lite-{d}-gaussian",
        "bernoulli": bernoulli,
    }
    try:
        models = {LIKELIHOODS[name]: cache.pretrained(file) for name, file in names.items()}
    except CheckpointError as error:
        st.error(f"{error} Restore the file, or run `make pretrained`.", icon=":material/error:")
        st.stop()
    mine = visitor.own.get("vae")
    if mine is not None and mine.config.likelihood == "continuous_bernoulli":
        models["Yours, continuous Bernoulli"] = mine
    return models


def reconstruction_rows(visitor: Visitor, models: dict[str, Shown], view: evaluation.View) -> None:
    """The ten digits, and what each model makes of them; under each row how it is judged."""
    digits = digits_in_use(visitor)
    images = digits.test_images[list(visitor.ten)]
    known = cache.judged_digits(visitor.data)
    _judged_row(visitor, "The digits themselves", to_float(images), known, key="digits")
    for name, shown in models.items():
        z = latent.encode(shown.model, images).mean
        judged = cache.judged_reconstructions(shown, visitor.data, view)
        pictures = _pictures(visitor, shown, z, view)
        _judged_row(visitor, _viewed(name, shown, view), pictures, judged, key=_short(name))


def sample_rows(visitor: Visitor, models: dict[str, Shown], view: evaluation.View) -> None:
    """Ten draws of the prior, decoded by each model from the same ε."""
    for name, shown in models.items():
        rng = torch.Generator().manual_seed(visitor.noise_seed)
        z = sampling.prior(sampling.draw(10, shown.config.latent_dim, rng))
        judged, pictures = cache.judged_samples(shown, view), _pictures(visitor, shown, z, view)
        name_and_view = _viewed(name, shown, view)
        _judged_row(visitor, name_and_view, pictures, judged, key=f"{_short(name)}-sampled")


def new_noise(visitor: Visitor, *, key: str = "new-noise") -> None:
    """A button for another draw of the noise, on every page."""
    st.button("New noise", key=key, icon=":material/casino:", on_click=visitor.new_noise)


def sharpness_and_error(visitor: Visitor, models: dict[str, Shown]) -> None:
    """Sharpness and squared error of every model's reconstructions, λ and mean apart."""
    rows = [("digits", cache.judged_digits(visitor.data))]
    for name, shown in models.items():
        for word, view in VIEWS.items():
            continuous = shown.config.likelihood == "continuous_bernoulli"
            if view == "sample" or (view == "parameter" and not continuous):
                continue
            judged = cache.judged_reconstructions(shown, visitor.data, view)
            rows.append((f"{_short(name)} {word}" if continuous else _short(name), judged))
    left, right = st.columns(2)
    for column, title, figures in (
        (left, "Sharpness", [(name, judged.sharpness) for name, judged in rows]),
        (right, "Squared error", [(name, judged.squared_error) for name, judged in rows[1:]]),
    ):
        column.altair_chart(
            charts.bars(
                pd.DataFrame(figures, columns=["name", "value"]),
                title=f"{title} of the reconstructions",
                y="variance of the Laplacian" if title == "Sharpness" else "sum over pixels",
                colours={
                    name: theme.PRIOR if name == "digits" else theme.DECODER for name, _ in figures
                },
            ),
            key=f"cb-{title}",
            alt=f"{title}: " + ", ".join(f"{name} {value:.3g}" for name, value in figures),
        )


def whose_sharpness(visitor: Visitor, models: dict[str, Shown]) -> None:
    """Whether the continuous Bernoulli's sharpness is λ's or the mean's, as the numbers have it."""
    cb, bce = models[LIKELIHOODS["continuous_bernoulli"]], models[LIKELIHOODS["bernoulli"]]
    parameter = cache.judged_reconstructions(cb, visitor.data, "parameter")
    mean = cache.judged_reconstructions(cb, visitor.data, "mean")
    rival = cache.judged_reconstructions(bce, visitor.data, "mean")
    digits = cache.judged_digits(visitor.data)
    told = (
        f"Over {widgets.grouped(cache.JUDGED)} test images the digits have sharpness "
        f"{digits.sharpness:.3f}, the λ of the continuous Bernoulli {parameter.sharpness:.3f}, its "
        f"mean {mean.sharpness:.3f}, and BCE {rival.sharpness:.3f}. "
    )
    if parameter.sharpness > rival.sharpness >= mean.sharpness:
        told += (
            "**The famous sharpness is λ's and not the mean's**: what the same model expects to "
            "see is no sharper than the picture of BCE. "
        )
    elif parameter.sharpness > max(mean.sharpness, rival.sharpness):
        left = "less than half" if 2 * mean.sharpness < parameter.sharpness else "only a part"
        told += f"**The famous sharpness is λ's**: {left} of it is left in the same model's mean. "
    errors = [judged.squared_error or 0.0 for judged in (parameter, mean, rival)]
    told += f"Squared error: λ {errors[0]:.1f}, mean {errors[1]:.1f}, BCE {errors[2]:.1f}"
    told += ": sharper is not closer." if errors[0] > errors[2] else "."
    st.markdown(told)


def _pictures(
    visitor: Visitor, shown: Shown, z: Tensor, view: evaluation.View
) -> Float[Tensor, "n 1 28 28"]:
    rng = torch.Generator().manual_seed(visitor.noise_seed)
    return evaluation.picture(shown.config, latent.decode(shown.model, z), view, rng)


def _judged_row(
    visitor: Visitor, name: str, pictures: Tensor, judged: evaluation.Judgement, *, key: str
) -> None:
    widgets.digits(pictures, len(pictures), key=f"cb-{key}", alt=f"Row of digits: {name}")
    figures = [f"sharpness {judged.sharpness:.3f}"]
    if judged.squared_error:
        figures.insert(0, f"squared error {judged.squared_error:.1f}")
    if visitor.data in ("sample", "mnist"):
        figures.append(f"classifier sure of {judged.confident:.0%}")
    st.caption(f"**{name}**: " + ", ".join(figures))


def _short(name: str) -> str:
    return {
        "Yours, continuous Bernoulli": "yours",
        LIKELIHOODS["continuous_bernoulli"]: "CB",
        LIKELIHOODS["gaussian"]: "Gaussian",
        LIKELIHOODS["bernoulli"]: "BCE",
    }[name]


def _viewed(name: str, shown: Shown, view: evaluation.View) -> str:
    """The row's name with what is drawn; only the continuous Bernoulli's λ is not its mean."""
    words = {"parameter": "λ", "mean": "mean", "sample": "one sample"}
    if shown.config.likelihood != "continuous_bernoulli":
        words["parameter"] = "mean"
    return f"{name}, {words[view]}"


def _logit_grid() -> Float[Tensor, " n"]:
    """Logits up to the bound, close enough for a smooth curve over λ."""
    bound = ModelConfig().logit_bound or 10.0
    return torch.linspace(-bound, bound, 301, dtype=torch.float64)


def _curve(logits: Tensor, y: Tensor) -> pd.DataFrame:
    return pd.DataFrame({"x": logits.sigmoid().numpy(), "y": y.numpy()})


def map_points(shown: Shown, name: Name) -> Float[Tensor, "codes 2"]:
    """Where a map draws the codes: the principal plane; where d is 1, at heights of no meaning."""
    points = cache.principal_plane(shown, name).project(cache.codes(shown, name).mean)
    if shown.config.latent_dim == 1:
        points[:, 1] = torch.rand(len(points), generator=torch.Generator().manual_seed(0)) * 2 - 1
    return points


def map_axes(shown: Shown, name: Name) -> tuple[str, str]:
    """Titles of the axes of `map_points`."""
    if shown.config.latent_dim == 1:
        return ("z", "no meaning: spread out to be seen")
    return axis_titles(cache.principal_plane(shown, name), shown.config.latent_dim)


def map_domain(shown: Shown, name: Name, *others: Float[Tensor, "places 2"]) -> charts.Domain:
    """Axes that hold the codes and other places. A VAE's always hold three standard deviations
    of its prior, the scale it was paid to keep, so that collapsed codes look as small as they are.
    """
    places = [map_points(shown, name), *others]
    if shown.is_vae:
        centre = prior_centre(shown, name)
        places.append(torch.tensor([[-3.0, -3.0], [3.0, 3.0]]) + torch.tensor(centre))
    return charts.domain_of(torch.cat(places).numpy(), margin=0.04)


def prior_centre(shown: Shown, name: Name) -> tuple[float, float]:
    """Where the prior's mean lies on the map."""
    zero = torch.zeros(1, shown.config.latent_dim)
    x, y = cache.principal_plane(shown, name).project(zero)[0].tolist()
    return x, y


COLOURS = ["Class", "Loss", "Distance", "Radius", "KL"]


def _colouring(shown: Shown, name: Name, colour: str) -> tuple[Float[Tensor, " codes"], str] | None:
    """What a map is coloured by, a number for each code and its name; None for the classes."""
    mean, logvar = cache.codes(shown, name)
    if colour == "Loss":
        return cache.terms(shown, name).reconstruction, "reconstruction, nats"
    if colour == "Distance":
        return mean.norm(dim=1), "distance ‖μ‖" if shown.is_vae else "distance ‖z‖"
    if colour == "Radius" and logvar is not None:
        return (0.5 * logvar).mean(1).exp(), "radius: geometric mean of σ"
    if colour == "KL":
        return cache.terms(shown, name).kl, "KL, nats"
    return None


def explore_map(visitor: Visitor, shown: Shown, colour: str, *, tsne: bool) -> None:
    """A model's map to zoom, hover and click, and beside it what lies at the place picked."""
    name = digits_in_use(visitor).name
    points = cache.tsne(shown, name) if tsne else map_points(shown, name)
    labels = cache.map_images(name)[1][: len(points)]
    table = map_table(points, labels, digits_in_use(visitor))
    domain = charts.domain_of(points.numpy()) if tsne else map_domain(shown, name)
    if not tsne and not shown.is_vae and charts.long_tailed(points.numpy()):
        domain = _with_close_up(points, domain)
    values = _colouring(shown, name, colour)
    if values is not None:
        table["value"] = values[0][: len(points)].numpy()
    map_name = f"{shown.key}-{name}-{'tsne' if tsne else 'plane'}"

    def place() -> charts.Place:
        picked = place_on(visitor, map_name)
        if picked is None:  # where a map begins: in its emptiest place, or at its first digit
            picked = (*_white_space(points, domain), 0 if tsne else -1)
        x, y, index = picked
        if 0 <= index < len(table):
            return (float(table["x"][index]), float(table["y"][index]), index)
        return charts.cell_at(x, y, domain)

    # The chart marks clicks by itself; it is told a place only when it is drawn anew.
    first = place()
    key = f"map-{map_name}-{colour}-{domain[0]:.3g}-{first}"

    @st.fragment
    def view() -> None:
        on_map, at_place = st.columns([8, 5], gap="medium")
        with on_map:
            st.altair_chart(
                charts.over(
                    charts.latent_map(
                        table,
                        domain,
                        title=_map_title(shown, len(points), name, tsne),
                        axes=("t-SNE 1", "t-SNE 2") if tsne else map_axes(shown, name),
                        value=values[1] if values else None,
                        pickable=True,
                        place=first,
                    )
                ),
                key=key,
                alt=f"Map of the codes of {len(points)} digits, coloured by {colour.lower()}; "
                "the column beside it tells what lies at the place marked",
                on_select=functools.partial(keep_place, visitor, map_name, key),
                selection_mode="pick",
            )
        with at_place:
            _at(visitor, shown, place(), tsne)

    view()


def _with_close_up(points: Float[Tensor, "codes 2"], whole: charts.Domain) -> charts.Domain:
    """Axes for codes with long tails, which would press all others into a corner."""
    if not widgets.switch("Close-up", True, key="close-up", help="Off: axes that hold every code"):
        return whole
    domain = charts.close_up(points.numpy())
    outside = 1 - _inside(points, domain).float().mean().item()
    st.caption(
        f"A close-up: {outside:.0%} of the codes lie farther out. Turn the wheel to zoom out, or "
        "switch the close-up off."
    )
    return domain


def _white_space(points: Float[Tensor, "codes 2"], domain: charts.Domain) -> tuple[float, float]:
    """A place between the codes where no code is near; beside them where they are one dot."""
    inside = points[_inside(points, domain)]
    x, y = latent.emptiest(inside if len(inside) else points).tolist()
    left, right, bottom, top = domain
    if (inside.std(0) < 0.005 * (right - left)).all():
        return left + 0.75 * (right - left), bottom + 0.75 * (top - bottom)
    return x, y


def _inside(points: Float[Tensor, "codes 2"], domain: charts.Domain) -> Bool[Tensor, " codes"]:
    left, right, bottom, top = domain
    x, y = points.unbind(1)
    return (left <= x) & (x <= right) & (bottom <= y) & (y <= top)


def _map_title(shown: Shown, count: int, name: Name, tsne: bool) -> str:
    images = "digits of the sample" if name == "sample" else "test images"
    how = "t-SNE of the codes" if tsne else "Codes"
    return f"{how} of {widgets.grouped(count)} {images}: {shown.title}"


def _at(visitor: Visitor, shown: Shown, place: charts.Place, tsne: bool) -> None:
    """What the decoder draws at a place of the map, and the real digit nearest to it."""
    x, y, index = place
    if tsne and index < 0:
        st.info(
            "t-SNE has no way back: a place between its points is no place in latent space, and "
            "nothing can be decoded there. Click a point.",
            icon=":material/block:",
        )
        return
    digits = digits_in_use(visitor)
    images, labels = cache.map_images(digits.name)
    codes, plane = cache.codes(shown, digits.name).mean, cache.principal_plane(shown, digits.name)
    z = codes[index : index + 1] if index >= 0 else plane.lift(torch.tensor([[x, y]]))
    distance, neighbour = (float(found[0]) for found in latent.nearest(codes, z))
    neighbour = index if index >= 0 else int(neighbour)
    here = mean_image(shown.config, latent.decode(shown.model, z))
    digit = to_float(images[neighbour : neighbour + 1])
    name = digits.class_names[int(labels[neighbour])]
    st.markdown(f"**At the cross**: {_coordinates(z[0])}")
    widgets.digits(
        torch.cat([here, digit]),
        2,
        key="place",
        scale=6,
        labels=["decoded exactly here", f"nearest real digit: {name}"],
        alt=f"What the decoder draws at the cross, and the nearest real digit, a {name}",
    )
    usual = cache.holes(shown, digits.name).threshold
    if index >= 0:
        words = ["This is the digit's own code, and the left picture its reconstruction."]
    elif usual > 1e-9:
        side = "farther than" if distance > usual else "not farther than"
        words = [
            f"The digit is at a distance of **{distance:.3g}**, {side} the {usual:.3g} within "
            "which 95 % of held-out digits have a neighbour."
        ]
    else:
        words = [f"The digit is at a distance of **{distance:.3g}**. Most codes share one place."]
    if digits.name in ("sample", "mnist"):
        sure, read = cache.classifier()[0].probabilities(here)[0].max(0)
        words.append(f"A classifier reads the decoding as **{int(read)}** ({float(sure):.0%}).")
    st.markdown(" ".join(words))
    if len(z[0]) > 2 and index < 0:
        st.caption(
            f"The map is a plane in {len(z[0])} dimensions. The place clicked was lifted from it: "
            "its other coordinates are those of the mean code. Distances are measured in all "
            f"{len(z[0])}."
        )


def _coordinates(z: Float[Tensor, " latent"]) -> str:
    """A code in a few words."""
    numbers = ", ".join(f"{number:.3g}" for number in z[:4].tolist())
    return f"z = ({numbers}{', …' if len(z) > 4 else ''})".replace("-", "−")


MAP_CODES = 2500  # on a map that stands beside another one
CLOUDS = 150  # posteriors drawn as ellipses
SAMPLES = 16


class Walk(NamedTuple):
    """A path between the codes of two digits, and what the decoder draws along it."""

    shown: Shown
    codes: Float[Tensor, "frames latent"]
    frames: Float[Tensor, "frames 1 28 28"]
    distance: Float[Tensor, " frames"]  # to the nearest code: above 1 is a hole


def pair(visitor: Visitor, ae: str, vae: str) -> tuple[Shown, Shown]:
    """An autoencoder and a variational one side by side, each with a word on where it is from."""
    left, right = st.columns(2)
    with left:
        first = model(visitor, "ae", ae)
    with right:
        second = model(visitor, "vae", vae)
    return first, second


def one_of_ten(visitor: Visitor, label: str, position: int, *, key: str) -> tuple[int, str]:
    """One of the ten digits being followed: the index of its test image, and its class."""
    digits = digits_in_use(visitor)
    names = [digits.class_names[label] for label in digits.test_labels[list(visitor.ten)].tolist()]
    name = widgets.choice(label, names, default=names[position], key=key)
    return visitor.ten[names.index(name)], name


def corners(
    visitor: Visitor, shown: Shown, places: Sequence[str]
) -> dict[str, Float[Tensor, " latent"]]:
    """The codes of some of the ten digits, chosen one for each place; named a, b, c, …"""
    chosen, columns = [], st.columns(2)
    for i, place in enumerate(places):
        with columns[i % 2]:
            digit = (0, 1, 7, 4)[i]
            index, _ = one_of_ten(visitor, f"{place}, {'abcd'[i]}", digit, key=f"corner-{i + 1}")
        chosen.append(index)
    return dict(zip("abcd", codes_of(visitor, shown, chosen)))


def crossfade(visitor: Visitor, ends: tuple[int, int], frames: int) -> Tensor:
    """The blends of two images, pixel by pixel."""
    start, end = to_float(digits_in_use(visitor).test_images[list(ends)]).flatten(1)
    return latent.linear_path(start, end, frames).view(-1, 1, 28, 28)


def walk(
    visitor: Visitor, shown: Shown, ends: tuple[int, int], frames: int, *, spherical: bool = False
) -> Walk:
    """The path between the codes of two test images; slerp only where there are dimensions."""
    start, end = codes_of(visitor, shown, ends)
    spherical = spherical and shown.config.latent_dim >= latent.SLERP_FROM_DIM
    path = (latent.spherical_path if spherical else latent.linear_path)(start, end, frames)
    distance = cache.holes(shown, visitor.data).distance(path)
    return Walk(shown, path, _pictures(visitor, shown, path, "mean"), distance)


def codes_of(
    visitor: Visitor, shown: Shown, chosen: Sequence[int]
) -> Float[Tensor, "chosen latent"]:
    """The codes of test images; a VAE's posterior means."""
    return latent.encode(shown.model, digits_in_use(visitor).test_images[list(chosen)]).mean


def strips(visitor: Visitor, fade: Tensor, walks: Sequence[Walk]) -> None:
    """The cross-fade above the walks, frame under frame; frames in a hole are framed."""
    pictures = torch.cat([fade, *(path.frames for path in walks)])
    opinions = _opinions(visitor, pictures)
    distances = torch.cat([path.distance for path in walks]).tolist()
    holes = [""] * len(fade) + [f"hole {distance:.2f}" for distance in distances]
    marked = [False] * len(fade) + [distance > 1 for distance in distances]
    widgets.digits(
        pictures,
        len(fade),
        key="walks",
        headings=["Pixel cross-fade", *(f"{_plain(p.shown)}: between the codes" for p in walks)],
        labels=["\n".join(filter(None, both)) for both in zip(opinions, holes)],
        marked=marked,
        alt=f"Three strips of {len(fade)} frames: the pixel cross-fade, the decoded path of the "
        f"autoencoder and that of the VAE; {sum(marked)} frames lie in holes",
    )
    read = "what the classifier reads and its probability; " if opinions[0] else ""
    st.caption(
        f"Under each frame: {read}**hole**: the distance to the nearest code, in units of the "
        "distance that 95 % of held-out codes keep below. "
        f"Framed: above 1, a hole, where no digit of the map lives ({sum(marked)} of "
        f"{len(distances)} frames). The strips between codes begin and end with reconstructions, "
        "the cross-fade with the digits themselves."
    )


def walk_on_map(visitor: Visitor, path: Walk, names: tuple[str, str]) -> None:
    """The path over the codes, frames in a hole ringed."""
    points = cache.principal_plane(path.shown, visitor.data).project(path.codes)
    title = f"The path on the map: {path.shown.title}"
    base, domain = _code_map(visitor, path.shown, title, points)
    stops = pd.DataFrame({"x": points[:, 0].numpy(), "y": points[:, 1].numpy()})
    stops["order"] = np.arange(len(stops))
    stops["name"] = [names[0], *[""] * (len(stops) - 2), names[1]]
    in_hole = stops[(path.distance > 1).numpy()]
    rings = charts.rings(in_hole, domain, theme.RECONSTRUCTION)
    st.altair_chart(
        charts.over(base, charts.path(stops, domain), rings),
        key=f"path-{path.shown.config.kind}",
        alt=f"Codes of {path.shown.title} by class, with the path from {names[0]} to {names[1]}; "
        f"{len(in_hole)} of its {len(stops)} frames lie in a hole",
    )
    if path.shown.config.latent_dim > 2:
        st.caption("A shadow on a plane: the path may be far from codes that it seems to cross.")


def step_speeds(fade: Tensor, walks: Sequence[Walk]) -> None:
    """How far each picture is from the one before, along the three ways."""
    rows = {"cross-fade": fade} | {path.shown.config.kind.upper(): path.frames for path in walks}
    curves = pd.concat(
        pd.DataFrame({"y": evaluation.squared_error(frames[1:], frames[:-1]).sqrt().numpy()})
        .assign(curve=name)
        .reset_index(names="x")
        for name, frames in rows.items()
    )
    curves["x"] += 1
    top = max(1.0, float(curves["y"].max())) * 1.1
    st.altair_chart(
        charts.lines(
            curves,
            title="How much the picture changes from one frame to the next",
            x="step k",
            y="‖g(zₖ₊₁) − g(zₖ)‖",
            colours=dict(zip(rows, (theme.PRIOR, theme.LATENT, theme.LATENT))),
            dashes=dict(zip(rows, ([2, 3], [6, 3], [1, 0]))),
            y_domain=(0, top),
        ),
        key="speeds",
        alt="The distance between successive frames of cross-fade, AE and VAE",
    )


def midpoints(visitor: Visitor, models: Sequence[Shown]) -> None:
    """The classifier's opinion of the middle between many random pairs, with its baseline."""
    if not _reads_digits(visitor):
        st.info("The classifier reads MNIST digits only; choose them on the Data page.")
        return
    judged = {"cross-fade": cache.between(None, visitor.data)}
    judged |= {s.config.kind.upper(): cache.between(s, visitor.data) for s in models}
    real = cache.judged_digits(visitor.data).confident
    sure = {"real digits": real} | {name: share.confident for name, share in judged.items()}
    other = {name: share.other for name, share in judged.items()}
    for column, shares, title in zip(
        st.columns(2), (sure, other), ("Classifier more than 90 % sure", "Read as neither end")
    ):
        colours = {name: theme.LATENT if name in ("AE", "VAE") else theme.PRIOR for name in shares}
        table = pd.DataFrame({"name": list(shares), "value": [100 * v for v in shares.values()]})
        column.altair_chart(
            charts.bars(table, title=title, y="% of the pictures", colours=colours),
            key=f"midpoints-{title}",
            alt=f"{title}: " + ", ".join(f"{k} {v:.0%}" for k, v in shares.items()),
        )
    margin = 1.96 * 0.5 / cache.PAIRS**0.5
    st.caption(
        f"Midpoints of {cache.PAIRS} random pairs of test digits of different classes, the same "
        f"pairs for all; each share is known to about ±{margin:.0%}. The classifier has seen "
        "digits only, so its confidence does not say that a picture looks like one."
    )


def mosaic(
    visitor: Visitor,
    shown: Shown,
    grid: Float[Tensor, "rows columns latent"],
    marks: dict[str, Float[Tensor, " latent"]],
) -> None:
    """What the decoder draws over a grid of codes, beside the place of that grid on the map."""
    rows, columns, _ = grid.shape
    tiles = grid.flatten(0, 1)
    share = cache.holes(shown, visitor.data).share(tiles)
    picture, place = st.columns(2)
    with picture:
        widgets.digits(
            _pictures(visitor, shown, tiles, "mean"),
            columns,
            key="mosaic",
            scale=theme.TILE,
            gap=0,
            alt=f"Mosaic of {rows} by {columns} decoded codes of {shown.title}",
        )
        st.caption(
            f"{shown.title}: {rows} × {columns} codes, decoded. {share:.0%} of them lie in holes."
        )
    projection = cache.principal_plane(shown, visitor.data)
    corners = projection.project(
        torch.stack([grid[0, 0], grid[0, -1], grid[-1, -1], grid[-1, 0], grid[0, 0]])
    )
    base, domain = _code_map(visitor, shown, "The mosaic's footprint", corners)
    outline = pd.DataFrame(corners.numpy(), columns=["x", "y"]).assign(order=range(5))
    layers: list[charts.Layer] = [charts.footprint(outline, domain)]
    if marks:
        points = projection.project(torch.stack(list(marks.values())))
        named = pd.DataFrame(points.numpy(), columns=["x", "y"]).assign(number=list(marks))
        layers.append(charts.numbered(named, domain, theme.LATENT))
    place.altair_chart(
        charts.over(base, *layers),
        key="footprint",
        alt=f"Codes of {shown.title} by class, with the outline of the mosaic",
    )


def plane_mosaic(visitor: Visitor, shown: Shown, tiles: int) -> None:
    """A mosaic of a plane through the codes, chosen by its directions and its reach."""
    codes, latent_dim = cache.codes(shown, visitor.data).mean, shown.config.latent_dim
    marks = {}
    options = ["Latent axes", "Principal directions", "Through three images"]
    directions = widgets.choice("Directions", options, key="mosaic-directions")
    if directions == "Through three images":
        marks = corners(visitor, shown, ("One", "Another", "A third"))
        window = latent.window_through(*marks.values(), reach=1.4)
        words = "The plane of three codes, a to b pointing right."
    else:
        steps = [0.5, 1, 1.5, 2, 2.5, 3, 4]
        reach = widgets.one_of(
            "Reach, standard deviations of the codes", steps, 2, key="mosaic-reach"
        )
        across, upwards = 1, min(2, latent_dim)
        if directions == "Latent axes" and latent_dim > 2:
            left, right = st.columns(2)
            with left:
                across = widgets.whole_number("Axis to the right", 1, latent_dim, 1, key="mosaic-x")
            with right:
                upwards = widgets.whole_number("Axis upwards", 1, latent_dim, 2, key="mosaic-y")
        if directions == "Latent axes":
            window = latent.axis_window(codes, across - 1, upwards - 1, reach)
            words = f"Around the mean code: z{across} grows to the right, z{upwards} upwards."
        else:
            window = latent.principal_window(codes, reach)
            words = "Around the mean code, along the two directions in which the codes vary most."
    st.markdown(words)
    mosaic(visitor, shown, latent.plane(*window, tiles), marks)


def _code_map(
    visitor: Visitor, shown: Shown, title: str, *also: Float[Tensor, "points 2"]
) -> tuple[charts.Map, charts.Domain]:
    """A map of some codes, with room for other points, and its axes for further layers."""
    name = digits_in_use(visitor).name
    points, labels = map_points(shown, name)[:MAP_CODES], cache.map_images(name)[1][:MAP_CODES]
    domain = map_domain(shown, name, *also)
    chart = charts.latent_map(
        map_table(points, labels, digits_in_use(visitor)),
        domain,
        title=title,
        axes=map_axes(shown, name),
        opacity=0.45,
    )
    return chart, domain


def _plain(shown: Shown) -> str:
    """A model in words that the pictures' font can write: it has no Greek."""
    mine = "your " if shown.title.startswith("yours") else ""
    config = shown.config
    return f"{mine}{config.kind.upper()} {config.architecture}, d = {config.latent_dim}"


def _reads_digits(visitor: Visitor) -> bool:
    return digits_in_use(visitor).name in ("sample", "mnist")


def _opinions(visitor: Visitor, pictures: Tensor) -> list[str]:
    """What the classifier reads and how sure it is; nothing where it knows no such images."""
    if not _reads_digits(visitor):
        return [""] * len(pictures)
    probability, read = cache.classifier()[0].probabilities(pictures).max(1)
    return [f"{digit}: {p:.0%}" for digit, p in zip(read.tolist(), probability.tolist())]


def clouds(visitor: Visitor, shown: Shown) -> None:
    """The codes, some of their posteriors to the scale of the axes, and the prior."""
    codes = cache.codes(shown, visitor.data)
    if codes.logvar is None:
        raise ValueError(f"{shown.title} has no posteriors; choose a VAE")
    projection = cache.principal_plane(shown, visitor.data)
    outlines = projection.outlines(codes.mean[:CLOUDS], codes.logvar[:CLOUDS])
    count, corners, _ = outlines.shape
    base, domain = _code_map(
        visitor, shown, "Codes, their clouds and the prior", outlines.flatten(0, 1)
    )
    table = pd.DataFrame(outlines.flatten(0, 1).numpy(), columns=["x", "y"])
    table["order"] = np.tile(np.arange(corners), count)
    table["ellipse"] = np.repeat(np.arange(count), corners)
    layers: list[charts.Layer] = [charts.ellipses(table, domain)]
    if shown.config.latent_dim > 1:
        layers.append(charts.prior_contours(domain, prior_centre(shown, visitor.data)))
    st.altair_chart(
        charts.over(base, *layers),
        key="clouds",
        alt=f"Posterior means of {shown.title} by class, {count} posteriors as 1σ ellipses, and "
        "circles of the prior at 1, 2 and 3 σ",
    )
    st.caption(
        f"Dots: posterior means. Solid outlines: {count} posteriors at 1σ, to the scale of the "
        "axes. Dashed circles: the prior N(0, I) at 1, 2 and 3 σ. The means alone are narrower "
        "than the clouds around them."
    )
    spread, radius = evaluation.code_spread(codes), evaluation.mean_radius(codes)
    left, right = st.columns(2)
    left.metric("Spread of the means", _first_numbers(spread), help="Deviation over the digits")
    right.metric("Mean radius σ of the clouds", _first_numbers(radius), help="Mean over the digits")


def _first_numbers(numbers: Float[Tensor, " latent"]) -> str:
    """One number for each dimension, as many as can be read at a glance."""
    words = [f"{number:.2f}" for number in numbers[:3].tolist()]
    return ", ".join([*words, "…"] if len(numbers) > 3 else words)


def loss_terms(visitor: Visitor, shown: Shown) -> None:
    """The terms of the ELBO apart, on the test images in use, with the alarm for a collapse."""
    terms = cache.test_terms(shown, visitor.data)
    named = {"reconstruction": terms.reconstruction, "KL": terms.kl, "−ELBO": terms.total}
    st.altair_chart(
        charts.bars(
            pd.DataFrame({"name": list(named), "value": list(named.values())}),
            title="What an average test digit costs",
            y="nats per image",
            colours=dict(zip(named, (theme.RECONSTRUCTION, theme.KL, theme.TOTAL))),
            y_domain=(0.0, 230.0) if terms.reconstruction >= 0 and terms.total < 220 else None,
        ),
        key="terms",
        alt=", ".join(f"{name} {nats:.2f}" for name, nats in named.items()) + " nats per image",
    )
    beta = shown.config.beta
    objective = terms.reconstruction + beta * terms.kl
    count = widgets.grouped(len(digits_in_use(visitor).test_images))
    st.caption(
        f"Mean over {count} test images in use, z sampled once. −ELBO is reconstruction + KL at "
        f"β = 1, whatever β trained the model; with its own β = {beta:g} the sum is "
        f"{objective:.1f} nats."
    )


def collapse_alarm(visitor: Visitor, shown: Shown) -> None:
    """Names a collapse where there is one: no KL, and the cost of always drawing the mean image."""
    if shown.config.likelihood != "bernoulli":
        return
    terms = cache.test_terms(shown, visitor.data)
    mean_cost = cache.bce_bounds(visitor.data)[1]
    if evaluation.collapsed(terms.kl, terms.reconstruction, mean_cost):
        st.error(
            f"**Posterior collapse.** The KL is {terms.kl:.2f} nats: every cloud is the prior, and "
            "the code says nothing about the image. The reconstruction costs "
            f"{terms.reconstruction:.1f} nats, about what always drawing the mean image costs "
            f"({mean_cost:.1f}). Every digit comes back as the same grey average.",
            icon=":material/warning:",
        )


def one_cloud(visitor: Visitor, shown: Shown, index: int, draws: int = 8) -> None:
    """One digit, what its posterior's mean decodes to, and what some draws do, with numbers."""
    codes = cache.codes(shown, visitor.data)  # a map begins with the test images
    if codes.logvar is None:
        raise ValueError(f"{shown.title} has no posteriors; choose a VAE")
    mean, logvar = codes.mean[index : index + 1], codes.logvar[index : index + 1]
    latent_dim = shown.config.latent_dim
    epsilon = _noise(visitor, draws, latent_dim).epsilon
    z = reparameterise(mean.expand_as(epsilon), logvar.expand_as(epsilon), epsilon)
    original = to_float(digits_in_use(visitor).test_images[index : index + 1])
    widgets.digits(
        torch.cat([original, _pictures(visitor, shown, torch.cat([mean, z]), "mean")]),
        draws + 2,
        key="one-cloud",
        labels=["x", "at the mean", *(f"draw {i + 1}" for i in range(draws))],
        alt=f"A digit, its reconstruction from the posterior's mean, and {draws} from draws",
    )
    each = losses.kl_standard_normal(mean.T, logvar.T)  # dimension by dimension
    if latent_dim <= 4:
        vectors = [mean[0], (0.5 * logvar[0]).exp(), epsilon[0], z[0]]
        m, s, e, drawn = (_column(vector.tolist()) for vector in vectors)
        st.latex(
            theme.formula(
                rf"\latent{{z}} = \encoder{{\mu}} + \encoder{{\sigma}} \odot \prior{{\varepsilon}}"
                rf" = \encoder{{{m}}} + \encoder{{{s}}} \odot \prior{{{e}}}"
                rf" = \latent{{{drawn}}} \quad \text{{(draw 1)}}"
            )
        )
    parts = " + ".join(f"{nats:.2f}" for nats in each.tolist()) if latent_dim <= 4 else ""
    st.caption(
        f"KL of this digit's cloud to the prior: {parts}{' = ' if parts else ''}"
        f"{each.sum().item():.2f} nats"
        + (", one term a dimension." if parts else f", over {latent_dim} dimensions.")
    )


def same_digits(visitor: Visitor, models: Sequence[Shown]) -> None:
    """The ten digits above what each model makes of them, with squared errors."""
    x = to_float(digits_in_use(visitor).test_images[list(visitor.ten)])
    restored = [evaluation.reconstruct(shown.model, x) for shown in models]
    errors = [f"{error:.0f}" for y in restored for error in evaluation.squared_error(x, y).tolist()]
    widgets.digits(
        torch.cat([x, *restored]),
        len(x),
        key="same-digits",
        headings=["Test digits", *(_plain(shown) for shown in models)],
        labels=[""] * len(x) + errors,
        alt="Ten test digits above their reconstructions by "
        + " and ".join(shown.title for shown in models),
    )
    sharp = [evaluation.sharpness(y).mean().item() for y in (x, *restored)]
    st.caption(
        "Under each reconstruction its squared error, summed over pixels; a VAE's is decoded from "
        "the posterior mean. Sharpness of the rows (variance of the Laplacian): "
        + ", ".join(f"{value:.3f}" for value in sharp)
        + "."
    )


def what_differs(ae: Shown, vae: Shown) -> str:
    """Whether a comparison of two models is one of their losses alone, as their cards have it."""
    same = all(
        getattr(ae.config, name) == getattr(vae.config, name)
        for name in ("architecture", "latent_dim", "hidden_dim", "likelihood")
    ) and all(ae.card.get(name) == vae.card.get(name) for name in ("data", "training"))
    if same:
        return (
            "Two models of one architecture, trained from the same seed on the same order of "
            "digits: only the loss differs, and what the encoder answers."
        )
    return "These two models differ in more than the loss, so not all you see is its doing."


def sharpness_on_cards(names: Sequence[str]) -> str:
    """How sharp pretrained models' reconstructions are, as their cards have it."""
    models = [cache.pretrained(name) for name in names]
    return ", ".join(f"{shown.title}: {shown.card['test']['sharpness']:.4f}" for shown in models)


def same_noise(visitor: Visitor, shown: Shown, *, fitted: bool) -> None:
    """Samples of one model from the ε that all models get, and their places on its map."""
    noise = _noise(visitor, SAMPLES, shown.config.latent_dim)
    gaussian = cache.gaussian(shown, visitor.data)
    z = gaussian.sample(noise) if fitted else sampling.prior(noise)
    kind = shown.config.kind
    numbers = [str(i + 1) for i in range(SAMPLES)]
    widgets.digits(
        _pictures(visitor, shown, z, "mean"),
        SAMPLES // 2,
        key=f"same-noise-{kind}",
        scale=2,
        labels=numbers,
        alt=f"{SAMPLES} decoded samples of {shown.title}",
    )
    points = cache.principal_plane(shown, visitor.data).project(z)
    base, domain = _code_map(visitor, shown, f"Where they lie: {shown.title}", points)
    table = pd.DataFrame(points.numpy(), columns=["x", "y"]).assign(number=numbers)
    layers: list[charts.Layer] = [charts.numbered(table, domain, theme.LATENT)]
    if shown.config.latent_dim > 1:
        layers.insert(0, charts.prior_contours(domain, prior_centre(shown, visitor.data)))
    st.altair_chart(
        charts.over(base, *layers),
        key=f"samples-{kind}",
        alt=f"Codes of {shown.title} by class, with {SAMPLES} numbered samples and circles of the "
        "prior at 1, 2 and 3 σ",
    )


def beta_sweep(betas: Sequence[float], name: str, shown: Shown) -> None:
    """Reconstruction against KL of the pretrained models, from their cards."""
    rows: dict[tuple[float, float], tuple[str, bool]] = {}
    for beta in betas:
        try:
            swept = cache.pretrained(name.format(beta))
        except CheckpointError:
            continue  # the page says so where it is chosen
        test = swept.card["test"]
        place = (round(test["kl"], 1), round(test["reconstruction"], 1))
        names, here = rows.get(place, ("", False))  # collapsed models share a place
        names = f"{names}, {beta:g}" if names else f"{beta:g}"
        rows[place] = (names, here or swept.key == shown.key)
    table = pd.DataFrame(
        [(*place, *words) for place, words in rows.items()],
        columns=["kl", "reconstruction", "name", "shown"],
    )
    st.altair_chart(
        charts.rate_distortion(table, title="What β buys: a dot for each β"),
        key="sweep",
        alt="; ".join(f"β = {n}: KL {k}, reconstruction {r}" for (k, r), (n, _) in rows.items()),
    )
    st.caption(
        "From the models' cards, MNIST's 10 000 test images. Few nats of KL, and the code cannot "
        "tell the digits apart; many, and the clouds shrink towards points."
    )


def _noise(visitor: Visitor, count: int, latent_dim: int) -> sampling.Noise:
    """The visitor's ε: the same for every model of as many dimensions."""
    return cache.noise(visitor.noise_seed, count, latent_dim)


def _column(numbers: Sequence[float]) -> str:
    rows = r" \\ ".join(f"{number:.2f}" for number in numbers)
    return rf"\begin{{pmatrix}} {rows} \end{{pmatrix}}"


def blueprint(config: ModelConfig) -> None:
    """The network that a configuration asks for, before it has learned anything."""
    _sketch(build(config), "This is what will be trained")


def own_model(visitor: Visitor) -> Shown | None:
    """One of the visitor's own models, the last one made unless another is chosen."""
    if not visitor.own:
        return None
    mine = {shown.title.removeprefix("yours: "): shown for shown in visitor.own.values()}
    title = st.segmented_control(
        "Yours",
        list(mine),
        default=list(mine)[-1],
        required=True,
        key="own-" + "-".join(shown.key for shown in mine.values()),
        persist_state="session",
    )
    st.caption(provenance(mine[title]))
    return mine[title]


def own_samples(visitor: Visitor, shown: Shown) -> None:
    """Numbered samples of a model and their places, from the prior or from a fitted Gaussian."""
    where = ["The prior N(0, I)", "A Gaussian fitted to the codes"]
    figure, beside = st.columns([3, 2], gap="large")
    with beside:
        chosen = widgets.choice(
            "Sample from",
            where,
            key=f"own-sampler-{shown.config.kind}",
            default=where[0 if shown.is_vae else 1],
        )
        new_noise(visitor)
        st.markdown(
            "The prior is what a VAE is paid to fill. An autoencoder never heard of it: fit a "
            "Gaussian to its codes, and sample from that."
        )
    with figure:
        same_noise(visitor, shown, fitted=chosen == where[1])


def own_walk(visitor: Visitor, shown: Shown) -> None:
    """A cross-fade, a walk between two codes, and the walk on the map."""
    left, right = st.columns(2)
    with left:
        start, from_name = one_of_ten(visitor, "From", 4, key="own-from")
    with right:
        end, to_name = one_of_ten(visitor, "To", 7, key="own-to")
    path = walk(visitor, shown, (start, end), 11)
    strips(visitor, crossfade(visitor, (start, end), 11), [path])
    with st.columns([3, 2])[0]:
        walk_on_map(visitor, path, (from_name, to_name))


def learned_curves(shown: Shown) -> None:
    """The terms of the loss over a run that is over, from its card."""
    history = shown.card.get("history", [])
    if len(history) < 2:
        st.info("This model's card holds no history of its training.")
        return
    terms = {"reconstruction": ("Reconstruction", theme.RECONSTRUCTION)}
    if shown.is_vae:
        terms |= {"kl": ("KL to the prior", theme.KL), "total": ("Their sum, with β", theme.TOTAL)}
    for column, (term, (title, colour)) in zip(st.columns(len(terms)), terms.items(), strict=True):
        table = pd.DataFrame(
            [
                (record["step"], record[images][term], images)
                for record in history
                for images in ("test", "train")
                if record[images] is not None
            ],
            columns=["step", "nats", "images"],
        )
        settled = table[table["step"] > table["step"].max() * 0.05]["nats"]
        room = max(1e-3, 0.1 * (settled.max() - settled.min()))
        column.altair_chart(
            charts.loss_curve(
                table,
                colour,
                title=title,
                last_step=int(table["step"].max()),
                domain=(float(settled.min() - room), float(settled.max() + 3 * room)),
            ),
            key=f"learned-{term}",
            alt=f"{title} over the training, on train and test images; test at the end "
            f"{history[-1]['test'][term]:.1f} nats per image",
        )
    gap = history[-1]["test"]["total"] - history[-1]["train"]["total"]
    st.caption(
        f"At the end the loss on test images is {abs(gap):.1f} nats per image "
        f"{'higher' if gap > 0 else 'lower'} than on training images. Where the test curve turns "
        "up while the training curve goes down, the model learns its images by heart."
    )


def take_home(shown: Shown) -> None:
    """The weights and the card to download, and how to load them."""
    name = f"my-{shown.config.kind}-{shown.config.architecture}-{shown.config.latent_dim}"
    weights = checkpoints.to_bytes(shown.model)
    with st.container(horizontal=True):
        st.download_button(
            f"Weights, {len(weights) / 1e6:.2f} MB",
            weights,
            f"{name}.safetensors",
            "application/octet-stream",
            key="download-weights",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            "Card",
            checkpoints.card_text(shown.model, shown.card),
            f"{name}.json",
            "application/json",
            key="download-card",
            icon=":material/download:",
            on_click="ignore",
        )
    st.markdown(
        "The weights are numbers only; the card tells the configuration, the training and its "
        "test figures. Keep both under one name in one folder. In a checkout of this project:"
    )
    st.code(
        f'from core import checkpoints\n\nmodel, card = checkpoints.load("{name}")\n'
        'print(card["test"])\nlogits = model.decode(z)  # z: a tensor (codes, '
        f"{shown.config.latent_dim}); logits: (codes, 1, 28, 28)",
        language="python",
    )


def bring_back(visitor: Visitor) -> None:
    """A model from its two files, checked and measured anew."""
    st.markdown(
        "Choose the two files of a model that you took home, the `.safetensors` and its `.json`."
    )
    files = st.file_uploader(
        "Weights and card",
        ["safetensors", "json"],
        accept_multiple_files=True,
        key=f"bring-back-{visitor.brought}",
        max_upload_size=5,
    )
    if not files:
        return
    found = {file.name.rsplit(".", 1)[-1].lower(): file for file in files}
    if len(files) != 2 or found.keys() != {"safetensors", "json"}:
        st.info("It takes two files: one .safetensors and one .json.")
        return
    if st.button("Bring it back", key="bring-back", icon=":material/upload:"):
        weights, card = found["safetensors"], found["json"]
        try:
            visitor.bring_back(weights.getvalue(), card.getvalue(), weights.name)
        except CheckpointError as error:
            st.error(str(error), icon=":material/error:")
        else:
            st.rerun()


def overlap(visitor: Visitor, shown: Shown) -> None:
    """How far the classes of a map lie apart, as a number; for d above 2, what the plane shows."""
    digits = digits_in_use(visitor)
    codes = cache.codes(shown, digits.name)
    accuracy, spread, explained = st.columns(3)
    accuracy.metric(
        "15-NN accuracy",
        f"{cache.knn_accuracy(shown, digits.name):.1%}",
        help=f"Share of the {widgets.grouped(len(digits.test_images))} test digits for whose class "
        "the 15 nearest codes of training digits vote, in the codes' own space. Guessing: 10 %.",
    )
    low, high = evaluation.code_spread(codes).aminmax()
    spread.metric(
        "Spread of the codes",
        f"{low:.3g}" if len(codes.mean[0]) == 1 else f"{low:.3g} to {high:.3g}",
        help="Standard deviation of the codes over the digits of the map, the smallest and the "
        "largest of the latent dimensions.",
    )
    if shown.config.latent_dim > 2:
        share = cache.principal_plane(shown, digits.name).explained.sum()
        explained.metric(
            "Variance in this plane",
            f"{share:.0%}",
            help=f"The map is the plane of the two directions in which the {codes.mean.shape[1]} "
            "dimensional codes vary most. The rest of their variance cannot be seen here.",
        )


def another_basis(visitor: Visitor, shown: Shown) -> None:
    """Turn, stretch and mirror an autoencoder's latent plane, and see its loss stay."""
    if shown.is_vae or shown.config.latent_dim != 2:
        st.markdown("Choose an autoencoder with d = 2 to try it.")
        return
    controls, picture = st.columns([2, 3], gap="medium")
    with controls:
        angle = widgets.whole_number("Turn by, degrees", 0, 360, 120, step=15, key="turn")
        stretch = widgets.one_of("Stretch z₁ by", [0.25, 0.5, 1, 2, 4], 2, key="stretch")
        mirror = widgets.switch("Mirror", True, key="mirror")
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    turn = torch.tensor([[cos, -sin], [sin, cos]])
    matrix = turn @ torch.diag(torch.tensor([float(stretch), -1.0 if mirror else 1.0]))
    digits = digits_in_use(visitor)
    images, labels = (part[:2000] for part in cache.map_images(digits.name))
    codes = cache.codes(shown, digits.name).mean[:2000]
    moved = codes @ matrix.T
    with torch.no_grad():
        back = shown.model.decode(moved @ torch.linalg.inv(matrix).T)
        there = shown.model.decode(codes)
    before, after = (
        negative_log_likelihood(shown.config, logits, to_float(images)).mean().item()
        for logits in (there, back)
    )
    with controls:
        st.metric("Loss as trained", f"{before:.2f} nats per image")
        st.metric("Loss after R", f"{after:.2f} nats per image")
    with picture:
        st.altair_chart(
            charts.over(
                charts.latent_map(
                    map_table(moved, labels, digits),
                    charts.domain_of(moved.numpy()),
                    title="Codes of 2 000 digits after R",
                )
            ),
            key="another-basis",
            alt="The same codes, turned, stretched and mirrored",
        )


def pretrained_config(name: str) -> ModelConfig:
    """What a pretrained model is, also where its file is damaged or the visitor's own is shown."""
    try:
        return cache.pretrained(name).config
    except CheckpointError:
        return ModelConfig()


def has_tsne(shown: Shown) -> bool:
    """Whether a page offers t-SNE: where a plane cannot show the codes, or there is nothing to see
    and t-SNE shows something all the same."""
    return shown.config.latent_dim > 2 or (
        shown.is_vae and bool(evaluation.code_spread(cache.codes(shown, "sample")).max() < 0.01)
    )


SAMPLERS: dict[str, sampling.Sampler] = {
    "Box": "box",
    "N(0, I)": "prior",
    "Fitted Gaussian": "gaussian",
    "Gaussian mixture": "mixture",
}


def sixteen_samples(visitor: Visitor, shown: Shown, sampler: str) -> None:
    """Sixteen samples, numbered in the picture and on the map, those in a hole marked on both."""
    digits = digits_in_use(visitor)
    drawn = cache.samples(shown, digits.name, SAMPLERS[sampler], visitor.noise_seed)
    in_hole = (drawn.distance > 1).tolist()
    numbers = [str(number) for number in range(1, len(in_hole) + 1)]
    sheet, on_map = st.columns([5, 8], gap="medium")
    with sheet:
        widgets.digits(
            drawn.images,
            4,
            key="samples",
            labels=numbers,
            marked=in_hole,
            alt=f"Sixteen decoded samples of the sampler {sampler}, numbered; framed, because in a "
            "hole: " + (", ".join(n for n, hole in zip(numbers, in_hole) if hole) or "none"),
        )
        new_noise(visitor)
    with on_map:
        st.altair_chart(
            _map_of_samples(visitor, shown, sampler, drawn.z, in_hole, numbers),
            key="samples-map",
            alt=f"The sixteen samples of the sampler {sampler} on the map of the model's codes; "
            f"{sum(in_hole)} lie in a hole",
        )
    share, judged = cache.judged_sampler(shown, digits.name, SAMPLERS[sampler])
    here, many, sure = st.columns(3)
    here.metric(
        "In a hole, of these sixteen",
        f"{sum(in_hole)} of {len(in_hole)}",
        help="Farther from every code than 95 % of held-out digits' codes are. Framed in the "
        "picture, square on the map.",
    )
    many.metric(
        "In a hole, of 1 000 samples",
        f"{share:.0%}",
        help="Always the same 1 000, so that models and samplers can be compared. Of held-out "
        "digits it is 5 %, by the definition of a hole.",
    )
    sure.metric("Classifier is sure", f"{judged.confident:.0%}", help=_JUDGE)
    _baselines()


_JUDGE = "Share of the same 1 000 samples of which the classifier is more than 90 % sure."


def _baselines() -> None:
    """What the judge's figure has to be read beside, from its own card."""
    test = cache.classifier()[1]["test"]
    st.caption(
        f"The classifier is as sure of {test['confident_digits']:.1%} of MNIST's test digits, and "
        f"of {test['confident_noise']:.1%} of images of uniform noise. It knows nothing but digits "
        "and must name one, so a sure answer does not make a sample a digit: read both figures, "
        "and look."
    )


def _map_of_samples(
    visitor: Visitor,
    shown: Shown,
    sampler: str,
    z: Float[Tensor, "samples latent"],
    in_hole: list[bool],
    numbers: list[str],
) -> charts.Layer:
    digits = digits_in_use(visitor)
    plane = cache.principal_plane(shown, digits.name)
    # The axes hold this noise under every sampler, so that changing it moves samples, not axes.
    # A mixture's samples lie where codes are; only the others may lie far out.
    every = [z] + [
        cache.samples(shown, digits.name, which, visitor.noise_seed).z
        for which in SAMPLERS.values()
        if which != "mixture"
    ]
    domain = map_domain(shown, digits.name, plane.project(torch.cat(every)))
    codes = charts.latent_map(
        map_table(map_points(shown, digits.name), cache.map_images(digits.name)[1], digits),
        domain,
        title=f"Samples among the codes: {shown.title}",
        axes=map_axes(shown, digits.name),
        opacity=0.3,
    )
    layers: list[charts.Layer] = []
    if SAMPLERS[sampler] == "prior" and shown.config.latent_dim > 1:
        layers.append(charts.prior_contours(domain, prior_centre(shown, digits.name)))
    x, y = plane.project(z).unbind(1)
    if shown.config.latent_dim == 1:  # as the codes: heights that keep them apart
        y = torch.linspace(0.9, -0.9, len(y))
    table = pd.DataFrame({"x": x.numpy(), "y": y.numpy(), "number": numbers})
    hole = np.asarray(in_hole)
    layers.append(charts.numbered(table[~hole], domain, theme.LATENT))
    layers.append(charts.numbered(table[hole], domain, theme.RECONSTRUCTION, "square"))
    return charts.over(codes, *layers)


def compare_samplers(visitor: Visitor, shown: Shown) -> None:
    """The same noise through the four samplers, side by side, with their figures."""
    digits = digits_in_use(visitor)
    shares: dict[str, float] = {}
    sure: dict[str, float] = {}
    for column, (label, sampler) in zip(st.columns(len(SAMPLERS)), SAMPLERS.items()):
        drawn = cache.samples(shown, digits.name, sampler, visitor.noise_seed)
        share, judged = cache.judged_sampler(shown, digits.name, sampler)
        shares[label], sure[label] = share, judged.confident
        with column:
            st.markdown(f"**{label}**")
            widgets.digits(
                drawn.images,
                4,
                key=f"samples-{sampler}",
                scale=2,
                gap=2,
                marked=(drawn.distance > 1).tolist(),
                alt=f"The same noise through the sampler {label}: sixteen samples",
            )
            st.caption(f"In a hole: {share:.0%}. Classifier is sure: {judged.confident:.0%}.")
    fewest, surest = min(shares, key=shares.__getitem__), max(sure, key=sure.__getitem__)
    if fewest != surest:
        words = (
            f"The two figures disagree: **{fewest}** has the fewest samples in holes, and the "
            f"classifier is surest of **{surest}**. Neither alone says which samples are good."
        )
    else:
        words = f"Both figures favour **{fewest}** here."
    st.markdown(words)
    st.caption(
        "One ε for all four, number by number; framed: in a hole. The shares are of 1 000 samples."
    )
