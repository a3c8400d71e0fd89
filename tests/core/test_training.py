"""Training: slices that leave no trace, and losses that are what the weights of their time pay."""

import copy
import math
import pickle
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core import checkpoints, data, evaluation, training
from core.data import Digits, to_float
from core.models import Architecture, Kind, Model, ModelConfig, VariationalAutoencoder
from core.training import TrainConfig, TrainingDiverged, TrainState, advance, start
from tests.serving import ROOT

VAE = ModelConfig(kind="vae", hidden_dim=16)
SHORT = TrainConfig(epochs=3, batch_size=16, learning_rate=0.02, seed=3)  # 18 steps of `few`
LONG = TrainConfig(epochs=22, batch_size=16, learning_rate=0.02)  # 132: a record each two steps


def finish(state: TrainState, digits: Digits) -> TrainState:
    return advance(state, digits, steps=training.total_steps(state.config, digits))


def same_numbers(one: TrainState, other: TrainState) -> bool:
    """Equal bit for bit: weights, moments, generator, step and history."""
    pairs = [
        (state.model.state_dict(), state.optimiser.state_dict()["state"], state.noise)
        for state in (one, other)
    ]
    (weights, moments, noise), (weights_2, moments_2, noise_2) = pairs
    return (
        (one.step, one.history) == (other.step, other.history)
        and torch.equal(noise, noise_2)
        and weights.keys() == weights_2.keys()
        and all(torch.equal(weights[key], weights_2[key]) for key in weights)
        and moments.keys() == moments_2.keys()
        and all(
            torch.equal(moments[key][name], moments_2[key][name])
            for key in moments
            for name in ("exp_avg", "exp_avg_sq", "step")
        )
    )


def watch(model: Model) -> list[torch.Tensor]:
    """The batches that the encoder sees while it learns, in a list that grows."""
    seen: list[torch.Tensor] = []

    def look(encoder, inputs):
        if torch.is_grad_enabled():
            seen.append(inputs[0])

    model.encoder.register_forward_pre_hook(look)  # copied along with the model
    return seen


@pytest.fixture(scope="module")
def uncut(few: Digits) -> TrainState:
    return finish(start(VAE, SHORT), few)


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=6))
def test_no_cut_and_no_pickle_changes_a_bit(
    few: Digits, uncut: TrainState, cuts: list[tuple[int, bool]]
):
    state = start(VAE, SHORT)
    for steps, pickled in cuts:
        state = advance(state, few, steps=steps)
        if pickled:
            state = pickle.loads(pickle.dumps(state))
    assert same_numbers(finish(state, few), uncut)


@pytest.mark.parametrize(
    ("kind", "architecture", "precision"),
    [
        ("ae", "dense", "float32"),
        ("ae", "lite", "float32"),
        ("vae", "shallow", "float32"),
        ("vae", "deep", "float32"),
        ("vae", "lite", "bfloat16"),
        ("ae", "dense", "bfloat16"),
    ],
)
def test_every_model_repeats_itself_in_every_precision(
    few: Digits, kind: Kind, architecture: Architecture, precision: training.Precision
):
    model = ModelConfig(kind, architecture)
    config = replace(SHORT, epochs=1, learning_rate=0.002, precision=precision)
    whole = finish(start(model, config), few)
    state = start(model, config)
    for steps in (1, 0, 3, 10):
        state = pickle.loads(pickle.dumps(advance(state, few, steps=steps)))
    assert same_numbers(state, whole)
    assert {weight.dtype for weight in state.model.state_dict().values()} == {torch.float32}


