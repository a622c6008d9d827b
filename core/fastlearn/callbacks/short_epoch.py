"""Ends each epoch early, to try a whole run quickly."""

from __future__ import annotations

from fastlearn.train.callback import Callback
from fastlearn.train.cancel import CancelTrainException, CancelValidException

__all__ = ["ShortEpochCallback"]


class ShortEpochCallback(Callback):
    """Train on the share `pct` of each epoch's batches, and with `short_valid` validate on that share too."""

    in_lr_find = False

    def __init__(self, pct: float = 0.01, short_valid: bool = True) -> None:
        if not 0 < pct <= 1:
            raise ValueError(f"`pct` is a share of the batches, in (0, 1], but got {pct!r}. Try 0.01.")
        self.pct, self.short_valid = pct, short_valid

    def after_batch(self) -> None:
        if (self.iter + 1) < self.pct * self.n_iter:
            return
        if self.training:
            raise CancelTrainException
        if self.short_valid:
            raise CancelValidException
