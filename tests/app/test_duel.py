"""The duel, without a browser: what it says of two models is true of those two."""

import base64
import io
import re
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
import pytest
import torch
from PIL import Image
from streamlit.testing.v1 import AppTest

from app import cache
from tests.visiting import follow, onlooker, words

AE, VAE = "ae-lite-2", "vae-lite-2-beta-1"


@pytest.fixture
def page() -> AppTest:
    def script(ae: str, vae: str) -> None:
        from app import cache
        from app.lessons.vae import duel
        from app.state import session

        duel.show(session(), cache.pretrained(ae), cache.pretrained(vae))

    page = AppTest.from_function(script, args=(AE, VAE), default_timeout=120)
    page.session_state["duel-more"] = True
    page.run()
    assert not page.exception, page.exception
    return page


def pictures(page: AppTest) -> list[str]:
    """The digits restored, the AE's samples and the VAE's; the latter again beside the maps."""
    found = [picture.proto.imgs[0].url for picture in page.get("image")]
    ae, vae, restored, numbered_ae, numbered_vae = found
    return [restored, ae, vae, numbered_ae, numbered_vae]


def shares_told(page: AppTest) -> list[float]:
    (told,) = [
        text.value for text in page.markdown if "the classifier is sure of: AE" in text.value
    ]
    shares, _ = told.split("Sure is")
    return [int(percent) / 100 for percent in re.findall(r"(\d+)\s%", shares)]


@torch.no_grad()
def sure_of(images: torch.Tensor) -> float:
    """The share of them that the classifier is more than 90 % sure of."""
    logits = cache.classifier().model(images)
    return (logits.softmax(1).amax(1) > 0.9).float().mean().item()


def fitted_by_numpy(name: str, count: int) -> torch.Tensor:
    """The first draws of ε, moved and stretched to numpy's Gaussian of the model's codes."""
    codes = cache.codes(cache.pretrained(name)).mean.double().numpy()
    epsilon = cache.noise(0, count, codes.shape[1]).epsilon.double().numpy()
    factor = np.linalg.cholesky(np.cov(codes.T))
    return torch.from_numpy(codes.mean(0) + epsilon @ factor.T).float()


def test_the_shares_told_are_those_of_each_model_under_each_distribution(page: AppTest):
    """From the same draws of ε, with numpy's Gaussian of the codes."""
    epsilon = cache.noise(0, 1000, 2).epsilon
    expected = []
    for shown in (cache.pretrained(AE), cache.pretrained(VAE)):
        fitted = fitted_by_numpy(shown.key, 1000)
        with torch.no_grad():
            expected += [sure_of(shown.model.decode(z).sigmoid()) for z in (epsilon, fitted)]
    assert len({round(share, 2) for share in expected}) == 4, "none could stand for another"
    assert shares_told(page) == pytest.approx(expected, abs=0.0061)


def test_the_duel_that_lesson_5_opens_with_shows_where_an_autoencoder_fails():
    """Twenty latents, N(0, I): fewer of its draws are digits, to the judge and to the classifier;
    a fit brings it near the VAE."""
    page = follow(onlooker(), "vae", {"duel-more": "true"})
    (told,) = [t.value for t in page.markdown if "that may answer “no digit”" in t.value]
    ae, vae, fitted_ae, _ = (int(share) / 100 for share in re.findall(r"\*\*(\d+)\s%", told))
    assert ae + 0.25 < vae and ae + 0.2 < fitted_ae
    ae, fitted_ae, vae, _ = shares_told(page)
    assert "**AE lite, d = 20**" in words(page) and "**VAE lite, d = 20, β = 1**" in words(page)
    assert [page.button_group(key=f"duel-{kind}").value for kind in ("ae", "vae")] == [
        "N(0, I)"
    ] * 2
    assert ae + 0.25 < vae
    assert ae + 0.2 < fitted_ae


def test_the_vae_above_meets_an_autoencoder_of_its_kind():
    page = follow(onlooker(), "vae", {"duel-pair": "The VAE above", "vae-beta": "3.92"})
    told = words(page)
    assert "**AE lite, d = 2**, its z from" in told
    assert "**VAE lite, d = 2, β = 3.92**, its z from" in told


def test_each_model_s_own_choice_moves_its_own_samples_alone(page: AppTest):
    restored, ae, vae, numbered_ae, numbered_vae = pictures(page)
    page.button_group(key="duel-ae").set_value("Fitted Gaussian").run()
    assert not page.exception
    now = pictures(page)
    assert now[1] != ae and now[3] != numbered_ae
    assert (now[0], now[2], now[4]) == (restored, vae, numbered_vae)


def ink(picture: str) -> float:
    """How many white pixels of a digit a stitched picture at scale 2 amounts to."""
    png = base64.b64decode(re.findall('base64,([^"]+)', unquote(picture))[0])  # before its words
    return float(np.asarray(Image.open(io.BytesIO(png)).convert("L"), float).sum()) / 255 / 2**2


def test_samples_are_decoded_from_where_the_choice_says(page: AppTest):
    """Seen by their ink, since choices change nothing else of a picture."""
    first, second = (cache.noise(0, 16, 2).epsilon, fitted_by_numpy(AE, 16))
    with torch.no_grad():
        pair = [
            cache.pretrained(AE).model.decode(z).sigmoid().sum().item() for z in (first, second)
        ]
    under_prior = ink(pictures(page)[1])
    page.button_group(key="duel-ae").set_value("Fitted Gaussian").run()
    difference = under_prior - ink(pictures(page)[1])
    assert abs(pair[0] - pair[1]) > 20
    assert difference == pytest.approx(pair[0] - pair[1], rel=0.05)


def test_new_noise_is_new_for_both_and_restores_nothing_else(page: AppTest):
    restored, ae, vae, *_ = pictures(page)
    page.button(key="noise-duel").click().run()
    assert not page.exception
    now = pictures(page)
    assert now[0] == restored
    assert now[1] != ae and now[2] != vae


def test_the_chart_s_bars_are_the_shares_told_and_that_of_real_digits(page: AppTest):
    *_, chart = page.get("vega_lite_chart")
    bars = pa.ipc.open_stream(chart.proto.datasets[0].data.data).read_all().to_pydict()
    assert bars["name"] == [
        "AE, N(0, I)",
        "AE, fitted",
        "VAE, N(0, I)",
        "VAE, fitted",
        "test digits",
    ]
    assert [round(value, 2) for value in bars["value"][:4]] == shares_told(page)
    images = cache.digits("sample").test_images[:1000].float() / 255
    assert bars["value"][4] == pytest.approx(sure_of(images), abs=0.0011)
