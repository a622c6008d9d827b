"""A problem that takes a second, to try callbacks and optimizers on: a straight line with a little noise."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.utils.data import TensorDataset

from fastlearn.data.loader import DataLoader
from fastlearn.data.loaders import DataLoaders
from fastlearn.losses.mse import MSELossFlat
from fastlearn.optim.sgd import SGD
from fastlearn.train.callback import EVENTS, Callback
from fastlearn.train.learner import Learner

__all__ = ["RegModel", "VerboseCallback", "synth_dbunch", "synth_learner"]

WITH_MOMENTUM = partial(SGD, mom=0.9)


def synth_dbunch(
    a: float = 2, b: float = 3, bs: int = 16, n_train: int = 10, n_valid: int = 2, cuda: bool = False, seed: int = 42
) -> DataLoaders:
    """Loaders with `n_train` and `n_valid` batches of points on the line `y = a x + b`, with noise of 0.1.

    Shapes: inputs and targets are `(bs, 1)`. The same for the same `seed`; `cuda` puts the batches on the GPU.
    """
    rng = torch.Generator().manual_seed(seed)

    def points(n: int) -> TensorDataset:
        x = torch.randn(bs * n, 1, generator=rng)
        return TensorDataset(x, a * x + b + 0.1 * torch.randn(bs * n, 1, generator=rng))

    train = DataLoader(points(n_train), bs=bs, shuffle=True, num_workers=0, seed=seed)
    valid = DataLoader(points(n_valid), bs=bs, num_workers=0, seed=seed)
    return DataLoaders(train, valid, device="cuda" if cuda else "cpu")


class RegModel(nn.Module):
    """A line with two numbers to learn, `a` and `b`: `x * a + b`."""

    def __init__(self, seed: int = 42) -> None:
        super().__init__()
        start = torch.randn(2, generator=torch.Generator().manual_seed(seed))
        self.a, self.b = nn.Parameter(start[:1].clone()), nn.Parameter(start[1:].clone())

    def forward(self, x: Tensor) -> Tensor:
        """Shapes: any, kept."""
        return x * self.a + self.b


def synth_learner(
    n_train: int = 10,
    n_valid: int = 2,
    cuda: bool = False,
    lr: float = 1e-3,
    cbs: Any = None,
    data: Any = None,
    model: nn.Module | None = None,
    opt_func: Callable[..., Optimizer] = WITH_MOMENTUM,
    seed: int = 42,
    **kwargs: Any,
) -> Learner:
    """A learner of a line, on `data` or that of `synth_dbunch`; further arguments are those of Learner."""
    data = synth_dbunch(n_train=n_train, n_valid=n_valid, cuda=cuda, seed=seed) if data is None else data
    model = RegModel(seed) if model is None else model
    return Learner(data, model, MSELossFlat(), opt_func=opt_func, lr=lr, cbs=cbs, seed=seed, **kwargs)


class VerboseCallback(Callback):
    """Prints the name of every event that is fired."""

    only_reads = True

    def __init__(self) -> None:
        super().__init__(**{event: _printing(event) for event in EVENTS})


def _printing(event: str) -> Callable[[Any], None]:
    return lambda callback: print(event)
