"""Curves no longer than a plot can show: of each stretch of steps the lowest and the highest loss stay."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Columns = NDArray[np.float32]  # (k, n): step, loss, and what else belongs to the step
STEP, LOSS = 0, 1


class Thinner:
    """Thins a curve that arrives in pieces, so that whatever the number of steps about `limit` points are sent.

    `total` is the number of steps to come. Stretches are of equal length; a stretch is sent when it is complete.
    """

    def __init__(self, total: int, limit: int = 1600) -> None:
        self._width = max(1, -(-total // max(1, limit // 2)))  # steps of a stretch, which leaves two points
        if total <= limit:
            self._width = 1
        self._rest: Columns | None = None

    def push(self, columns: Columns) -> Columns:
        """The points of the stretches that `columns`, shape `(k, n)`, complete; shape `(k, m)`."""
        if self._rest is not None:
            columns = np.concatenate((self._rest, columns), axis=1)
        whole = columns.shape[1] // self._width * self._width
        self._rest = columns[:, whole:]
        return _extremes(columns[:, :whole], self._width)

    def finish(self) -> Columns | None:
        """The points of the last, incomplete stretch, its newest among them; None if there is none."""
        rest, self._rest = self._rest, None
        if rest is None or rest.shape[1] == 0:
            return None
        few = _extremes(rest, rest.shape[1])
        return few if few[STEP, -1] == rest[STEP, -1] else np.concatenate((few, rest[:, -1:]), axis=1)


def thin(columns: Columns, limit: int) -> Columns:
    """At most `limit` points of `columns`, shape `(k, n)`: the extremes of equal stretches, and the newest point."""
    n = columns.shape[1]
    if n <= limit:
        return columns
    if limit < 3:
        return columns[:, -limit:]
    width = -(-(n - 1) // ((limit - 1) // 2))
    whole = (n - 1) // width * width
    tail = _extremes(columns[:, whole:-1], max(1, n - 1 - whole))
    return np.concatenate((_extremes(columns[:, :whole], width), tail, columns[:, -1:]), axis=1)


def _extremes(columns: Columns, width: int) -> Columns:
    """The lowest and the highest loss of each stretch of `width` steps, in the order of the steps."""
    if width == 1 or columns.shape[1] == 0:
        return columns
    losses = columns[LOSS].reshape(-1, width)
    starts = np.arange(losses.shape[0]) * width
    low = starts + np.where(np.isnan(losses), np.inf, losses).argmin(1)
    high = starts + np.where(np.isnan(losses), np.inf, losses).argmax(1)  # a NaN is a peak: it must not vanish
    return columns[:, np.unique(np.concatenate((low, high)))]
