"""From photos to normalised batches, images per second: this library, fastai, and torchvision's own loader.

    make bench, or: FASTAI_PYTHON=python-with-fastai python benchmarks/photos.py [SIZE [ROUNDS]]

Figures to reach, with `Resize(128)` and `aug_transforms`: 2 threads at least 3.3 × fastai and 2 × torchvision with
2 workers; inline at least 2.8 × fastai inline; from the cache at least 9 × fastai; an epoch of training at least 2 ×
fastai's. Without augmentation, 2 threads: at least 2.5 × fastai with 2 workers. The photos, 640 JPEGs of 500 × 375 at
quality 90, are made once, in the folder of the cache.
"""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from fastlearn.data.config import Config
from fastlearn.data.find import get_image_files
from fastlearn.data.label import parent_label
from fastlearn.train.learner import Learner
from fastlearn.vision.augment import aug_transforms
from fastlearn.vision.loaders import ImageDataLoaders
from fastlearn.vision.normalize import Normalize
from fastlearn.vision.resize import Resize
from fastlearn.vision.stats import imagenet_stats
from harness import Variant, paired, ratio, table
from PIL import Image, ImageFilter
from torch import nn

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


def rate(loader: Iterable[Any], inline: bool = False) -> Variant:
    """Images per second of one pass over `loader`; with `inline` per second of processor time, which noise spares."""
    clock = time.process_time if inline else time.perf_counter

    def run() -> float:
        start, count = clock(), 0
        for x, _ in loader:
            count += len(x)
        return count / (clock() - start)

    return run


def ours(folder: Path, size: int, workers: int, augment: bool, cache: Any = None, full_decode: bool = False) -> Any:
    """This library's loaders."""
    steps = [*(aug_transforms() if augment else []), Normalize.from_stats(*imagenet_stats)]
    kept = {} if cache is None else {"cache": cache}
    return ImageDataLoaders.from_path_func(
        folder, get_image_files(folder), parent_label, valid_pct=0.01, item_tfms=Resize(size, full_decode=full_decode),
        bs=64, batch_tfms=steps, num_workers=workers, device="cpu", seed=0, **kept,
    )  # fmt: skip


def torchvision_own(folder: Path, size: int, workers: int, augment: bool) -> Any:
    """torchvision's ImageFolder and v2 transforms in torch's loader, with workers that stay."""
    from torchvision.datasets import ImageFolder
    from torchvision.transforms import v2

    steps = [v2.Resize(size, antialias=True), v2.RandomCrop(size)]
    if augment:
        steps += [v2.RandomHorizontalFlip(), v2.RandomAffine(10, scale=(1, 1.1)), v2.RandomPerspective(0.2, p=0.75)]
        steps += [v2.ColorJitter(0.2, 0.2)]
    steps += [v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize(*imagenet_stats)]
    return torch.utils.data.DataLoader(
        ImageFolder(str(folder), transform=v2.Compose(steps)),
        64, shuffle=True, drop_last=True, num_workers=workers, persistent_workers=workers > 0,
    )  # fmt: skip


def network(classes: int = 10) -> nn.Module:
    """Four convolutions, each halving the image."""

    def conv(n_in: int, n_out: int) -> list[nn.Module]:
        layer = nn.Conv2d(n_in, n_out, 3, stride=2, padding=1, bias=False)
        return [layer, nn.BatchNorm2d(n_out), nn.ReLU()]

    layers = [*conv(3, 8), *conv(8, 16), *conv(16, 32), *conv(32, 64)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, classes))


def fitting(dls: Any) -> Variant:
    """Images per second of one epoch of training and validation."""
    learn = Learner(dls, network(), nn.CrossEntropyLoss(), seed=0)

    def run() -> float:
        start = time.perf_counter()
        with learn.no_bar(), learn.no_logging():
            learn.fit(1, 1e-3)
        return len(dls.train) * 64 / (time.perf_counter() - start)

    return run


