"""Following one value from epoch to epoch: the base of callbacks that act when it gets better or does not."""

from __future__ import annotations

import math
from collections.abc import Callable
from difflib import get_close_matches
from numbers import Integral
from typing import Any

import numpy as np

from fastlearn.train.callback import Callback

__all__ = ["TrackerCallback"]

Compare = Callable[[Any, Any], Any]


class TrackerCallback(Callback):
    """Keeps the `best` value of `monitor` and says after each epoch whether it is a `new_best`.

    `comp(new, old)` says what is better: by default less for a name with "loss" or "error", else greater.
    A value counts as better only by more than `min_delta`; NaN never does. `reset_on_fit` forgets the best of earlier
    fits.
    """

    order = 60
    in_lr_find = False
    remove_on_fetch = True

    def __init__(
        self,
        monitor: str = "valid_loss",
        comp: Compare | None = None,
        min_delta: float = 0.0,
        reset_on_fit: bool = True,
    ) -> None:
        self.monitor, self.min_delta, self.reset_on_fit = monitor, abs(min_delta), reset_on_fit
        self.comp = comp or (np.less if "loss" in monitor or "error" in monitor else np.greater)
        self.lower_is_better = bool(self.comp(0, 1))
        self.best: float | None = None
        self.best_epoch = -1
        self.new_best = False

    def before_fit(self) -> None:
        """Forget the last fit.

        Raises: ValueError if no column of the table is called `monitor`, or if nothing will be written into it.
        """
        known = self.recorder.value_names
        if self.monitor not in known:
            close = get_close_matches(self.monitor, known, n=1)
            hint = f" Did you mean {close[0]!r}?" if close else f" There are {', '.join(known)}."
            raise ValueError(f"{type(self).__name__} follows {self.monitor!r}, which is not recorded.{hint}")
        if not self.monitor.startswith("train_") and not _validates(self.dls):
            raise ValueError(
                f"{type(self).__name__} follows {self.monitor!r}, but there is no validation data to measure it on. "
                "Try monitor='train_loss', or data with a validation set."
            )
        if self.reset_on_fit or self.best is None:
            self.best, self.best_epoch = math.inf if self.lower_is_better else -math.inf, -1
        self.new_best = False

    def after_epoch(self) -> None:
        """Compare the epoch's value with the best."""
        self.new_best = False
        if self.learn.cleaning_up:
            return
        value = self.history.last(self.monitor)
        delta = -self.min_delta if self.lower_is_better else self.min_delta
        if not math.isnan(value) and self.best is not None and self.comp(value, self.best + delta):
            self.best, self.best_epoch, self.new_best = value, self.epoch, True


def check_patience(patience: int) -> None:
    """Raise ValueError unless `patience` is a whole number of epochs, at least 1."""
    if not isinstance(patience, Integral) or patience < 1:
        raise ValueError(f"`patience` is a whole number of epochs, at least 1, but got {patience!r}. Try patience=1.")


def _validates(dls: Any) -> bool:
    """Whether there is a validation loader with something in it; one that cannot tell may have."""
    if dls.valid is None:
        return False
    try:
        return len(dls.valid) > 0
    except TypeError:
        return True
