"""Moves hyper-parameters along schedules that are computed once, before the first batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastlearn.optim.hypers import hyper_setter, n_layer_groups
from fastlearn.optim.schedule import Annealer, CombinedSchedule
from fastlearn.train.callback import Callback

__all__ = ["ParamScheduler"]


class ParamScheduler(Callback):
    """Sets each hyper-parameter before each training batch to `scheds[name](fraction of training done)`.

    A schedule returns a number, or an array with one value for each layer group. What `learn.control` scales the
    learning rate by multiplies all that is left of its schedule.
    """

    order = 60
    in_lr_find = False
    run_valid = False

    def __init__(self, scheds: Mapping[str, Callable[[Any], Any]]) -> None:
        self.scheds = dict(scheds)

    def before_fit(self) -> None:
        learn = self.learn
        total = learn.n_epoch * learn.n_train_iter
        positions = np.arange(total) / max(1, total)
        tables = {name: _table(sched, positions) for name, sched in self.scheds.items()}
        for name, table in tables.items():
            learn.planned[name] = np.asarray(table[:, -1] if table.ndim > 1 else table, np.float32)
        self._last = total - 1
        self._moves = [
            (hyper_setter(learn.opt, name), _as_rows(table, n_layer_groups(learn.opt)), name == "lr")
            for name, table in tables.items()
        ]

    def before_batch(self) -> None:
        learn = self.learn
        position = learn.position
        if position > self._last:
            position = self._last  # a loader may give more batches than it promised
        scale = learn.control.applied_lr_scale
        for put, rows, is_rate in self._moves:
            put(rows[position] * scale if is_rate and scale != 1 else rows[position])


def _table(sched: Callable[[Any], Any], positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """The schedule at every position: `(steps,)`, or `(steps, layer groups)`."""
    if isinstance(sched, Annealer | CombinedSchedule):  # ours take arrays; anybody's function takes a number
        return np.asarray(sched(positions), np.float64)
    return np.asarray([sched(float(position)) for position in positions], np.float64)


def _as_rows(table: NDArray[np.float64], n_groups: int) -> list[Any]:
    """One plain number per step where all groups share it: the setter takes those fastest."""
    if table.ndim > 1 and (n_groups > 1 or table.shape[1] > 1):
        return list(table)
    return [float(value) for value in table.reshape(-1)]
