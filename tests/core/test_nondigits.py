"""Non-digits: each kind is what its name says, and a digit is not among them."""

import pytest
import torch
from scipy import ndimage

from core import nondigits
from core.data import Digits, to_float

COUNT = 40


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def x(few: Digits) -> torch.Tensor:
    return to_float(few.train_images)


def quarters(image: torch.Tensor) -> list[bytes]:
    """The four quarters of a picture, row by row."""
    rows = image[0].numpy()
    halves = rows[:14, :14], rows[:14, 14:], rows[14:, :14], rows[14:, 14:]
    return [half.tobytes() for half in halves]


def test_a_mix_has_the_ink_of_two_digits_of_different_classes(few: Digits, x: torch.Tensor):
    """Solved for: the two shares with which some pair makes the picture sum to 1."""
    lit = torch.eye(10).repeat_interleave(784 // 10, 1)  # a class is one band of white pixels
    bands = torch.zeros(10, 784)
    bands[:, : lit.shape[1]] = lit
    digits, labels = bands.view(10, 1, 28, 28), torch.arange(10)
    for mix in nondigits.mixes(digits, labels, COUNT, seeded()).flatten(1):
        shares = mix.unique()
        shares = shares[shares > 0]
        assert (mix @ bands.T > 0).sum() == 2
        assert shares.min() >= 0.35 - 1e-6 and shares.max() <= 0.65 + 1e-6
        assert shares.sum().item() == pytest.approx(1.0 if len(shares) == 2 else 0.5)


def test_shuffled_quarters_are_those_of_one_digit_and_none_stays_in_its_place(x: torch.Tensor):
    marked = x.clone()
    for at, (row, column) in enumerate(((0, 0), (0, 27), (27, 0), (27, 27))):
        marked[:, 0, row, column] = 0.1 * (at + 1)  # no two quarters are alike
    whole = [quarters(image) for image in marked]
    orders = set()
    for picture in nondigits.shuffled_quadrants(marked, 400, seeded()):
        now = quarters(picture)
        (was,) = [each for each in whole if sorted(each) == sorted(now)]
        order = tuple(was.index(quarter) for quarter in now)
        assert all(place != origin for place, origin in enumerate(order))
        orders.add(order)
    assert len(orders) == 9  # the derangements of four things


def test_blobs_are_smooth_and_stand_out_of_the_black():
    blobs = nondigits.blobs(COUNT, seeded())
    assert blobs.shape == (COUNT, 1, 28, 28) and blobs.min() >= 0 and blobs.max() <= 1
    dark = (blobs == 0).float().flatten(1).mean(1)
    assert dark.min() > 0.2 and dark.mean() > 0.7  # Φ of 0 to 2 of them, and Φ of 1 about
    difference = (blobs[..., 1:] - blobs[..., :-1]).square().mean()
    assert difference < 0.5 * blobs.var()  # of neighbours; noise has twice its variance


def test_a_blur_is_scipy_s_for_each_image_s_own_width(x: torch.Tensor):
    for width in (0.3, 1.0, 2.5):
        got = nondigits.blurred(x[:3], width, width, seeded())
        for image, blurred in zip(x[:3], got, strict=True):
            expected = ndimage.gaussian_filter(
                image[0].double().numpy(), width, mode="constant", radius=10
            )
            torch.testing.assert_close(blurred[0], torch.from_numpy(expected).float())


def test_a_faded_picture_is_the_same_between_other_greys(x: torch.Tensor):
    for image, faded in zip(x, nondigits.faded(x, 0.25, seeded()), strict=True):
        low, high = faded.min(), faded.max()
        assert 0 <= low <= 0.25 and 0.75 * image.max() <= high <= 1
        assert torch.corrcoef(torch.stack([image.flatten(), faded.flatten()]))[0, 1] > 0.9999


def test_there_are_as_many_of_each_kind_and_a_generator_decides_all(few: Digits, x: torch.Tensor):
    labels = few.train_labels
    before = torch.random.get_rng_state()
    one, same, other = (
        nondigits.of_each_kind(x, labels, COUNT, seeded(seed)) for seed in (0, 0, 1)
    )
    assert torch.equal(before, torch.random.get_rng_state())
    assert list(one) == ["mixes", "shuffled_quadrants", "blobs", "uniform_noise"]
    for kind, pictures in one.items():
        assert pictures.shape == (COUNT, 1, 28, 28)
        assert torch.equal(pictures, same[kind]) and not torch.equal(pictures, other[kind])
        assert pictures.min() >= 0 and pictures.max() <= 1
