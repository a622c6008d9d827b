"""Learning rates suggested by the curve of a search. Each takes the usable part of it: see `usable`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["MIN_POINTS", "Suggestion", "minimum", "slide", "steep", "suggest", "usable", "valley"]

Array: TypeAlias = NDArray[np.floating[Any]]
# (rates, smoothed losses, planned number of steps) -> a rate; fastai's form, (rate, (rate, loss)), is understood too.
Suggestion: TypeAlias = Callable[[Array, Array, int], Any]
MIN_POINTS = 10  # fewer say nothing about a curve


def valley(lrs: Array, losses: Array, num_it: int) -> float:
    """The rate half-way through the second third of the longest descent: the middle of the slope, on the safe side.

    The descent is the longest subsequence of falling losses, not necessarily of neighbours.
    """
    length = np.ones(len(losses), np.int64)  # of the longest descent that ends at each point
    for i in range(1, len(losses)):
        length[i] += np.max(length[:i], where=losses[:i] > losses[i], initial=0)
    end = int(length.argmax())
    start = end - int(length[end])
    third = (end - start) / 3
    return float(lrs[max(0, start + int(third) + int(third / 2))])


def slide(
    lrs: Array, losses: Array, num_it: int, lr_diff: int = 15, thresh: float = 0.005, adjust_value: float = 1.0
) -> float:
    """Slides a window of `lr_diff` points down from the high end until the slope at its two ends is nearly the same.

    Source: Novetta's automated learning rate suggester, as in fastai.
    """
    slope = np.gradient(losses)
    right = len(losses) - 1
    left = max(0, right - lr_diff)
    rate = lrs[left]
    while left >= 0 and abs(slope[right] - slope[left]) > thresh:
        rate = lrs[left]
        right, left = right - 1, left - 1
    return float(rate) * adjust_value


def minimum(lrs: Array, losses: Array, num_it: int) -> float:
    """A tenth of the rate at which the loss was lowest: there it is about to diverge."""
    return float(lrs[losses.argmin()]) / 10


def steep(lrs: Array, losses: Array, num_it: int) -> float:
    """The rate at which the loss fell fastest over the logarithm of the rate."""
    return float(lrs[(np.diff(losses) / np.diff(np.log(lrs))).argmin()])


def usable(lrs: Array, losses: Array, num_it: int) -> tuple[Array, Array]:
    """The part of a curve to judge by: up to the first NaN, without the first tenth and the last five points."""
    bad = np.flatnonzero(~np.isfinite(losses))
    end = max(0, (int(bad[0]) if len(bad) else len(losses)) - 5)
    return lrs[num_it // 10 : end], losses[num_it // 10 : end]


def suggest(function: Suggestion, lrs: Array, losses: Array, num_it: int) -> float | None:
    """What `function` suggests for this curve; None where the curve gives no reason to suggest anything."""
    lrs, losses = usable(lrs, losses, num_it)
    if len(losses) < MIN_POINTS or losses.min() >= losses[0]:
        return None
    found = function(lrs, losses, num_it)
    rate = found[0] if isinstance(found, tuple) else found
    return float(rate) if rate is not None and np.isfinite(rate) and rate > 0 else None
