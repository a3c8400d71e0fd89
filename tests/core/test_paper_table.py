"""The paper's table on a tiny set, and its measures against closed cases and quadrature."""

import json
import math
from pathlib import Path

import pytest
import torch
from torch import distributions, nn

from core.data import Digits
from pretrained import paper_table
from pretrained.paper_table import Mlp, PaperVAE, Protocol

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


def test_no_logit_leaves_the_bound():
    model = PaperVAE(Protocol(latent_dim=1, hidden_dim=6, logit_bound=0.5), seeded())
    logits = model.decode(torch.tensor([[-1000.0], [1000.0]]))
    assert logits.abs().max().item() == 0.5


def test_the_inception_score_counts_the_classes():
    assert paper_table.inception_score(torch.eye(10)) == pytest.approx(10)
    assert paper_table.inception_score(torch.eye(10)[:4]) == pytest.approx(4)
    assert paper_table.inception_score(torch.full((7, 10), 0.1)) == pytest.approx(1)
