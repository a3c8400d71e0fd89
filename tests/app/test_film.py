"""The film of a training on a page, without a browser."""

import json
import math
import re
import shutil
import struct
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from streamlit.testing.v1 import AppTest

from app import cache
from app.components import film as films
from core.film import Film, Moment
from core.models import ModelConfig
from core.training import Terms


def make_film(latent_dim: int, losses: list[Terms], scale: float = 1.0) -> Film:
    rng = torch.Generator().manual_seed(0)
    codes = scale * torch.randn(len(losses), 50, latent_dim, generator=rng)
    moments = [
        Moment(
            step=step,
            test=terms,
            codes=codes[step].half(),
            logvar=torch.zeros(50, latent_dim).half(),
            restored=torch.zeros(10, 1, 28, 28, dtype=torch.uint8),
            samples=torch.zeros(10, 1, 28, 28, dtype=torch.uint8),
        )
        for step, terms in enumerate(losses)
    ]
    ten = torch.zeros(10, 1, 28, 28, dtype=torch.uint8)
    return Film(len(losses) - 1, (torch.arange(50) % 10).byte(), ten, tuple(moments))


def header(content: films.FilmContent) -> dict:
    (length,) = struct.unpack_from("<I", content.reel.data)
    return json.loads(content.reel.data[4 : 4 + length])


LOSSES = [Terms(543.0 + kl, 543.0, kl) for kl in (0.0, 1.0)] + [
    Terms(200.0 - i + 5.0, 200.0 - i, 5.0) for i in range(20)
]


@pytest.mark.parametrize("latent_dim", [1, 2, 5, 64])
def test_the_axes_hold_nearly_all_codes_of_the_last_moment(latent_dim: int):
    film = make_film(latent_dim, LOSSES)
    content = films.content(film, ModelConfig("vae", latent_dim=latent_dim), "mine")
    about = header(content)
    left, right, bottom, top = about["extent"]
    assert right - left >= 1 and top - bottom >= 1
    if latent_dim <= 2:
        inside = (film.moments[-1].codes[:, 0].float() - (left + right) / 2).abs()
        assert (inside <= (right - left) / 2).float().mean() > 0.97
    assert about["steps"] == list(range(22))


def test_the_axes_give_way_to_where_codes_once_were_but_no_farther_than_half_a_map():
    film = make_film(2, LOSSES)
    left, right, bottom, top = header(films.content(film, ModelConfig("ae"), "mine"))["extent"]
    for away, reach in ((3.0, 3.0), (100.0, (right - left) / 2 + right)):
        first = replace(film.moments[0], codes=torch.full((50, 2), away).half())
        strayed = replace(film, moments=(first, *film.moments[1:]))
        now = header(films.content(strayed, ModelConfig("ae"), "mine"))["extent"]
        assert now[0] == left and now[2] == bottom
        assert now[1] == pytest.approx(max(right, reach), rel=1e-3)
        assert now[3] == pytest.approx(max(top, 3.0 if away == 3.0 else 1.5 * top - bottom / 2))


