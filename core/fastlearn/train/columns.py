"""Columns of numbers that grow at the end: appending a block costs the block, not the whole history."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

__all__ = ["Columns"]


class Columns:
    """Named numpy columns of one length. `dtypes` gives their names, in order, and types."""

    def __init__(self, dtypes: Mapping[str, str]) -> None:
        self._arrays = {name: np.empty(256, dtype) for name, dtype in dtypes.items()}
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def extend(self, block: Mapping[str, NDArray[np.generic] | list[float]]) -> None:
        """Append one array for each column, all of one length."""
        end = self._length + len(next(iter(block.values())))
        for name, array in self._arrays.items():
            if end > len(array):
                self._arrays[name] = array = np.resize(array, max(end, 2 * len(array)))
            array[self._length : end] = block[name]
        self._length = end

    def read(self, start: int = 0) -> dict[str, NDArray[np.generic]]:
        """Copies of the columns from row `start` on."""
        return {name: array[start : self._length].copy() for name, array in self._arrays.items()}
