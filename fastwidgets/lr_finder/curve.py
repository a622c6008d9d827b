"""Plain functions on the finder's curve: what to draw of it, and how a learning rate is rounded and written."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

ALMOST = 1.06
LEAST = 0.1  # of the loss: what an axis covers at least
RISEN = 2.0  # times the lowest loss: what has not risen so far has not exploded
SHOWN = 0.9  # of the points, where they have not exploded, are never cut off
Curve = NDArray[np.float64]  # (2, n): learning rates, smoothed losses


def finite(curve: Curve) -> Curve:
    """The points of `curve`, shape `(2, n)`, that can be drawn: a positive rate and a finite loss."""
    lrs, losses = curve
    return curve[:, np.isfinite(losses) & np.isfinite(lrs) & (lrs > 0)]


def thin(curve: Curve, limit: int = 1000) -> Curve:
    """At most `limit` points of `curve`, shape `(2, n)`: the lowest and highest loss of each stretch, and the newest.

    The rates grow by a constant factor, so stretches of equal length are equally wide on a logarithmic axis.
    """
    n = curve.shape[1]
    if n <= limit:
        return curve
    edges = np.linspace(0, n - 1, (limit - 1) // 2 + 1).astype(int)
    keep = {n - 1}
    for start, stop in pairwise(edges):
        losses = curve[1, start:stop]
        keep |= {int(start + losses.argmin()), int(start + losses.argmax())}
    return curve[:, sorted(keep)]


def loss_range(curve: Curve) -> tuple[float, float]:
    """The losses an axis should show: the descent whole, and as much again of the explosion after it.

    Without that limit one diverging step would flatten all that matters into a line at the bottom. What rises without
    exploding stays in sight, but for a steep end. An axis covers at least a tenth of the loss, so that noise does not
    look like a descent.
    """
    losses = finite(curve)[1]
    if losses.size == 0:
        return 0.0, 1.0
    lowest = int(losses.argmin())
    low, top = float(losses[lowest]), float(losses[: lowest + 1].max())
    usual = float(np.sort(losses)[int(SHOWN * (losses.size - 1))])
    limit = max(top + (top - low), min(usual, low + (RISEN - 1) * abs(low)))
    high = min(float(losses.max()), limit) if top > low else float(losses.max())
    room = max(0.06 * (high - low), (LEAST * abs(high) - (high - low)) / 2) or 0.5
    return low - room, high + room


def widened(shown: tuple[float, float] | None, wanted: tuple[float, float]) -> tuple[float, float]:
    """The range `shown` if it holds `wanted`, else one with room to spare, so that an axis moves seldom."""
    if shown is None:
        return wanted
    spare = 0.25 * (max(shown[1], wanted[1]) - min(shown[0], wanted[0]))
    low = shown[0] if wanted[0] >= shown[0] else wanted[0] - spare
    high = shown[1] if wanted[1] <= shown[1] else wanted[1] + spare
    return low, high


def decimals(named: NDArray[np.float64]) -> int:
    """How many digits after the point tell the numbers `named` on an axis apart."""
    step = float(np.diff(named).min()) if named.size > 1 else 1.0
    return next((n for n in range(12) if math.isclose(round(step, n), step, rel_tol=1e-6)), 12)


def ticks(low: float, high: float) -> NDArray[np.float64]:
    """Three to eight round numbers between `low` and `high`, for an axis to name."""
    rough = (high - low) / 7
    size = 10.0 ** math.floor(math.log10(rough))
    step = size * next(factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough)
    return np.arange(math.ceil(low / step), math.floor(high / step) + 1, dtype=np.float64) * step


def loss_at(curve: Curve, lr: float) -> float:
    """The loss at rate `lr`, read from the curve as drawn: straight between points on a logarithmic axis.

    NaN beside the curve, by more than what rounding a rate to two digits explains.
    """
    lrs, losses = finite(curve)
    if not lrs.size or lr * ALMOST < lrs[0] or lr > lrs[-1] * ALMOST:
        return math.nan
    return float(np.interp(math.log(lr), np.log(lrs), losses))


def round_rate(lr: float) -> float:
    """`lr` with two significant digits, which is what the code line shows; finer would promise what no finder knows."""
    return float(f"{lr:.1e}")


def rate_text(lr: float) -> str:
    """`0.0012` as `1.2e-03`, the form in which it stands in the code."""
    return f"{lr:.1e}"
