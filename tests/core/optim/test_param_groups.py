"""Layer groups become optimizer groups; norm and bias parameters are not decayed."""

from __future__ import annotations

import pytest
import torch
from fastlearn.models import norm_bias_params, params
from fastlearn.optim import SGD, Adam, get_hyper, make_param_groups, set_hyper
from torch import nn


def net():
    return nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 1))


def test_norm_and_bias_parameters_get_groups_without_decay():
    model = net()
    groups = make_param_groups([params(model[0]), params(model[1:])], model)
    assert [(g["layer_group"], g["do_wd"], len(g["params"])) for g in groups] == [
        (0, True, 1), (0, False, 1), (1, True, 1), (1, False, 3),
    ]  # fmt: skip
    opt = Adam(groups, wd=0.1)
    assert [g["weight_decay"] for g in opt.param_groups] == [0.1, 0.0, 0.1, 0.0]


def test_wd_bn_bias_decays_everything():
    model = net()
    groups = make_param_groups([params(model)], model, wd_bn_bias=True)
    assert len(groups) == 1 and len(groups[0]["params"]) == 6


def test_a_step_shrinks_only_weights():
    model = net()
    opt = SGD(make_param_groups([params(model)], model), lr=1.0, wd=0.5)
    before = [p.detach().clone() for p in model.parameters()]
    for p in model.parameters():
        p.grad = torch.zeros_like(p)
    opt.step()
    ratios = [bool(torch.equal(p, b)) for p, b in zip(model.parameters(), before, strict=True)]
    assert ratios == [False, True, True, True, False, True]


def test_changing_the_decay_leaves_norms_and_biases_without():
    model = net()
    opt = Adam(make_param_groups([params(model[0]), params(model[1:])], model))
    set_hyper(opt, "wd", 0.3)
    assert [g["weight_decay"] for g in opt.param_groups] == [0.3, 0.0, 0.3, 0.0] and get_hyper(opt, "wd") == [0.3, 0.3]


def test_tied_weights_stay_in_their_first_group():
    model = nn.Sequential(nn.Linear(2, 2, bias=False), nn.Linear(2, 2, bias=False))
    model[1].weight = model[0].weight
    groups = make_param_groups([params(model[0]), params(model[1])], model)
    assert [len(g["params"]) for g in groups] == [1, 0]
    Adam(groups).step()  # an empty group is no error


def test_lists_of_lists_are_layer_groups():
    model = net()
    opt = SGD([params(model[0]), params(model[1:])], lr=0.1)
    set_hyper(opt, "lr", [0.1, 0.2])
    assert [g["lr"] for g in opt.param_groups] == [0.1, 0.2]


def test_norm_bias_params_finds_every_norm():
    model = nn.Sequential(nn.Conv2d(3, 4, 1), nn.GroupNorm(2, 4), nn.InstanceNorm2d(4, affine=True), nn.LayerNorm(4))
    assert len(norm_bias_params(model)) == 7 and len(norm_bias_params(model, with_bias=False)) == 6


def test_messages_name_what_came():
    with pytest.raises(TypeError, match=r"group 0 should be a list of tensors, but holds a str.*model.parameters"):
        Adam([["weights"]])
    with pytest.raises(ValueError, match="at least one parameter"):
        SGD([])
