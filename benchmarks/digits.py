"""Accuracy and time on scikit-learn's digits: a small CNN, five epochs of one-cycle, five seeds; against fastai.

    make bench, or: FASTAI_PYTHON=python-with-fastai python benchmarks/digits.py

Figure to reach: a mean validation accuracy of at least 0.988. Both sides train the same network on the same split.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import mean, median, stdev

import numpy as np
import torch
from fastlearn.data.loaders import DataLoaders
from fastlearn.metrics import accuracy
from fastlearn.train.learner import Learner
from harness import table
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn
from torch.utils.data import TensorDataset

FASTAI_PYTHON = os.environ.get("FASTAI_PYTHON")
FASTAI_SCRIPT = Path(__file__).parent / "peer" / "digits_fastai.py"
SEEDS, EPOCHS, LR, BS = range(5), 5, 1e-2, 64


def digits() -> tuple[TensorDataset, TensorDataset]:
    """Training and validation set: 1,347 and 450 grey images of 8 x 8."""
    data = load_digits()
    x, y = torch.tensor(data.images, dtype=torch.float32)[:, None] / 16, torch.tensor(data.target)
    train, valid = train_test_split(np.arange(len(y)), test_size=0.25, random_state=0, stratify=data.target)
    return TensorDataset(x[train], y[train]), TensorDataset(x[valid], y[valid])


def network(seed: int) -> nn.Module:
    """Three convolutions, the second halving the image."""

    def conv(n_in: int, n_out: int, stride: int = 1) -> list[nn.Module]:
        layer = nn.Conv2d(n_in, n_out, 3, stride=stride, padding=1, bias=False)
        return [layer, nn.BatchNorm2d(n_out), nn.ReLU()]

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return nn.Sequential(
            *conv(1, 32),
            *conv(32, 64, stride=2),
            *conv(64, 64),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(64, 10),
        )


def ours(seed: int) -> tuple[float, float]:
    """Validation accuracy, and seconds per epoch with its validation."""
    dls = DataLoaders.from_dsets(*digits(), bs=BS, seed=seed, num_workers=0)
    learn = Learner(dls, network(seed), nn.CrossEntropyLoss(), metrics=accuracy, seed=seed)
    start = time.perf_counter()
    with learn.no_bar(), learn.no_logging():
        learn.fit_one_cycle(EPOCHS, LR)
    return learn.history.last("accuracy"), (time.perf_counter() - start) / EPOCHS


def fastai(seed: int) -> tuple[float, float]:
    """The same in fastai, in a process of its own."""
    assert FASTAI_PYTHON is not None
    done = subprocess.run([FASTAI_PYTHON, FASTAI_SCRIPT, str(seed)], capture_output=True, text=True, check=True)
    score, seconds = done.stdout.split()[-2:]
    return float(score), float(seconds)


def main() -> None:
    torch.set_num_threads(1)
    sides = {"fastlearn": ours, **({"fastai": fastai} if FASTAI_PYTHON else {})}
    if not FASTAI_PYTHON:
        print("fastai is left out: FASTAI_PYTHON names no Python that has it.", file=sys.stderr)
    results = {name: [side(seed) for seed in SEEDS] for name, side in sides.items()}
    rows: list[list[object]] = []
    for name, runs in results.items():
        scores = [score for score, _ in runs]
        seconds = median(s for _, s in runs)
        rows.append([name, f"{mean(scores):.4f} ± {stdev(scores):.4f}", f"{min(scores):.4f}", f"{seconds:.3f}"])
    table(f"Digits, {EPOCHS} epochs, {len(SEEDS)} seeds", ["library", "accuracy", "worst seed", "s/epoch"], rows)
    print(f"\n  mean accuracy {mean(score for score, _ in results['fastlearn']):.4f} (at least 0.988)")


if __name__ == "__main__":
    main()
