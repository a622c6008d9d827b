"""Learners with answers to look at: pictures that a small network judges by their colour, and made-up tensors."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from fastlearn.data.loaders import DataLoaders
from fastlearn.train.learner import Learner
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from fastwidgets.thumbnails.cache import default_thumbnails

sys.path.insert(0, str(Path(__file__).parents[2] / "browser"))
from judged_learner import judged


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Answers and thumbnails of these tests stay in a folder of their own; files are written beside nothing."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("FASTWIDGETS_HOME", str(home))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(home / "runtime"))
    monkeypatch.chdir(home)
    default_thumbnails.cache_clear()
    yield home
    default_thumbnails().close()
    default_thumbnails.cache_clear()


@pytest.fixture
def animals(tmp_path: Path) -> Learner:
    """31 training and 31 validation pictures of cats, dogs and owls; of each 7 are in the wrong folder."""
    return judged(tmp_path / "animals")


class Fixed(nn.Module):
    """Gives its input as it is."""

    def __init__(self, n_out: int) -> None:
        super().__init__()
        self.linear = nn.Linear(n_out, n_out)
        nn.init.eye_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(x)


class Pixels(nn.Module):
    """The input as scores of every pixel, `(B, C, H, W)`."""

    def __init__(self, n_out: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(n_out, n_out, 1, bias=False)
        self.conv.weight.data = torch.eye(n_out)[:, :, None, None]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.conv(x)


@pytest.fixture
def tensors(tmp_path: Path) -> Callable[..., Learner]:
    """tensors(x, y, loss): a learner whose predictions are `x`, on both sides of the split."""

    def made(x: torch.Tensor, y: torch.Tensor, loss: Any) -> Learner:
        data = TensorDataset(x, y)
        model = Pixels(x.shape[1]) if x.ndim == 4 else Fixed(x.shape[1])
        return Learner(DataLoaders(DataLoader(data, 64), DataLoader(data, 64)), model, loss, path=tmp_path)

    return made
