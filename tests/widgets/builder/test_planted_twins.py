"""How many planted copies the builder finds, kind by kind, and whether it takes any two different pictures for one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from fastwidgets.builder import BuilderSession

N, DIFFERENT = 40, 1000
Copy = Callable[[Path, Path], object]


def scene(seed: int, width: int = 240, height: int = 180) -> Image.Image:
    """A picture with the statistics of a photo, of its own look."""
    rng = np.random.default_rng(seed)
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None])
    frequency[0, 0] = 1
    noise = rng.normal(size=(3, *frequency.shape)) + 1j * rng.normal(size=(3, *frequency.shape))
    layers = np.fft.irfft2(noise / frequency**1.4, s=(height, width))
    layers /= layers.std(axis=(1, 2), keepdims=True)
    colours = np.stack([layers[0], layers[0] + 0.3 * layers[1], layers[0] + 0.3 * layers[2]], axis=-1)
    return Image.fromarray((128 + 45 * colours).clip(0, 255).astype(np.uint8))


def cropped(image: Image.Image) -> Image.Image:
    """Without a twentieth of each side."""
    x, y = image.width // 20, image.height // 20
    return image.crop((x, y, image.width - x, image.height - y))


COPIES: dict[str, tuple[Copy, float]] = {  # how a copy is made, and how many of a hundred are to be found at least
    "identical": (lambda old, new: new.write_bytes(old.read_bytes()), 100),
    "compressed again": (lambda old, new: Image.open(old).save(new, quality=60), 99),
    "resized": (lambda old, new: Image.open(old).resize((160, 120)).save(new, quality=90), 99),
    "mirrored": (lambda old, new: ImageOps.mirror(Image.open(old)).save(new, quality=90), 99),
    "cropped": (lambda old, new: cropped(Image.open(old)).save(new, quality=90), 0),  # measured, and not promised
}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASTWIDGETS_HOME", str(tmp_path / "home"))


@pytest.mark.parametrize("kind", COPIES)
def test_planted_copies_are_found_and_no_others(
    kind: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    copy, wanted = COPIES[kind]
    root = tmp_path / "set" / "all"
    root.mkdir(parents=True)
    for i in range(N):
        scene(i).save(root / f"{i:03}.jpg", quality=90)
        copy(root / f"{i:03}.jpg", root / f"{i:03}copy.jpg")
    found = BuilderSession(root.parent).twins()
    pairs = {(Path(a).stem[:3], Path(b).stem[:3]) for group in found for a in group for b in group if a < b}
    recall = 100 * sum(a == b for a, b in pairs) / N
    record_property("recall", recall)
    assert {pair for pair in pairs if pair[0] != pair[1]} == set()  # precision is 100 %
    assert recall >= wanted


def test_no_two_of_a_thousand_different_pictures_are_taken_for_one(tmp_path: Path) -> None:
    root = tmp_path / "set" / "all"
    root.mkdir(parents=True)
    for i in range(DIFFERENT):  # half a million pairs
        scene(i, 96, 72).save(root / f"{i:04}.png")
    assert BuilderSession(root.parent).twins() == []