@pytest.mark.parametrize("kind", ["ae", "vae"])
def test_bfloat16_is_another_run_to_nearly_the_same_place(few: Digits, kind: Kind):
    model = replace(VAE, kind=kind)
    exact, coarse = (
        finish(start(model, replace(SHORT, precision=precision)), few)
        for precision in ("float32", "bfloat16")
    )
    assert not same_numbers(exact, coarse)
    assert coarse.history[-1].test.total == pytest.approx(exact.history[-1].test.total, rel=0.03)
    with torch.autocast("cpu", torch.bfloat16):
        loss = coarse.model.loss(to_float(few.test_images), torch.Generator())
        assert {term.dtype for term in loss} == {torch.float32}
        if isinstance(coarse.model, VariationalAutoencoder):
            posterior = coarse.model.posterior(to_float(few.test_images))
            assert posterior.logvar.dtype == torch.float32


def test_seconds_cut_a_run_without_changing_it(few: Digits, uncut: TrainState):
    state, slices = start(VAE, SHORT), 0
    while state.step < uncut.step:
        before, state, slices = state.step, advance(state, few, seconds=0), slices + 1
        assert state.step > before, "even no time at all is enough for a step"
    assert same_numbers(state, uncut)
    assert slices == uncut.step
    assert same_numbers(advance(start(VAE, SHORT), few, seconds=60), uncut)


def test_a_state_is_never_changed(few: Digits, uncut: TrainState):
    old = advance(start(VAE, SHORT), few, steps=7)
    kept = pickle.loads(pickle.dumps(old))
    advance(old, few, steps=5)
    finish(old, few)
    assert same_numbers(old, kept)
    assert old.pending == () == kept.pending
    assert same_numbers(finish(old, few), uncut)


def test_a_state_between_two_records_is_never_changed_either(few: Digits):
    old = advance(start(VAE, LONG), few, steps=7)
    assert len(old.pending) == 1
    first, again = (advance(old, few, steps=9) for _ in range(2))
    assert same_numbers(first, again)
    assert len(old.pending) == 1
    assert same_numbers(first, advance(start(VAE, LONG), few, steps=16))


def test_another_seed_is_another_run(few: Digits, uncut: TrainState):
    other = finish(start(VAE, replace(SHORT, seed=4)), few)
    assert not same_numbers(other, uncut)


def test_only_its_own_generators_are_random(few: Digits):
    before = torch.random.get_rng_state()
    finish(start(VAE, SHORT), few)
    assert torch.equal(before, torch.random.get_rng_state())


def test_both_kinds_see_the_same_images_in_the_same_order(few: Digits):
    """Watched from outside, by a hook on the encoder."""
    orders = []
    for kind in ("ae", "vae"):
        state = start(ModelConfig(kind), SHORT)
        orders.append(watch(state.model))
        finish(state, few)
    assert len(orders[0]) == 18
    assert all(torch.equal(a, b) for a, b in zip(*orders, strict=True))


@pytest.mark.parametrize("images", [None, 40])
def test_an_epoch_shows_every_image_once_in_an_order_of_its_own(few: Digits, images: int | None):
    state = start(VAE, replace(SHORT, batch_size=8, images=images))
    seen = watch(state.model)
    finish(state, few)
    chosen = to_float(few.train_images[:images])
    epochs = torch.cat(seen).view(3, *chosen.shape)
    for epoch in epochs:
        assert sorted(map(pixels, epoch)) == sorted(map(pixels, chosen))
    assert not torch.equal(epochs[0], chosen)
    assert not torch.equal(epochs[0], epochs[1]) and not torch.equal(epochs[1], epochs[2])


def pixels(image: torch.Tensor) -> bytes:
    return image.numpy().tobytes()


def test_the_last_images_of_an_epoch_that_fill_no_batch_are_left_out(few: Digits):
    config = TrainConfig(epochs=2, batch_size=20)
    state = start(VAE, config)
    seen = watch(state.model)
    assert finish(state, few).step == training.total_steps(config, few) == 2 * 4
    assert {len(batch) for batch in seen} == {20}
    assert len(set(map(pixels, torch.cat(seen[:4])))) == 80


