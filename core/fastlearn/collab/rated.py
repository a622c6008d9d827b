"""Who has rated what, ready to be asked for many users at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["RatedItems"]


class RatedItems:
    """The items of each user, from the codes of both in every rating, each of shape `(N,)`.

    Code 0, the unknown user, is nobody in particular and has no items.
    """

    def __init__(self, users: NDArray[Any], items: NDArray[Any], n_users: int) -> None:
        order = np.argsort(users, kind="stable")  # a radix sort for int16
        self._items = items[order]
        self._starts = np.concatenate(([0], np.cumsum(np.bincount(users, minlength=n_users))))
        self._starts[0] = self._starts[1]

    def of(self, users: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Pairs `(place among users, item)` of all ratings of `users`, codes `(U,)`."""
        starts, stops = self._starts[users], self._starts[users + 1]
        places = np.repeat(np.arange(len(users)), stops - starts)
        parts = [self._items[start:stop] for start, stop in zip(starts, stops, strict=True)]
        return places, np.concatenate([np.empty(0, np.int64), *parts])

    def counts(self, n_items: int) -> NDArray[np.int64]:
        """How many ratings each item has."""
        return np.bincount(self._items, minlength=n_items)
