"""Milliseconds of one optimizer step: our Adam against torch's other kernels and against fastai's Adam.

    make bench, or: FASTAI_PYTHON=python-with-fastai python benchmarks/optimizer.py

Figures to reach: at most 1.05 times torch's fused AdamW; against fastai's Adam at most 0.30 on the 62 tensors of a
resnet18 (11.7 million numbers) and at most 0.15 on 500 tensors of 64. CPU time on one thread; all sides step the same
recipe on tensors of the same shapes. All numbers in one tensor is what a flat buffer could gain at best.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median

import torch
from fastlearn.models import params
from fastlearn.optim import SGD, Adam
from fastlearn.vision.models import resnet18
from harness import Variant, paired, ratio, table

FASTAI_PYTHON = os.environ.get("FASTAI_PYTHON")
FASTAI_SCRIPT = Path(__file__).parent / "peer" / "optimizer_fastai.py"
OURS, LOOP, FOREACH, SGD_OURS, FASTAI = "Adam", "torch AdamW, plain loop", "torch AdamW, foreach", "SGD", "fastai Adam"
FUSED, FLAT = "torch AdamW, fused", "torch AdamW, fused, all numbers in one tensor"
FUSED_LIMIT = 1.05
STEPS, LIMITS = 10, {"resnet18": 0.30, "500 tensors of 64": 0.15}

Shapes = list[list[int]]
MakeOpt = Callable[[Iterable[torch.Tensor]], torch.optim.Optimizer]


def shapes_of() -> dict[str, Shapes]:
    """The shapes of the tensors that are stepped, by name."""
    with torch.device("meta"):  # no numbers are needed
        return {"resnet18": [list(p.shape) for p in params(resnet18())], "500 tensors of 64": [[64]] * 500}


def step_time(shapes: Shapes, make: MakeOpt) -> Variant:
    """Milliseconds of a step, the mean over `STEPS`."""
    rng = torch.Generator().manual_seed(0)
    tensors = [torch.nn.Parameter(torch.randn(shape, generator=rng)) for shape in shapes]
    for p in tensors:
        p.grad = torch.randn(p.shape, generator=rng)
    opt = make(tensors)

    def run() -> float:
        start = time.process_time()
        for _ in range(STEPS):
            opt.step()
        return (time.process_time() - start) / STEPS * 1e3

    return run


def torchs(**kernel: bool) -> MakeOpt:
    """torch's AdamW with our defaults, on another kernel."""
    recipe = {"lr": 1e-3, "betas": (0.9, 0.99), "eps": 1e-5, "weight_decay": 0.01}
    return lambda tensors: torch.optim.AdamW(tensors, **recipe, **kernel)


def fastai(shapes: Shapes) -> tuple[Variant, Callable[[], None]]:
    """fastai's Adam in a process of its own, and what ends that process."""
    assert FASTAI_PYTHON is not None
    command = [FASTAI_PYTHON, FASTAI_SCRIPT, json.dumps(shapes), str(STEPS)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    to, answers = process.stdin, process.stdout
    assert to is not None and answers is not None
    if answers.readline().strip() != "ready":
        raise SystemExit("The fastai process did not start.")

    def ask() -> float:
        print("go", file=to, flush=True)
        return float(answers.readline())

    def stop() -> None:
        to.close()
        process.wait()

    return ask, stop


def compare(name: str, shapes: Shapes) -> None:
    """Measure all sides on tensors of these shapes and print the table."""
    variants = {
        OURS: step_time(shapes, Adam),
        SGD_OURS: step_time(shapes, lambda tensors: SGD(tensors, mom=0.9, wd=0.01)),
        FUSED: step_time(shapes, torchs(fused=True)),
        FLAT: step_time([[sum(math.prod(shape) for shape in shapes)]], torchs(fused=True)),
        FOREACH: step_time(shapes, torchs(foreach=True)),
        LOOP: step_time(shapes, torchs(foreach=False, fused=False)),
    }
    stop: Callable[[], None] | None = None
    if FASTAI_PYTHON:
        variants[FASTAI], stop = fastai(shapes)
    measured = paired(variants, rounds=int(os.environ.get("ROUNDS", "9")))
    if stop is not None:
        stop()
    base = FASTAI if FASTAI_PYTHON else LOOP
    rows: list[list[object]] = [
        [side, f"{median(measured[side]):.2f}", f"{ratio(measured, side, base):.2f}"] for side in variants
    ]
    table(f"One optimizer step, {name} (CPU time, one thread)", ["optimizer", "ms", f"ratio to {base}"], rows)
    print(f"\n  against torch's fused AdamW: {ratio(measured, OURS, FUSED):.2f} x (at most {FUSED_LIMIT:.2f})")
    if FASTAI_PYTHON:
        print(f"  against fastai: {ratio(measured, OURS, FASTAI):.2f} x (at most {LIMITS[name]:.2f})")


def main() -> None:
    torch.set_num_threads(1)
    if not FASTAI_PYTHON:
        print("fastai is left out: FASTAI_PYTHON names no Python that has it.", file=sys.stderr)
    for name, shapes in shapes_of().items():
        compare(name, shapes)


if __name__ == "__main__":
    main()
