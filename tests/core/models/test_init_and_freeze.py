"""Initial weights and freezing."""

from __future__ import annotations

import math

import pytest
import torch
from fastlearn.models import apply_init, freeze_to, has_params, is_frozen, norm_bias_params, params, trainable_params
from torch import nn


def net():
    return nn.Sequential(nn.Linear(200, 300), nn.BatchNorm1d(300), nn.PReLU(), nn.Linear(300, 2))


def test_kaiming_keeps_the_signals_size_and_zeroes_biases():
    model = net()
    apply_init(model, seed=0)
    assert model[0].weight.std().item() == pytest.approx(math.sqrt(2 / 200), rel=0.02)
    assert not model[0].bias.any() and not model[3].bias.any()


def test_norms_frozen_layers_and_single_axis_weights_keep_their_values():
    model = net()
    model[3].requires_grad_(False)
    kept = [p.detach().clone() for layer in model[1:] for p in layer.parameters()]
    apply_init(model, nn.init.ones_)
    assert (
        all(torch.equal(p, k) for p, k in zip(model[1:].parameters(), kept, strict=True)) and model[0].weight.min() == 1
    )


def test_a_seed_repeats_and_leaves_torchs_random_state():
    a, b, before = net(), net(), torch.get_rng_state()
    apply_init(a, seed=3)
    apply_init(b, seed=3)
    assert torch.equal(a[0].weight, b[0].weight) and torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(
    "n, trains", [(-1, [False, False, True]), (1, [False, True, True]), (0, [True] * 3), (3, [False] * 3)]
)
def test_freeze_to_table(n, trains):
    model = net()
    groups = [params(model[0]), params(model[1:3]), params(model[3])]
    freeze_to(groups, n)
    assert [not is_frozen(g) for g in groups] == trains


def test_norm_layers_may_go_on_training():
    model = net()
    norms = norm_bias_params(model, with_bias=False)
    freeze_to([params(model[:3]), params(model[3])], -1, always_train=norms)
    assert [p.requires_grad for p in model.parameters()] == [False, False, True, True, False, True, True]
    assert is_frozen(params(model[:3]), always_train=norms) and len(trainable_params(model)) == 4


def test_frozen_parameters_lose_their_gradient():
    model = net()
    model(torch.zeros(2, 200)).sum().backward()
    freeze_to([params(model[:3]), params(model[3])], -1)
    assert model[0].weight.grad is None and model[3].weight.grad is not None


def test_a_group_that_is_not_there():
    with pytest.raises(ValueError, match=r"from -1 to 1 as the model has 1 parameter group, but got -2"):
        freeze_to([params(net())], -2)


def test_has_params():
    assert has_params(net()) and not has_params(nn.ReLU())
