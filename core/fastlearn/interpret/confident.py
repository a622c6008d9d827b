"""Confident learning: which class an item confidently belongs to, whatever its label says."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["LITTLE", "confident_classes", "confident_joint", "suspects", "thresholds"]

# Probabilities of an item in units of its class's threshold:
HALF = 0.5
LITTLE = 0.2


def thresholds(probs: NDArray[Any], labels: NDArray[Any]) -> NDArray[np.float64]:
    """For each class the mean probability that items labelled so have of it; infinite for a class without items.

    Shapes: `probs` is `(N, C)`, out of sample; `labels` are class ids, `(N,)`; the result is `(C,)`.
    Source: Northcutt, Jiang and Chuang 2021, equation 2.
    """
    n_classes = probs.shape[1]
    counts = np.bincount(labels, minlength=n_classes)
    totals = np.bincount(labels, weights=probs[np.arange(len(labels)), labels], minlength=n_classes)
    means: NDArray[np.float64] = np.where(counts > 0, totals / np.maximum(counts, 1), np.inf)
    return means


def confident_classes(probs: NDArray[Any], labels: NDArray[Any], limits: NDArray[np.float64]) -> NDArray[np.int64]:
    """The likeliest of the classes that reach their threshold, `(N,)`; the label itself where none does.

    Source: Northcutt, Jiang and Chuang 2021, equation 1: an item counts for the class where it is confident.
    """
    reached = probs >= limits
    best = np.where(reached, probs, -1.0).argmax(1)
    found: NDArray[np.int64] = np.where(reached.any(1), best, labels).astype(np.int64)
    return found


def suspects(confident_of_other: NDArray[Any], own: NDArray[Any], rival: NDArray[Any]) -> NDArray[np.bool_]:
    """Which labels are suspected, `(N,)`, from probabilities in units of the thresholds of their classes.

    `own` is that of the label, `rival` that of the likeliest other class. Suspected is an item that is confidently of
    another class and has less than half of its own; and, since half of the items of any class are below its threshold,
    one with little of its own that has half of another.
    """
    clearly = confident_of_other & (own < HALF)
    hardly_own = (own < LITTLE) & (rival >= HALF)
    return np.asarray(clearly | hardly_own)


def confident_joint(probs: NDArray[Any], labels: NDArray[Any]) -> NDArray[np.int64]:
    """How many items of each label (row) confidently belong to each class (column), `(C, C)`.

    Items that are confident of no class do not count.
    Source: Northcutt, Jiang and Chuang 2021, equation 1.
    """
    n_classes = probs.shape[1]
    limits = thresholds(probs, labels)
    counted = (probs >= limits).any(1)
    pairs = labels[counted] * n_classes + confident_classes(probs, labels, limits)[counted]
    return np.bincount(pairs, minlength=n_classes**2).reshape(n_classes, n_classes)