@pytest.mark.parametrize(
    ("step", "rate"),
    [
        (0, 0.1 / 30),  # 15 % of 200 steps is 30
        (14, 0.05),
        (29, 0.1),
        (30, 0.1),
        (115, 0.05),  # half way down
        (30 + 170 // 3, 0.1 * (1 + math.cos(math.pi * 56 / 170)) / 2),
        (200, 0.0),
    ],
)
def test_the_learning_rate_warms_up_for_15_percent_and_falls_like_a_cosine(step: int, rate: float):
    config = TrainConfig(learning_rate=0.1)
    assert training.learning_rate(config, step, 200) == pytest.approx(rate, abs=1e-12)


@pytest.mark.parametrize("last", [1, 2, 7, 1000])
def test_the_learning_rate_rises_to_its_peak_and_never_again(last: int):
    rates = [training.learning_rate(TrainConfig(learning_rate=0.3), s, last) for s in range(last)]
    peak = rates.index(max(rates))
    assert max(rates) == 0.3
    assert rates[:peak] == sorted(rates[:peak])
    assert rates[peak:] == sorted(rates[peak:], reverse=True)
    assert min(rates) > 0


def test_adam_s_first_step_is_as_long_as_the_learning_rate_of_that_step(few: Digits):
    """Adam divides the first gradient by its own size: every weight moves by the rate."""
    config = replace(LONG, learning_rate=0.4)
    fresh = start(VAE, config)
    moved = advance(fresh, few, steps=1)
    for before, after in zip(fresh.model.parameters(), moved.model.parameters(), strict=True):
        assert (after - before).abs().max().item() == pytest.approx(0.4 / 20, rel=1e-4)


def test_the_weights_take_the_steps_of_adam_s_paper(few: Digits):
    """Kingma & Ba 2015 (arXiv:1412.6980), algorithm 1 with its own constants, in float64."""
    state = start(replace(VAE, kind="ae"), LONG)
    seen = watch(state.model)
    weights = {name: w.detach().double() for name, w in state.model.named_parameters()}
    first, second = ({name: torch.zeros_like(w) for name, w in weights.items()} for _ in range(2))
    for t in range(1, 6):
        before, state = state, advance(state, few, steps=1)
        loss = before.model.loss(seen[-1], torch.Generator()).total
        slopes = torch.autograd.grad(loss, list(before.model.parameters()))
        for name, slope in zip(weights, slopes, strict=True):
            first[name] = 0.9 * first[name] + 0.1 * slope
            second[name] = 0.999 * second[name] + 0.001 * slope.square()
            m, v = first[name] / (1 - 0.9**t), second[name] / (1 - 0.999**t)
            weights[name] -= training.learning_rate(LONG, t - 1, 132) * m / (v.sqrt() + 1e-8)
    for name, weight in state.model.named_parameters():
        torch.testing.assert_close(weight.double(), weights[name], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("kind", ["ae", "vae"])
def test_records_tell_the_mean_loss_of_the_steps_between_them(few: Digits, kind: Kind):
    """Each step's loss is computed again from the state before it and the batch it saw."""
    state = start(replace(VAE, kind=kind), LONG)
    seen, losses = watch(state.model), []
    for _ in range(20):
        before, state = state, advance(state, few, steps=1)
        with torch.no_grad():
            noise = torch.Generator()
            noise.set_state(before.noise)
            losses.append(torch.stack(before.model.loss(seen[-1], noise)).double())
    means = torch.stack(losses).view(10, 2, 3).mean(1)
    trained = [record.train for record in state.history[1:]]
    assert [record.step for record in state.history] == list(range(0, 21, 2))
    got = torch.tensor([[t.total, t.reconstruction, t.kl] for t in trained if t]).double()
    torch.testing.assert_close(got, means, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("epochs", "records"), [(1, 6), (10, 60), (22, 66), (41, 62)])
def test_a_run_has_about_60_records_from_its_first_step_to_its_last(
    few: Digits, epochs: int, records: int
):
    state = finish(start(ModelConfig(hidden_dim=2), replace(LONG, epochs=epochs)), few)
    steps = [record.step for record in state.history]
    assert steps[0] == 0 and steps[-1] == state.step == 6 * epochs
    assert steps == sorted(set(steps))
    assert len(steps) == records + 1
    assert [record.train is None for record in state.history] == [True] + [False] * records
    assert state.pending == ()


def test_test_losses_are_those_of_the_probe(digits: Digits):
    model = ModelConfig(hidden_dim=4)
    state = advance(start(model, TrainConfig(epochs=1)), digits, steps=15)
    begun, latest = state.history[0].test, state.history[-1].test
    expected = evaluation.bounds.mean_terms(
        state.model, digits.test_images[training.probe(digits)], torch.Generator()
    )
    assert latest.reconstruction == pytest.approx(expected.reconstruction, rel=1e-6)
    assert latest.total == latest.reconstruction and latest.kl == 0
    assert begun.total > latest.total


def test_every_record_tests_with_the_same_noise(few: Digits):
    """So little is learned here that the test loss stands still, unless the noise moves it."""
    state = finish(start(VAE, replace(SHORT, learning_rate=1e-9)), few)
    losses = [record.test.reconstruction for record in state.history]
    assert max(losses) - min(losses) < 0.01
    trained = [record.train.reconstruction for record in state.history if record.train]
    assert max(trained) - min(trained) > 0.1


@pytest.mark.parametrize("kind", ["ae", "vae"])
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_two_epochs_on_the_real_sample_beat_answering_with_the_mean_image(
    digits: Digits, kind: Kind, precision: training.Precision
):
    state = finish(start(ModelConfig(kind), TrainConfig(epochs=2, precision=precision)), digits)
    blind = evaluation.baselines.mean_image_cost(digits.train_images, digits.test_images)
    assert 200 < blind < 215
    assert state.history[-1].test.total < blind - 5
    last = state.history[-1].train
    assert last is not None and last.total < blind - 5


def test_where_the_run_is_over_advance_returns_an_equal_state(few: Digits, uncut: TrainState):
    for more in (advance(uncut, few, steps=5), advance(uncut, few, seconds=1)):
        assert same_numbers(more, uncut)
        assert more.seconds > uncut.seconds > 0  # the time of all slices together


def test_a_slice_of_no_steps_only_measures(few: Digits):
    fresh = start(VAE, SHORT)
    state = advance(fresh, few, steps=0)
    assert state.step == 0
    assert [record.step for record in state.history] == [0]
    assert state.history[0].train is None
    for before, after in zip(fresh.model.parameters(), state.model.parameters(), strict=True):
        assert torch.equal(before, after)


def test_a_slice_has_an_end(few: Digits):
    with pytest.raises(ValueError, match="seconds or steps"):
        advance(start(VAE, SHORT), few)


def test_of_seconds_and_steps_the_first_to_run_out_ends_a_slice(few: Digits, uncut: TrainState):
    by_steps = advance(start(VAE, SHORT), few, seconds=1000, steps=7)
    assert by_steps.step == 7
    by_seconds = advance(by_steps, few, seconds=0, steps=7)
    assert by_seconds.step == 8, "time that is used up leaves one step"
    rest = advance(by_seconds, few, seconds=1000, steps=1000)
    assert same_numbers(rest, uncut)


def poison(state: TrainState, layer: str, value: float) -> TrainState:
    """A copy of the state with one weight's worth of poison in it."""
    poisoned = pickle.loads(pickle.dumps(state))
    with torch.no_grad():
        poisoned.model.get_parameter(layer).view(-1)[-1] = value
    return poisoned


@pytest.mark.parametrize(
    ("layer", "value", "term"),
    [
        ("decoder.2.bias", math.nan, "reconstruction"),
        ("decoder.0.weight", math.inf, "reconstruction"),
        ("encoder.3.bias", 89.0, "KL"),  # a log variance
    ],
)
def test_a_poisoned_weight_ends_the_run_with_its_step_and_term(
    few: Digits, layer: str, value: float, term: str
):
    state = advance(start(VAE, LONG), few, steps=4)  # step 5 ends no record, steps 6 to 24 do
    for steps, seconds in ((1, None), (20, None), (None, 0.05)):
        with pytest.raises(TrainingDiverged, match=r"At step 5 .* learning rate below 0.02") as met:
            advance(poison(state, layer, value), few, steps=steps, seconds=seconds)
        assert (met.value.step, met.value.term) == (5, term)
        assert term in str(met.value) and "0.005" in str(met.value)


def test_a_beta_that_leaves_float32_ends_the_run(few: Digits):
    state = start(replace(VAE, beta=3e38), SHORT)
    with torch.no_grad():
        state.model.get_parameter("encoder.3.bias")[0] = 3  # a KL of at least 4 nats: 1e39 in all
    with pytest.raises(TrainingDiverged, match="a smaller beta") as met:
        finish(state, few)
    assert met.value.term == "total loss"


def test_a_run_that_diverges_in_its_very_last_step_is_not_over(few: Digits):
    """The loss of that step is still finite, but a slope and so the new weights are not."""
    state = advance(start(VAE, SHORT), few, steps=17)
    with torch.no_grad():
        state.model.get_parameter("encoder.1.bias")[0] = 1e6  # a hidden unit that shouts,
        state.model.get_parameter("encoder.3.weight")[:, 0] = 0  # and no code that listens
        state.model.get_parameter("encoder.3.bias")[-1] = 80  # a cloud of 10^17 in width
    with pytest.raises(TrainingDiverged, match="At step 18"):
        advance(state, few, steps=1)


def test_a_divergence_survives_the_way_back_from_a_worker():
    met = TrainingDiverged(17, "KL", 0.0123456789)  # more digits than its sentence has
    again = pickle.loads(pickle.dumps(met))
    assert isinstance(again, TrainingDiverged)
    assert (again.step, again.term, again.learning_rate) == (17, "KL", 0.0123456789)
    assert str(again) == str(met)


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        *(
            ({name: value}, f"{name} is .*; it must be a whole number, {least} or more")
            for name, least in (("epochs", 1), ("batch_size", 1), ("images", 1), ("seed", 0))
            for value in (least - 1, -5, 2.0, "3", True)
        ),
        ({"epochs": None}, "epochs is None"),
        ({"seed": 2**32}, "seed is 4294967296; it must be at most 4294967295"),
        ({"epochs": 10**30}, "epochs is 1000.*; it must be at most 1000000000"),
        *(
            ({"learning_rate": value}, r"learning_rate is .*; it must lie in \(0, 1\]")
            for value in (0, 0.0, -0.1, 1.0001, math.nan, math.inf, "0.1", True, 10**400)
        ),
        ({"precision": "float16"}, "choose float32 or bfloat16"),
    ],
    ids=lambda value: f"{value}"[:30],
)
@pytest.mark.usefixtures("unchecked")
def test_a_wrong_training_fails_at_birth_with_a_sentence(settings: dict, complaint: str):
    with pytest.raises(ValueError, match=complaint):
        TrainConfig(**settings)


