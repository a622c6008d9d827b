"""A start for the weights that torch has no function for: measured on data instead of worked out on paper."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from fastlearn.scratch.hooks import Hook
from fastlearn.scratch.layers import Conv, Linear
from fastlearn.scratch.module import Module

__all__ = ["lsuv", "orthonormal"]


def orthonormal(shape: torch.Size, rng: Generator | None = None) -> Tensor:
    """Random weights, shape `(n_out, …)`, whose rows have length 1 and stand at right angles, as far as there is room.

    Source: Saxe et al. 2014, "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks".
    """
    flat = torch.randn(shape, generator=rng).flatten(1)
    left, _, right = torch.linalg.svd(flat, full_matrices=False)
    found: Tensor = left if left.shape == flat.shape else right
    return found.reshape(shape)


@torch.no_grad()
def lsuv(model: Module, x: Tensor, tolerance: float = 0.1, tries: int = 10, rng: Generator | None = None) -> Module:
    """Give the weighted sums of every layer unit variance on the batch `x`, one layer after the other.

    Each convolution and linear layer starts orthonormal; then `x` is sent through, and the weights are divided by the
    standard deviation of what comes out, until the variance is within `tolerance` of 1. A rule such as He's gets there
    on average, for layers that it knows; this measures, whatever stands between the layers.
    Source: Mishkin & Matas 2016, "All you need is a good init", algorithm 1 (layer-sequential unit-variance).
    """
    was_training = model.training
    model.train(False)
    for layer in model.modules():
        if isinstance(layer, Conv | Linear):
            layer.weight.copy_(orthonormal(layer.weight.shape, rng))
            with Hook(layer, lambda module, inputs, output: output.std()) as hook:
                for _ in range(tries):
                    model(x)
                    if abs(float(hook.stored) ** 2 - 1) < tolerance:
                        break
                    layer.weight.div_(hook.stored)
    return model.train(was_training)
