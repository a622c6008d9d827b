"""A tiny learner whose every kind of randomness counts: shuffling, dropout, batch norm, momentum."""

from __future__ import annotations

import pytest
import torch
from fastlearn.data.loader import DataLoader
from fastlearn.data.loaders import DataLoaders
from fastlearn.train.learner import Learner
from torch import nn
from torch.utils.data import DataLoader as TorchLoader
from torch.utils.data import TensorDataset


def points(n, seed):
    x = torch.randn(n, 4, generator=torch.Generator().manual_seed(seed))
    return TensorDataset(x, (x.sum(1) > 0).long())


def ours(seed):
    return DataLoaders(
        DataLoader(points(40, 1), bs=8, shuffle=True, seed=seed, num_workers=0), DataLoader(points(16, 2), bs=8)
    )


def torchs(seed):
    return TorchLoader(points(40, 1), 8, shuffle=True), TorchLoader(points(16, 2), 8)


def build(path, loaders=ours, **kwargs):
    """The learner that a script builds anew after it was killed."""
    torch.manual_seed(3)
    head, body = nn.Linear(8, 2), nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.2))
    kwargs = {"splitter": lambda model: [list(part.parameters()) for part in model], **kwargs}
    return Learner(loaders(3), nn.Sequential(body, head), nn.CrossEntropyLoss(), path=path, **kwargs)


@pytest.fixture
def make(tmp_path):
    def made(folder="run", **kwargs):
        learn = build(tmp_path / folder, **kwargs)
        learn.logger = lambda row: None
        return learn

    return made


@pytest.fixture(params=[ours, torchs], ids=["ours", "torch"])
def loaders(request):
    return request.param
