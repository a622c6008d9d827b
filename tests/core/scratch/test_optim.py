"""SGD goes the way of torch's, step by step."""

from __future__ import annotations

import pytest
import torch
from fastlearn.scratch import SGD, Parameter


@pytest.mark.parametrize("mom", [0.0, 0.9])
@pytest.mark.parametrize("wd", [0.0, 0.1])
def test_every_step_is_that_of_torch(mom, wd):
    start = torch.randn(5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    ours, theirs = Parameter(start.clone()), torch.nn.Parameter(start.clone())
    mine, reference = SGD([ours], 0.1, mom, wd), torch.optim.SGD([theirs], 0.1, mom, weight_decay=wd)
    for step in range(8):
        for p, opt in ((ours, mine), (theirs, reference)):
            (p.pow(4) + p.sin()).sum().backward()
            if step == 4:  # a schedule sets the rate between two steps
                mine.lr = reference.param_groups[0]["lr"] = 0.02
            opt.step()
            opt.zero_grad()
        torch.testing.assert_close(ours.detach(), theirs.detach())


def test_gradients_add_up_until_they_are_forgotten():
    p = Parameter(torch.ones(1))
    for _ in range(2):
        (3 * p).sum().backward()
    assert p.grad.item() == 6
    SGD([p], 0.1).zero_grad()
    assert p.grad is None


def test_a_parameter_without_a_gradient_stays():
    used, unused = Parameter(torch.ones(1)), Parameter(torch.ones(1))
    used.sum().backward()
    SGD([used, unused], 0.5, wd=0.1).step()
    assert (used.item(), unused.item()) == (pytest.approx(0.45), 1.0)


def test_with_momentum_the_ball_keeps_rolling():
    p = Parameter(torch.zeros(1))
    opt = SGD([p], lr=1.0, mom=0.5)
    places = []
    for _ in range(3):
        p.grad = torch.tensor([-1.0])
        opt.step()
        places.append(p.item())
    assert places == [1.0, 2.5, 4.25]
