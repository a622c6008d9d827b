"""In which order pictures come up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fastwidgets.labeler.head import Guess
from fastwidgets.labeler.shapes import SHAPE_TASKS

__all__ = ["ORDERS", "check_order", "ranks"]

ORDERS = ("order", "random", "uncertain", "suspected")
NEEDS_HEAD = ORDERS[2:]
Ranks = NDArray[np.float64]


def check_order(name: str, task: str) -> str:
    """`name`, where pictures can come in that order. Raises: ValueError, saying which there are."""
    there = ORDERS[:2] if task in SHAPE_TASKS else ORDERS
    if name not in there:
        why = f" of {task}, which no model of the labels is made of," if name in ORDERS else ""
        raise ValueError(f"The order{why} is one of {', '.join(map(repr, there))}, but got {name!r}.")
    return name


def ranks(order: str, n: int, seed: int, guess: Guess | None, labelled: Sequence[bool] | NDArray[np.bool_]) -> Ranks:
    """For each of `n` pictures when it comes up: the lowest first, `(n,)`.

    "uncertain": those without a label by how unsure the head is, then the others. "suspected": those whose label is
    the most doubtful, then those without. Both are the order of the files where there is no `guess` yet.
    """
    places = np.arange(n, dtype=np.float64)
    if order == "random":
        return np.random.default_rng(seed).permutation(n).astype(np.float64)
    if order == "order" or guess is None:
        return places
    done = np.asarray(labelled, bool)
    if order == "uncertain":
        keys: Ranks = np.where(done, 2.0, 1 - guess.unsure().astype(np.float64))
    else:
        keys = np.where(np.isnan(guess.wrong), np.where(done, 2.0, 3.0), 1 - guess.wrong.astype(np.float64))
    found = np.empty(n, np.float64)
    found[np.lexsort((places, keys))] = places
    return found
