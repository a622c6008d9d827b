"""How fast the last few seconds went, and how much of them was waiting for data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

WINDOW = 5.0  # seconds of training that the figures are about
KEEP = 512  # steps remembered; at more than a hundred a second they cover less than the window, which is enough


class Speed(NamedTuple):
    """Items per second, and the share in [0, 1] of the time that was spent waiting for batches."""

    rate: float
    wait_share: float


class RecentSteps:
    """The newest steps of a fit. A step that follows validation or a pause does not count: its time is not its own."""

    def __init__(self) -> None:
        self._rows: NDArray[np.float64] = np.empty((4, 0))  # epoch, seconds, wait, n_items
        self._after_pause = False
        self._skip: NDArray[np.bool_] = np.empty(0, bool)

    def paused(self) -> None:
        """The next step was held up by a pause."""
        self._after_pause = True

    def add(self, steps: Mapping[str, NDArray[np.generic]]) -> None:
        """Take the columns of `History.steps`."""
        rows = np.stack([np.asarray(steps[name], np.float64) for name in ("epoch", "seconds", "wait", "n_items")])
        if rows.shape[1] == 0:
            return
        skip = np.zeros(rows.shape[1], bool)
        skip[0], self._after_pause = self._after_pause, False
        self._rows = np.concatenate((self._rows, rows), axis=1)[:, -KEEP:]
        self._skip = np.concatenate((self._skip, skip))[-KEEP:]

    def speed(self) -> Speed | None:
        """Figures of the last seconds, or None while there are not two steps to measure between."""
        epoch, seconds, wait, n_items = self._rows
        took = np.diff(seconds)
        count = (np.diff(epoch) == 0) & ~self._skip[1:] & (seconds[1:] > seconds[-1:] - WINDOW)
        total = float(took[count].sum())
        if total <= 0:
            return None
        share = float(wait[1:][count].sum()) / total
        return Speed(float(n_items[1:][count].sum()) / total, min(max(share, 0.0), 1.0))
