"""Another number of channels keeps what the first layer had learned."""

from __future__ import annotations

import pytest
import torch
from fastlearn.models import change_first_layer, create_body, in_channels
from torch import nn


def net(**conv):
    return nn.Sequential(nn.Sequential(nn.Conv2d(3, 4, 3, stride=2, padding=1, **conv)), nn.ReLU())


@pytest.mark.parametrize("n_in", [1, 2, 4, 6])
def test_kernels_are_reused(n_in):
    model = net()
    old = model[0][0]
    change_first_layer(model, n_in)
    new = model[0][0]
    w = old.weight
    expected = {1: w.sum(1, keepdim=True), 2: w[:, :2] * 1.5}
    torch.testing.assert_close(new.weight[:, : min(n_in, 3)], expected.get(n_in, w))
    assert n_in < 4 or not new.weight[:, 3:].any()
    assert torch.equal(new.bias, old.bias) and (new.stride, new.padding) == ((2, 2), (1, 1))


def test_a_gray_image_gives_what_its_three_equal_channels_gave():
    model, x = net(), torch.rand(1, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    expected = model(x.expand(-1, 3, -1, -1))
    change_first_layer(model, 1)
    torch.testing.assert_close(model(x), expected)


def test_a_fourth_channel_changes_nothing_at_first_and_learns():
    model, x = net(), torch.rand(1, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    expected = model(x[:, :3])
    change_first_layer(model, 4)
    torch.testing.assert_close(model(x), expected)
    model(x).sum().backward()
    assert model[0][0].weight.grad[:, 3].any()


def test_without_pretraining_the_layer_is_simply_new():
    model = net()
    old = model[0][0].weight
    change_first_layer(model, 4, pretrained=False)
    assert not torch.equal(model[0][0].weight[:, :3], old) and model[0][0].weight[:, 3].any()


def test_options_of_the_layer_stay():
    model = net(bias=False, dilation=2, padding_mode="reflect").double()
    change_first_layer(model, 5)
    new = model[0][0]
    assert (new.bias, new.dilation, new.padding_mode, new.weight.dtype) == (None, (2, 2), "reflect", torch.float64)


def test_a_network_for_that_many_channels_is_left_alone():
    model = nn.Sequential(nn.Conv2d(5, 4, 3))
    layer = model[0]
    change_first_layer(model, 5)
    assert model[0] is layer and in_channels(model) == 5


def test_a_body_reads_n_in_channels():
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2))
    assert create_body(model, n_in=2)(torch.zeros(1, 2, 8, 8)).shape == (1, 4, 6, 6)


@pytest.mark.parametrize(
    "model, n_in, message",
    [
        (nn.Sequential(nn.Conv2d(1, 4, 3)), 3, r"`n_in=3` needs .* '0' reads 1. Try n_in=1"),
        (nn.Sequential(nn.Linear(3, 2)), 4, "Sequential has no nn.Conv2d"),
    ],
)
def test_messages_name_the_layer(model, n_in, message):
    with pytest.raises(ValueError, match=message):
        change_first_layer(model, n_in)
