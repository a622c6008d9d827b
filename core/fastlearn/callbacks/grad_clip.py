"""Keeps gradients from exploding."""

from __future__ import annotations

from torch import nn

from fastlearn.train.callback import Callback

__all__ = ["GradientClip"]


class GradientClip(Callback):
    """Scale the gradients down where their norm, over all parameters, is more than `max_norm`.

    `norm_type` is the p of the norm. It sees true gradients under mixed precision too, and sums under accumulation.
    Source: Pascanu, Mikolov & Bengio 2013, "On the difficulty of training recurrent neural networks", algorithm 1.
    """

    order = 11  # after MixedPrecision has taken its scale out
    run_valid = False

    def __init__(self, max_norm: float = 1.0, norm_type: float = 2.0) -> None:
        if not max_norm > 0:
            raise ValueError(f"`max_norm` is a positive number, but got {max_norm!r}. Try 1.0.")
        self.max_norm, self.norm_type = max_norm, norm_type

    def before_step(self) -> None:
        nn.utils.clip_grad_norm_(self.model.parameters(), self.max_norm, self.norm_type)
