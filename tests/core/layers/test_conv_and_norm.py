"""ConvLayer and what it is made of: which layers in which order, with which first weights."""

from __future__ import annotations

import inspect

import pytest
import torch
import torch.nn.functional as F
from fastlearn.layers import (
    BatchNorm,
    BatchNorm1dFlat,
    ConvLayer,
    InstanceNorm,
    NormType,
    SimpleCNN,
    init_default,
    init_linear,
    sigmoid,
    trunc_normal_,
)
from torch import nn


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def kinds(m):
    return [type(layer).__name__.removeprefix("Parametrized") for layer in m]


def defaults(thing):
    parameters = inspect.signature(thing).parameters.values()
    return {p.name: p.default for p in parameters if p.default is not inspect.Parameter.empty}


def test_the_published_defaults_of_a_conv_layer():
    assert {k: v for k, v in defaults(ConvLayer).items() if k not in ("groups", "dilation", "padding_mode")} == {
        "ks": 3, "stride": 1, "padding": None, "bias": None, "ndim": 2, "norm_type": NormType.Batch, "bn_1st": True,
        "act_cls": nn.ReLU, "transpose": False, "init": "auto", "xtra": None, "bias_std": 0.01, "output_padding": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    "settings, layers, bias",
    [
        ({}, ["Conv2d", "BatchNorm2d", "ReLU"], False),
        ({"bn_1st": False}, ["Conv2d", "ReLU", "BatchNorm2d"], False),
        ({"norm_type": None}, ["Conv2d", "ReLU"], True),
        ({"norm_type": "Instance"}, ["Conv2d", "InstanceNorm2d", "ReLU"], False),
        ({"norm_type": NormType.Weight}, ["Conv2d", "ReLU"], True),
        ({"norm_type": "Spectral", "act_cls": None}, ["Conv2d"], True),
        ({"bias": True, "act_cls": nn.Mish}, ["Conv2d", "BatchNorm2d", "Mish"], True),
        ({"ndim": 1, "xtra": nn.Dropout(0.5)}, ["Conv1d", "BatchNorm1d", "ReLU", "Dropout"], False),
        ({"ndim": 3, "transpose": True}, ["ConvTranspose3d", "BatchNorm3d", "ReLU"], False),
    ],
)
def test_layers_their_order_and_the_bias(settings, layers, bias):
    layer = ConvLayer(4, 6, **settings)
    assert kinds(layer) == layers and (layer[0].bias is not None) is bias


@pytest.mark.parametrize("ks, stride, size", [(1, 1, 9), (3, 1, 9), (5, 1, 9), (3, 2, 5), (7, 2, 5)])
def test_half_a_kernel_of_padding_keeps_the_size(ks, stride, size):
    assert ConvLayer(2, 3, ks, stride)(torch.zeros(2, 2, 9, 9)).shape == (2, 3, size, size)


def test_a_conv_layer_is_torchs_convolution_norm_and_relu():
    layer, x = ConvLayer(3, 5, stride=2), torch.randn(4, 3, 8, 8, generator=rng())
    conv = F.conv2d(x, layer[0].weight, stride=2, padding=1)
    mean, var = conv.mean((0, 2, 3), keepdim=True), conv.var((0, 2, 3), unbiased=False, keepdim=True)
    assert torch.allclose(layer(x), ((conv - mean) / (var + 1e-5).sqrt() + 1e-3).relu(), atol=1e-5)


def test_further_settings_reach_torch():
    conv = ConvLayer(4, 4, groups=2, dilation=2, padding_mode="reflect")[0]
    assert (conv.groups, conv.dilation, conv.padding_mode, conv.padding) == (2, (2, 2), "reflect", (2, 2))
    up = ConvLayer(2, 2, ks=3, stride=2, padding=1, transpose=True, output_padding=1)
    assert up(torch.zeros(1, 2, 4, 4)).shape[-1] == 8


@pytest.mark.parametrize("norm_type, length", [("Weight", None), ("Spectral", 1.0)])
def test_weights_are_normalised_by_torch(norm_type, length):
    conv = ConvLayer(3, 4, norm_type=norm_type)[0]
    if length is None:
        g, v = conv.parametrizations.weight.original0, conv.parametrizations.weight.original1
        assert torch.allclose(conv.weight, g * v / v.flatten(1).norm(dim=1)[:, None, None, None], atol=1e-6)
        return
    for _ in range(30):  # each pass of training refines the estimate of the largest singular value
        conv(torch.zeros(1, 3, 4, 4))
    assert torch.linalg.matrix_norm(conv.weight.flatten(1), 2).item() == pytest.approx(length, abs=1e-2)


