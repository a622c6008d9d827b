"""Taking a step downhill."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from fastlearn.scratch.module import Parameter

__all__ = ["SGD"]


class SGD:
    """Stochastic gradient descent with momentum.

    One step is `v = mom * v + grad + wd * p`, then `p = p - lr * v`: a ball that rolls, and keeps `mom` of its speed.
    `lr`, `mom` and `wd` are read anew at each step, so a schedule only has to set them.
    """

    def __init__(self, params: Sequence[Parameter], lr: float, mom: float = 0.0, wd: float = 0.0) -> None:
        self.params, self.lr, self.mom, self.wd = list(params), lr, mom, wd
        self.speed: dict[Parameter, Tensor] = {}

    @torch.no_grad()  # a step is no part of what is differentiated
    def step(self) -> None:
        """Move every parameter that has a gradient."""
        for p in self.params:
            if p.grad is None:
                continue
            v = p.grad + self.wd * p
            if p in self.speed:
                v = v + self.mom * self.speed[p]
            self.speed[p] = v
            p.sub_(self.lr * v)

    def zero_grad(self) -> None:
        """Forget the gradients, which torch would otherwise add up over batches."""
        for p in self.params:
            p.grad = None
