"""A learner for the notebooks of these tests; its every batch keeps the main thread busy, as a real model does."""

from __future__ import annotations

from typing import Any

import torch
from fastlearn.data.loaders import DataLoaders
from fastlearn.train.learner import Learner
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset


class Busy(nn.Module):
    """A small classifier that multiplies `load` big matrices (400 × 400) besides."""

    def __init__(self, load: int) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 2))
        self.load, self.weight = load, torch.rand(400, 400)

    def forward(self, x: Tensor) -> Tensor:
        for _ in range(self.load):
            self.weight @ self.weight
        return self.net(x)


def accuracy(pred: Tensor, target: Tensor) -> Tensor:
    return (pred.argmax(-1) == target).float().mean()


def two_groups(model: Busy) -> list[list[nn.Parameter]]:
    """Each layer a group."""
    return [list(model.net[0].parameters()), list(model.net[2].parameters())]


def busy_learner(load: int, n: int = 1600, **settings: Any) -> Learner:
    """Batches of 16, 100 an epoch, and a fifth of the data again to validate on; `settings` are of the learner."""
    torch.set_num_threads(1)
    draw = torch.Generator().manual_seed(0)
    x = torch.randn(n, 20, generator=draw)
    y = (x[:, :3].sum(1) > 0).long()
    train = DataLoader(TensorDataset(x, y), 16, shuffle=True)
    valid = DataLoader(TensorDataset(x[: n // 5], y[: n // 5]), 64)
    return Learner(DataLoaders(train, valid), Busy(load), nn.CrossEntropyLoss(), metrics=[accuracy], **settings)
