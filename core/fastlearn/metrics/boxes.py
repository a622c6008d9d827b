"""How well predicted boxes cover the true ones."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from fastlearn.metrics.base import LearnerState, Metric

__all__ = ["BoxIoU", "box_overlaps", "matched_overlaps"]


class BoxIoU(Metric):
    """Mean intersection over union of true boxes and the predicted ones of the same label, each used once.

    Pairs are made from the largest overlap down. A true box that is missed counts 0, and so does a predicted one (with
    a score of at least `min_score`) that is left over. The predictions are boxes `(B, K, 4)`, labels and scores
    `(B, K)`, the targets boxes `(B, N, 4)` and labels `(B, N)`; boxes without area are padding.
    """

    summed = ("total", "count")

    def __init__(self, min_score: float = 0.5) -> None:
        self.min_score = min_score
        self.reset()

    def reset(self) -> None:
        self.total: Any = 0.0
        self.count = 0

    def accumulate(self, learn: LearnerState) -> None:
        if len(learn.pred) != 3:
            return  # nothing is detected while training
        boxes, labels, scores = (part.detach().cpu() for part in learn.pred)
        true_boxes, true_labels = (part.detach().cpu() for part in learn.yb)
        for i in range(len(boxes)):
            sure, there = (scores[i] >= self.min_score) & has_area(boxes[i]), has_area(true_boxes[i])
            found = matched_overlaps(boxes[i][sure], labels[i][sure], true_boxes[i][there], true_labels[i][there])
            self.total += sum(found)
            self.count += int(sure.sum()) + int(there.sum()) - len(found)

    @property
    def value(self) -> float | None:
        return float(self.total) / self.count if self.count else None

    @property
    def name(self) -> str:
        return "box_iou"


def has_area(boxes: Tensor) -> Tensor:
    """Which boxes `(..., 4)` are no padding."""
    return (boxes[..., 2] > boxes[..., 0]) & (boxes[..., 3] > boxes[..., 1])


def box_overlaps(a: Tensor, b: Tensor) -> Tensor:
    """Intersection over union of every box of `a`, `(N, 4)`, with every one of `b`, `(M, 4)`: shape `(N, M)`."""
    low, high = torch.maximum(a[:, None, :2], b[None, :, :2]), torch.minimum(a[:, None, 2:], b[None, :, 2:])
    both = (high - low).clamp(min=0).prod(-1)
    area_a, area_b = (box[:, 2:] - box[:, :2] for box in (a, b))
    return both / (area_a.prod(-1)[:, None] + area_b.prod(-1)[None] - both)


def matched_overlaps(boxes: Tensor, labels: Tensor, true_boxes: Tensor, true_labels: Tensor) -> list[float]:
    """The overlaps of pairs with the same label, the largest first, each box in one pair; none without overlap."""
    if not len(boxes) or not len(true_boxes):
        return []
    overlaps = box_overlaps(boxes, true_boxes) * (labels[:, None] == true_labels[None])
    found = []
    while (best := float(overlaps.max())) > 0:
        row, column = divmod(int(overlaps.argmax()), overlaps.shape[1])
        found.append(best)
        overlaps[row], overlaps[:, column] = 0, 0
    return found
