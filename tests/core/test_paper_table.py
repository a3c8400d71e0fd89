"""The paper's table on a tiny set, and its measures against closed cases and quadrature."""

import json
import math
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy import stats
from torch import Tensor, distributions, nn

from core.data import Digits
from pretrained import paper_table
from pretrained.paper_table import Mlp, PaperVAE, Pixels, Protocol

TINY = Protocol(
    seeds=(0, 1), epochs=2, batch_size=20, latent_dim=2, hidden_dim=12, judge_epochs=2,
    iwae_draws=3, iwae_images=20, samples=30,
)  # fmt: skip


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def images(count: int) -> torch.Tensor:
    return torch.rand(count, 784, generator=seeded(9))


def test_the_whole_table_has_a_figure_of_every_seed_in_every_row(few: Digits, tmp_path: Path):
    table = paper_table.make_table(few, TINY, tmp_path / "progress.json")
    assert set(table["rows"]) == {"cb", "bernoulli_corrected", "bernoulli"}
    for row in table["rows"].values():
        assert {"elbo", "iwae", "score_parameters", "score_samples", "knn_accuracy"} <= set(row)
        for figure in row.values():
            first, second = figure["seeds"]
            assert figure["mean"] == pytest.approx((first + second) / 2)
            assert figure["spread"] == pytest.approx(abs(first - second) / math.sqrt(2))
    as_is, corrected = table["rows"]["bernoulli"], table["rows"]["bernoulli_corrected"]
    assert as_is["kl"] == corrected["kl"]  # one encoder, two readings of its decoder
    assert as_is["elbo"] != corrected["elbo"]
    assert table["rows"]["cb"]["elbo"]["seeds"][0] != table["rows"]["cb"]["elbo"]["seeds"][1]
    json.dumps(table, allow_nan=False)


def test_an_interrupted_table_goes_on_where_it_stood_and_ends_the_same(few: Digits, tmp_path: Path):
    progress = tmp_path / "progress.json"
    whole = paper_table.make_table(few, TINY, progress)
    done = json.loads(progress.read_text())
    del done["runs"]["bernoulli 1"]
    done["runs"]["cb 0"]["rows"]["cb"]["kl"] = 77.0  # kept, and not measured again
    progress.write_text(json.dumps(done))
    resumed = paper_table.make_table(few, TINY, progress)
    assert resumed["rows"]["bernoulli"] == whole["rows"]["bernoulli"]
    assert resumed["rows"]["cb"]["kl"]["seeds"][0] == 77.0


def test_training_drops_units_and_measuring_does_not():
    model = Mlp(784, 10, TINY, seeded())
    x = images(4)
    assert torch.equal(model(x), model(x))
    drawn = torch.stack([model(x, seeded(i)) for i in range(4000)])
    assert drawn.std(0).min() > 0
    linear = Mlp(784, 10, Protocol(hidden_dim=12, keep=1.0), seeded())
    assert torch.equal(linear(x, seeded()), model(x))  # nothing is dropped, nothing rescaled


@pytest.fixture
def blind() -> PaperVAE:
    """Every posterior is N(0, (log 2)²), every pixel uniform on [0, 1]."""
    model = PaperVAE(Protocol(latent_dim=2, hidden_dim=4, iwae_draws=1500), seeded())
    for parameter in model.parameters():
        nn.init.zeros_(parameter)
    return model


def test_the_elbo_of_a_blind_model_is_minus_its_divergence(blind: PaperVAE):
    sigma = torch.tensor(math.log(2) + 1e-6)
    kl = distributions.kl_divergence(distributions.Normal(0, sigma), distributions.Normal(0, 1))
    found = paper_table.elbo(blind, paper_table.as_is, images(3), seeded())
    torch.testing.assert_close(found, -2 * kl.expand(3), rtol=1e-4, atol=1e-4)


