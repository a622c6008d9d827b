"""Trying one learning rate after the other, to see which is good."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from fastlearn.scratch.callbacks import Callback
from fastlearn.train.cancel import CancelFitException
from fastlearn.train.control import FitControl
from fastlearn.train.events import Events, LRFindProgress
from fastlearn.train.lr_find import LRFindResult, Stopped

__all__ = ["LRFinder"]


class LRFinder(Callback):
    """Raises the rate by a constant factor a batch, from `start_lr` to `end_lr` in `num_it`, and ends the fit.

    It ends earlier when the smoothed loss is four times its lowest, or no number. `lrs` and `losses`, smoothed, are the
    curve so far, and `stopped` says why it ended. In a fit it trains the model to ruin; `lr_find` puts it back.
    """

    order = 55  # after the step is written down
    in_lr_find = False

    def __init__(self, start_lr: float = 1e-7, end_lr: float = 10, num_it: int = 100, beta: float = 0.98) -> None:
        self.start_lr, self.end_lr, self.num_it, self.beta = start_lr, end_lr, num_it, beta
        self.lrs: list[float] = []
        self.losses: list[float] = []
        self.stopped: Stopped = "finished"
        self.control, self.events = FitControl(keep_best=False), Events()  # of the search, for a display
        self.result: LRFindResult | None = None

    def before_fit(self) -> None:
        self.lrs, self.losses, self.stopped, self._average = [], [], "finished", 0.0

    def before_batch(self) -> None:
        if self.learn.training:
            self.learn.opt.lr = self.start_lr * (self.end_lr / self.start_lr) ** (len(self.lrs) / self.num_it)

    def after_batch(self) -> None:
        learn = self.learn
        if not learn.training or learn.loss is None or learn.ended_by is not None:
            return
        loss = float(learn.loss)
        if not math.isfinite(loss):
            self._end("nan")
        self._average = self.beta * self._average + (1 - self.beta) * loss
        self.lrs.append(learn.opt.lr)
        self.losses.append(self._average / (1 - self.beta ** len(self.lrs)))  # the average began at 0: make up for it
        self.events.progress(LRFindProgress(len(self.losses)))
        if self.losses[-1] > 4 * min(self.losses):
            self._end("diverged")
        if len(self.lrs) >= self.num_it:
            self._end("finished")

    def curve(self, start: int = 0) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Rates and smoothed losses from step `start` on, as a display reads them."""
        n = len(self.losses)
        return np.array(self.lrs[start:n]), np.array(self.losses[start:n])

    def _end(self, why: Stopped) -> None:
        self.stopped = why
        raise CancelFitException(why)
