"""One fit, as its events and its steps tell it: where it is, how fast it goes, what is planned."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from fastlearn.train.events import BatchEnded, ValidationProgress
from numpy.typing import NDArray

from fastwidgets.monitor.clock import RunClock
from fastwidgets.monitor.speed import RecentSteps
from fastwidgets.monitor.thin import Columns, Thinner

ROWS = ("step", "loss", "smooth_loss", "lr", "mom", "lr_first")  # of every array of steps on the wire
Plan = NDArray[np.float32] | None


class FitState:
    """The state of one fit of `n_epoch` epochs of `n_batches` training batches, after `start_step` steps of others.

    `plan_lr` and `plan_mom` hold one value for each training batch, or are None. `limit` is about how many points of
    its curve are wanted. `first_share` is the rate of the first layer group as a share of that of the last, which is
    what `lr` means; NaN where they have the same.
    """

    def __init__(
        self,
        n_epoch: int,
        n_batches: int,
        start_step: int,
        limit: int,
        now: Callable[[], float],
        plan_lr: Plan = None,
        plan_mom: Plan = None,
        first_share: float = math.nan,
    ) -> None:
        self.n_epoch, self.n_batches, self.start_step, self.limit = n_epoch, n_batches, start_step, limit
        self.plan_lr, self.plan_mom, self.first_share = plan_lr, plan_mom, first_share
        self.epoch = self.batch = 0
        self.phase, self.phase_batches = "train", n_batches
        self.applied_scale = self._asked_scale = 1.0
        self.clock = RunClock(now)
        self.recent = RecentSteps()
        self.newest = [float(start_step), *[float("nan")] * (len(ROWS) - 1)]
        self.read_to = self._told = start_step
        self._thinner = Thinner(n_epoch * n_batches, limit)

    def begin_epoch(self, epoch: int) -> None:
        """The epoch numbered `epoch`, from 0, begins."""
        self.epoch, self.batch, self.phase, self.phase_batches = epoch, 0, "train", self.n_batches
        self._told = max(self._told, self.read_to)

    def advance(self, event: BatchEnded | ValidationProgress) -> None:
        """A batch is done, of training or of validation."""
        self.epoch, self.batch, self.phase_batches = event.epoch, event.batch, event.n_batches
        self.phase = "train" if event.training else "valid"
        self._told = event.step

    @property
    def lr_scale(self) -> float:
        """The product of the factors on the planned rate, with those that wait for the next batch."""
        return self.applied_scale * self._asked_scale

    def ask_scale(self, factor: float) -> None:
        """A click asked for `factor`; the loop applies it at the next batch, which may be after a pause."""
        self._asked_scale *= factor

    def apply_scale(self, factor: float) -> None:
        """The loop has applied `factor`, all that was asked for together."""
        self.applied_scale *= factor
        self._asked_scale = 1.0

    def read(self, steps: Mapping[str, NDArray[Any]], last: bool) -> Columns:
        """Take the steps that the history has got since `read_to`; the points to draw, shape `(6, m)`.

        `last` says that no more will come.
        """
        n = len(steps["step"])
        self.read_to += n
        self.recent.add(steps)
        lr_first = np.asarray(steps["lr"], np.float64) * self.first_share
        columns = np.stack([*(steps[name] for name in ROWS[:-1]), lr_first]).astype(np.float32)
        columns[0] += 1  # drawn where the step ends: an epoch of 50 batches ends at 50, as does its validation loss
        if n:
            self.newest = columns[:, -1].tolist()
            self._catch_up(int(columns[0, -1]))
        fresh = self._thinner.push(columns)
        rest = self._thinner.finish() if last else None
        return fresh if rest is None else np.concatenate((fresh, rest), axis=1)

    def _catch_up(self, step: int) -> None:
        """The history is ahead of the events, which come only now and then: a pause would show an old batch."""
        if self.phase == "train" and step > self._told:
            self.batch = min(self.batch + step - self._told, self.phase_batches)
            self._told = step

    def planned(self) -> Columns:
        """Step, learning rate, momentum and rate of the first group as planned, shape `(4, n)`; NaN: not planned."""
        given = self.plan_lr if self.plan_lr is not None else self.plan_mom
        n = 0 if given is None else len(given)
        at = np.unique(np.linspace(0, max(n - 1, 0), min(n, self.limit // 2)).astype(int))
        blank = np.full(len(at), np.nan, np.float32)
        lr, mom = (blank if plan is None else plan[at] for plan in (self.plan_lr, self.plan_mom))
        return np.stack([self.start_step + at + 1, lr, mom, lr * self.first_share]).astype(np.float32)

    def seconds_left(self) -> float | None:
        """Seconds to go, or None while nothing is known."""
        done = self.batch / self.phase_batches if self.phase_batches else 0.0
        return self.clock.left(self.n_epoch, 1.0 if self.phase == "valid" else done)