def test_the_importance_weighted_bound_of_a_blind_model_is_0(blind: PaperVAE):
    found = paper_table.iwae(blind, paper_table.as_is, images(3), seeded())
    torch.testing.assert_close(found, torch.zeros(3), rtol=0, atol=0.1)


@torch.no_grad()
@pytest.mark.parametrize("corrected", [False, True])
def test_the_importance_weighted_bound_comes_up_to_the_evidence(corrected: bool):
    protocol = Protocol(latent_dim=1, hidden_dim=6, iwae_draws=1000)
    model, x = PaperVAE(protocol, seeded(3)), images(3)
    for name, parameter in model.named_parameters():
        if name.startswith("decoder.last"):
            parameter.mul_(0.1)
    reading = paper_table.corrected(protocol) if corrected else paper_table.as_is
    z = torch.linspace(-8, 8, 801)[:, None]
    pixels = distributions.ContinuousBernoulli(logits=reading(model.decode(z)), lims=(0.45, 0.55))
    joint = distributions.Normal(0.0, 1.0).log_prob(z)[:, 0] + torch.stack(
        [pixels.log_prob(each).sum(1) for each in x]
    )
    evidence = joint.logsumexp(1) + math.log(16 / 800)
    found = paper_table.iwae(model, reading, x, seeded())
    torch.testing.assert_close(found, evidence, rtol=0, atol=0.1)
    one = paper_table.elbo(model, reading, x.repeat(100, 1), seeded()).view(100, 3).mean(0)
    assert (one < evidence).all()


def test_a_corrected_lambda_is_the_mean_of_the_density_it_gives():
    protocol = Protocol()
    logits = torch.linspace(-2.1, 2.1, 2001)
    corrected = paper_table.corrected(protocol)(logits)
    means = distributions.ContinuousBernoulli(logits=corrected.double(), lims=(0.45, 0.55)).mean
    torch.testing.assert_close(means.float(), logits.sigmoid(), rtol=0, atol=2e-6)
    extremes = paper_table.corrected(protocol)(torch.tensor([-9.0, -2.2, 2.2, 9.0]))
    assert extremes.tolist() == pytest.approx([-9.21024, -9.21024, 9.21024, 9.21024])


def density(logits: Tensor) -> distributions.ContinuousBernoulli:
    """Torch's, where float64 bears its closed form."""
    return distributions.ContinuousBernoulli(logits=logits.double(), validate_args=False)


@torch.no_grad()
@pytest.mark.parametrize("likelihood", ["cb", "bernoulli"])
def test_the_loss_in_training_is_the_negative_elbo_in_its_own_likelihood(likelihood: str):
    """Without dropout, on many copies of one image, against other draws and torch's densities."""
    model, x = PaperVAE(Protocol(latent_dim=2, hidden_dim=12, keep=1.0), seeded(3)), images(1)
    model.decoder.last.bias.copy_(torch.linspace(-6, 6, 784))
    model.encoder.last.bias.copy_(torch.tensor([1.0, -1.5, -1.0, 0.5]))
    mean, logvar = model.posterior(x)
    cloud = distributions.Normal(mean[0], (logvar[0] / 2).exp())
    logits = model.decode(cloud.mean + cloud.stddev * torch.randn(6000, 2, generator=seeded(1)))
    pixels = distributions.Bernoulli(logits=logits.double(), validate_args=False)
    costs = -(density(logits) if likelihood == "cb" else pixels).log_prob(x).sum(1)
    kl = distributions.kl_divergence(cloud, distributions.Normal(0.0, 1.0)).sum().item()
    error = 4 * costs.std().item() * (2 / 6000) ** 0.5
    assert error < 0.5 < kl
    found = paper_table.negative_elbo(model, likelihood, x.expand(6000, -1), seeded()).item()
    assert found == pytest.approx(costs.mean().item() + kl, abs=error)


