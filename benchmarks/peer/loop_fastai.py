"""fastai's side of `benchmarks/loop.py`: for each line on standard input, fit and print microseconds per batch.

FASTAI_PYTHON benchmarks/peer/loop_fastai.py SHORT LONG
"""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
import time

import fastai.callback.progress
import fastai.callback.schedule  # noqa: F401  # adds fit_one_cycle
import torch
from fastai.data.core import DataLoaders
from fastai.learner import Learner
from fastai.metrics import accuracy
from torch import nn
from torch.nn import functional as F


def main(short: int, long: int) -> None:
    torch.set_num_threads(1)
    rng = torch.Generator().manual_seed(0)
    data = [(torch.randn(32, 64, generator=rng), torch.randint(0, 10, (32,), generator=rng)) for _ in range(long)]
    folder = tempfile.mkdtemp()

    def fit(n: int) -> float:
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
        dls = DataLoaders(data[:n], [], device=torch.device("cpu"))
        dls.n_inp = 1
        learn = Learner(dls, model, loss_func=F.cross_entropy, metrics=accuracy, path=folder)
        with contextlib.redirect_stdout(io.StringIO()):
            start = time.process_time()
            learn.fit_one_cycle(1, 1e-3)
            return time.process_time() - start

    print("ready", flush=True)
    for _ in sys.stdin:
        slope = (fit(long) - fit(short)) / (long - short) * 1e6
        print(slope, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
