"""Remembers the weights of the best epoch, so that a fit can be stopped with them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

from fastlearn.train.boundary import add_note
from fastlearn.train.callback import Callback

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["KeepBest"]


class KeepBest(Callback):
    """Copies weights and buffers to the CPU after each epoch with a lower `monitor`, for `control.stop(keep="best")`.

    One copy exists at a time, none after the fit, and none at all where no later epoch could make a difference or
    `learn.control.keep_best` is False.
    """

    order = 61
    in_lr_find = False

    def __init__(self, monitor: str = "valid_loss") -> None:
        self.monitor = monitor
        self._value, self._epoch = math.inf, -1  # of the best epoch so far; -1: none
        self._saved: dict[str, Tensor] = {}

    def before_fit(self) -> None:
        self._forget()

    def after_epoch(self) -> None:
        last = self.epoch + 1 == self.n_epoch
        if self.learn.cleaning_up or not self.control.keep_best or (last and self._epoch < 0):
            return
        value = self.history.last(self.monitor)
        if value < self._value:
            self._value, self._epoch = value, self.epoch
            self._copy()

    def after_fit(self) -> None:
        request = self.control.stop_request
        if request is not None and request.keep == "best":
            add_note(self.learn, "stop", self._restore())
        self._forget()

    def _restore(self) -> str:
        """Put the best weights back; returns in words what was done."""
        if self._epoch < 0:
            return "no epoch was finished, so the last weights stay"
        with torch.no_grad():
            for name, tensor in self._tensors():
                tensor.copy_(self._saved[name])
        return f"the weights of epoch {self._epoch + 1} are back ({self.monitor} {self._value:.4g})"

    def _copy(self) -> None:
        for name, tensor in self._tensors():
            saved = self._saved.get(name)
            if saved is None or saved.shape != tensor.shape:
                self._saved[name] = tensor.detach().to("cpu", copy=True)
            else:
                saved.copy_(tensor.detach())

    def _tensors(self) -> list[tuple[str, Tensor]]:
        return [*self.model.named_parameters(), *self.model.named_buffers()]

    def _forget(self) -> None:
        self._value, self._epoch = math.inf, -1
        self._saved.clear()
