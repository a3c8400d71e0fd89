"""The interpreter in the page computes what torch computes, for every architecture."""

import base64
from collections.abc import Iterator
from typing import get_args

import numpy as np
import pytest
import torch
from playwright.sync_api import Browser, Page
from torch import Tensor, nn

from app.components import network, scripts
from app.components.network import Network
from core.continuous_bernoulli import continuous_bernoulli_mean
from core.models import Architecture, Kind, Likelihood, ModelConfig, build, mean_image
from core.models.classifier import Classifier, ClassifierConfig

RUN = """([layers, weights, inputs]) => {
  const floats = (text) =>
    new Float32Array(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
  const net = buildNetwork(layers, floats(weights));
  return inputs.map((x) => Array.from(net(Float32Array.from(x))));
}"""


@pytest.fixture(scope="module")
def blank(browser: Browser) -> Iterator[Page]:
    """An empty page with the interpreter in it, and nothing else."""
    page = browser.new_page()
    page.add_script_tag(content=scripts.bundle("network.js"))
    yield page
    page.close()


def run(page: Page, described: Network, inputs: Tensor) -> Tensor:
    """What the page's network makes of each input, one after the other."""
    weights = base64.b64encode(described.weights.numpy().astype("<f4").tobytes()).decode()
    answer = page.evaluate(RUN, [described.layers, weights, inputs.flatten(1).tolist()])
    return torch.from_numpy(np.array(answer, np.float32))


def strokes(count: int, rng: torch.Generator) -> Tensor:
    """Pictures that are mostly black, as digits are."""
    grey = torch.rand(count, 1, 28, 28, generator=rng)
    return grey * (torch.rand(count, 1, 28, 28, generator=rng) < 0.2)


def stirred(module: nn.Module, rng: torch.Generator) -> nn.Module:
    """Random biases too, which are 0 in a model that has learned nothing."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter += 0.1 * torch.randn(parameter.shape, generator=rng)
    return module.eval()


@pytest.mark.parametrize("kind", get_args(Kind))
@pytest.mark.parametrize("architecture", get_args(Architecture))
@torch.no_grad()
def test_encoder_and_decoder_equal_torch(blank: Page, architecture: Architecture, kind: Kind):
    rng = torch.Generator().manual_seed(1)
    for latent_dim in (1, 2, 5):
        config = ModelConfig(kind=kind, architecture=architecture, latent_dim=latent_dim)
        model = build(config, rng)
        stirred(model, rng)
        z, x = 3 * torch.randn(4, latent_dim, generator=rng), strokes(4, rng)
        decoded = run(blank, network.decoder(model), z)
        torch.testing.assert_close(decoded, model.decode(z).sigmoid().flatten(1), rtol=0, atol=1e-4)
        encoded = run(blank, network.encoder(model), x)
        torch.testing.assert_close(encoded, model.encoder(x), rtol=0, atol=1e-4)


@pytest.mark.parametrize("likelihood", get_args(Likelihood))
@torch.no_grad()
def test_the_mean_image_equals_torch_for_every_likelihood(blank: Page, likelihood: Likelihood):
    rng = torch.Generator().manual_seed(2)
    model = build(ModelConfig(likelihood=likelihood), rng)
    stirred(model, rng)
    z = torch.cat([30 * torch.randn(4, 2, generator=rng), torch.zeros(1, 2)])  # large logits too
    expected = mean_image(model.config, model.decode(z)).flatten(1)
    decoded = run(blank, network.decoder(model), z)
    torch.testing.assert_close(decoded, expected, rtol=0, atol=1e-4)


def test_the_continuous_bernoulli_s_mean_is_smooth_around_one_half(blank: Page):
    logits = torch.cat([torch.linspace(-0.2, 0.2, 401), torch.tensor([0.0, -200.0, 200.0])])
    mean = [{"op": "continuous_bernoulli_mean"}]
    described = network.describe(nn.Sequential(), (1,), mean)
    answer = run(blank, described, logits.unsqueeze(1)).squeeze(1)
    torch.testing.assert_close(answer, continuous_bernoulli_mean(logits), rtol=0, atol=1e-6)


@torch.no_grad()
def test_the_classifier_equals_torch(blank: Page):
    rng = torch.Generator().manual_seed(3)
    judge = Classifier(ClassifierConfig(), rng)
    stirred(judge, rng)
    x = strokes(5, rng)
    answer = run(blank, network.classifier(judge), x)
    torch.testing.assert_close(answer, judge.probabilities(x), rtol=0, atol=1e-4)


@torch.no_grad()
def test_layers_that_no_model_of_the_course_combines_so_are_run_too(blank: Page):
    rng = torch.Generator().manual_seed(4)
    layers = nn.Sequential(
        nn.Conv2d(1, 6, (3, 5), stride=(2, 1), padding=(0, 2), bias=False), nn.MaxPool2d(3, 2),
        nn.ConvTranspose2d(6, 8, (2, 3), stride=(3, 2), padding=(1, 0), output_padding=(1, 1)),
        nn.Sigmoid(), nn.PixelShuffle(2), nn.Upsample(scale_factor=2), nn.Flatten(),
        nn.Linear(2 * 64 * 112, 12, bias=False), nn.Unflatten(1, (3, 2, 2)), nn.ReLU(),
    )  # fmt: skip
    x = torch.randn(3, 1, 28, 28, generator=rng)
    layers(x)
    stirred(layers, rng)
    expected = layers(x).movedim(1, -1).flatten(1)  # pictures lie in the page pixel by pixel
    answer = run(blank, network.describe(layers, (1, 28, 28)), x)
    torch.testing.assert_close(answer, expected, rtol=0, atol=1e-4)


def test_an_unknown_layer_is_refused_with_its_name():
    with pytest.raises(ValueError, match=r"cannot run the layer Tanh\(\)"):
        network.describe(nn.Sequential(nn.Tanh()), (2,))
    with pytest.raises(ValueError, match="cannot run the layer Conv2d"):
        network.describe(nn.Sequential(nn.Conv2d(2, 2, 3, groups=2)), (2, 5, 5))
