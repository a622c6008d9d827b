"""A moving average of the weights, which often predicts better than the weights themselves."""

from __future__ import annotations

import torch
from torch import Tensor

from fastlearn.train.callback import Callback

__all__ = ["WeightAveraging"]


class WeightAveraging(Callback):
    """After each step `average = decay * average + (1 - decay) * weights`; validation and the end of the fit use it.

    In the first steps `decay` is lower, `(1 + n) / (10 + n)`, so that the start is soon forgotten. Floating-point
    buffers (batch norm's statistics) are averaged too, others are taken as they are.
    Source: Polyak & Juditsky 1992; the warm-up as in TensorFlow's ExponentialMovingAverage.
    """

    order = 12  # after the step, before anything is recorded of it

    def __init__(self, decay: float = 0.999) -> None:
        if not 0 < decay < 1:
            raise ValueError(f"`decay` is the weight of the past, between 0 and 1, but got {decay!r}. Try 0.999.")
        self.decay, self.n_steps, self._trained = decay, 0, False
        self.average: dict[str, Tensor] = {}
        self._aside: dict[str, Tensor] = {}  # the weights themselves, while the averages are in the model

    def before_fit(self) -> None:
        self.n_steps, self._aside, self._trained = 0, {}, False
        self.average = {name: tensor.detach().clone() for name, tensor in self._tensors().items()}

    def after_step(self) -> None:
        if self.learn.cleaning_up:
            return  # the step was left out
        self.n_steps += 1
        decay = min(self.decay, (1 + self.n_steps) / (10 + self.n_steps))
        now = self._tensors()
        names = [name for name, tensor in now.items() if tensor.is_floating_point()]
        with torch.no_grad():
            torch._foreach_lerp_([self.average[name] for name in names], [now[name] for name in names], 1 - decay)
            for name in now.keys() - set(names):
                self.average[name].copy_(now[name])

    def before_validate(self) -> None:
        if self.learn.in_fit and self.n_steps and not self._aside:
            self._aside = {name: tensor.detach().clone() for name, tensor in self._tensors().items()}
            self._put(self.average)

    def after_train(self) -> None:
        self._trained = True

    def after_validate(self) -> None:
        """After the epoch's own validation the averages stay for those who save what was measured."""
        if not self._trained:  # a pass in the middle of training
            self._train_on()

    def before_epoch(self) -> None:
        self._train_on()
        self._trained = False

    def after_fit(self) -> None:
        if self.n_steps and self.average and not self._aside:
            self._put(self.average)
        self.average, self._aside = {}, {}

    def _train_on(self) -> None:
        if self._aside:
            self._put(self._aside)
            self._aside = {}

    def _tensors(self) -> dict[str, Tensor]:
        return {**dict(self.model.named_parameters()), **dict(self.model.named_buffers())}

    def _put(self, values: dict[str, Tensor]) -> None:
        with torch.no_grad():
            for name, tensor in self._tensors().items():
                tensor.copy_(values[name])
