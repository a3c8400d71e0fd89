"""Latent space: paths by 60-digit arithmetic, planes by their corners, PCA by an SVD."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from core import latent
from core.data import Digits, to_float
from core.models import Kind, ModelConfig, VariationalAutoencoder, build

INTERP = json.loads((Path(__file__).parent / "reference_values.json").read_text())["interp"]


def vector(*numbers: float | str) -> torch.Tensor:
    return torch.tensor([float(number) for number in numbers], dtype=torch.float64)


@pytest.mark.parametrize(
    ("path", "name"), [(latent.linear_path, "lerp"), (latent.spherical_path, "slerp")]
)
def test_paths_go_where_60_digits_say(path, name: str):
    steps = path(vector(*INTERP["a"]), vector(*INTERP["b"]), 5)
    wanted = torch.stack([vector(*row[name]) for row in INTERP["rows"]])
    torch.testing.assert_close(steps, wanted, rtol=1e-12, atol=1e-13)


@given(st.integers(2, 64), st.integers(0, 1000))
def test_a_spherical_path_between_vectors_of_one_length_keeps_length_and_pace(dim: int, seed: int):
    start, end = torch.randn(2, dim, generator=torch.Generator().manual_seed(seed)).double()
    end *= start.norm() / end.norm()
    path = latent.spherical_path(start, end, 7)
    torch.testing.assert_close(path.norm(dim=1), start.norm().expand(7), rtol=1e-6, atol=0)
    strides = (path[1:] - path[:-1]).norm(dim=1)
    torch.testing.assert_close(strides, strides[:1].expand(6), rtol=1e-6, atol=0)
    torch.testing.assert_close(path[[0, -1]], torch.stack([start, end]))


@pytest.mark.parametrize("end", [(4.0, 0.0), (-2.0, 0.0), (2.0, 0.0), (0.0, 0.0)])
def test_where_there_is_no_great_circle_the_path_is_finite_and_arrives(end: tuple):
    start, goal = torch.tensor([2.0, 0.0]), torch.tensor(end)
    path = latent.spherical_path(start, goal, 5)
    assert path.isfinite().all()
    torch.testing.assert_close(path[[0, -1]], torch.stack([start, goal]))
    if any(end):
        torch.testing.assert_close(path, latent.linear_path(start, goal, 5))


def test_a_plane_is_laid_out_like_a_picture():
    """Right is right, and up is the first row."""
    origin, right, up = vector(10, 20, 30), vector(1, 0, 0), vector(0, 2, 1)
    plane = latent.grid(origin, right, up, 3)
    assert plane.shape == (3, 3, 3)
    assert plane[1, 1].tolist() == [10, 20, 30]
    assert plane[0, 0].tolist() == [9, 22, 31]
    assert plane[0, 2].tolist() == [11, 22, 31]
    assert plane[2, 0].tolist() == [9, 18, 29]
    assert plane[2, 2].tolist() == [11, 18, 29]
    assert plane[1, 2].tolist() == [11, 20, 30]


def test_three_corners_keep_their_corners_and_complete_the_analogy():
    """King - man + woman: the fourth corner is right + up - corner."""
    man, king, woman = vector(1, 0, 5), vector(3, 1, 5), vector(1, 7, 6)
    grid = latent.three_corners(man, king, woman, 5)
    assert grid[-1, 0].tolist() == man.tolist()
    assert grid[-1, -1].tolist() == king.tolist()
    assert grid[0, 0].tolist() == woman.tolist()
    assert grid[0, -1].tolist() == [3, 8, 6]
    assert grid[2, 2].tolist() == [2, 4, 5.5]


def test_four_corners_blend_bilinearly():
    corners = vector(0, 0), vector(4, 0), vector(0, 8), vector(8, 16)
    grid = latent.four_corners(*corners, size=5)
    got = grid[0, 0], grid[0, -1], grid[-1, 0], grid[-1, -1]
    assert [corner.tolist() for corner in got] == [corner.tolist() for corner in corners]
    assert grid[2, 2].tolist() == [3, 6]  # the mean of all four
    assert grid[0, 1].tolist() == [1, 0]  # a quarter along the top
    assert grid[1, 0].tolist() == [0, 2]  # a quarter down the left side


@pytest.mark.parametrize("dim", [3, 20])
def test_the_principal_plane_is_that_of_a_singular_value_decomposition(dim: int):
    rng = torch.Generator().manual_seed(0)
    codes = torch.randn(500, dim, generator=rng) @ torch.randn(dim, dim, generator=rng) + 5
    found = latent.principal_plane(codes)
    centred = codes.double().numpy() - codes.double().numpy().mean(0)
    _, sizes, axes = np.linalg.svd(centred, full_matrices=False)
    overlap = np.abs(found.axes.double().numpy() @ axes[:2].T)
    np.testing.assert_allclose(overlap, np.eye(2), atol=1e-3)
    np.testing.assert_allclose(found.explained, (sizes**2 / (sizes**2).sum())[:2], rtol=1e-4)
    np.testing.assert_allclose(found.axes @ found.axes.T, np.eye(2), atol=1e-5)
    torch.testing.assert_close(found.origin, codes.mean(0), rtol=1e-4, atol=1e-4)

    points = found.project(codes)
    torch.testing.assert_close(found.project(found.lift(points)), points, rtol=1e-4, atol=1e-4)
    rest = (codes - found.lift(points)).square().sum().item()
    assert rest == pytest.approx((sizes[2:] ** 2).sum(), rel=1e-3)


@pytest.mark.parametrize("dim", [1, 2])
def test_codes_that_fit_a_plane_keep_their_own_axes(dim: int):
    codes = torch.randn(50, dim, generator=torch.Generator().manual_seed(0)) * 3 + 1
    found = latent.principal_plane(codes)
    points = found.project(codes)
    assert torch.equal(points[:, :dim], codes) and not points[:, dim:].any()
    assert torch.equal(found.lift(points), codes)
    assert found.explained.sum().item() == pytest.approx(1)
    assert found.explained[0].item() == pytest.approx((codes.var(0) / codes.var(0).sum())[0].item())


@pytest.mark.parametrize("dim", [1, 2, 3, 20])
def test_codes_that_all_coincide_explain_nothing(dim: int):
    """A dead encoder gives every image the same code."""
    found = latent.principal_plane(torch.full((40, dim), 2.5))
    assert found.explained.tolist() == [0, 0]
    assert found.project(torch.full((1, dim), 2.5)).isfinite().all()


@pytest.mark.parametrize("dim", [1, 2, 20, 64])
def test_the_nearest_code_is_found_as_by_brute_force(dim: int):
    rng = torch.Generator().manual_seed(dim)
    codes, queries = torch.randn(300, dim, generator=rng), torch.randn(70, dim, generator=rng)
    distance, index = latent.nearest(codes, queries)
    every = cdist(queries.double().numpy(), codes.double().numpy())
    np.testing.assert_array_equal(index, every.argmin(1))
    np.testing.assert_allclose(distance, every.min(1), rtol=1e-5)
    own, self_index = latent.nearest(codes, codes)
    assert own.max() < 1e-3 and torch.equal(self_index, torch.arange(300))


@pytest.mark.parametrize("kind", ["ae", "vae"])
def test_a_set_is_encoded_and_decoded_image_by_image(digits: Digits, kind: Kind):
    """In thousands inside, but that must not show: 1 001 images, the last one alone."""
    model = build(ModelConfig(kind, latent_dim=3))
    images = digits.train_images[:1001]
    codes = latent.encode(model, images)
    assert codes.mean.shape == (1001, 3) and not codes.mean.requires_grad
    for place in (0, 999, 1000):
        x = to_float(images[place : place + 1])
        torch.testing.assert_close(codes.mean[place], model.encode(x)[0], rtol=1e-4, atol=1e-5)
        if isinstance(model, VariationalAutoencoder):
            assert codes.logvar is not None
            logvar = model.posterior(x).logvar[0]
            torch.testing.assert_close(codes.logvar[place], logvar, rtol=1e-4, atol=1e-5)
        else:
            assert codes.logvar is None
    logits = latent.decode(model, codes.mean)
    assert logits.shape == (1001, 1, 28, 28) and not logits.requires_grad
    alone = model.decode(codes.mean[1000:])
    torch.testing.assert_close(logits[1000:], alone, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("dim", [1, 5])
def test_t_sne_keeps_two_far_clouds_apart_and_repeats_itself(dim: int):
    cloud = torch.randn(60, dim, generator=torch.Generator().manual_seed(0))
    codes = torch.cat([cloud, cloud + 100])
    points = latent.tsne(codes, seed=1)
    assert points.shape == (120, 2) and points.dtype == torch.float32
    neighbour = torch.cdist(points, points).fill_diagonal_(math.inf).argmin(1)
    at_home = (neighbour < 60) == (torch.arange(120) < 60)
    assert at_home.float().mean() > 0.95
    assert torch.equal(points, latent.tsne(codes, seed=1))


@pytest.mark.parametrize("codes", [torch.full((50, 5), 2.5), torch.eye(50, 1) * 1e-40])
def test_t_sne_of_a_dead_encoder_s_codes_does_not_take_the_process_with_it(codes: torch.Tensor):
    """scikit-learn's own ends in a segmentation fault where all codes coincide."""
    assert latent.tsne(codes).isfinite().all()


