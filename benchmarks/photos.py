"""From photos to normalised batches, images per second: this library, fastai, and torchvision's own loader.

    make bench, or: FASTAI_PYTHON=python-with-fastai python benchmarks/photos.py [SIZE]

Figure to reach: `Resize(128)`, no augmentation, 2 threads: at least 2.5 × fastai with 2 workers. The photos, 640 JPEGs
of 500 × 375 at quality 90, are made once, in the folder of the cache.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from fastlearn.data.config import Config
from fastlearn.data.find import get_image_files
from fastlearn.data.label import parent_label
from fastlearn.vision.loaders import ImageDataLoaders
from fastlearn.vision.normalize import Normalize
from fastlearn.vision.resize import Resize
from fastlearn.vision.stats import imagenet_stats
from harness import Variant, paired, ratio, table
from PIL import Image, ImageFilter

FASTAI_PYTHON = os.environ.get("FASTAI_PYTHON")
FASTAI_SCRIPT = Path(__file__).parent / "peer" / "photos_fastai.py"
N_PHOTOS, WIDTH, HEIGHT, QUALITY = 640, 500, 375, 90


def make_photos() -> Path:
    """The folder of photos, in ten classes, made if it is not there."""
    folder = Config.load().make_cache() / "benchmark_photos"
    if len(list(folder.rglob("*.jpg"))) < N_PHOTOS:
        rng = np.random.default_rng(0)
        scenes = [scene(rng) for _ in range(10)]
        for number in range(N_PHOTOS):
            path = folder / f"class{number % 10}" / f"{number:04}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            shot(scenes[number % 10], rng).save(path, quality=QUALITY)
    return folder


def scene(rng: np.random.Generator, side: int = 1024) -> Image.Image:
    """A large picture with the statistics of a photo: power falling with frequency, correlated colours, hard edges."""
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None])
    frequency[0, 0] = 1
    layers = []
    for _ in range(3):
        noise = rng.normal(size=frequency.shape) + 1j * rng.normal(size=frequency.shape)
        field = np.fft.irfft2(noise / frequency**1.4, s=(side, side))
        layers.append((field - field.mean()) / field.std())
    gray, *tints = layers
    colours = np.stack([gray, gray + 0.3 * tints[0], gray + 0.3 * tints[1]], axis=-1)
    colours[gray > 1] *= -0.5  # objects with an outline
    return Image.fromarray((128 + 45 * colours).clip(0, 255).astype(np.uint8))


def shot(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A part of a scene, with the grain of a camera."""
    left, top = rng.integers(0, picture.width - WIDTH), rng.integers(0, picture.height - HEIGHT)
    seen = picture.crop((left, top, left + WIDTH, top + HEIGHT)).filter(ImageFilter.GaussianBlur(0.8))
    grain = rng.normal(0, 1.8, (HEIGHT, WIDTH, 1))
    return Image.fromarray((np.asarray(seen) + grain).clip(0, 255).astype(np.uint8))


def rate(batches: Callable[[], Iterable[Any]]) -> Variant:
    """Images per second of one pass over `batches`."""

    def run() -> float:
        start, count = time.perf_counter(), 0
        for x, _ in batches():
            count += len(x)
        return count / (time.perf_counter() - start)

    return run


def ours(folder: Path, size: int, workers: int, **settings: Any) -> Variant:
    """This library's training loader."""
    loader = ImageDataLoaders.from_path_func(
        folder, get_image_files(folder), parent_label, valid_pct=0.01, item_tfms=Resize(size, **settings), bs=64,
        batch_tfms=Normalize.from_stats(*imagenet_stats), num_workers=workers, device="cpu", seed=0,
    )  # fmt: skip
    return rate(lambda: loader.train)


def torchvision_own(folder: Path, size: int, workers: int) -> Variant:
    """torchvision's ImageFolder and v2 transforms in torch's loader, with workers that stay."""
    from torchvision.datasets import ImageFolder
    from torchvision.transforms import v2

    steps = [v2.Resize(size, antialias=True), v2.RandomCrop(size), v2.ToImage(), v2.ToDtype(torch.float32, scale=True)]
    data = ImageFolder(str(folder), transform=v2.Compose([*steps, v2.Normalize(*imagenet_stats)]))
    loader = torch.utils.data.DataLoader(
        data, 64, shuffle=True, drop_last=True, num_workers=workers, persistent_workers=workers > 0
    )
    return rate(lambda: loader)


def fastai(folder: Path, size: int, workers: int) -> Variant:
    """fastai's training loader, in a process of its own that waits while the others run."""
    command = [str(FASTAI_PYTHON), "-W", "ignore", str(FASTAI_SCRIPT), str(folder), str(size), str(workers)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
    assert process.stdin is not None and process.stdout is not None
    ask, answers = process.stdin, process.stdout
    if answers.readline().strip() != "ready":
        raise RuntimeError(f"fastai did not start with {FASTAI_PYTHON}. Try make bench-env.")

    def run() -> float:
        ask.write("go\n")
        ask.flush()
        return float(answers.readline())

    return run


def main(size: int = 128, rounds: int = 5) -> None:
    torch.set_num_threads(1)
    folder = make_photos()
    variants = {
        "fastlearn, 2 threads": ours(folder, size, 2),
        "fastlearn, 2 threads, full decode": ours(folder, size, 2, full_decode=True),
        "fastlearn, no workers": ours(folder, size, 0),
        "torchvision, 2 workers kept": torchvision_own(folder, size, 2),
        "torchvision, no workers": torchvision_own(folder, size, 0),
    }
    base = "torchvision, 2 workers kept"
    if FASTAI_PYTHON:
        base = "fastai, 2 workers"
        variants |= {base: fastai(folder, size, 2), "fastai, no workers": fastai(folder, size, 0)}
    else:
        print("fastai is left out: FASTAI_PYTHON names no Python that has it (make bench-env).")
    measured = paired(variants, rounds)
    rows: list[list[object]] = [
        [name, f"{median(rates):.0f}", f"{ratio(measured, name, base):.2f}"] for name, rates in measured.items()
    ]
    table(f"Photos of {WIDTH} x {HEIGHT} to batches of {size} px", ["loader", "images/s", f"ratio to {base}"], rows)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
