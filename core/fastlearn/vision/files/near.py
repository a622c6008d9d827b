"""Near duplicates among many pictures: a fast search proposes pairs, a comparison of decoded pictures decides."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from fastlearn.vision.files.candidates import alike_pairs
from fastlearn.vision.files.groups import Member, families, gather
from fastlearn.vision.files.likeness import differences
from fastlearn.vision.files.scan import Scan
from fastlearn.vision.files.signature import FINE_SIDE, Turn

AT_ONCE = 1024  # pairs compared at a time
Fetch = Callable[[Sequence[int]], Iterable[bytes]]
"""Gives the fine signature of each of some files, `b""` where there is none; may end early."""


def near_groups(
    scan: Scan,
    places: Sequence[int],
    fetch: Fetch,
    limit: float,
    turns: Mapping[str, Turn] | None,
    stopped: Callable[[], bool],
) -> list[list[Member]]:
    """Groups of those files in `places` that show the same picture, the best of each group first.

    `limit`: what two pictures may differ by, as in `differences`. `turns`: look for pictures that are the same once
    turned in one of these ways; None for those that are the same as they are. An empty list once `stopped`.
    """
    among = np.asarray(places, np.int64)
    found = [(turn, alike_pairs(scan.signatures[among], turn, stopped)) for turn in _searched(turns)]
    nodes = np.unique(np.concatenate([pairs.ravel() for _, pairs in found]))
    if stopped() or not len(nodes):
        return []
    files = among[nodes]
    comparison = _Comparison(scan.shapes[files].min(axis=1), turns, limit)
    comparison.fill(fetch(files.tolist()))
    same = [comparison.same(np.searchsorted(nodes, pairs), turn) for turn, pairs in found]
    pairs = np.concatenate(same)
    groups = []
    rank = {place: rank for rank, place in enumerate(scan.best_first(files.tolist()))}
    for family in families(pairs, len(files)):
        if stopped():
            return []
        best_first = sorted(family, key=lambda place: rank[int(files[place])])
        groups += gather(best_first, comparison.belongs)
    return [[member._replace(place=int(files[member.place])) for member in group] for group in groups]


def _searched(turns: Mapping[str, Turn] | None) -> list[Turn | None]:
    """The turns to search for: where one of a pair is turned to the right, the other one is to the left."""
    if turns is None:
        return [None]
    return [turn for name, turn in turns.items() if name != "turned to the right"]


class _Comparison:
    """The fine signatures of the files in question, on disk while they are needed, and who is the same as whom."""

    def __init__(self, shorter_side: np.ndarray, turns: Mapping[str, Turn] | None, limit: float) -> None:
        self.sides, self.limit = shorter_side, limit
        self.turns: Mapping[str, Turn] = {"": lambda a: a} if turns is None else turns
        shape = (len(shorter_side), 3, FINE_SIDE, FINE_SIDE)
        file = tempfile.TemporaryFile()  # noqa: SIM115  # it is gone with the last reference to the array
        self.fines = np.memmap(file, np.uint8, "w+", shape=shape)
        self.known = np.zeros(len(shorter_side), bool)

    def fill(self, fines: Iterable[bytes]) -> None:
        for place, fine in enumerate(fines):
            if fine:
                self.fines[place] = np.frombuffer(fine, np.uint8).reshape(3, FINE_SIDE, FINE_SIDE)
                self.known[place] = True

    def same(self, pairs: np.ndarray, turn: Turn | None) -> np.ndarray:
        """Those of `pairs`, `(P, 2)`, that show the same picture."""
        kept = [np.zeros((0, 2), np.int64)]
        for start in range(0, len(pairs), AT_ONCE):
            part = pairs[start : start + AT_ONCE]
            kept.append(part[self._apart(part[:, 0], part[:, 1], turn) <= self.limit])
        return np.concatenate(kept)

    def belongs(self, newcomer: int, leaders: Sequence[int]) -> tuple[int, Member] | None:
        """The leader that shows what `newcomer` shows, and what `newcomer` is in its group."""
        first, second = np.asarray(leaders), np.full(len(leaders), newcomer)
        best: tuple[int, Member] | None = None
        for name, turn in self.turns.items():
            apart = self._apart(first, second, turn)
            nearest = int(apart.argmin())
            if apart[nearest] <= self.limit and (best is None or apart[nearest] < best[1].difference):
                best = nearest, Member(newcomer, float(apart[nearest]), name)
        return best

    def _apart(self, first: np.ndarray, second: np.ndarray, turn: Turn | None) -> np.ndarray:
        one, other = self.fines[first], self.fines[second]
        apart = differences(
            one, other if turn is None else turn(other), np.minimum(self.sides[first], self.sides[second])
        )
        return np.where(self.known[first] & self.known[second], apart, np.inf)