def test_a_misspelt_setting_fails_at_birth():
    with pytest.raises(TypeError, match="epoch"):
        TrainConfig(epoch=2)  # pyright: ignore[reportCallIssue]


def test_the_largest_seed_trains(few: Digits):
    assert finish(start(VAE, replace(SHORT, seed=2**32 - 1)), few).step == 18


@pytest.mark.parametrize(
    ("config", "complaint"),
    [
        (TrainConfig(images=97, batch_size=8), "images is 97, .* has 96 training images"),
        (TrainConfig(images=10, batch_size=11), "batch_size is 11, .* only 10 images"),
        (TrainConfig(batch_size=97), "batch_size is 97, .* only 96 images"),
    ],
)
def test_a_set_too_small_for_the_training_says_so(few: Digits, config: TrainConfig, complaint: str):
    with pytest.raises(ValueError, match=complaint):
        advance(start(VAE, config), few, steps=1)


def test_the_fast_precision_is_one_of_the_two():
    assert TrainConfig(precision=training.fast_precision()).precision in ("float32", "bfloat16")


def test_a_run_that_is_extended_goes_on_as_the_longer_run_does_from_there(few):
    ended = finish(start(ModelConfig(hidden_dim=8), SHORT), few)
    longer = finish(training.extended(ended, 4), few)
    of_seven = replace(SHORT, epochs=7)
    assert ended.step == 18
    assert longer.step == 42 == training.total_steps(of_seven, few)
    rates = [training.learning_rate(of_seven, step, 42) for step in (18, 41)]
    assert rates[0] > 10 * rates[1], "the rate rises again, and comes down again"
    assert longer.history[-1].step == 42
    assert longer.legs == (training.Leg(18, epochs=3, learning_rate=0.02, beta=1.0),)
    assert longer.history[-1].test.total < ended.history[-1].test.total


