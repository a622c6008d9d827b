"""How many predicted boxes are right, and how many true ones are found, whatever score one believes from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from fastlearn.metrics.base import LearnerState, Metric
from fastlearn.metrics.boxes import box_overlaps, has_area

__all__ = ["COCO_LIMITS", "BoxAP", "average_precision", "right_boxes"]

Numbers: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]

COCO_LIMITS = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))  # 0.5, 0.55, ..., 0.95
PERCENTS = np.arange(101)  # the recalls where the precision is read off


class BoxAP(Metric):
    """Average precision of predicted boxes, the mean over all labels that have true boxes; from 0 to 1.

    A predicted box is right if its intersection over union with a true box of its label is at least the limit; the
    surer one comes first, and each true box is found once. `limits` is one such limit, `BoxAP(0.5)`, or several whose
    mean is taken: by default the ten of COCO, 0.5 to 0.95. Of each picture and label the `max_boxes` surest count.
    The predictions are boxes `(B, K, 4)`, labels and scores `(B, K)`, the targets boxes `(B, N, 4)` and labels
    `(B, N)`; boxes without area are padding. Without any true box the value is NaN.
    Raises: ValueError for a limit that is not above 0 and at most 1.
    Source: Lin et al. 2014, "Microsoft COCO", and its evaluation code: precision at 101 recalls.
    """

    joined = ("_found", "_true")

    def __init__(self, limits: float | Sequence[float] = COCO_LIMITS, max_boxes: int = 100) -> None:
        self.limits = tuple(limits) if isinstance(limits, Sequence) else (limits,)
        if not self.limits or not all(0 < limit <= 1 for limit in self.limits):
            raise ValueError(f"`limits` are overlaps above 0 and at most 1, but got {limits!r}. Try BoxAP(0.5).")
        self.max_boxes = max_boxes
        self.reset()

    def reset(self) -> None:
        self._found: list[
            tuple[int, Numbers, Flags]
        ] = []  # of one label in one picture: scores (n,), right (n, limits)
        self._true: list[int] = []  # the label of each true box

    def accumulate(self, learn: LearnerState) -> None:
        if len(learn.pred) != 3:
            return  # nothing is detected while training
        boxes, labels, scores = (part.detach().cpu() for part in learn.pred)
        true_boxes, true_labels = (part.detach().cpu() for part in learn.yb)
        for i in range(len(boxes)):
            real, there = has_area(boxes[i]), has_area(true_boxes[i])
            self._add((boxes[i][real], labels[i][real], scores[i][real]), true_boxes[i][there], true_labels[i][there])

    def _add(self, found: tuple[Tensor, Tensor, Tensor], true_boxes: Tensor, true_labels: Tensor) -> None:
        """Take in one picture."""
        boxes, labels, scores = found
        self._true += [int(label) for label in true_labels]
        for label in sorted({int(label) for label in labels}):
            mine = (labels == label).nonzero().flatten()
            best = mine[scores[mine].argsort(descending=True, stable=True)[: self.max_boxes]]
            overlaps = box_overlaps(boxes[best].double(), true_boxes[true_labels == label].double())
            right = right_boxes(overlaps.numpy(), self.limits)
            self._found.append((label, scores[best].double().numpy(), right))

    @property
    def by_label(self) -> dict[int, float]:
        """The average precision of every label that has true boxes, by its number."""
        return {label: self._of(label) for label in sorted(set(self._true))}

    def _of(self, label: int) -> float:
        mine = [(scores, right) for one, scores, right in self._found if one == label]
        if not mine:
            return 0.0
        scores, right = np.concatenate([one for one, _ in mine]), np.concatenate([one for _, one in mine])
        n_true = self._true.count(label)
        return float(np.mean([average_precision(scores, column, n_true) for column in right.T]))

    @property
    def value(self) -> float | None:
        if not self._found and not self._true:
            return None
        each = self.by_label.values()
        return sum(each) / len(each) if each else math.nan

    @property
    def name(self) -> str:
        return f"box_ap{round(100 * self.limits[0])}" if len(self.limits) == 1 else "box_ap"


def right_boxes(overlaps: Numbers, limits: Sequence[float]) -> Flags:
    """Which predicted boxes find a true one, for every limit: shape `(N, len(limits))`.

    `overlaps` are those of `N` predicted boxes, the surest first, with `M` true ones. Each takes the true box it covers
    best among those that no box before it has taken.
    """
    n, n_true = overlaps.shape
    right = np.zeros((n, len(limits)), dtype=bool)
    if not n_true:
        return right
    free = np.ones((len(limits), n_true), dtype=bool)
    rows = np.arange(len(limits))
    for i in range(n):
        left = np.where(free, overlaps[i], -1.0)  # (limits, M)
        best = left.argmax(axis=1)
        right[i] = left[rows, best] >= limits
        free[rows[right[i]], best[right[i]]] = False
    return right


def average_precision(scores: Numbers, right: Flags, n_true: int) -> float:
    """The mean of the precision at recalls 0, 0.01, ..., 1, of boxes with `scores` of which some are `right`.

    At a recall that is never reached it is 0, elsewhere the highest precision of this recall or a greater one.
    """
    hits = np.cumsum(right[np.argsort(-scores, kind="stable")])
    precision = hits / np.arange(1, len(hits) + 1)
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    places = np.searchsorted(100 * hits, PERCENTS * n_true, side="left")  # whole numbers: 7 / 25 may not equal 0.28
    return float(np.where(places < len(hits), precision[np.minimum(places, len(hits) - 1)], 0.0).mean())