@torch.no_grad()
def test_the_corrected_row_is_the_one_whose_densities_have_the_lambdas_as_means(few: Digits):
    """Of networks as they begin, with μ⁻¹ found by bisection of torch's mean."""
    untrained = replace(TINY, epochs=0)
    pixels = paper_table.dequantised(few)
    judge = Mlp(784, 10, untrained, seeded())
    model = PaperVAE(untrained, seeded(5))
    mean, logvar = model.posterior(pixels.test)
    cloud = distributions.Normal(mean, (logvar / 2).exp())
    logits = model.decode(cloud.mean + cloud.stddev * torch.randn(mean.shape, generator=seeded()))
    low, high = (
        torch.full_like(logits, -9.21024).double(),
        torch.full_like(logits, 9.21024).double(),
    )
    for _ in range(40):
        middle = (low + high) / 2
        means = distributions.ContinuousBernoulli(logits=middle, lims=(0.49, 0.51)).mean
        too_low = means < logits.double().sigmoid()
        low, high = torch.where(too_low, middle, low), torch.where(too_low, high, middle)
    kl = distributions.kl_divergence(cloud, distributions.Normal(0.0, 1.0)).sum(1)
    expected = {
        name: (density(read).log_prob(pixels.test).sum(1) - kl).mean().item()
        for name, read in (("bernoulli", logits), ("bernoulli_corrected", low))
    }
    assert abs(expected["bernoulli"] - expected["bernoulli_corrected"]) > 0.5
    rows = paper_table.run("bernoulli", 5, pixels, judge, untrained)["rows"]
    assert {name: row["elbo"] for name, row in rows.items()} == pytest.approx(expected, abs=0.01)
    (cb,) = paper_table.run("cb", 5, pixels, judge, untrained)["rows"].values()
    assert cb["elbo"] == pytest.approx(expected["bernoulli"], abs=0.01)  # the same first weights


def test_dequantised_images_are_their_bytes_and_uniform_noise_below_the_next(few: Digits):
    pixels = paper_table.dequantised(few)
    for grey, of in ((pixels.train, few.train_images), (pixels.test, few.test_images)):
        assert torch.equal((grey * 256).floor(), of.flatten(1).float())
        rest = (grey.double() * 256 - of.flatten(1)).flatten()
        assert stats.kstest(rest.numpy(), "uniform").pvalue > 0.01


def test_a_gradient_above_one_is_clipped_and_a_smaller_one_is_not():
    """Two steps beside torch's Adam, which is given the gradients as they should be."""
    model, reference = nn.Linear(3, 1, bias=False), nn.Linear(3, 1, bias=False)
    for each in (model, reference):
        nn.init.zeros_(each.weight)
    slopes = iter([[1000.0, -7.0, 0.25], [0.5, -0.5, 3.0]])

    def loss(x: Tensor, labels: Tensor) -> Tensor:
        return (model.weight * torch.tensor([next(slopes)])).sum()

    blank = Pixels(*(torch.zeros(1) for _ in range(4)))
    protocol = Protocol(epochs=2, learning_rate=0.1)
    paper_table.train(model, loss, blank, protocol, seeded())
    adam = torch.optim.Adam(reference.parameters(), lr=0.1)
    for clipped in ([1.0, -1.0, 0.25], [0.5, -0.5, 1.0]):
        reference.weight.grad = torch.tensor([clipped])
        adam.step()
    torch.testing.assert_close(model.weight, reference.weight)


class OnePixel(Mlp):
    """A judge that is sure: of 0, 1 or 2 as the first pixel is below .1, between, or above .9."""

    def forward(self, x: Tensor, rng: torch.Generator | None = None) -> Tensor:
        return 1000.0 * F.one_hot(
            torch.bucketize(x[:, 0].contiguous(), torch.tensor([0.1, 0.9])), 10
        )


