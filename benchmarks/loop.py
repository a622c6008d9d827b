"""Seconds of one training batch: this library's loop against the bare torch loop, and against fastai's `fit_one_cycle`.

    make bench, or: FASTAI_PYTHON=python-with-fastai python benchmarks/loop.py

Figures to reach: with recorder, schedule and progress on, at most 50 microseconds a batch over the bare loop and 1.08
times its time (same optimizer kernel), at most 80 with metrics, six callbacks and a csv log of every step; a whole
batch at most 0.45 times fastai's default. A tiny network (64-64-10, batch 32, batches in memory, one thread); the cost
of a batch is the slope between a short and a long fit, in CPU time.
"""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from types import SimpleNamespace

import torch
from fastlearn.callbacks import (
    BnFreeze,
    CSVLogger,
    EarlyStoppingCallback,
    HookCallback,
    ModelResetter,
    TrackerCallback,
)
from fastlearn.metrics import accuracy, error_rate
from fastlearn.train.callback import Callback
from fastlearn.train.learner import Learner
from harness import Variant, paired, ratio, table
from torch import Tensor, nn
from torch.nn import functional as F

FASTAI_PYTHON = os.environ.get("FASTAI_PYTHON")
FASTAI_SCRIPT = Path(__file__).parent / "peer" / "loop_fastai.py"
SHORT, LONG, LR = 100, 900, 1e-3
BARE, OURS, FASTAI = "bare torch loop, fused AdamW", "fit_one_cycle", "fastai fit_one_cycle"
LOADED = "fit_one_cycle, six callbacks, csv"


def batches() -> list[tuple[Tensor, Tensor]]:
    """The data: enough batches for a long fit."""
    rng = torch.Generator().manual_seed(0)
    return [(torch.randn(32, 64, generator=rng), torch.randint(0, 10, (32,), generator=rng)) for _ in range(LONG)]


def network() -> nn.Module:
    """The same small network for everyone."""
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))


def per_batch(fit: Callable[[int], float]) -> Variant:
    """Microseconds of one batch: what `fit(n)` takes for more batches, so that its start does not count."""
    return lambda: (fit(LONG) - fit(SHORT)) / (LONG - SHORT) * 1e6


def bare(data: list[tuple[Tensor, Tensor]]) -> Callable[[int], float]:
    """The loop that everybody writes first, on the optimizer kernel that we use, called as torch calls it."""

    def fit(n: int) -> float:
        model = network().train()
        opt = torch.optim.AdamW(model.parameters(), LR, betas=(0.9, 0.99), eps=1e-5, fused=True)
        start = time.process_time()
        for x, y in data[:n]:
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            opt.step()
            opt.zero_grad()
        return time.process_time() - start

    return fit


class Terminal(io.StringIO):
    """A terminal that forgets: the bars are drawn, nobody sees them."""

    def isatty(self) -> bool:
        return True


def ours(data: list[tuple[Tensor, Tensor]], scheduled: bool = True) -> Callable[[int], float]:
    """A fit with everything that is on by default: recorder, guard against NaN, progress bar, a metric."""

    def fit(n: int) -> float:
        dls = SimpleNamespace(train=data[:n], valid=None)
        learn = Learner(dls, network(), F.cross_entropy, metrics=accuracy, wd_bn_bias=True)
        with contextlib.redirect_stdout(Terminal()):
            start = time.process_time()
            learn.fit_one_cycle(1, LR) if scheduled else learn.fit(1, LR)
            return time.process_time() - start

    return fit


def loaded(data: list[tuple[Tensor, Tensor]]) -> Callable[[int], float]:
    """The same with callbacks of several kinds, and each step in a csv file."""

    def fit(n: int) -> float:
        dls = SimpleNamespace(train=data[:n], valid=None)
        cbs = [
            TrackerCallback("train_loss"), EarlyStoppingCallback("train_loss"), ModelResetter(), BnFreeze(),
            HookCallback([], hook=lambda *args: None), Callback(after_batch=lambda self: self.train_iter),
            CSVLogger(every="batch"),
        ]  # fmt: skip
        with tempfile.TemporaryDirectory() as folder:
            learn = Learner(
                dls, network(), F.cross_entropy, metrics=[accuracy, error_rate], wd_bn_bias=True, path=folder, cbs=cbs
            )
            with contextlib.redirect_stdout(Terminal()):
                start = time.process_time()
                learn.fit_one_cycle(1, LR)
                return time.process_time() - start

    return fit


def fastai() -> tuple[Variant, Callable[[], None]]:
    """fastai's own fit in a process of its own, and what ends that process."""
    assert FASTAI_PYTHON is not None
    process = subprocess.Popen(
        [FASTAI_PYTHON, FASTAI_SCRIPT, str(SHORT), str(LONG)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    to, answers = process.stdin, process.stdout
    assert to is not None and answers is not None
    if answers.readline().strip() != "ready":
        raise SystemExit("The fastai process did not start.")

    def ask() -> float:
        print("go", file=to, flush=True)
        return float(answers.readline())

    return ask, to.close


def main() -> None:
    torch.set_num_threads(1)
    data = batches()
    variants = {BARE: per_batch(bare(data)), OURS: per_batch(ours(data)), "fit": per_batch(ours(data, scheduled=False))}
    variants[LOADED] = per_batch(loaded(data))
    stop: Callable[[], None] | None = None
    if FASTAI_PYTHON:
        variants[FASTAI], stop = fastai()
    else:
        print("fastai is left out: FASTAI_PYTHON names no Python that has it.", file=sys.stderr)
    measured = paired(variants, rounds=int(os.environ.get("ROUNDS", "9")))
    if stop is not None:
        stop()
    over = {name: median(a - b for a, b in zip(measured[name], measured[BARE], strict=True)) for name in variants}
    rows: list[list[object]] = [
        [name, f"{median(measured[name]):.0f}", f"{over[name]:+.0f}", f"{ratio(measured, name, BARE):.2f}"]
        for name in variants
    ]
    table("One training batch (CPU time, one thread)", ["loop", "µs/batch", "over bare", "ratio to bare"], rows)
    print(
        f"\n  over the bare loop: {over[OURS]:.0f} µs (at most 50), {ratio(measured, OURS, BARE):.2f} x (at most 1.08)"
    )
    print(f"  with six callbacks and a csv log: {over[LOADED]:.0f} µs (at most 80)")
    if FASTAI_PYTHON:
        print(f"  against fastai: {ratio(measured, OURS, FASTAI):.2f} x (at most 0.45)")


if __name__ == "__main__":
    main()