class Fastai:
    """fastai, in a process of its own that waits while the others run."""

    def __init__(self, folder: Path, size: int, workers: int, augment: bool) -> None:
        command = [str(FASTAI_PYTHON), "-W", "ignore", str(FASTAI_SCRIPT), str(folder), str(size), str(workers)]
        self.process = subprocess.Popen(
            [*command, str(int(augment))], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        assert self.process.stdin is not None and self.process.stdout is not None
        self.ask, self.answers = self.process.stdin, self.process.stdout
        if self.answers.readline().strip() != "ready":
            raise RuntimeError(f"fastai did not start with {FASTAI_PYTHON}. Try make bench-env.")

    def variant(self, what: str) -> Variant:
        """`what`: "read" or "fit"."""

        def run() -> float:
            self.ask.write(f"{what}\n")
            self.ask.flush()
            return float(self.answers.readline())

        return run


def compare(title: str, variants: dict[str, Variant], rounds: int, bases: list[str]) -> None:
    """Measure, and print each variant's rate and its ratio to each of `bases`."""
    measured = paired(variants, rounds)
    known = [base for base in bases if base in measured]
    rows: list[list[object]] = []
    for name, rates in measured.items():
        spread = f"{min(rates):.0f} to {max(rates):.0f}"
        rows.append([name, f"{median(rates):.0f}", spread, *(f"{ratio(measured, name, base):.2f}" for base in known)])
    table(title, ["", "images/s", "range", *(f"ratio to {base}" for base in known)], rows)


def reading(folder: Path, size: int, augment: bool, rounds: int) -> None:
    """Loaders alone, one pass each: with two threads or workers, and without any."""
    how = "aug_transforms" if augment else "no augmentation"
    ours_of = functools.partial(ours, folder, size, augment=augment)
    variants = {
        "fastlearn": rate(ours_of(2).train),
        "fastlearn, full decode": rate(ours_of(2, full_decode=True).train),
        "fastlearn, cache in memory": rate(ours_of(2, cache="memory").train),
        "torchvision": rate(torchvision_own(folder, size, 2, augment)),
    }
    if FASTAI_PYTHON:
        variants["fastai"] = Fastai(folder, size, 2, augment).variant("read")
    title = f"Photos of {WIDTH} x {HEIGHT} to batches of {size} px, {how}"
    compare(f"{title}, 2 threads or workers", variants, rounds, ["fastai", "torchvision"])
    inline = {
        "fastlearn": rate(ours_of(0).train, inline=True),
        "fastlearn, cache in memory": rate(ours_of(0, cache="memory").train, inline=True),
        "torchvision": rate(torchvision_own(folder, size, 0, augment), inline=True),
    }
    if FASTAI_PYTHON:
        inline["fastai"] = Fastai(folder, size, 0, augment).variant("read")
    compare(f"{title}, inline, per second of processor time", inline, rounds, ["fastai", "torchvision"])


def training(folder: Path, size: int, rounds: int) -> None:
    """One epoch of a small network, end to end."""
    variants = {"fastlearn, 2 threads": fitting(ours(folder, size, 2, True))}
    variants["fastlearn, 2 threads, memory cache"] = fitting(ours(folder, size, 2, True, cache="memory"))
    if FASTAI_PYTHON:
        variants["fastai, 2 workers"] = Fastai(folder, size, 2, True).variant("fit")
    compare("One epoch of a small network, aug_transforms", variants, rounds, ["fastai, 2 workers"])


def main(size: int = 128, rounds: int = 5) -> None:
    torch.set_num_threads(1)
    if not FASTAI_PYTHON:
        print("fastai is left out: FASTAI_PYTHON names no Python that has it (make bench-env).")
    folder = make_photos()
    reading(folder, size, True, rounds)
    reading(folder, size, False, rounds)
    training(folder, size, rounds)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:3]))
