"""Tokens per second of `LMDataLoader`, 64 rows of 72 tokens, shuffled texts, one thread; against fastai.

    make bench, or: FASTAI_PYTHON=python-with-fastai python benchmarks/lm_loader.py

Figure to reach: at least 30 times fastai's tokens per second. Ours reads whole epochs, with the new order of each;
fastai so many batches that it takes about a second. Times are of the processor.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import torch
from fastlearn.text.lm_loader import LMDataLoader
from harness import Variant, paired, ratio, table

FASTAI_PYTHON = os.environ.get("FASTAI_PYTHON")
FASTAI_SCRIPT = Path(__file__).parent / "peer" / "lm_loader_fastai.py"
N_TEXTS, FASTAI_BATCHES, EPOCHS = 6000, 400, 5


def ours() -> Variant:
    """Tokens per second of whole epochs."""
    rng = torch.Generator().manual_seed(0)
    lengths = torch.randint(50, 600, (N_TEXTS,), generator=rng).tolist()
    texts = [torch.randint(0, 5000, (n,), generator=rng) for n in lengths]
    loader = LMDataLoader(texts, bs=64, seq_len=72, shuffle=True, seed=0, device="cpu")

    def run() -> float:
        start = time.process_time()
        n = sum(x.numel() for _ in range(EPOCHS) for x, _ in loader)
        return n / (time.process_time() - start)

    return run


def fastai() -> Variant:
    """The same of fastai, in a process that stays for all rounds."""
    assert FASTAI_PYTHON is not None
    command = [FASTAI_PYTHON, FASTAI_SCRIPT, str(N_TEXTS), str(FASTAI_BATCHES)]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdin is not None and process.stdout is not None
    process.stdout.readline()

    def run() -> float:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write("\n")
        process.stdin.flush()
        return float(process.stdout.readline())

    return run


def main() -> None:
    torch.set_num_threads(1)
    sides = {"fastlearn": ours(), **({"fastai": fastai()} if FASTAI_PYTHON else {})}
    if not FASTAI_PYTHON:
        print("fastai is left out: FASTAI_PYTHON names no Python that has it.", file=sys.stderr)
    measured = paired(sides)
    table("Batches for a language model", ["library", "million tokens/s"],
          [[name, f"{median(rates) / 1e6:.1f}"] for name, rates in measured.items()])  # fmt: skip
    if FASTAI_PYTHON:
        print(f"\n  {ratio(measured, 'fastlearn', 'fastai'):.1f} times fastai's rate (at least 30)")


if __name__ == "__main__":
    main()
