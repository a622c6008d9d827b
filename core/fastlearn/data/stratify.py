"""Splitters that look at what the items are: equal shares of each class, or whole groups."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from fastlearn.data.label import parent_label
from fastlearn.data.problems import DataError
from fastlearn.data.split import Split, check_part, column, each, shuffled

By = Callable[[Any], Any] | Sequence[Any] | str | None
Splitter = Callable[[Any], tuple[Sequence[int], Sequence[int]]]


@dataclass(frozen=True)
class StratifiedSplitter:
    """A random split in which every class has nearly the same share of validation items.

    `by` gives the class of each item: a callable, a sequence with one class an item, a column of a dataframe, or None
    for the name of the folder a file lies in. A list of labels counts as one class, whatever its order. Classes of two
    or more items are on both sides; a class of one item is for training.
    """

    by: By = None
    valid_pct: float = 0.2
    seed: int | None = None

    def __post_init__(self) -> None:
        check_part("valid_pct", self.valid_pct)

    def __call__(self, items: Any) -> Split:
        members = _members(keys_of(items, parent_label if self.by is None else self.by))
        order = shuffled(len(items), self.seed)
        rank = {item: r for r, item in enumerate(order)}
        counts = share_out({k: len(v) for k, v in members.items()}, self.valid_pct)
        valid = [i for k, v in members.items() for i in sorted(v, key=rank.__getitem__)[: counts[k]]]
        return _complement(len(items), valid)


@dataclass(frozen=True)
class GroupSplitter:
    """A random split that keeps groups whole, so that no patient, camera or video is on both sides.

    `by` gives the group of each item: a callable, a sequence with one group an item, or a column of a dataframe. With a
    list of callables, items that any one of them gives the same value are in one group: `[patient_of, twin_of]`.
    Groups are added to the validation set, in random order, where that brings its size closer to `valid_pct` of all.
    Raises: DataError if there are fewer than two groups.
    """

    by: Callable[[Any], Any] | Sequence[Any] | str
    valid_pct: float = 0.2
    seed: int | None = None

    def __post_init__(self) -> None:
        check_part("valid_pct", self.valid_pct)

    def __call__(self, items: Any) -> Split:
        several = [by for by in self.by if callable(by)] if isinstance(self.by, list) else []
        keys = _linked([keys_of(items, by) for by in several]) if several else keys_of(items, self.by)
        groups = list(_members(keys).values())
        if len(groups) < 2:
            raise DataError(
                f"GroupSplitter keeps groups whole, so it needs at least two, but the {len(items)} items "
                f"are {len(groups)} group(s). Try another `by`."
            )
        return _complement(len(items), _take_groups(groups, self.valid_pct * len(items), self.seed))


@dataclass(frozen=True)
class KeepTogether:
    """The split of another splitter, in which no group is on both sides: a group goes where its first item is.

    `by` gives the group of each item, as for `GroupSplitter`. Meant for small groups, such as copies of a picture: the
    sizes of the sides, the shares of classes and the folds of k stay nearly as `splitter` made them. Items that
    `splitter` left out stay out.
    """

    splitter: Splitter
    by: Callable[[Any], Any] | Sequence[Any] | str

    def __call__(self, items: Any) -> Split:
        sides = self.splitter(items)
        side_of = {int(i): side for side in (0, 1) for i in sides[side]}
        for members in _members(keys_of(items, self.by)).values():
            used = [i for i in members if i in side_of]
            for i in used[1:]:
                side_of[i] = side_of[used[0]]
        train, valid = ([int(i) for part in sides for i in part if side_of[int(i)] == side] for side in (0, 1))
        return train, valid


def keys_of(items: Any, by: Callable[[Any], Any] | Sequence[Any] | str) -> list[Hashable]:
    """What `by` says of each item: a callable of the item, the name of a column, or one value an item."""
    if callable(by):
        values: Iterable[Any] = map(by, each(items))
    elif isinstance(by, str):
        if not hasattr(items, "iloc"):
            raise DataError(
                f"`by`={by!r} names a column, but the items are {type(items).__name__}, not a dataframe. "
                "Try a callable of one item."
            )
        values = column(items, by)
    else:
        if len(by) != len(items):
            raise DataError(f"`by` has one value for each of the {len(items)} items, but this one has {len(by)}.")
        values = by
    return [_hashable(v) for v in values]


def share_out(sizes: dict[Hashable, int], part: float) -> dict[Hashable, int]:
    """How many items of each class to take so that they are `part` of each, and together the nearest to `part` of all.

    Each class gets its share rounded down, at least 1 and at most all but one; what is missing from the total goes to
    the classes with the largest remainders.
    """
    if part in (0, 1):
        return {k: int(n * part) for k, n in sizes.items()}
    counts = {k: min(max(int(n * part), 1), n - 1) for k, n in sizes.items()}
    missing = round(sum(sizes.values()) * part) - sum(counts.values())
    by_remainder = sorted(sizes, key=lambda k: counts[k] - sizes[k] * part)
    for k in [k for k in by_remainder if counts[k] < min(sizes[k] * part, sizes[k] - 1)][: max(missing, 0)]:
        counts[k] += 1
    return counts


def _take_groups(groups: list[list[int]], wanted: float, seed: int | None) -> list[int]:
    taken: list[int] = []
    left = len(groups)
    for g in shuffled(len(groups), seed):
        after = len(taken) + len(groups[g])
        if left > 1 and abs(after - wanted) < abs(len(taken) - wanted):  # one group stays for training
            taken += groups[g]
            left -= 1
    return taken or (min(groups, key=len) if wanted else [])


def _members(keys: Sequence[Hashable]) -> dict[Hashable, list[int]]:
    members: dict[Hashable, list[int]] = {}
    for i, k in enumerate(keys):
        members.setdefault(k, []).append(i)
    return members


def _linked(keys: Sequence[Sequence[Hashable]]) -> list[Hashable]:
    """One key an item: the same one for items that share any of theirs, also by way of others."""
    leader: dict[tuple[int, Hashable], tuple[int, Hashable]] = {}

    def root(key: tuple[int, Hashable]) -> tuple[int, Hashable]:
        while leader.setdefault(key, key) != key:
            leader[key] = leader[leader[key]]
            key = leader[key]
        return key

    for first, *others in zip(*keys, strict=True):
        for kind, other in enumerate(others, 1):
            leader[root((kind, other))] = root((0, first))
    return [root((0, first)) for first in keys[0]]


def _hashable(value: Any) -> Hashable:
    if isinstance(value, list | set | tuple | frozenset):
        return tuple(sorted(map(str, value)))
    if isinstance(value, Hashable):
        return value
    raise DataError(f"`by` gives a name or a number for each item, but got {type(value).__name__}: {value!r}.")


def _complement(n: int, valid: list[int]) -> Split:
    taken = set(valid)
    return [i for i in range(n) if i not in taken], sorted(valid)
