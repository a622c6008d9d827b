"""Split items into a training and a validation set: every splitter gives the positions of both.

A splitter is a callable of the items (a sequence or a dataframe) that returns `(train, valid)`, two lists of positions.
Chance comes from a generator of the splitter's own, so nothing outside is touched: a `seed` always gives the same
split; without one it follows `torch.manual_seed`.
"""

from __future__ import annotations

import operator
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from fastlearn.data.problems import DataError
from fastlearn.seed import ambient_seed

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

Split = tuple[list[int], list[int]]


@dataclass(frozen=True)
class RandomSplitter:
    """Put a random part of size `valid_pct` aside for validation.

    Of two or more items, neither side gets none (unless `valid_pct` is 0 or 1). A `seed` gives the same split as the
    same seed in fastai.
    """

    valid_pct: float = 0.2
    seed: int | None = None

    def __post_init__(self) -> None:
        check_part("valid_pct", self.valid_pct)

    def __call__(self, items: Any) -> Split:
        order = shuffled(len(items), self.seed)
        n_valid = count_of(len(items), self.valid_pct)
        return order[n_valid:], order[:n_valid]


@dataclass(frozen=True)
class RandomSubsetSplitter:
    """Take a random part of size `train_sz` for training and another of size `valid_sz` for validation."""

    train_sz: float
    valid_sz: float
    seed: int | None = None

    def __post_init__(self) -> None:
        if not (0 < self.train_sz < 1 and 0 < self.valid_sz < 1 and self.train_sz + self.valid_sz <= 1):
            raise ValueError(
                "`train_sz` and `valid_sz` are parts of the whole, each between 0 and 1, together at most "
                f"1, but got {self.train_sz!r} and {self.valid_sz!r}. Try train_sz=0.1, valid_sz=0.05."
            )

    def __call__(self, items: Any) -> Split:
        n = len(items)
        n_train, n_valid = (max(1, int(n * part)) for part in (self.train_sz, self.valid_sz))
        order = shuffled(n, self.seed)
        return order[:n_train], order[n_train : n_train + n_valid]


@dataclass(frozen=True)
class EndSplitter:
    """Validate on the last part of the items (the first with `valid_last=False`): for data in order of time.

    Of two or more items, neither side gets none.
    """

    valid_pct: float = 0.2
    valid_last: bool = True

    def __post_init__(self) -> None:
        check_part("valid_pct", self.valid_pct)

    def __call__(self, items: Any) -> Split:
        n = len(items)
        n_valid = count_of(n, self.valid_pct)
        order = list(range(n))
        return (order[: n - n_valid], order[n - n_valid :]) if self.valid_last else (order[n_valid:], order[:n_valid])


class TrainTestSplitter:
    """The split that scikit-learn's `train_test_split` makes with the same arguments.

    `stratify` is a sequence with one class for each item.
    """

    def __init__(
        self,
        test_size: float | int | None = 0.2,
        random_state: int | np.random.RandomState | None = None,
        stratify: Sequence[Any] | None = None,
        train_size: float | int | None = None,
        shuffle: bool = True,
    ) -> None:
        self.test_size, self.train_size, self.shuffle = test_size, train_size, shuffle
        self.random_state, self.stratify = random_state, stratify

    def __call__(self, items: Any) -> Split:
        from sklearn.model_selection import train_test_split

        # Without a state scikit-learn would draw from numpy's global one.
        state = ambient_seed() if self.random_state is None else self.random_state
        train, valid = train_test_split(
            range(len(items)),
            test_size=self.test_size,
            train_size=self.train_size,
            random_state=state if self.shuffle else None,
            shuffle=self.shuffle,
            stratify=self.stratify,
        )
        return list(train), list(valid)


class IndexSplitter:
    """Validate on the items at the positions `valid_idx` (negative ones count from the end), train on the others."""

    def __init__(self, valid_idx: Sequence[int] | np.ndarray) -> None:
        given = list(valid_idx)
        if given and (isinstance(given[0], bool) or str(getattr(given[0], "dtype", "")).endswith("bool")):
            raise DataError("`valid_idx` holds positions, but got truth values, which would be the positions 0 and 1. "
                            "Try MaskSplitter(mask), or np.flatnonzero(mask).")  # fmt: skip
        try:
            self.valid_idx = [operator.index(i) for i in given]
        except TypeError:
            raise DataError(f"`valid_idx` holds positions, which are whole numbers, but begins {given[:5]!r}. For a "
                            "share of the items try RandomSplitter(valid_pct=0.2).") from None  # fmt: skip

    def __call__(self, items: Any) -> Split:
        n = len(items)
        outside = [i for i in self.valid_idx if not -n <= i < n]
        if outside:
            raise DataError(
                f"`valid_idx` names {len(outside)} positions outside the {n} items: {outside[:5]}. "
                f"Try positions from 0 to {n - 1}."
            )
        valid = list(dict.fromkeys(i % n for i in self.valid_idx))
        taken = set(valid)
        return [i for i in range(n) if i not in taken], valid


class MaskSplitter:
    """Validate on the items whose entry in `mask` is true: one entry for each item."""

    def __init__(self, mask: Sequence[bool] | np.ndarray) -> None:
        self.mask = [bool(m) for m in mask]

    def __call__(self, items: Any) -> Split:
        if len(self.mask) != len(items):
            raise DataError(
                f"A mask has one entry for each of the {len(items)} items, but this one has "
                f"{len(self.mask)}. Try making it from the same items."
            )
        return by_mask(self.mask)


@dataclass(frozen=True)
class FuncSplitter:
    """Validate on the items (rows of a dataframe) for which `func` is true."""

    func: Callable[[Any], bool]

    def __call__(self, items: Any) -> Split:
        return by_mask([bool(self.func(item)) for item in each(items)])


