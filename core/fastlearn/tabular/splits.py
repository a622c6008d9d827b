"""Training and validation rows of a table, checked."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fastlearn.data.items import split_positions
from fastlearn.data.problems import DataError
from fastlearn.data.split import RandomSplitter, count_of, drawn_order
from fastlearn.warn import warn_user

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["kept_rows", "splits_of"]

Positions = NDArray[np.int64]


def splits_of(splits: Any, frame: pd.DataFrame) -> list[Positions] | None:
    """`splits`, or what a splitter makes of `frame`, as arrays of positions; negative ones count from the end.

    Raises: DataError if there are no training rows, or positions outside of the table.
    Warns where a row is both for training and for validation.
    """
    drawn = _drawn(splits, len(frame)) if type(splits) is RandomSplitter else None
    if drawn is not None:
        return drawn
    made = splits(frame) if callable(splits) else splits
    found = split_positions(None if made is None else [_quickly(split) for split in made])
    if found is None:
        return None
    n = len(frame)
    for split in found:
        outside = (split < -n) | (split >= n)
        if outside.any():
            raise DataError(f"The splits are positions among {n} rows, from 0 to {n - 1}, but {int(outside.sum())} are "
                            f"outside: {split[outside][:5].tolist()}. Make them from the same table.")  # fmt: skip
    found = [np.where(split < 0, split + n, split) if (split < 0).any() else split for split in found]
    if n and (not found or not len(found[0])):
        counts = ", ".join(str(len(split)) for split in found[1:]) or "0"
        raise DataError(f"The training set is empty: of {n} rows 0 are for training and {counts} for validation. Try "
                        "another splitter or a smaller valid_pct.")  # fmt: skip
    _warn_of_shared(found, n)
    return found


def kept_rows(frame: pd.DataFrame, splits: list[Positions] | None) -> tuple[pd.DataFrame, list[Positions] | None]:
    """The rows that are in a split, in their order, and the splits as positions among these."""
    if splits is None:
        return frame, None
    used = np.zeros(len(frame), dtype=bool)
    for split in splits:
        used[split] = True
    if used.all():
        return frame, splits
    places = np.cumsum(used) - 1
    return frame[used], [places[split] for split in splits]


def _drawn(splitter: RandomSplitter, n: int) -> list[Positions] | None:
    """A random split of `n` rows as arrays; lists would take a gigabyte for 20 million. None: no training rows."""
    n_valid = count_of(n, splitter.valid_pct)
    if n_valid >= n:
        return None
    order = drawn_order(n, splitter.seed).numpy()
    return [order[n_valid:], order[:n_valid]]


def _quickly(split: Any) -> Any:
    """A long list of whole numbers as an array, without a look at the type of each; anything else as it is."""
    if not isinstance(split, list) or not split or isinstance(split[0], bool | np.bool_):
        return split
    try:
        return np.frombuffer(array("q", split), dtype=np.int64)
    except (TypeError, OverflowError):
        return split


def _warn_of_shared(splits: list[Positions], n: int) -> None:
    if len(splits) < 2:
        return
    training = np.zeros(n, dtype=bool)
    training[splits[0]] = True
    shared = int(np.unique(splits[1][training[splits[1]]]).size)
    if shared:
        warn_user(f"{shared} of {n} rows are both in the training and in the validation set, so validation figures "
                  "will look better than they are.", UserWarning)  # fmt: skip
