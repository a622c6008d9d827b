"""fastai's side of `benchmarks/digits.py`: prints validation accuracy and seconds per epoch.

FASTAI_PYTHON benchmarks/peer/digits_fastai.py SEED
"""

from __future__ import annotations

import sys
import tempfile
import time

import fastai.callback.progress
import fastai.callback.schedule  # noqa: F401  # adds fit_one_cycle
import numpy as np
import torch
from fastai.data.core import DataLoaders
from fastai.learner import Learner
from fastai.metrics import accuracy
from fastai.torch_core import set_seed
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn


def network() -> nn.Module:
    def conv(n_in: int, n_out: int, stride: int = 1) -> list[nn.Module]:
        layer = nn.Conv2d(n_in, n_out, 3, stride=stride, padding=1, bias=False)
        return [layer, nn.BatchNorm2d(n_out), nn.ReLU()]

    return nn.Sequential(
        *conv(1, 32), *conv(32, 64, stride=2), *conv(64, 64), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)
    )


def main(seed: int) -> None:
    torch.set_num_threads(1)
    data = load_digits()
    x, y = torch.tensor(data.images, dtype=torch.float32)[:, None] / 16, torch.tensor(data.target)
    split = train_test_split(np.arange(len(y)), test_size=0.25, random_state=0, stratify=data.target)
    set_seed(seed, True)
    model = network()
    train, valid = (list(zip(x[part], y[part], strict=True)) for part in split)
    dls = DataLoaders.from_dsets(train, valid, bs=64, device=torch.device("cpu"), num_workers=0)
    learn = Learner(dls, model, loss_func=nn.CrossEntropyLoss(), metrics=accuracy, path=tempfile.mkdtemp())
    start = time.perf_counter()
    with learn.no_bar(), learn.no_logging():
        learn.fit_one_cycle(5, 1e-2)
    print(learn.recorder.values[-1][2], (time.perf_counter() - start) / 5)


if __name__ == "__main__":
    main(int(sys.argv[1]))