def test_a_window_on_two_latents_reaches_so_many_deviations_along_each():
    codes = 3 * torch.randn(400, 4, generator=torch.Generator().manual_seed(0)) + 1
    origin, right, up = latent.axis_window(codes, first=2, second=0, reach=1.5)
    deviation = np.std(codes.numpy(), axis=0, ddof=1)
    np.testing.assert_allclose(origin, np.mean(codes.numpy(), axis=0), rtol=1e-4)
    np.testing.assert_allclose(right, [0, 0, 1.5 * deviation[2], 0], rtol=1e-5)
    np.testing.assert_allclose(up, [1.5 * deviation[0], 0, 0, 0], rtol=1e-5)
    assert not latent.axis_window(codes, first=1, second=1, reach=2).up.any()


@pytest.mark.parametrize("dim", [1, 2, 7])
def test_the_principal_window_spans_the_two_largest_singular_values(dim: int):
    rng = torch.Generator().manual_seed(3)
    codes = torch.randn(300, dim, generator=rng) @ torch.randn(dim, dim, generator=rng) - 2
    origin, right, up = latent.principal_window(codes, reach=2)
    centred = codes.double().numpy() - codes.double().numpy().mean(0)
    _, sizes, axes = np.linalg.svd(centred, full_matrices=False)
    np.testing.assert_allclose(origin, codes.numpy().mean(0), rtol=1e-3)
    for number, side in enumerate((right, up)[:dim]):
        want = 2 * sizes[number] / math.sqrt(299) * axes[number]
        found = side.numpy()
        np.testing.assert_allclose(found * np.sign(found @ want), want, atol=1e-3)
    assert dim > 1 or not up.any()