@pytest.mark.parametrize("ndim", [1, 2, 3])
@pytest.mark.parametrize(
    "make, norm_type, weight",
    [(BatchNorm, "Batch", 1.0), (BatchNorm, "BatchZero", 0.0), (InstanceNorm, "Instance", 1.0),
     (InstanceNorm, "InstanceZero", 0.0)],
)  # fmt: skip
def test_norm_layers_start_with_a_small_bias(make, norm_type, weight, ndim):
    norm = make(4, ndim=ndim, norm_type=norm_type)
    assert type(norm).__name__ == f"{make.__name__}{ndim}d"
    assert norm.weight.tolist() == [weight] * 4 and norm.bias.tolist() == pytest.approx([1e-3] * 4)


def test_an_instance_norm_without_affine_has_nothing_to_learn():
    assert list(InstanceNorm(4, affine=False).parameters()) == [] and BatchNorm(3, momentum=0.5).momentum == 0.5


@pytest.mark.parametrize("wrong, words", [({"norm_type": "Bach"}, "norm_type.*Batch"), ({"ndim": 4}, "`ndim` is 1")])
def test_a_wrong_word_is_answered(wrong, words):
    with pytest.raises(ValueError, match=words):
        ConvLayer(2, 2, **wrong)


def test_a_misspelt_setting_says_what_was_meant():
    with pytest.raises(TypeError, match=r"ConvLayer.*'strides'.*Did you mean 'stride'"):
        ConvLayer(2, 2, strides=2)


def test_flat_batch_norm_is_batch_norm_of_all_steps():
    norm, plain, x = BatchNorm1dFlat(3), nn.BatchNorm1d(3), torch.randn(4, 5, 3, generator=rng())
    assert torch.allclose(norm(x), plain(x.reshape(-1, 3)).reshape(4, 5, 3)) and norm(x[0]).shape == (5, 3)


@pytest.mark.parametrize(
    "act, bound",
    [
        (nn.ReLU(), (6 / 100) ** 0.5),  # Kaiming, uniform: sqrt(6 / fan in)
        (nn.Mish(), (6 / 100) ** 0.5),
        (F.leaky_relu, (6 / 100) ** 0.5),
        (nn.Sigmoid(), (6 / 150) ** 0.5),  # Xavier, uniform: sqrt(6 / (fan in + fan out))
        (sigmoid, (6 / 150) ** 0.5),
        (None, 0.1),  # torch's own: 1 / sqrt(fan in)
        (nn.GELU(), 0.1),
    ],
)
def test_the_first_weights_suit_the_activation(act, bound):
    layer = nn.Linear(100, 50)
    init_linear(layer, act)
    assert layer.weight.abs().max().item() == pytest.approx(bound, rel=0.02) and layer.weight.abs().max() <= bound
    assert layer.bias.std().item() == pytest.approx(0.01, rel=0.4)


def test_a_bias_can_start_at_zero_or_stay():
    layer = nn.Linear(4, 3)
    before = layer.bias.clone()
    init_linear(layer, init=nn.init.ones_, bias_std=None)
    assert torch.equal(layer.bias, before) and layer.weight.unique().tolist() == [1.0]
    init_linear(layer, init=None, bias_std=0)
    assert layer.bias.tolist() == [0.0] * 3
    with pytest.raises(ValueError, match=r"`init` is \"auto\""):
        init_linear(layer, init="kaiming")


def test_default_init_fills_the_weight_and_clears_the_bias():
    layer = init_default(nn.Linear(3, 2), nn.init.ones_)
    assert layer.weight.unique().tolist() == [1.0] and not layer.bias.any()
    assert init_default(layer, None) is layer and init_default(nn.ReLU()) is not None


def test_truncated_normal_numbers():
    x = trunc_normal_(torch.empty(20_000), mean=1.0, std=0.5)
    assert x.min() >= 0.0 and x.max() <= 2.0  # two standard deviations
    assert x.mean().item() == pytest.approx(1.0, abs=0.02)
    assert x.std().item() == pytest.approx(0.5 * 0.8796, abs=0.01)  # of a normal distribution cut at two


def test_a_simple_cnn_layer_by_layer():
    net = SimpleCNN([3, 8, 16, 4])
    assert [len(layer) for layer in list(net)[:3]] == [3, 3, 2] and net(torch.zeros(2, 3, 33, 20)).shape == (2, 4)
    assert [layer[0].stride for layer in list(net)[:3]] == [(2, 2)] * 3
    small = SimpleCNN([1, 2, 3], kernel_szs=[5, 1], strides=[1, 3], bn=False)
    assert [layer[0].kernel_size[0] for layer in list(small)[:2]] == [5, 1]
    with pytest.raises(ValueError, match="2 kernel sizes and 1 strides"):
        SimpleCNN([1, 2], kernel_szs=[3, 3])
