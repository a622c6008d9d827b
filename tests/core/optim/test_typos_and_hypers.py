"""Misspelt arguments of optimizers, and fastai's ways to change one that is torch's."""

from functools import partial

import pytest
import torch
from fastlearn.optim import SGD, Adam, Lamb, Lookahead, Optimizer, OptimWrapper, QHAdam, RAdam, RMSProp, ranger, steps
from torch import nn


def weights(n=2):
    return [nn.Parameter(torch.ones(n)), nn.Parameter(torch.zeros(n))]


@pytest.mark.parametrize(
    "make, said",
    [
        (lambda: Adam(weights(), moom=0.9), r"Adam\(\).*'moom'. Did you mean 'mom'"),
        (lambda: SGD(weights(), momentum=0.9), r"SGD\(\).*'momentum'. Did you mean 'mom'"),
        (lambda: Lamb(weights(), momentum=0.9), r"Lamb\(\).*Did you mean 'mom'"),
        (lambda: RMSProp(weights(), weight_decay=0.1), r"RMSProp\(\).*Did you mean 'wd'"),
        (lambda: RAdam(weights(), learning_rate=0.1), r"RAdam\(\).*Did you mean 'lr'"),
        (lambda: QHAdam(weights(), nu1=0.1), r"QHAdam\(\).*Did you mean 'nu_1'"),
        (lambda: ranger(weights(), alhpa=0.1), r"ranger\(\).*Did you mean 'alpha'"),
        (lambda: Lookahead(SGD(weights()), alpa=0.1), r"Lookahead\(\).*Did you mean 'alpha'"),
        (lambda: OptimWrapper(weights(), opt=torch.optim.SGD, momentun=0.9), r"'momentun'. Did you mean 'momentum'"),
        (lambda: OptimWrapper(weights(), opt=torch.optim.AdamW, momentun=0.9), r"of AdamW.*Did you mean 'mom'"),
        (lambda: OptimWrapper(weights(), opt=partial(torch.optim.AdamW, eps=1e-3), epss=0.9), r"Did you mean 'eps'"),
    ],
)
def test_a_misspelt_argument_says_what_was_meant(make, said):
    with pytest.raises(TypeError, match=said):
        make()


def test_the_composed_optimizer_says_it_too():
    with pytest.raises(ValueError, match=r"reads lrr;.*Did you mean 'lr'"):
        Optimizer(weights(), steps.sgd_step, lrr=0.1)


@pytest.mark.parametrize("decouple", [True, False])
@pytest.mark.parametrize("make, torchs", [(Adam, torch.optim.Adam), (SGD, torch.optim.SGD)])
def test_the_default_optimizers_answer_to_set_hyper(make, torchs, decouple):
    a, b = weights()
    opt = make([[a], [b]], lr=0.1, mom=0.8, wd=0.3, decouple_wd=decouple)
    assert isinstance(opt, torchs)
    assert [(h["lr"], h["mom"], h["wd"]) for h in opt.hypers] == [(0.1, 0.8, 0.3)] * 2
    opt.set_hyper("lr", [0.2, 0.4])
    opt.set_hypers(mom=0.5, wd=0.0)
    assert [(h["lr"], h["mom"], h["wd"]) for h in opt.hypers] == [(0.2, 0.5, 0.0), (0.4, 0.5, 0.0)]
    assert [g["lr"] for g in opt.param_groups] == [0.2, 0.4]
    opt.freeze()
    assert (a.requires_grad, b.requires_grad) == (False, True)
    opt.unfreeze()
    a.grad = b.grad = torch.ones(2)
    opt.step()
    assert len(opt.state) == 2
    opt.clear_state()
    assert len(opt.state) == 0
    with pytest.raises(ValueError, match="Did you mean 'mom'"):
        opt.set_hyper("moom", 0.5)


def test_the_names_in_files_are_those_of_before():
    from fastlearn.runs.optimizer_state import optimizer_state

    made = [Adam(weights()), Adam(weights(), decouple_wd=False), SGD(weights()), SGD(weights(), decouple_wd=False)]
    assert [optimizer_state(opt)["class"] for opt in made] == ["AdamW", "Adam", "SGDW", "SGD"]


def test_every_optimizer_of_ours_lists_its_hypers_by_one_name_each():
    opt = ranger(weights())
    assert opt.hypers[0]["mom"] == 0.95 and set(opt.hypers[0]) == {"lr", "mom", "sqr_mom", "wd", "eps", "beta"}
    opt.set_hyper("beta", 0.5)
    assert opt.opt.hypers[0]["beta"] == 0.5