@given(st.integers(2, 20), st.integers(0, 1000))
def test_a_window_through_three_codes_is_the_rectangle_around_them(dim: int, seed: int):
    a, b, c = torch.randn(3, dim, generator=torch.Generator().manual_seed(seed)).double()
    origin, right, up = latent.window_through(a, b, c, reach=1)
    assert (right @ up).item() == pytest.approx(0, abs=1e-9)
    assert (b - a) @ right > 0 and (c - a) @ up > 0
    assert ((b - a) @ up).item() == pytest.approx(0, abs=1e-9)
    offsets = torch.stack([a, b, c]) - origin
    across, upwards = offsets @ right / right.square().sum(), offsets @ up / up.square().sum()
    for places in (across, upwards):  # edges lie at -1 and 1
        assert places.min().item() == pytest.approx(-1) and places.max().item() == pytest.approx(1)
    in_plane = across.unsqueeze(1) * right + upwards.unsqueeze(1) * up
    torch.testing.assert_close(in_plane, offsets)
    wide = latent.window_through(a, b, c, reach=1.5)
    torch.testing.assert_close(wide.origin, origin)
    torch.testing.assert_close(wide.right, 1.5 * right)


@pytest.mark.parametrize("dim", [1, 2, 5])
def test_outlines_reach_as_far_as_the_cloud_s_shadow(dim: int):
    """In every direction u of the plane, one standard deviation of u·z, z from the cloud."""
    rng = torch.Generator().manual_seed(1)
    codes = torch.randn(50, dim, generator=rng) @ torch.randn(dim, dim, generator=rng)
    shown = latent.principal_plane(codes)
    mean, logvar = codes[:4], torch.randn(4, dim, generator=rng)
    outlines = shown.outlines(mean, logvar, corners=721)
    assert outlines.shape == (4, 721, 2)
    torch.testing.assert_close(outlines[:, 0], outlines[:, -1], atol=1e-4, rtol=0)  # closed
    cloud = torch.distributions.Normal(mean, (logvar / 2).exp()).sample(torch.Size([20_000]))
    for angle in (0.0, 0.6, 2.2):
        u = torch.tensor([math.cos(angle), math.sin(angle)])
        shadow = (shown.project(cloud.reshape(-1, dim)) @ u).view(20_000, 4)
        reach = (outlines @ u).amax(1) - shown.project(mean) @ u
        torch.testing.assert_close(reach, shadow.std(0), rtol=0.03, atol=1e-4)


