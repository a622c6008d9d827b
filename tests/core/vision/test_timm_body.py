"""timm networks by name, against a stand-in with timm's interface: what they give is tried, not guessed."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest
import torch
from fastlearn.vision.vision_model import create_vision_model
from torch import nn

CONFIG = {"mean": (0.5, 0.5, 0.5), "std": (0.25, 0.25, 0.25)}


class Conv(nn.Module):
    """Feature maps, then pooling."""

    num_features = 6

    def __init__(self, in_chans):
        super().__init__()
        self.stem, self.pretrained_cfg = nn.Conv2d(in_chans, 6, 3, stride=4), CONFIG

    def forward_features(self, x):
        return self.stem(x)

    def forward(self, x):
        return self.forward_features(x).mean((2, 3))


class ChannelsLast(Conv):
    def forward_features(self, x):
        return self.stem(x).permute(0, 2, 3, 1)

    def forward(self, x):
        return self.forward_features(x).mean((1, 2))


class Tokens(Conv):
    """Takes 224 pixels only."""

    def forward_features(self, x):
        assert x.shape[-1] == 224
        return self.stem(x).flatten(2).mT

    def forward(self, x):
        return self.forward_features(x).mean(1)


@pytest.fixture
def timm(monkeypatch):
    module, made = ModuleType("timm"), {}

    def create_model(name, pretrained, num_classes, in_chans):
        made.update(name=name, pretrained=pretrained, num_classes=num_classes, in_chans=in_chans)
        return {"conv": Conv, "last": ChannelsLast, "tokens": Tokens}[name](in_chans)

    module.create_model, module.made = create_model, made
    monkeypatch.setitem(sys.modules, "timm", module)
    return module


@pytest.mark.parametrize("name, maps", [("conv", True), ("last", False), ("tokens", False)])
def test_maps_are_pooled_by_our_head_and_everything_else_by_the_network(timm, name, maps):
    model = create_vision_model(name, 5)
    assert model[0].maps is maps and model[1][0].__class__.__name__ == (
        "AdaptiveConcatPool2d" if maps else "BatchNorm1d"
    )
    assert model(torch.zeros(2, 3, 224, 224)).shape == (2, 5)
    assert model[0].stats == ([0.5] * 3, [0.25] * 3)


@pytest.mark.parametrize("pretrained", [None, False])
def test_timm_is_asked_for_a_network_without_classifier(timm, pretrained):
    create_vision_model("conv", 5, pretrained=pretrained, n_in=4)
    assert timm.made == {"name": "conv", "pretrained": pretrained is None, "num_classes": 0, "in_chans": 4}


def test_weights_in_timm_are_part_of_the_name(timm):
    with pytest.raises(ValueError, match=r"resnet50\.a1_in1k"):
        create_vision_model("conv", 5, weights="DEFAULT")


def test_without_timm_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "timm", None)
    with pytest.raises(ImportError, match=r"'resnet34', .*Pass resnet34 itself, .* or install timm: pip install timm"):
        create_vision_model("resnet34", 5)
    with pytest.raises(ImportError, match=r"'levit_128', is a model of the timm .*installed. Install timm: pip inst"):
        create_vision_model("levit_128", 5)
