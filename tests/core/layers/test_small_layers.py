"""Layers for shapes, steps, ranges and activations, and ways to write one's own."""

from __future__ import annotations

import copy
import functools
import inspect

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from fastlearn import layers
from fastlearn.layers import (
    AdaptiveAvgPool,
    AdaptiveConcatPool1d,
    AdaptiveConcatPool2d,
    AvgPool,
    Debugger,
    Embedding,
    MaxPool,
    Module,
    NoneReduce,
    ParameterModule,
    PartialLambda,
    PoolFlatten,
    PoolType,
    ResizeBatch,
    TimeDistributed,
    View,
    adaptive_pool,
    children_and_parameters,
    has_children,
    lsuv_init,
    module,
    vleaky_relu,
)
from fastlearn.models import seeded
from torch import nn


def noise(*size, seed=0):
    return torch.randn(*size, generator=torch.Generator().manual_seed(seed))


def test_every_name_is_there_and_those_of_models_are_the_same():
    from fastlearn import models, tensors

    assert all(hasattr(layers, name) for name in layers.__all__)
    for name in ("AdaptiveConcatPool2d", "Flatten", "Identity", "Lambda", "LinBnDrop", "SigmoidRange", "in_channels"):
        assert getattr(layers, name) is getattr(models, name)
    assert layers.flatten_model is tensors.flatten_model and layers.Identity is nn.Identity


def test_shapes():
    x = noise(2, 6)
    assert View(-1, 3)(x).shape == (4, 3) and ResizeBatch(3, 2)(x).shape == (2, 3, 2)
    assert ResizeBatch(3, 2)(x.expand(2, 6).T.contiguous().T).tolist() == x.reshape(2, 3, 2).tolist()
    assert repr(View(-1, 3)) == "View(-1, 3)"


def test_a_function_with_arguments_as_a_layer():
    layer = PartialLambda(torch.sum, dim=1)
    assert layer(torch.ones(2, 3)).tolist() == [3.0, 3.0] and repr(layer) == "PartialLambda(sum, dim=1)"


def test_a_debugger_stops_and_passes_on(monkeypatch):
    stopped = []
    monkeypatch.setattr("builtins.breakpoint", lambda: stopped.append(1))
    assert Debugger()(3) == 3 and stopped == [1]


class Own(Module):
    def __init__(self, n):
        self.layer = nn.Linear(n, 1)

    def forward(self, x):
        return self.layer(x)


class Polite(Module):
    def __init__(self):
        self.first = nn.Linear(1, 1)
        super().__init__()
        self.second = nn.Linear(1, 1)


def test_a_module_needs_no_super_and_takes_no_harm_from_it():
    assert len(list(Own(3).parameters())) == 2 and len(list(Polite().parameters())) == 4
    assert torch.equal(copy.deepcopy(own := Own(2))(torch.ones(1, 2)), own(torch.ones(1, 2)))


@module("power", scale=2.0)
def Power(self, x):
    """`scale` times `x` to the `power`."""
    return self.scale * x**self.power


def test_a_function_becomes_a_module_class():
    layer = Power(3)
    assert issubclass(Power, nn.Module) and layer(torch.tensor(2.0)).item() == 16 and Power(2, 1.0).scale == 1.0
    assert repr(layer) == "Power(power=3, scale=2.0)" and Power.__doc__.startswith("`scale` times")
    assert list(inspect.signature(Power).parameters) == ["power", "scale"]


@pytest.mark.parametrize(
    "args, kwargs, words",
    [
        ((), {}, "needs `power`"),
        ((1, 2, 3), {}, "takes 2 arguments"),
        ((1,), {"powr": 2}, "'powr'. Did you mean 'power'"),
        ((1,), {"power": 2}, "by position and by keyword"),
    ],
)
def test_a_made_class_checks_its_arguments(args, kwargs, words):
    with pytest.raises(TypeError, match=words):
        Power(*args, **kwargs)


