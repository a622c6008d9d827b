"""A small problem that a small network learns in a second: which side of a line a point is on."""

from __future__ import annotations

import sys

import pytest
import torch
from fastlearn.metrics import accuracy
from fastlearn.train.learner import Learner
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


@pytest.fixture(autouse=True)
def no_figures_left():
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def points(n=128, seed=0):
    x = torch.randn(n, 4, generator=torch.Generator().manual_seed(seed))
    return TensorDataset(x, (x[:, 0] + x[:, 1] > 0).long())


def network(seed=0):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.1), nn.Linear(16, 2))


@pytest.fixture
def make_learner(tmp_path):
    """Builds a quiet learner over 128 points in 8 batches; keyword arguments go to the learner."""

    def make(n=128, bs=16, model=None, loss_func=None, shuffle=True, **kwargs):
        rng = torch.Generator().manual_seed(1)
        train = DataLoader(points(n), bs, shuffle=shuffle, generator=rng)
        valid = DataLoader(points(64, seed=5), 32)
        kwargs.setdefault("metrics", accuracy)
        kwargs.setdefault("path", tmp_path)
        loss_func = nn.CrossEntropyLoss() if loss_func is None else loss_func
        return Learner((train, valid), network() if model is None else model, loss_func, **kwargs)

    return make


@pytest.fixture
def weights():
    """A copy of all that a model is: parameters and buffers, by name."""

    def read(model):
        return {name: tensor.clone() for name, tensor in model.state_dict().items()}

    return read


@pytest.fixture
def make_points():
    """A data set of `n` points and the side each is on."""
    return points


@pytest.fixture
def make_network():
    """The small network, the same for the same seed."""
    return network
