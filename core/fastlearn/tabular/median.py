"""The exact median of many numbers, by looking at few of them closely."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["median"]

FEW = 20_000  # numbers from which on the search pays
SAMPLE = 4096
AROUND = 0.04  # how far from the middle of the sample, in ranks, the median is looked for


def median(values: NDArray[Any]) -> float:
    """The median of `values`, which have no holes: of an even number of them the mean of the middle two.

    Two numbers of a sample enclose it almost surely; those between them are few, and are put in order. Where they do
    not enclose it, all are.
    """
    n = len(values)
    if n >= FEW:
        sample = np.sort(values[:: n // SAMPLE])
        low, high = (sample[int(len(sample) * (0.5 + side * AROUND))] for side in (-1, 1))
        below = int(np.count_nonzero(values < low))
        between = values[(values >= low) & (values <= high)]
        first, second = (n - 1) // 2 - below, n // 2 - below
        if first >= 0 and second < len(between):
            middle = np.partition(between, (first, second))
            return float((float(middle[first]) + float(middle[second])) / 2)
    return float(np.median(values.astype(np.float64, copy=False)))
