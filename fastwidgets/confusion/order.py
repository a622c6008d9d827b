"""In which order the classes of a table stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

__all__ = ["ORDERS", "Ordering", "order_of"]

Ordering = Literal["given", "name", "size", "errors", "clusters"]
ORDERS: tuple[str, ...] = get_args(Ordering)
MOST_CLUSTERED = 2000  # classes with mistakes; the distances of more would take long
EXACT = 100  # classes up to which neighbouring clusters are also turned so that they fit together best


def order_of(names: Sequence[str], cells: NDArray[np.float64], how: str, square: bool) -> list[int]:
    """The places of `names` in their order: as "given"; by "name"; by "size", most first; by the number of "errors",
    most first; or in "clusters": what is taken for each other stands together.

    `cells` `(m, 3)` are rows, columns and numbers of a table. Where it is not `square` clusters are as given.
    Raises: ValueError for another word.
    """
    if how not in ORDERS:
        raise ValueError(f"An order is one of {', '.join(ORDERS)}, but got {how!r}.")
    n = len(names)
    if how == "name":
        return sorted(range(n), key=lambda i: (names[i].casefold(), i))
    if how in ("size", "errors"):
        counted = cells if how == "size" else cells[_wrong(cells, square)]
        totals = np.bincount(counted[:, 0].astype(int), counted[:, 2], n)
        found: list[int] = np.argsort(-totals, kind="stable").tolist()
        return found
    return clusters(cells, n) if how == "clusters" and square else list(range(n))


def clusters(cells: NDArray[np.float64], n: int) -> list[int]:
    """Classes so that those that are taken for each other stand together; those never mistaken follow as they were.

    Average linkage of how often two classes are confused, as a part of the smaller one's items.
    """
    off = cells[cells[:, 0] != cells[:, 1]]
    active = np.unique(off[:, :2].astype(int))
    rest = [i for i in range(n) if i not in set(active.tolist())]
    if len(active) < 3 or len(active) > MOST_CLUSTERED:
        return [*active.tolist(), *rest]
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    place = np.full(n, -1)
    place[active] = np.arange(len(active))
    alike = np.zeros((len(active), len(active)))
    np.add.at(alike, (place[off[:, 0].astype(int)], place[off[:, 1].astype(int)]), off[:, 2])
    alike += alike.T
    sizes = np.maximum(np.bincount(cells[:, 0].astype(int), cells[:, 2], n)[active], 1)
    alike /= np.minimum(sizes[:, None], sizes[None])
    distance = 1 / (1 + alike)
    np.fill_diagonal(distance, 0)
    tree = linkage(squareform(distance, checks=False), "average", optimal_ordering=len(active) <= EXACT)
    return [*active[leaves_list(tree)].tolist(), *rest]


def _wrong(cells: NDArray[np.float64], square: bool) -> NDArray[np.bool_]:
    if square:
        return np.asarray(cells[:, 0] != cells[:, 1])
    return np.asarray((cells[:, 1] == 1) | (cells[:, 1] == 2))  # missed and false alarm
