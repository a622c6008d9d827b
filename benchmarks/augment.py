"""`aug_transforms` and `Normalize` on one batch of bytes: this library, its steps one by one, and fastai, one thread.

    make bench, or: FASTAI_PYTHON=python-with-fastai python benchmarks/augment.py

Figures to reach: at most 0.20 × fastai's time at 64 × 3 × 224², and 0.40 × at 128². Also prints how far the pixels of
the one pass are from those of the steps one by one, and what is left of a picture's detail in either.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from fastlearn.data.pipeline import Pipeline
from fastlearn.vision.augment import aug_transforms
from fastlearn.vision.normalize import Normalize
from fastlearn.vision.stats import imagenet_stats
from fastlearn.vision.tensors import IntToFloatTensor
from harness import Variant, paired, ratio, table
from torch import Tensor

FASTAI_PYTHON = os.environ.get("FASTAI_PYTHON")
FASTAI_SCRIPT = Path(__file__).parent / "peer" / "augment_fastai.py"
BATCH, REPEATS = 64, 3


def photos(side: int) -> Tensor:
    """A batch of bytes with blobs of all sizes, as photos have."""
    rng = torch.Generator().manual_seed(0)
    layers = [
        F.interpolate(torch.rand(BATCH, 3, n, n, generator=rng) - 0.5, size=(side, side), mode="bicubic") * n**-0.5
        for n in (4, 8, 16, 32, 64)
    ]
    picture = torch.stack(layers).sum(0)
    return ((picture / picture.std() * 0.22 + 0.5).clamp(0, 1) * 255).round().to(torch.uint8)


def steps() -> list[Any]:
    """The batch transforms that are compared."""
    return [IntToFloatTensor(), *aug_transforms(), Normalize.from_stats(*imagenet_stats)]


def one_by_one(some: list[Any], images: Tensor, rng: torch.Generator | None = None) -> Tensor:
    """The steps without a pipeline, which would let them share a pass."""
    for step in some:
        images = step(images, split_idx=0, rng=rng)
    return images


def milliseconds(work: Any) -> Variant:
    """Processor time of one call of `work`."""

    def run() -> float:
        start = time.process_time()
        for _ in range(REPEATS):
            work()
        return (time.process_time() - start) / REPEATS * 1e3

    return run


def fastai(images: Tensor, folder: Path) -> Variant:
    """fastai's transforms on the same batch, in a process of its own that waits while the others run."""
    file = folder / f"batch{images.shape[-1]}.npy"
    np.save(file, images.numpy())
    command = [str(FASTAI_PYTHON), "-W", "ignore", str(FASTAI_SCRIPT), str(file), str(REPEATS)]
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


def compare_times(images: Tensor, folder: Path, rounds: int) -> None:
    """Print the table of times."""
    side, some = images.shape[-1], steps()
    pipeline = Pipeline(some, split_idx=0)
    mine = "fastlearn, one pass"
    base = "fastlearn, one by one"
    variants = {mine: milliseconds(lambda: pipeline(images)), base: milliseconds(lambda: one_by_one(some, images))}
    if FASTAI_PYTHON:
        base = "fastai"
        variants[base] = fastai(images, folder)
    measured = paired(variants, rounds)
    rows: list[list[object]] = [
        [name, f"{median(times):.1f}", f"{ratio(measured, name, base):.2f}"] for name, times in measured.items()
    ]
    table(f"aug_transforms + Normalize, {BATCH} x 3 x {side} x {side}", ["", "ms", f"ratio to {base}"], rows)


def compare_pixels(images: Tensor) -> None:
    """Print how far the pass is from the sequence in values of 0 to 1, and the detail that each keeps."""
    some = [step for step in steps() if not isinstance(step, Normalize)]
    one, other = (
        work(torch.Generator().manual_seed(1))
        for work in (lambda rng: Pipeline(some, 0)(images, rng=rng), lambda rng: one_by_one(some, images, rng))
    )
    apart = (one - other).abs().flatten()
    detail = [(x[..., 1:] - x[..., :-1]).abs().mean().item() for x in (one, other)]
    rows: list[list[object]] = [[f"{apart.mean():.4f}", f"{apart.sort().values[int(0.99 * len(apart))]:.3f}",
                                 f"{detail[0]:.4f}", f"{detail[1]:.4f}"]]  # fmt: skip
    head = ["mean difference", "99 % below", "detail in one pass", "detail one by one"]
    table(f"Pixels of 0 to 1, at {images.shape[-1]} px", head, rows)


def main(rounds: int = 7) -> None:
    torch.set_num_threads(1)
    if not FASTAI_PYTHON:
        print("fastai is left out: FASTAI_PYTHON names no Python that has it (make bench-env).")
    with tempfile.TemporaryDirectory() as folder:
        for side in (224, 128):
            images = photos(side)
            compare_times(images, Path(folder), rounds)
            compare_pixels(images)


if __name__ == "__main__":
    main()
