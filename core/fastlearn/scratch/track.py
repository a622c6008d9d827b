"""Keeping results: every batch and every epoch goes into the history."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from time import perf_counter

from torch import Tensor

from fastlearn.scratch.callbacks import Callback
from fastlearn.scratch.loss import accuracy

__all__ = ["TrackResults"]


class TrackResults(Callback):
    """Writes losses and `metrics` to `learn.history`, and gives `log` a line for each epoch.

    A metric is a function of predictions and targets that returns a mean; it is measured on the validation set.
    """

    order = 50  # after those that change a batch or plan a fit
    in_lr_find = False

    def __init__(
        self,
        metrics: Sequence[Callable[[Tensor, Tensor], Tensor]] = (accuracy,),
        log: Callable[[str], object] | None = print,
    ) -> None:
        self.metrics, self.log = {metric.__name__: metric for metric in metrics}, log

    def before_fit(self) -> None:
        self.learn.history.begin_fit(self.learn.n_epoch, tuple(self.metrics))

    def before_epoch(self) -> None:
        self._began, self._sums, self._n = perf_counter(), dict[str, Tensor](), 0

    def after_batch(self) -> None:
        learn = self.learn
        if learn.training and (learn.loss is not None or learn.ended_by is None):  # else broken off: no step was done
            seconds, mom = perf_counter() - learn.began, getattr(learn.opt, "mom", math.nan)
            # The loss goes as a tensor. To read its value here would mean to wait for the device, at each batch.
            learn.history.add_step(learn.loss, learn.epoch, learn.opt.lr, mom, seconds, learn.wait, len(learn.batch[0]))
        elif learn.loss is not None:
            self._measure(learn.loss)

    def after_epoch(self) -> None:
        learn = self.learn
        if learn.ended_by is not None:
            return  # half an epoch has no results
        losses = {"train_loss": learn.history.smooth_loss(), "valid_loss": self._mean("valid_loss")}
        means = losses | {name: self._mean(name) for name in self.metrics}
        values = {name: value if math.isfinite(value) else None for name, value in means.items()}
        learn.history.add_epoch(learn.epoch, values, perf_counter() - self._began)
        if self.log is not None and not learn.shown:
            cells = [f"{name} {value:.4f}" for name, value in values.items() if value is not None]
            self.log("  ".join([f"epoch {learn.epoch + 1}", *cells]))

    def _measure(self, loss: Tensor) -> None:
        """Add up a validation batch, weighted by its size: the last one may be smaller."""
        pred, (x, y) = self.learn.pred, self.learn.batch
        self._n += len(x)
        for name, value in {
            "valid_loss": loss,
            **{name: metric(pred, y) for name, metric in self.metrics.items()},
        }.items():
            self._sums[name] = self._sums.get(name, 0) + value * len(x)

    def _mean(self, name: str) -> float:
        return float(self._sums[name]) / self._n if self._n else math.nan