# ---- branches ------------------------------------------------------------------------------------


def by_hand(state: TrainState, digits: Digits, rate: float, beta: float) -> list[torch.Tensor]:
    """The weights after one step more, in float64: backpropagation through reconstruction + β KL
    as torch.distributions have it, then algorithm 1 of Adam's paper with the state's own moments.
    """
    seen = watch(state.model)
    advance(state, digits, steps=1)  # only to see which images are next
    x = seen[-1]
    model = copy.deepcopy(state.model).double()
    assert isinstance(model, VariationalAutoencoder)
    mean, logvar = model.posterior(x.double())
    cloud = torch.distributions.Normal(mean, (0.5 * logvar).exp())
    epsilon = torch.randn(mean.shape, generator=torch.Generator().set_state(state.noise))
    pixels = torch.distributions.Bernoulli(logits=model.decode(mean + cloud.scale * epsilon))
    prior = torch.distributions.Normal(torch.zeros(()).double(), torch.ones(()).double())
    kl = torch.distributions.kl_divergence(cloud, prior).sum(1)
    binary = x.double().round()  # the cross-entropy is linear in x: what is left is added
    left = (x.double() - binary) * pixels.logits
    cost = -(pixels.log_prob(binary) + left).sum((1, 2, 3)) + beta * kl
    weights = list(model.parameters())
    slopes = torch.autograd.grad(cost.mean(), weights)
    after = []
    for number, (weight, slope) in enumerate(zip(weights, slopes, strict=True)):
        moments = state.optimiser.state_dict()["state"][number]
        first = 0.9 * moments["exp_avg"].double() + 0.1 * slope
        second = 0.999 * moments["exp_avg_sq"].double() + 0.001 * slope.square()
        t = state.step + 1
        m, v = first / (1 - 0.9**t), second / (1 - 0.999**t)
        after.append(weight.detach() - rate * m / (v.sqrt() + 1e-8))
    return after