def test_own_parameters_are_met_among_the_children():
    class Scaled(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale, self.layer = nn.Parameter(torch.ones(1)), nn.Linear(2, 2)

    net = Scaled()
    *children, own = children_and_parameters(net)
    assert children == [net.layer] and isinstance(own, ParameterModule) and own.val is net.scale
    assert has_children(net) and not has_children(net.layer) and own(3) == 3


@pytest.mark.parametrize("low_mem", [False, True])
def test_steps_of_a_sequence_are_the_same_at_once_and_one_by_one(low_mem):
    conv = nn.Conv2d(3, 4, 3)
    layer, x = TimeDistributed(conv, low_mem=low_mem), noise(2, 5, 3, 6, 7)
    by_hand = torch.stack([conv(x[:, i]) for i in range(5)], dim=1)
    assert torch.allclose(layer(x), by_hand, atol=1e-6) and layer(x).shape == (2, 5, 4, 4, 5)


@pytest.mark.parametrize("low_mem", [False, True])
def test_keyword_arguments_and_tuples_pass_through_the_steps(low_mem):
    class Both(nn.Module):
        def forward(self, x, y, scale=1.0):
            return (x + y) * scale, x.sum(-1)

    x, y = noise(2, 3, 4), noise(2, 3, 4, seed=1)
    total, sums = TimeDistributed(Both(), low_mem=low_mem)(x, y, scale=2.0)
    assert torch.allclose(total, (x + y) * 2) and torch.allclose(sums, x.sum(-1))


def test_steps_along_another_axis():
    x = noise(2, 3, 5)
    layer = TimeDistributed(nn.Linear(3, 4), tdim=2)
    assert layer(x).shape == (2, 4, 5)
    assert torch.allclose(layer(x)[:, :, 1], layer.module(x[:, :, 1]))
    with pytest.raises(ValueError, match="axis 1, whose length is the same"):
        TimeDistributed(nn.Bilinear(2, 2, 1))(noise(2, 3, 2), noise(2, 4, 2))
    with pytest.raises(TypeError, match="at least one tensor"):
        TimeDistributed(nn.ReLU())()


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_pooling_by_dimension_is_torchs(ndim):
    x = noise(2, 3, *[7] * ndim)
    maximum = [F.max_pool1d, F.max_pool2d, F.max_pool3d][ndim - 1]
    average = [F.avg_pool1d, F.avg_pool2d, F.avg_pool3d][ndim - 1]
    assert torch.equal(MaxPool(ndim=ndim)(x), maximum(x, 2)) and torch.equal(AvgPool(ndim=ndim)(x), average(x, 2))
    assert MaxPool(3, 2, 1, ndim=ndim)(x).shape[-1] == 4
    assert MaxPool(ndim=ndim, ceil_mode=True)(x).shape[-1] == AvgPool(ndim=ndim, ceil_mode=True)(x).shape[-1] == 4
    assert torch.allclose(AdaptiveAvgPool(ndim=ndim)(x).flatten(1), x.flatten(2).mean(2), atol=1e-6)


def test_concat_pooling_gives_maxima_first():
    x = noise(2, 3, 8)
    both = torch.cat((x.amax(2, keepdim=True), x.mean(2, keepdim=True)), 1)
    assert torch.allclose(AdaptiveConcatPool1d()(x), both) and AdaptiveConcatPool1d(2)(x).shape == (2, 6, 2)


def test_pool_types():
    assert adaptive_pool("Cat") is AdaptiveConcatPool2d and adaptive_pool(PoolType.Max) is nn.AdaptiveMaxPool2d
    x = noise(2, 3, 4, 5)
    assert torch.allclose(PoolFlatten()(x), x.mean((2, 3)), atol=1e-6)
    assert torch.equal(PoolFlatten(PoolType.Max)(x), x.amax((2, 3))) and PoolFlatten("Cat")(x).shape == (2, 6)
    with pytest.raises(ValueError, match=r"`pool_type` is one of \['Avg', 'Max', 'Cat'\], but got 'Min'"):
        adaptive_pool("Min")


def test_activations_are_what_their_papers_say():
    x = noise(50, seed=3) * 4
    y = x.double().numpy()
    assert layers.swish(x).numpy() == pytest.approx(y / (1 + np.exp(-y)), abs=1e-5)
    assert layers.mish(x).numpy() == pytest.approx(y * np.tanh(np.log1p(np.exp(y))), abs=1e-5)
    assert layers.Swish is layers.SiLU is layers.SwishJit is nn.SiLU and layers.Mish is layers.MishJit is nn.Mish
    assert torch.equal(layers.swish_jit(x), F.silu(x)) and torch.equal(layers.mish_jit(x), F.mish(x))


def test_swish_in_place_changes_its_input():
    x = noise(4)
    expected = F.silu(x)
    layers.swish(x, inplace=True)
    assert torch.equal(x, expected)


def test_a_sigmoid_that_stays_away_from_its_ends():
    x = torch.tensor([-200.0, 0.0, 200.0])
    assert layers.sigmoid(x).tolist() == pytest.approx([1e-7, 0.5, 1 - 1e-7], abs=5e-8)
    assert layers.sigmoid(x, eps=0.1).tolist() == pytest.approx([0.1, 0.5, 0.9])
    assert layers.sigmoid_(x) is x and x[1] == 0.5 and x.log().isfinite().all()


def test_leaky_and_in_place_relu():
    assert vleaky_relu(torch.tensor([-1.0, 2.0])).tolist() == pytest.approx([-0.3, 2.0])
    assert isinstance(layers.inplace_relu, functools.partial) and layers.inplace_relu().inplace


def test_an_embedding_starts_small_and_cut_off():
    with seeded(0):
        table = Embedding(500, 20).weight
        wide = Embedding(500, 20, std=1.0).weight
    assert table.abs().max() <= 0.02 and table.std().item() == pytest.approx(0.0088, abs=2e-4)
    assert 1.9 < wide.abs().max() <= 2.0


def test_losses_are_taken_per_item_and_put_back():
    loss, x, y = nn.MSELoss(), noise(4), noise(4, seed=1)
    with NoneReduce(loss) as per_item:
        assert torch.equal(per_item(x, y), (x - y) ** 2)
    assert loss.reduction == "mean"
    with NoneReduce(F.mse_loss) as per_item:
        assert per_item(x, y).shape == (4,)
    with pytest.raises(RuntimeError, match="halfway"), NoneReduce(loss):
        raise RuntimeError("halfway")
    assert loss.reduction == "mean"


def test_lsuv_gives_every_layer_mean_0_and_spread_1():
    with seeded(0):
        net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3), nn.ReLU(), nn.Flatten(),
                            nn.Linear(8 * 144, 10))  # fmt: skip
        x = noise(32, 3, 16, 16) * 5 + 3
        assert lsuv_init(net, x, tol=0.02) == 3
    for n in (1, 3, 6):
        out = net[:n](x)
        assert out.std().item() == pytest.approx(1, abs=0.02) and out.mean().item() == pytest.approx(0, abs=0.02)
    with pytest.raises(ValueError, match="The layer 0 gives 0 everywhere"):
        lsuv_init(nn.Sequential(nn.Linear(2, 2, bias=False)), torch.zeros(3, 2))
