"""Groups of equal and of alike pictures: every member of a group has been compared with the group's first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

LEADERS = 32  # groups of one family that a newcomer is compared with: the most recent ones


class Member(NamedTuple):
    """One of a group: its place among all, how much it differs from the first one, and how it is turned."""

    place: int
    difference: float = 0.0
    turn: str = ""


def equal_groups(digests: np.ndarray) -> list[list[int]]:
    """Places of equal rows of `digests`, `(N, 2)`, in groups of two and more; rows of zeros are unknown."""
    known = np.flatnonzero(digests.any(axis=1))
    rows = digests[known]
    order = np.lexsort((known, rows[:, 1], rows[:, 0]))
    same = (rows[order][1:] == rows[order][:-1]).all(axis=1)
    runs = np.split(known[order], np.flatnonzero(~same) + 1) if len(known) else []
    return sorted(run.tolist() for run in runs if len(run) > 1)


def families(pairs: np.ndarray, n: int) -> list[list[int]]:
    """Sets of places in `range(n)` that the `pairs`, `(P, 2)`, connect, directly or through others."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    graph = coo_matrix((np.ones(len(pairs), bool), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    _, family = connected_components(graph, directed=False)
    members: dict[int, list[int]] = {}
    for place in np.unique(pairs).tolist():
        members.setdefault(int(family[place]), []).append(place)
    return sorted(members.values())


def gather(
    family: Sequence[int], compare: Callable[[int, Sequence[int]], tuple[int, Member] | None]
) -> list[list[Member]]:
    """Split `family`, best first, into groups of two and more.

    `compare(newcomer, leaders)` gives the place in `leaders` of the one whose group the newcomer belongs to and what it
    is there, or None where it belongs to none; then it leads a group of its own.
    """
    groups: list[list[Member]] = []
    for place in family:
        recent = groups[-LEADERS:]
        found = compare(place, [group[0].place for group in recent]) if recent else None
        if found is None:
            groups.append([Member(place)])
        else:
            recent[found[0]].append(found[1])
    return [group for group in groups if len(group) > 1]