@pytest.mark.parametrize("at", [0, 3, 7, 18])
def test_a_branch_with_nothing_changed_is_the_run_itself_bit_for_bit(few, uncut, at: int):
    branch = training.branched(advance(start(VAE, SHORT), few, steps=at))
    assert same_numbers(finish(branch, few), uncut)
    assert branch.legs == ()


def test_a_branch_with_the_same_numbers_said_is_the_run_itself_too(few, uncut):
    at = advance(start(VAE, SHORT), few, steps=7)
    branch = training.branched(at, learning_rate=SHORT.learning_rate, beta=VAE.beta)
    assert same_numbers(finish(branch, few), uncut)


@pytest.mark.parametrize("rate, beta", [(None, 1.0), (None, 30.0), (0.5, 1.0), (0.004, 0.0)])
def test_the_first_step_of_a_branch_is_the_step_computed_by_hand(few, rate, beta):
    at = advance(start(VAE, LONG), few, steps=40)
    branch = training.branched(at, learning_rate=rate, beta=beta)
    # 40 steps of 132: beyond the 20 of the warm-up, 20 of the 112 of the cosine.
    share = 0.5 * (1 + math.cos(math.pi * 20 / 112))
    expected = by_hand(at, few, share * (rate or 0.02), beta)
    moved = advance(branch, few, steps=1)
    for weight, other in zip(moved.model.parameters(), expected, strict=True):
        torch.testing.assert_close(weight.double(), other, rtol=1e-4, atol=2e-6)


