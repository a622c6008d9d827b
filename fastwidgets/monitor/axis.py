"""How high the axis of the losses reaches: a spike of a few batches must not press the rest of the curve flat."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

SHARE = 20  # a spike is shorter than half of this part of the curve
WIDTH, WIDTH_VALID = 5, 3  # points of a stretch at least
SPIKE = 5.0  # times as high as all stretches, from the lowest loss: what is worth cutting off
ROOM = 3.0  # times as high: what the axis reaches for the smoothed losses, which keep a spike for long


def loss_top(losses: ArrayLike, valid: ArrayLike = (), smooth: ArrayLike = ()) -> float | None:
    """The highest loss to show of a run with these `losses`, validation and smoothed losses; None without any.

    Each has shape `(n,)`. The middle loss of a stretch tells how high it lies whatever its spikes do. Where there is a
    spike, the axis reaches as far above the highest stretch as that lies above the lowest loss, and farther where that
    keeps the smoothed losses whole without pressing the others flat; NaN and infinities do not count.
    labextension/src/monitor/axes.ts has the same rule for the live view.
    """
    known = [values[np.isfinite(values)] for values in (np.asarray(losses, float), np.asarray(valid, float))]
    together = np.concatenate(known)
    if together.size == 0:
        return None
    widths = (max(WIDTH, known[0].size // SHARE), WIDTH_VALID)
    top = max(_highest_middle(values, width) for values, width in zip(known, widths, strict=True) if values.size)
    low, high = float(together.min()), float(together.max())
    if not high - low > SPIKE * (top - low) > 0:
        return high
    cut = top + (top - low)
    smoothed = highest(smooth)
    return max(cut, smoothed) if smoothed is not None and smoothed - low <= ROOM * (top - low) else cut


def highest(values: ArrayLike) -> float | None:
    """The highest of `values`, shape `(n,)`, that is a number; None without any."""
    known = np.asarray(values, float)
    known = known[np.isfinite(known)]
    return float(known.max()) if known.size else None


def _highest_middle(values: np.ndarray, width: int) -> float:
    """The highest median of stretches of `width` points that overlap by half; of two middle ones the lower counts."""
    width = min(width, values.size)
    starts = {*range(0, values.size - width, (width + 1) // 2), values.size - width}
    return max(float(np.sort(values[start : start + width])[(width - 1) // 2]) for start in starts)