class FileSplitter:
    """Validate on the files whose names stand in the text file `fname`, one on each line."""

    def __init__(self, fname: str | os.PathLike[str]) -> None:
        self.fname = Path(fname)
        try:
            lines = self.fname.read_text(encoding="utf-8").splitlines()
        except OSError as e:
            raise DataError(
                f"FileSplitter reads the names of the validation files from {str(self.fname)!r}, but it "
                f"cannot be read: {e.strerror or e}."
            ) from e
        self.names = frozenset(line.strip() for line in lines if line.strip())

    def __call__(self, items: Any) -> Split:
        train, valid = by_mask([Path(item).name in self.names for item in items])
        if not valid:
            raise DataError(
                f"None of the {len(self.names)} names in {str(self.fname)!r} is the name of an item. "
                f"Names of items look like {Path(items[0]).name if len(items) else '-'!r}; "
                f"the file has {sorted(self.names)[:3]}. Try one file name a line, without folders."
            )
        return train, valid

    def __repr__(self) -> str:
        return f"FileSplitter({str(self.fname)!r})"


@dataclass(frozen=True)
class GrandparentSplitter:
    """Split by the name of the folder two levels up, as in `train/cat/1.jpg` and `valid/cat/2.jpg`.

    Either name may be a list of names. Files below other folders are left out.
    Raises: DataError, with the folders there are, if one side would get no file.
    """

    train_name: str | Sequence[str] = "train"
    valid_name: str | Sequence[str] = "valid"

    def __call__(self, items: Any) -> Split:
        found = [Path(item).parent.parent.name for item in items]
        train, valid = (
            [i for i, name in enumerate(found) if name in wanted]
            for wanted in map(_as_names, (self.train_name, self.valid_name))
        )
        for side, names, part in (("train", self.train_name, train), ("valid", self.valid_name, valid)):
            if not part:
                there = sorted(set(found))[:8]
                raise DataError(
                    f"No item lies in a folder {names!r} two levels up, as in {names}/<label>/<file>; "
                    f"the {len(found)} items have {there} there. Try GrandparentSplitter({side}_name=...) "
                    "with one of these, or RandomSplitter()."
                )
        return train, valid


@dataclass(frozen=True)
class ColSplitter:
    """Split a dataframe by column `col` (a name or a position).

    Validation rows are those where it is true; with `on`, those where it equals `on` or, if that is a list, is in it.
    Empty cells are training rows; the words true/false, yes/no, 1/0 count as what they say.
    """

    col: str | int = "is_valid"
    on: Any = None

    def __call__(self, items: pd.DataFrame) -> Split:
        if not hasattr(items, "iloc"):
            raise DataError(
                f"ColSplitter reads a column of a dataframe, but the items are {type(items).__name__}. "
                "Try FuncSplitter(func) or MaskSplitter(mask)."
            )
        values = column(items, self.col)
        if self.on is None:
            return by_mask([_is_true(v, self.col) for v in values])
        wanted = self.on if isinstance(self.on, list | tuple | set | frozenset) else (self.on,)
        return by_mask([v in wanted for v in values])


def check_part(name: str, value: float) -> None:
    """Raise ValueError unless `value` is a part of a whole, between 0 and 1."""
    if not 0 <= value <= 1:
        raise ValueError(f"`{name}` is a part of the whole, between 0 and 1, but got {value!r}. Try {name}=0.2.")


def count_of(n: int, part: float) -> int:
    """How many of `n` items a `part` between 0 and 1 is: rounded down, but no side empty if that can be."""
    count = int(n * part)
    return min(max(count, 1), n - 1) if 0 < part < 1 and n > 1 else count


def shuffled(n: int, seed: int | None) -> list[int]:
    """The numbers `0..n-1` in an order that follows from `seed`, or from `torch.manual_seed` if that is None."""
    order: list[int] = drawn_order(n, seed).tolist()
    return order


def drawn_order(n: int, seed: int | None) -> torch.Tensor:
    """The same as a tensor, int64 of shape `(n,)`: for very many numbers."""
    rng = torch.Generator().manual_seed(ambient_seed() if seed is None else seed)
    return torch.randperm(n, generator=rng)


def by_mask(mask: Sequence[bool]) -> Split:
    """Positions where `mask` is false, and where it is true."""
    return [i for i, m in enumerate(mask) if not m], [i for i, m in enumerate(mask) if m]


def each(items: Any) -> Iterator[Any]:
    """The items one by one: rows, where `items` is a dataframe."""
    return (items.iloc[i] for i in range(len(items))) if hasattr(items, "iloc") else iter(items)


def column(frame: pd.DataFrame, col: str | int) -> list[Any]:
    """The values of a dataframe's column, given by name or position."""
    if col in frame.columns:
        return list(frame[col])
    if isinstance(col, int) and -frame.shape[1] <= col < frame.shape[1]:
        return list(frame.iloc[:, col])
    raise DataError(f"There is no column {col!r} in the dataframe. It has {[str(c) for c in frame.columns]}.")


def _as_names(names: str | Sequence[str]) -> Sequence[str]:
    return (names,) if isinstance(names, str) else names


def _is_true(value: Any, col: str | int) -> bool:
    if isinstance(value, str):  # the text "False" is true to Python, and a validation row to nobody
        word = value.strip().lower()
        if word in ("true", "yes", "y", "t", "1", "valid"):
            return True
        if word in ("false", "no", "n", "f", "0", "train", ""):
            return False
        raise DataError(
            f"Column {col!r} says which rows are for validation, but {value!r} is neither true nor false. "
            f"Try ColSplitter(col={col!r}, on=...) with the value that marks validation rows."
        )
    return value is not None and value == value and type(value).__name__ != "NAType" and bool(value)
