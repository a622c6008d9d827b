"""Adam against a step worked by hand, torch's own and its documented defaults."""

from __future__ import annotations

import inspect

import pytest
import torch
from fastlearn.optim import Adam


def one_step(**settings):
    p = torch.nn.Parameter(torch.tensor([2.0]))
    opt = Adam([p], **settings)
    p.grad = torch.tensor([0.5])
    opt.step()
    return p.item()


def test_first_step_worked_by_hand():
    # Without their bias both averages are the gradient itself: 0.5 / (sqrt(0.25) + 0.1); the decay is 2 * (1 - 0.02).
    assert one_step(lr=0.1, eps=0.1, wd=0.2) == pytest.approx(2 * 0.98 - 0.1 * 0.5 / 0.6)


def test_l2_enters_the_gradient():
    # g = 0.5 + 0.2 * 2 = 0.9; the step divides it by its own size.
    assert one_step(lr=0.1, eps=0.1, wd=0.2, decouple_wd=False) == pytest.approx(2 - 0.1 * 0.9 / 1.0)


@pytest.mark.parametrize("decouple_wd, reference", [(True, torch.optim.AdamW), (False, torch.optim.Adam)])
def test_twenty_steps_equal_torchs_plain_loop(decouple_wd, reference):
    generator = torch.Generator().manual_seed(0)
    start = torch.randn(5, 3, generator=generator)
    ours, theirs = torch.nn.Parameter(start.clone()), torch.nn.Parameter(start.clone())
    opt = Adam([ours], lr=0.01, decouple_wd=decouple_wd)
    ref = reference([theirs], lr=0.01, betas=(0.9, 0.99), eps=1e-5, weight_decay=0.01, foreach=False, fused=False)
    for _ in range(20):
        ours.grad = torch.randn(5, 3, generator=generator)
        theirs.grad = ours.grad.clone()
        opt.step()
        ref.step()
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-6)


def test_defaults_are_fastais():
    defaults = {n: p.default for n, p in inspect.signature(Adam).parameters.items() if p.default is not p.empty}
    assert defaults == {"lr": 1e-3, "mom": 0.9, "sqr_mom": 0.99, "eps": 1e-5, "wd": 0.01, "decouple_wd": True}


def test_it_is_a_torch_optimizer_on_the_fused_kernel():
    opt = Adam([torch.nn.Parameter(torch.zeros(3))])
    assert isinstance(opt, torch.optim.Optimizer) and opt.param_groups[0]["fused"] is True


def test_parameters_that_no_fused_kernel_takes_still_train():
    p = torch.nn.Parameter(torch.tensor([1 + 1j]))
    opt = Adam([p], lr=0.1, wd=0.0)
    p.grad = torch.tensor([1 + 0j])
    opt.step()
    assert not opt.param_groups[0]["fused"] and p.item().real < 1


@pytest.mark.parametrize("set_to_none", [True, False])
def test_gradients_are_dropped_or_become_zeros(set_to_none):
    used, unused = torch.ones(3, requires_grad=True), torch.ones(2, requires_grad=True)
    opt = Adam([[used], [unused]])
    used.sum().backward()
    opt.zero_grad(set_to_none=set_to_none)
    assert used.grad is None if set_to_none else used.grad.tolist() == [0, 0, 0]
    assert unused.grad is None
