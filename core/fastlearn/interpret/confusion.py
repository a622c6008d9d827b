"""Who is taken for whom: counts of actual against predicted classes, for any number of classes."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def confusion_counts(actual: Tensor, predicted: Tensor, n_classes: int) -> NDArray[np.int64]:
    """How often class i (row) was predicted as class j (column).

    Shapes: `actual` and `predicted` hold class ids in `[0, n_classes)`, any one shape; the result is `(n_classes,
    n_classes)`. Time and memory grow with the ids plus the square of the classes, never with their product.
    """
    pairs = actual.reshape(-1).long() * n_classes + predicted.reshape(-1).long()
    return torch.bincount(pairs, minlength=n_classes**2).reshape(n_classes, n_classes).numpy()


def label_counts(actual: Tensor, predicted: Tensor) -> NDArray[np.int64]:
    """For each label on its own, `[[true negatives, false positives], [false negatives, true positives]]`.

    Shapes: `actual` and `predicted` are `(N, C)` of zeros and ones; the result is `(C, 2, 2)`, as scikit-learn's
    `multilabel_confusion_matrix`.
    """
    actual, predicted = actual.bool(), predicted.bool()
    both, neither = (actual & predicted).sum(0), (~actual & ~predicted).sum(0)
    only_predicted, only_actual = (~actual & predicted).sum(0), (actual & ~predicted).sum(0)
    cells = torch.stack((neither, only_predicted, only_actual, both), dim=-1)  # (C, 4)
    return cells.reshape(-1, 2, 2).numpy()


def largest_confusions(counts: NDArray[np.int64], min_val: int) -> list[tuple[int, int, int]]:
    """The cells off the diagonal that are at least `min_val`, as (actual, predicted, count), the largest first."""
    mistakes = counts.copy()
    np.fill_diagonal(mistakes, 0)
    rows, columns = np.nonzero(mistakes >= max(min_val, 1))
    values = mistakes[rows, columns]
    order = np.argsort(-values, kind="stable")
    return [(int(rows[i]), int(columns[i]), int(values[i])) for i in order]


def normalized(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Each row as parts of its sum: what share of the items of a class was predicted as which class."""
    totals = np.maximum(counts.sum(axis=1, keepdims=True), 1)
    shares: NDArray[np.float64] = counts / totals
    return shares


def worst_classes(counts: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """The `n` classes with the most mistakes, as row or as column, in the order of their ids."""
    diagonal = np.diagonal(counts)
    mistakes = counts.sum(axis=0) + counts.sum(axis=1) - 2 * diagonal
    return np.sort(np.argsort(-mistakes, kind="stable")[:n])
