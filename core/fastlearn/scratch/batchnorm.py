"""Batch normalisation: keeping numbers at one scale from layer to layer."""

from __future__ import annotations

import torch
from torch import Tensor

from fastlearn.scratch.module import Module, Parameter

__all__ = ["BatchNorm"]


class BatchNorm(Module):
    """Gives each of `n` channels mean 0 and variance 1 over the batch, then a learnt scale and shift.

    In training the statistics are those of the batch, and running averages of them are kept, in which the newest batch
    counts `mom`. In use the averages serve, so that a picture's result does not depend on its company.

    Shapes: takes and returns `(B, n, …)`.
    Source: Ioffe & Szegedy 2015, "Batch Normalization", algorithms 1 and 2.
    """

    def __init__(self, n: int, mom: float = 0.1, eps: float = 1e-5) -> None:
        self.weight, self.bias = Parameter(torch.ones(n)), Parameter(torch.zeros(n))
        self.mean, self.var = torch.zeros(n), torch.ones(n)
        self.mom, self.eps = mom, eps

    def forward(self, x: Tensor) -> Tensor:
        mean, var = self._measured(x) if self.training else (self.mean, self.var)
        scale = self.weight * (var + self.eps).rsqrt()  # `eps`: a channel that is constant must not divide by 0
        shape = (1, -1) + (1,) * (x.ndim - 2)
        return x * scale.view(shape) + (self.bias - mean * scale).view(shape)

    def _measured(self, x: Tensor) -> tuple[Tensor, Tensor]:
        axes = [0, *range(2, x.ndim)]  # all but the channels
        mean, var = x.mean(axes), x.var(axes, correction=0)
        count = x.numel() // x.shape[1]
        with torch.no_grad():
            # The variance of a sample is too small by this factor as a guess at that of all data.
            unbiased = var * count / max(count - 1, 1)
            self.mean.lerp_(mean, self.mom)
            self.var.lerp_(unbiased, self.mom)
        return mean, var
