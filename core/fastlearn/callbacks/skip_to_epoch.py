"""Passes over the first epochs of a fit."""

from __future__ import annotations

from fastlearn.train.callback import Callback
from fastlearn.train.cancel import CancelEpochException

__all__ = ["SkipToEpoch"]


class SkipToEpoch(Callback):
    """Leave out the epochs before number `epoch`, counted from 0. `fit(..., start_epoch=epoch)` does the same."""

    order = 70
    in_lr_find = False

    def __init__(self, epoch: int) -> None:
        self.first = epoch

    def before_epoch(self) -> None:
        if self.epoch < self.first:
            raise CancelEpochException
