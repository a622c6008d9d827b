"""What label doubts are computed from, checked: an error names the row and what to try."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastlearn.data.problems import DataError, describe, item_error
from fastlearn.interpret.cross_fit import stratified_folds

__all__ = ["as_features", "as_labels", "class_names", "enough", "multi_label_folds", "unit_rows"]

FEWEST = 4  # items of a class, from which on it is judged: in each fit at least three others of it are left


def as_features(features: Any, items: Sequence[Any] | None = None) -> NDArray[Any]:
    """`features` as `(N, D)` numbers. Raises: DataError, naming the first row that is not finite."""
    if callable(features):
        if items is None:
            raise DataError("A function of features needs the items that it is called on. Try items=files.")
        features = _computed(features, items)
    array = np.asarray(features)
    if array.ndim != 2 or not len(array) or array.dtype.kind not in "fiub":
        raise DataError(f"Features are numbers, one row an item, (N, D), but got {describe(features)}.")
    for start in range(0, len(array), 8192):
        bad = ~np.isfinite(array[start : start + 8192]).all(axis=1)
        if bad.any():
            raise DataError(
                f"The features of row {start + int(bad.argmax())} are not all finite numbers. Look at that item, or at "
                "the model, whose weights may have become NaN."
            )
    return array


def unit_rows(features: NDArray[Any]) -> NDArray[np.float32]:
    """The rows of `features`, `(N, D)`, with length 1: a network gives what it is surer of longer vectors."""
    array = np.asarray(features, np.float32)
    lengths = np.linalg.norm(array, axis=1, keepdims=True).astype(np.float32)
    found: NDArray[np.float32] = array / np.where(lengths > 0, lengths, np.float32(1))
    return found


def as_labels(labels: Any, classes: Sequence[str] | None, n: int) -> tuple[NDArray[np.int64], list[str]]:
    """`labels` as class ids `(N,)` or zeros and ones `(N, C)`, and the names of the classes.

    Raises: DataError for another number of labels than items, for ids without a class, and for less than two classes.
    """
    array = np.asarray(labels)
    if len(array) != n:
        raise DataError(f"There is one label for each item, but there are {len(array)} labels and {n} items.")
    if array.ndim == 2:
        yes = array.astype(np.int64)
        if not np.isin(array, (0, 1)).all():
            raise DataError("Several labels an item are zeros and ones, (N, C), but there are other numbers in them.")
        return yes, class_names(classes, array.shape[1])
    if array.dtype.kind not in "iub":
        names = sorted({str(label) for label in array.tolist()}) if classes is None else [str(c) for c in classes]
        place = {name: i for i, name in enumerate(names)}
        unknown = [str(label) for label in array.tolist() if str(label) not in place]
        if unknown:
            raise DataError(f"The label {unknown[0]!r} is none of the classes {names[:20]}.")
        array = np.asarray([place[str(label)] for label in array.tolist()], np.int64)
        classes = names
    ids = array.reshape(-1).astype(np.int64)
    highest = int(ids.max(initial=0)) + 1 if classes is None else len(classes)
    outside = np.flatnonzero((ids < 0) | (ids >= highest))
    if len(outside):
        raise DataError(f"Class ids go from 0 to {highest - 1}, but row {outside[0]} has {ids[outside[0]]}.")
    if len(np.unique(ids)) < 2:
        raise DataError("Labels are doubted by comparing classes, but all items are of one. Try data with more.")
    return ids, class_names(classes, highest)


def class_names(classes: Sequence[str] | None, n: int) -> list[str]:
    """The names of `n` classes, by default their numbers. Raises: DataError if there are not so many."""
    names = [str(i) for i in range(n)] if classes is None else [str(name) for name in classes]
    if len(names) != n:
        raise DataError(f"There are {n} classes, but {len(names)} names for them.")
    return names


def enough(labels: NDArray[np.int64], n_classes: int) -> NDArray[np.bool_]:
    """Which items, `(N,)`, or labels of items, `(N, C)`, have enough others of their class to be judged."""
    if labels.ndim == 1:
        return np.asarray(np.bincount(labels, minlength=n_classes)[labels] >= FEWEST)
    present = labels.sum(0)
    both = (present >= FEWEST) & (len(labels) - present >= FEWEST)
    return np.array(np.broadcast_to(both, labels.shape))


def multi_label_folds(
    labels: NDArray[np.int64], n_folds: int, rng: np.random.Generator, groups: NDArray[Any] | None
) -> NDArray[np.int64]:
    """Folds in which the rarest label of each item is spread evenly, `(N,)`."""
    rarity = np.where(labels.astype(bool), labels.sum(0), len(labels) + 1)
    rarest = np.where(labels.any(1), rarity.argmin(1), labels.shape[1])  # items without any are a class of their own
    return stratified_folds(rarest, n_folds, rng, groups)


def _computed(function: Callable[[Any], Any], items: Sequence[Any]) -> NDArray[Any]:
    rows = []
    for i, item in enumerate(items):
        try:
            rows.append(np.asarray(function(item), np.float32).reshape(-1))
        except Exception as error:
            raise item_error(error, item, i, "features") from error
        if rows[-1].shape != rows[0].shape:
            raise DataError(
                f"All items have equally many features, but item {i} ({item}) has {rows[-1].size} and the first one "
                f"{rows[0].size}."
            )
    return np.stack(rows) if rows else np.zeros((0, 0), np.float32)
