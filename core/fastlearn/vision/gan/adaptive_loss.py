"""Judging a critic that gives several scores for an image against one target."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

from fastlearn.losses.reading import activation_of, decodes_of
from fastlearn.metrics.classification import accuracy_thresh_expand
from fastlearn.metrics.flat import expanded

__all__ = ["AdaptiveLoss", "accuracy_thresh_expand"]


class AdaptiveLoss(nn.Module):
    """`crit` of the scores of each image and its one target, repeated for every score.

    Shapes: `output` is `(N, ...)` scores, `target` is `(N,)`.
    """

    one_score = True  # one score for both classes, 0 and 1: `CheckOutputs` need not ask for two

    def __init__(self, crit: Callable[..., Any]) -> None:
        super().__init__()
        self.crit = crit

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        loss: Tensor = self.crit(output, expanded(target, output).to(output.dtype))
        return loss

    def activation(self, x: Tensor) -> Tensor:
        """What `crit` makes of scores for people to read."""
        return activation_of(self.crit)(x)

    def decodes(self, x: Tensor) -> Tensor:
        """What `crit` decides."""
        return decodes_of(self.crit)(x)
