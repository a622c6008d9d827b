"""The order of losses, the same on every call."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["worst_first"]


def worst_first(losses: NDArray[Any], largest: bool = True) -> NDArray[np.int64]:
    """Places of `losses`, `(N,)`, the largest (or smallest) first; NaN is largest, equal ones keep their order."""
    values = np.where(np.isnan(losses), np.inf, losses).astype(np.float64)
    return np.argsort(-values if largest else values, kind="stable")
