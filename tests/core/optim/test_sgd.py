"""SGD against steps worked by hand and torch's own."""

from __future__ import annotations

import copy

import pytest
import torch
from fastlearn.optim import SGD, SGDW


def steps(opt, p, grads):
    for g in grads:
        p.grad = torch.tensor([g])
        opt.step()
    return p.item()


def test_two_decoupled_steps_worked_by_hand():
    p = torch.nn.Parameter(torch.tensor([1.0]))
    # v: 1, then 0.9 + 2 = 2.9; p: 1 * 0.95 - 0.1 = 0.85, then 0.85 * 0.95 - 0.29 = 0.5175.
    assert steps(SGD([p], lr=0.1, mom=0.9, wd=0.5), p, [1.0, 2.0]) == pytest.approx(0.5175)


def test_two_l2_steps_worked_by_hand():
    p = torch.nn.Parameter(torch.tensor([1.0]))
    # v: 1.5, then 1.35 + 2.425 = 3.775; p: 0.85, then 0.4725.
    assert steps(SGD([p], lr=0.1, mom=0.9, wd=0.5, decouple_wd=False), p, [1.0, 2.0]) == pytest.approx(0.4725)


@pytest.mark.parametrize("mom", [0.0, 0.9])
def test_without_decay_it_equals_torchs_sgd(mom):
    generator = torch.Generator().manual_seed(0)
    start = torch.randn(4, generator=generator)
    ours, theirs = torch.nn.Parameter(start.clone()), torch.nn.Parameter(start.clone())
    opt, ref = SGD([ours], lr=0.1, mom=mom), torch.optim.SGD([theirs], lr=0.1, momentum=mom, foreach=False)
    for _ in range(5):
        ours.grad = torch.randn(4, generator=generator)
        theirs.grad = ours.grad.clone()
        opt.step()
        ref.step()
    torch.testing.assert_close(ours, theirs)


def test_without_momentum_decoupled_decay_is_l2():
    a, b = torch.nn.Parameter(torch.tensor([1.0])), torch.nn.Parameter(torch.tensor([1.0]))
    decoupled = steps(SGD([a], lr=0.1, wd=0.3), a, [1.0, -2.0])
    assert decoupled == pytest.approx(steps(SGD([b], lr=0.1, wd=0.3, decouple_wd=False), b, [1.0, -2.0]))


def test_a_copied_optimizer_goes_on_the_same():
    p = torch.nn.Parameter(torch.tensor([1.0]))
    opt = SGD([p], lr=0.1, mom=0.9, wd=0.5)
    steps(opt, p, [1.0])
    p2, opt2 = copy.deepcopy((p, opt))
    assert steps(opt, p, [2.0]) == steps(opt2, p2, [2.0])


def test_parameters_without_gradient_are_left_alone():
    p, frozen = torch.nn.Parameter(torch.ones(1)), torch.nn.Parameter(torch.ones(1))
    steps(SGD([p, frozen], lr=0.1, mom=0.9, wd=0.5), p, [1.0])
    assert frozen.item() == 1.0 and p.item() != 1.0


def test_it_is_a_torch_optimizer_on_the_fused_kernel():
    opt = SGD([torch.nn.Parameter(torch.zeros(3))])
    assert isinstance(opt, SGDW) and isinstance(opt, torch.optim.SGD) and opt.param_groups[0]["fused"] is True


def test_hooks_run_once_a_step():
    torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))])
    p, calls = torch.nn.Parameter(torch.zeros(1)), []
    opt = SGD([p], lr=0.1)
    opt.register_step_post_hook(lambda *a: calls.append(1))
    steps(opt, p, [1.0])
    assert calls == [1]