@torch.no_grad()
def test_scores_are_of_lambda_itself_and_of_draws_from_its_density():
    """Half of all codes are decoded to λ = .01 and half to .99: to images of two kinds, while their
    means .22 and .78 are of one; a pixel drawn has the kinds that torch's distribution says."""
    logit = math.log(99)
    protocol = Protocol(latent_dim=1, hidden_dim=2, logit_bound=2 * logit, samples=4000)
    model = PaperVAE(protocol, seeded())
    for parameter in model.decoder.parameters():
        nn.init.zeros_(parameter)
    for layer in (model.decoder.first, model.decoder.second, model.decoder.last):
        layer.weight[:, 0] = 1000.0
    nn.init.constant_(model.decoder.last.bias, -2 * logit)

    def halved(logits: Tensor) -> Tensor:
        return logits / 2

    scores = paper_table.scores(model, halved, OnePixel(784, 10, protocol, seeded()), seeded(1))
    assert scores["score_parameters"] == pytest.approx(2, abs=0.01)
    edges = density(torch.tensor([-logit])).cdf(torch.tensor([0.0, 0.1, 0.9, 1.0]).double())
    kinds = edges.diff().numpy()
    of_all, of_each = stats.entropy((kinds + kinds[::-1]) / 2), 0.0  # the judge is sure of each
    assert scores["score_samples"] == pytest.approx(math.exp(of_all - of_each), abs=0.05)


def test_no_logit_leaves_the_bound():
    model = PaperVAE(Protocol(latent_dim=1, hidden_dim=6, logit_bound=0.5), seeded())
    logits = model.decode(torch.tensor([[-1000.0], [1000.0]]))
    assert logits.abs().max().item() == 0.5


def test_the_inception_score_counts_the_classes():
    assert paper_table.inception_score(torch.eye(10)) == pytest.approx(10)
    assert paper_table.inception_score(torch.eye(10)[:4]) == pytest.approx(4)
    assert paper_table.inception_score(torch.full((7, 10), 0.1)) == pytest.approx(1)


@pytest.fixture(scope="module")
def stored() -> dict:
    """The table that the course shows."""
    return json.loads(Path(paper_table.__file__).with_name("paper_table.json").read_text())


def test_the_stored_table_was_made_by_today_s_protocol(stored: dict):
    assert stored["settings"] == json.loads(json.dumps(asdict(Protocol())))
    assert stored["images"] == {"train": 60_000, "test": 10_000}


def test_every_stored_figure_is_the_mean_and_the_spread_of_its_three_seeds(stored: dict):
    assert set(stored["rows"]) == {"cb", "bernoulli_corrected", "bernoulli"}
    for row in stored["rows"].values():
        assert len(row) == 8
        for figure in row.values():
            assert len(figure["seeds"]) == 3
            assert figure["mean"] == pytest.approx(np.mean(figure["seeds"]), rel=1e-12)
            assert figure["spread"] == pytest.approx(np.std(figure["seeds"], ddof=1), rel=1e-9)


def test_the_stored_figures_do_not_contradict_one_another(stored: dict):
    """What must hold of any network, whatever it learned."""
    ceiling, rows = stored["data"]["ceiling"], stored["rows"]
    for row in rows.values():
        of = {name: figure["seeds"] for name, figure in row.items()}
        for seed in range(3):
            assert of["elbo_of_the_few"][seed] <= of["iwae"][seed]
            assert of["elbo"][seed] < ceiling
            assert of["elbo"][seed] + of["kl"][seed] < ceiling  # minus the reconstruction cost
            assert 0 <= of["active_units"][seed] <= stored["settings"]["latent_dim"]
            assert 1 <= of["score_samples"][seed] <= 10
            assert 1 <= of["score_parameters"][seed] <= 10
            assert 0.1 < of["knn_accuracy"][seed] < 1
    for figure in ("kl", "active_units", "knn_accuracy"):  # one encoder, read in two ways
        assert rows["bernoulli"][figure] == rows["bernoulli_corrected"][figure]