def test_the_outlines_are_circles_where_the_posterior_is_the_prior():
    film = make_film(2, LOSSES, scale=0.0)
    content = films.content(film, ModelConfig("vae"), "mine")
    about = header(content)
    assert about["outlined"] == list(range(10)), "one image of each class"
    floats = 22 * 10 * about["corners"] * 2
    outlines = torch.frombuffer(bytearray(content.reel.data[-4 * floats :]), dtype=torch.float32)
    assert torch.allclose(outlines.view(-1, 2).norm(dim=1), torch.ones(floats // 2), atol=1e-3)


def test_films_of_one_likelihood_share_the_axes_of_their_losses():
    packed = [
        films.content(make_film(2, LOSSES), ModelConfig("ae"), "one"),
        films.content(make_film(2, LOSSES[:12]), ModelConfig("vae"), "other"),
        films.content(make_film(2, LOSSES), ModelConfig("vae", likelihood="gaussian"), "third"),
    ]
    one, other, _ = (films._domains(each, packed) for each in packed)
    assert one == other
    low, high = one["reconstruction"]
    assert low < 181 and 200 < high < 543, "what was before any learning does not set the scale"
    assert one["kl"][0] == 0 and one["kl"][1] > 5


def test_a_loss_that_never_moved_still_has_axes():
    packed = films.content(make_film(2, [Terms(205.8, 205.8, 0.0)] * 5), ModelConfig("vae"), "flat")
    domains = films._domains(packed, [packed])
    for low, high in domains.values():
        assert high - low >= 1


def page_of(name: str) -> AppTest:
    def script(name: str) -> None:
        from app import cache
        from app.panels import files, film
        from app.state import session

        film.training_film(cache.pretrained(name), key="film")
        files.tell(session())

    return AppTest.from_function(script, args=(name,), default_timeout=120)


def test_a_model_without_a_film_says_so():
    page = page_of("ae-dense-2").run()
    assert not page.exception
    assert "No film was kept of **AE dense, d = 2**" in page.info[0].value


def test_a_damaged_film_is_named_and_the_page_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    name = "never-seen-before"  # whose film was packed for nobody yet
    for suffix in (".safetensors", ".json"):
        shutil.copy(cache.PRETRAINED / f"ae-lite-2{suffix}", tmp_path / f"{name}{suffix}")
    (tmp_path / f"{name}.film.safetensors").write_bytes(b"half a film")
    monkeypatch.setattr(cache, "PRETRAINED", tmp_path)
    page = page_of(name).run()
    assert not page.exception
    assert f"{name}.film.safetensors" in page.error[0].value


@pytest.fixture
def undrawn() -> AppTest:
    """The pretrained pair's films where the browser said that it cannot draw them."""

    def script() -> None:
        from app import cache
        from app.panels import film

        ae, vae = cache.pretrained("ae-lite-2"), cache.pretrained("vae-lite-2-beta-1")
        film.training_film(ae, vae, key="film")

    page = AppTest.from_function(script, default_timeout=120)
    page.session_state["film"] = {"failed": True}
    page.run()
    assert not page.exception, page.exception
    return page


def told(page: AppTest) -> list[tuple[str, int, float, float]]:
    """Of each model: its name, the step, its reconstruction cost and its KL (nan where none)."""
    pattern = r"\*\*(.+)\*\*: step (\d+) of \d+, reconstruction ([\d.]+)(?:, KL ([\d.]+))? nats"
    found = [re.match(pattern, text.value) for text in page.markdown]
    return [
        (match[1], int(match[2]), float(match[3]), float(match[4] or "nan"))
        for match in found
        if match
    ]


def test_where_the_browser_draws_no_film_the_server_shows_where_the_models_ended(undrawn: AppTest):
    (ae, ae_step, ae_cost, no_kl), (vae, vae_step, vae_cost, kl) = told(undrawn)
    for name, title, step, cost in (
        ("ae-lite-2", ae, ae_step, ae_cost),
        ("vae-lite-2-beta-1", vae, vae_step, vae_cost),
    ):
        shown = cache.pretrained(name)
        last = shown.card["history"][-1]["test"]
        assert (title, step) == (shown.title, shown.card["steps"])
        assert cost == pytest.approx(last["reconstruction"], abs=0.051)
    assert math.isnan(no_kl), "an autoencoder has none"
    last = cache.pretrained("vae-lite-2-beta-1").card["history"][-1]["test"]
    assert kl == pytest.approx(last["kl"], abs=0.0051)


def test_every_moment_can_be_looked_at_on_the_server(undrawn: AppTest):
    ended = [picture.proto.imgs[0].url for picture in undrawn.get("image")]
    undrawn.select_slider(key="film-moment").set_value(0).run()
    assert not undrawn.exception
    began = [picture.proto.imgs[0].url for picture in undrawn.get("image")]
    assert len(began) == len(ended) == 2 and not set(began) & set(ended)
    for _, step, cost, _ in told(undrawn):
        assert step == 0
        assert cost == pytest.approx(784 * math.log(2), abs=3)  # nearly a coin flip a pixel
    undrawn.select_slider(key="film-moment").set_value(20).run()
    (_, middle, *_), (_, same, *_) = told(undrawn)
    film = cache.film(cache.pretrained("ae-lite-2"))
    assert film is not None
    assert middle == same == film.moments[20].step


@pytest.mark.parametrize("name", ["ae-lite-2", "vae-lite-2-beta-1"])
def test_the_pretrained_pair_has_films_that_end_where_the_model_is(name: str):
    shown = cache.pretrained(name)
    film = cache.film(shown)
    assert film is not None
    assert (cache.PRETRAINED / f"{name}.film.safetensors").stat().st_size < 1_000_000
    assert (len(film.moments), film.moments[-1].step) == (40, shown.card["steps"])
    last = shown.card["history"][-1]["test"]
    assert film.moments[-1].test.reconstruction == pytest.approx(last["reconstruction"], abs=1e-3)
    sample = cache.digits("sample").test_images[:10]
    assert torch.equal(film.originals, sample), "the digits that a visitor follows at first"
    with torch.no_grad():
        model = shown.model
        restored = 255 * model.decode(model.encode(sample.float() / 255)).sigmoid()
    assert (film.moments[-1].restored - restored).abs().max() < 0.51
