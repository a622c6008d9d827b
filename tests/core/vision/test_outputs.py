"""What comes out for each kind of target: classes, several labels, numbers in a range, points."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
from fastlearn.losses import BCEWithLogitsLossFlat, CrossEntropyLossFlat, MSELossFlat
from fastlearn.models import SigmoidRange
from fastlearn.vision.learner import vision_learner
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def Small():
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 5)
    )


def data(y, c, loss):
    x = torch.rand(len(y), 3, 16, 16, generator=torch.Generator().manual_seed(0))
    loader = DataLoader(TensorDataset(x, y), 4)
    return SimpleNamespace(train=loader, valid=loader, c=c, n_inp=1, path=".", loss_func=loss)


LABELS = torch.tensor([[0.0, 1, 1], [1, 0, 0], [0, 0, 0], [1, 1, 1]] * 2)
NUMBERS = torch.tensor([0.1, 4.9, 2.0, 3.0] * 2)
POINTS = torch.tensor([[[-1.0, 0.5], [0.2, 1.0]]] * 8)  # two points of x and y, scaled to -1 ... 1


@pytest.mark.parametrize(
    "y, c, loss, settings, shape, low, high",
    [
        (torch.tensor([0, 1, 2, 0] * 2), 3, CrossEntropyLossFlat(), {}, (8, 3), 0, 1),
        (LABELS, 3, BCEWithLogitsLossFlat(), {}, (8, 3), 0, 1),
        (NUMBERS, 1, MSELossFlat(), {"y_range": (0, 5)}, (8, 1), 0, 5),
        (POINTS, 4, MSELossFlat(), {"y_range": (-1, 1)}, (8, 4), -1, 1),
        (POINTS[:, :1], None, MSELossFlat(), {"n_out": 2, "y_range": (-1, 1)}, (8, 2), -1, 1),
    ],
    ids=["classes", "labels", "number", "points", "one-point"],
)
def test_outputs_have_the_shape_and_the_range_of_the_targets(y, c, loss, settings, shape, low, high):
    learn = vision_learner(data(y, c, loss), Small, seed=0, **settings)
    learn.fit(1, display=False)
    preds, _ = learn.get_preds()
    assert preds.shape == shape and low <= preds.min() and preds.max() <= high
    assert isinstance(learn.model[1][-1], SigmoidRange) is ("y_range" in settings)


def test_points_are_found_by_their_range():
    """Two numbers are learnt that lie close to the ends of the range."""
    learn = vision_learner(data(POINTS, 4, MSELossFlat()), Small, y_range=(-1.05, 1.05), seed=0, ps=0.0)
    learn.fit_one_cycle(30, 0.01, display=False)
    preds, _ = learn.get_preds()
    assert preds.mean(0).tolist() == pytest.approx([-1.0, 0.5, 0.2, 1.0], abs=0.1)
