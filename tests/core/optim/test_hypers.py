"""One set of names for the hyper-parameters of any torch optimizer."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from fastlearn.optim import SGD, Adam, get_hyper, has_hyper, hyper_setter, set_hyper


def weights():
    return [torch.nn.Parameter(torch.zeros(1))]


@pytest.mark.parametrize(
    "opt, name, key, expected",
    [
        (Adam(weights()), "mom", "betas", (0.5, 0.99)),
        (Adam(weights()), "sqr_mom", "betas", (0.9, 0.5)),
        (Adam(weights()), "wd", "weight_decay", 0.5),
        (Adam(weights()), "eps", "eps", 0.5),
        (SGD(weights()), "mom", "momentum", 0.5),
        (torch.optim.RMSprop(weights()), "sqr_mom", "alpha", 0.5),
        (torch.optim.RMSprop(weights()), "mom", "momentum", 0.5),
    ],
)
def test_names_map_onto_torchs_keys(opt, name, key, expected):
    set_hyper(opt, name, 0.5)
    assert opt.param_groups[0][key] == expected and get_hyper(opt, name) == [0.5]


@pytest.mark.parametrize("values", [[1e-4, 1e-2], (1e-4, 1e-2), np.array([1e-4, 1e-2])])
def test_a_value_for_each_layer_group(values):
    opt = Adam([weights(), weights()])
    hyper_setter(opt, "lr")(values)
    assert get_hyper(opt, "lr") == [1e-4, 1e-2]


def test_a_rate_kept_in_a_tensor_is_changed_in_place():
    rate = torch.tensor(0.1)
    opt = torch.optim.Adam(weights(), lr=rate, foreach=False, capturable=False)
    set_hyper(opt, "lr", 0.5)
    assert rate.item() == 0.5 and opt.param_groups[0]["lr"] is rate


def test_plain_torch_groups_count_as_layer_groups():
    opt = torch.optim.SGD([{"params": weights()}, {"params": weights(), "lr": 0.3}], lr=0.1)
    assert get_hyper(opt, "lr") == [0.1, 0.3]


def test_what_an_optimizer_does_not_have_is_named():
    opt = torch.optim.Adagrad(weights())
    assert not has_hyper(opt, "mom") and has_hyper(opt, "lr")
    with pytest.raises(ValueError, match=r"Adagrad has no hyper-parameter 'mom'; it has lr, wd, eps"):
        set_hyper(opt, "mom", 0.9)
    with pytest.raises(ValueError, match="Adagrad has no hyper-parameter 'momentum'; it has lr, wd, eps"):
        set_hyper(opt, "momentum", 0.9)


def test_the_number_of_values_must_fit():
    with pytest.raises(ValueError, match=r"one per layer group \(2 here\), but got 3.*a list of 2"):
        set_hyper(Adam([weights(), weights()]), "lr", [1, 2, 3])