def test_the_emptiest_place_is_inside_the_ring():
    angle = torch.linspace(0, 2 * math.pi, 300)
    ring = torch.stack([3 + angle.cos(), -1 + 2 * angle.sin()], 1)
    torch.testing.assert_close(latent.emptiest(ring), torch.tensor([3.0, -1.0]), atol=0.1, rtol=0)


@pytest.mark.parametrize("scale", [1e-6, 1e30])
def test_planes_windows_and_paths_do_not_depend_on_the_size_of_codes(scale: float):
    """float32 holds such codes, but not their squares."""
    z = torch.randn(60, 3, generator=torch.Generator().manual_seed(3)) * torch.tensor([3.0, 2, 1])
    for planes in (latent.principal_plane, lambda z: latent.axis_plane(z, 0, 2)):
        plain, scaled = planes(z), planes(scale * z)
        torch.testing.assert_close(scaled.axes, plain.axes, rtol=0, atol=1e-4)
        torch.testing.assert_close(scaled.explained, plain.explained, rtol=0, atol=1e-4)
        torch.testing.assert_close(
            scaled.project(scale * z) / scale, plain.project(z), rtol=0, atol=1e-3
        )
    for window in (
        lambda z: latent.principal_window(z, 2.0),
        lambda z: latent.axis_window(z, 0, 1, 2.0),
        lambda z: latent.window_through(z[0], z[1], z[2], 1.2),
        lambda z: latent.spherical_path(z[0], z[1], 5),
    ):
        for scaled, plain in zip(window(scale * z), window(z), strict=True):
            torch.testing.assert_close(scaled / scale, plain, rtol=0, atol=1e-4)
    assert latent.nearest(scale * z, scale * z)[1].tolist() == list(range(60))


@pytest.mark.parametrize("latent_dim", [1, 2, 20])
def test_the_nearest_codes_of_few_places_are_those_of_many(latent_dim: int):
    rng = torch.Generator().manual_seed(3)
    codes = torch.randn(500, latent_dim, generator=rng)
    places = torch.randn(latent.FEW + 1, latent_dim, generator=rng)
    distance, index = latent.nearest(codes, places)
    alone = [latent.nearest(codes, place[None]) for place in places]
    assert torch.equal(index, torch.cat([found for _, found in alone]))
    assert torch.allclose(distance, torch.cat([far for far, _ in alone]), atol=1e-6)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("degrees", [0.0, 35.0, 200.0, 359.0])
def test_the_turn_between_two_maps_is_found_again(degrees, mirrored):
    points = torch.randn(100, 2, generator=torch.Generator().manual_seed(1))
    turned = latent.Turn(degrees, mirrored).of(points)
    assert torch.allclose(torch.pdist(turned), torch.pdist(points), atol=1e-5)
    found = latent.turn_onto(points, turned + 0.01 * torch.randn(100, 2))
    assert found.mirrored == mirrored
    assert abs((found.degrees - degrees + 180) % 360 - 180) < 1


def test_a_turn_is_counter_clockwise_and_a_mirror_comes_before_it():
    right, up = torch.eye(2)
    assert torch.allclose(latent.Turn(90, False).of(right[None]), up[None], atol=1e-6)
    assert torch.allclose(latent.Turn(90, True).of(up[None]), right[None], atol=1e-6)