def test_a_branch_keeps_the_past_of_its_run_and_remembers_where_it_left(few):
    at = advance(start(VAE, LONG), few, steps=41)
    branch = training.branched(at, beta=4.0)
    ended = finish(branch, few)
    assert ended.history[: len(at.history)] == at.history
    assert (ended.step, ended.model.config.beta) == (132, 4.0)
    assert ended.legs == (training.Leg(41, epochs=22, learning_rate=0.02, beta=1.0),)
    for record in ended.history[len(at.history) :]:
        assert record.train is not None
        for terms in (record.train, record.test):
            assert terms.total == pytest.approx(terms.reconstruction + 4 * terms.kl, rel=1e-5)


def test_a_branch_changes_nothing_of_its_run_and_shares_its_numbers(few, uncut):
    at = advance(start(VAE, SHORT), few, steps=7)
    branch = training.branched(at, learning_rate=0.5, beta=9.0)
    assert training.memory([at, branch]) == training.memory([at])
    finish(branch, few)
    assert at.model.config.beta == 1.0
    assert same_numbers(finish(at, few), uncut)


def test_the_memory_of_a_state_is_its_weights_and_two_moments_of_each(few):
    at = advance(start(VAE, SHORT), few, steps=3)
    weights = sum(w.numel() for w in at.model.parameters())
    steps, noise = len(list(at.model.parameters())), len(at.noise)
    assert training.memory([at]) == pytest.approx(4 * (3 * weights + steps) + noise, abs=200)
    later = advance(at, few, steps=3)
    assert training.memory([at, later]) == pytest.approx(2 * training.memory([at]), rel=0.01)


@pytest.mark.parametrize("rate, beta", [(0.0, None), (2.0, None), (None, -1.0), (None, math.nan)])
def test_a_branch_is_refused_where_its_numbers_are_out_of_range(few, rate, beta):
    with pytest.raises(ValueError, match=r"learning_rate|beta"):
        training.branched(start(VAE, SHORT), learning_rate=rate, beta=beta)


# ---- the probe -----------------------------------------------------------------------------------


def test_the_probe_is_drawn_once_from_all_test_images():
    sample = data.load("sample")
    probe = training.probe(sample)
    assert torch.equal(probe, training.probe(sample))
    assert len(probe.unique()) == training.PROBE
    assert probe.max() >= training.PROBE, "not the first ones"
    shares = sample.test_labels[probe].bincount(minlength=10) / training.PROBE
    assert shares == pytest.approx(torch.full((10,), 0.1), abs=0.04)


def test_mnist_s_first_test_images_are_easier_and_the_probe_is_like_all(mnist_root):
    mnist = data.load("mnist", mnist_root)
    model, _ = checkpoints.load(ROOT / "pretrained" / "vae-lite-2-beta-1")
    assert isinstance(model, VariationalAutoencoder)

    def cost(images: torch.Tensor) -> float:
        rng = torch.Generator().manual_seed(0)
        return evaluation.bounds.mean_terms(model, images, rng, samples=1).total

    every, probed, first = (
        cost(mnist.test_images[which])
        for which in (slice(None), training.probe(mnist), slice(training.PROBE))
    )
    assert every - first > 2 * abs(probed - every), (every, probed, first)
