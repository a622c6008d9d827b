"""The features of a network are found by sending items through it, whatever it looks like."""

from __future__ import annotations

import pytest
import torch
from fastlearn.interpret.feature_point import FeaturePoint, find_feature_point, tapped
from torch import nn
from torch.nn import functional as F


class Functional(nn.Module):
    """Layers joined by functions, with one of them used twice."""

    def __init__(self):
        super().__init__()
        self.conv, self.hidden, self.out = nn.Conv2d(3, 8, 3), nn.Linear(8, 8), nn.Linear(8, 4)

    def forward(self, x):
        x = F.relu(self.conv(x)).mean((2, 3))
        return self.out(F.relu(self.hidden(F.relu(self.hidden(x)))))


class Squeezing(nn.Module):
    """Its last block weighs the channels of a map with linear layers, which see only a part of what counts."""

    def __init__(self):
        super().__init__()
        self.conv, self.weigh, self.out = nn.Conv2d(3, 8, 3), nn.Linear(8, 8), nn.Linear(8, 4)

    def forward(self, x):
        x = self.conv(x)
        x = x * torch.sigmoid(self.weigh(x.mean((2, 3))))[:, :, None, None]
        return self.out(x.amax((2, 3)))


class TwoInputs(nn.Module):
    """Categories and numbers, as tables have them."""

    def __init__(self):
        super().__init__()
        self.embed, self.norm = nn.Embedding(5, 3), nn.BatchNorm1d(2)
        self.first, self.out = nn.Linear(5, 7), nn.Linear(7, 2)

    def forward(self, category, number):
        return self.out(F.relu(self.first(torch.cat((self.embed(category), self.norm(number)), 1))))


def convolutions(*end):
    return nn.Sequential(nn.Conv2d(3, 6, 3), nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d(1), nn.Flatten(), *end)


PICTURES = (torch.rand(3, 3, 8, 8, generator=torch.Generator().manual_seed(0)),)


@pytest.mark.parametrize(
    "model, expected",
    [
        (convolutions(nn.Linear(6, 2)), FeaturePoint("4", 0, 6, False)),
        (convolutions(nn.BatchNorm1d(6), nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 2)), FeaturePoint("4", 0, 6, False)),
        (convolutions(nn.Linear(6, 2), nn.LogSoftmax(1)), FeaturePoint("4", 0, 6, False)),
        (convolutions(nn.Linear(6, 9), nn.Linear(9, 2)), FeaturePoint("4", 0, 6, False)),
        (Functional(), FeaturePoint("hidden", 0, 8, False)),
        (Squeezing(), FeaturePoint("out", 0, 8, False)),
        (nn.Sequential(nn.Flatten(), nn.Linear(192, 9), nn.ReLU(), nn.Linear(9, 2)), FeaturePoint("3", 0, 9, False)),
        (nn.Sequential(nn.Flatten(), nn.Linear(192, 2)), FeaturePoint("1", 0, 192, False)),
        (nn.Sequential(nn.Conv2d(3, 6, 3), nn.Conv2d(6, 2, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten()),
         FeaturePoint("1", 0, 6, True)),
        (nn.Sequential(nn.Conv2d(3, 6, 3, 2), nn.Upsample((8, 8)), nn.Conv2d(6, 6, 3), nn.Conv2d(6, 2, 1)),
         FeaturePoint("3", 0, 6, True)),
        (nn.Flatten(), None),
    ],
)  # fmt: skip
def test_found_by_sending_pictures_through(model, expected):
    assert find_feature_point(model, PICTURES) == expected


def test_numbers_and_categories_together():
    inputs = (torch.tensor([0, 1, 2]), torch.rand(3, 2))
    assert find_feature_point(TwoInputs(), inputs) == FeaturePoint("first", 0, 5, False)


def test_one_item_is_enough():
    assert find_feature_point(convolutions(nn.Linear(6, 2)), (PICTURES[0][:1],)).name == "4"


def test_a_very_wide_vector_is_passed_over_for_a_narrower_one():
    wide = nn.Sequential(nn.Conv2d(3, 80, 1), nn.Flatten(), nn.Linear(80 * 64, 10), nn.ReLU(), nn.Linear(10, 2))
    assert find_feature_point(wide, PICTURES) == FeaturePoint("3", 0, 10, False)


def test_the_tap_gives_what_the_layer_takes_and_comes_off():
    model = convolutions(nn.Dropout(), nn.Linear(6, 2)).eval()
    point = find_feature_point(model, PICTURES)
    with torch.no_grad(), tapped(model, point) as take:
        model(*PICTURES)
        assert torch.allclose(take(), model[:4](*PICTURES)) and take() is None
    assert not any(module._forward_pre_hooks or module._forward_hooks for module in model.modules())


def test_the_model_keeps_its_mode():
    model = convolutions(nn.BatchNorm1d(6), nn.Linear(6, 2)).train()
    before = model[4].running_mean.clone()
    find_feature_point(model, PICTURES)
    assert model.training and torch.equal(model[4].running_mean, before)
