"""Ratings of an item that a user has rated before."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["repeated_rows"]

CHUNK = 1 << 18  # rows looked at together, so that no second array of all rows is needed


def repeated_rows(codes: NDArray[Any], n_items: int) -> NDArray[np.bool_] | None:
    """A mask of the rows of `codes`, `(N, 2)` user and item, whose pair an earlier row has; None if there are none.

    Pairs with an unknown user or item, code 0, are not compared. It takes 8 bytes a row for a moment.
    """
    keys = np.empty(len(codes), dtype=np.int64)
    for start in range(0, len(codes), CHUNK):
        keys[start : start + CHUNK] = _keys(codes[start : start + CHUNK], n_items)
    keys.sort()
    again = keys[1:][(keys[1:] == keys[:-1]) & (keys[1:] >= 0)]
    if not len(again):
        return None
    del keys
    return _mask(codes, n_items, np.unique(again))


def _mask(codes: NDArray[Any], n_items: int, again: NDArray[np.int64]) -> NDArray[np.bool_]:
    """The rows whose key is in `again`, sorted, but for the first row of each."""
    rows, met = [], []
    for start in range(0, len(codes), CHUNK):
        keys = _keys(codes[start : start + CHUNK], n_items)
        places = np.searchsorted(again, keys).clip(max=len(again) - 1)
        found = np.flatnonzero(again[places] == keys)
        rows.append(found + start)
        met.append(keys[found])
    where = np.concatenate(rows)
    _, firsts = np.unique(np.concatenate(met), return_index=True)
    mask = np.zeros(len(codes), dtype=bool)
    mask[where] = True
    mask[where[firsts]] = False
    return mask


def _keys(codes: NDArray[Any], n_items: int) -> NDArray[np.int64]:
    """One number for each pair; -1 where the user or the item is unknown."""
    users, items = codes[:, 0].astype(np.int64), codes[:, 1]
    return np.where((users > 0) & (items > 0), users * n_items + items, -1)
