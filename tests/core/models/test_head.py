"""The head: fastai's layers in fastai's order, for every setting."""

from __future__ import annotations

import pytest
import torch
from fastlearn.models import AdaptiveConcatPool2d, LinBnDrop, SigmoidRange, create_head, sigmoid_range
from torch import nn


def kinds(m):
    return [type(layer).__name__ for layer in m]


def dropouts(m):
    return [layer.p for layer in m.modules() if isinstance(layer, nn.Dropout)]


def test_the_default_head_layer_by_layer():
    head = create_head(512, 10)
    assert kinds(head) == [
        "AdaptiveConcatPool2d", "Flatten", "BatchNorm1d", "Dropout", "Linear",
        "ReLU", "BatchNorm1d", "Dropout", "Linear",
    ]  # fmt: skip
    assert dropouts(head) == [0.25, 0.5]
    assert [(m.in_features, m.out_features, m.bias) for m in head if isinstance(m, nn.Linear)] == [
        (1024, 512, None), (512, 10, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "settings, widths, ps",
    [
        ({"concat_pool": False}, [512, 512, 10], [0.25, 0.5]),
        ({"lin_ftrs": [256, 64]}, [1024, 256, 64, 10], [0.25, 0.25, 0.5]),
        ({"lin_ftrs": [], "ps": 0.4}, [1024, 10], [0.4]),
        ({"ps": [0.1, 0.2]}, [1024, 512, 10], [0.1, 0.2]),
        ({"ps": 0.0}, [1024, 512, 10], []),
        ({"lin_first": True}, [1024, 512, 10], [0.25, 0.5]),
        ({"pool": False}, [512, 512, 10], [0.25, 0.5]),
    ],
)
def test_widths_and_dropouts(settings, widths, ps):
    head = create_head(512, 10, **settings)
    linear = [m for m in head.modules() if isinstance(m, nn.Linear)]
    assert [linear[0].in_features, *(m.out_features for m in linear)] == widths and dropouts(head) == ps


def test_linear_first_puts_norm_and_dropout_behind():
    assert kinds(create_head(8, 2, lin_ftrs=[4], lin_first=True)) == [
        "AdaptiveConcatPool2d", "Flatten", "Dropout", "Linear", "ReLU", "BatchNorm1d", "Dropout", "Linear",
    ]  # fmt: skip


def test_the_ends_of_a_head():
    head = create_head(8, 1, bn_final=True, first_bn=False, y_range=(0, 5))
    assert kinds(head)[2] == "Dropout" and isinstance(head[4 - 1], nn.Linear) and head[3].bias is not None
    assert head[-2].momentum == 0.01 and isinstance(head[-1], SigmoidRange)
    out = head.eval()(torch.randn(3, 8, 2, 2, generator=torch.Generator().manual_seed(0)) * 100)
    assert out.min() >= 0 and out.max() <= 5


def test_concat_pool_gives_maxima_then_averages():
    x = torch.tensor([[[[0.0, 4.0]], [[1.0, 1.0]]]])
    assert AdaptiveConcatPool2d()(x).flatten().tolist() == [4.0, 1.0, 2.0, 1.0]


def test_sigmoid_range_table():
    assert sigmoid_range(torch.tensor([-1e9, 0.0, 1e9]), 2, 4).tolist() == [2.0, 3.0, 4.0]


def test_lin_bn_drop_leaves_out_what_is_not_asked_for():
    assert kinds(LinBnDrop(3, 2, bn=False)) == ["Linear"] and LinBnDrop(3, 2, bn=False)[0].bias is not None
    assert kinds(LinBnDrop(3, 2, p=0.5, act=nn.ReLU(), lin_first=True)) == ["Linear", "ReLU", "BatchNorm1d", "Dropout"]


def test_a_seed_fixes_the_weights_and_leaves_torchs_random_state():
    before = torch.get_rng_state()
    a, b, c = (create_head(8, 2, init=nn.init.kaiming_normal_, seed=s) for s in (1, 1, 2))
    assert torch.equal(a[-1].weight, b[-1].weight) and not torch.equal(a[-1].weight, c[-1].weight)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("ps", [[0.5], [0.1, 0.2, 0.3], 1.0, -0.1])
def test_dropout_must_fit_the_layers(ps):
    if ps == [0.5]:
        assert dropouts(create_head(8, 2, ps=ps)) == [0.25, 0.5]  # one value is a single one, also in a list
        return
    with pytest.raises(ValueError, match=r"each of the 2 linear layers, but got .*\[0.25, 0.5\]"):
        create_head(8, 2, ps=ps)
