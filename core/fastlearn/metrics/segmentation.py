"""How well predicted masks cover the true ones. Counts of pixels are kept, on the device; nothing else."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from fastlearn.metrics.base import LearnerState, Metric

__all__ = ["Dice", "DiceMulti", "JaccardCoeff", "JaccardCoeffMulti", "foreground_acc"]


def foreground_acc(preds: Tensor, targets: Tensor, bkg_idx: int = 0, axis: int = 1) -> Tensor:
    """The share of pixels with the right class, among those that are not of class `bkg_idx` in truth.

    Shapes: scores `(N, K, H, W)` with the classes on `axis`, class ids `(N, H, W)`. NaN where all is background. As a
    metric of a learner it counts the pixels of the whole pass, so that a batch of background only does not spoil it.
    """
    right, total = foreground_counts(preds, targets, bkg_idx, axis)
    return right / total


def foreground_counts(preds: Tensor, targets: Tensor, bkg_idx: int = 0, axis: int = 1) -> tuple[Tensor, Tensor]:
    """How many pixels of the foreground are right, and how many there are."""
    targets = targets.squeeze(1) if targets.ndim == preds.ndim else targets
    mask = targets != bkg_idx
    return ((preds.argmax(dim=axis) == targets) & mask).sum(), mask.sum()


foreground_acc.counts = foreground_counts  # type: ignore[attr-defined]  # `mk_metric` adds these up


class _Overlap(Metric):
    """Keeps, for each class, the pixels of prediction, truth and both. The class axis is `axis`."""

    summed = ("both", "predicted", "true")

    def __init__(self, axis: int = 1) -> None:
        self.axis = axis
        self.reset()

    def reset(self) -> None:
        self.both: Any = 0
        self.predicted: Any = 0
        self.true: Any = 0

    def accumulate(self, learn: LearnerState) -> None:
        n = learn.pred.shape[self.axis]
        pred, true = learn.pred.detach().argmax(dim=self.axis).reshape(-1), learn.y.reshape(-1).long()
        inside = (true >= 0) & (true < n)  # ids without a class, such as 255, count nowhere
        pred, true = pred[inside], true[inside]
        table = torch.bincount(true * n + pred, minlength=n * n).reshape(n, n)
        self.both = self.both + table.diagonal()
        self.predicted = self.predicted + table.sum(0)
        self.true = self.true + table.sum(1)

    def _ratio(self, both: Any, predicted: Any, true: Any) -> Any:
        raise NotImplementedError

    @property
    def per_class(self) -> list[float]:
        """The value of each class; NaN for one that is neither predicted nor true anywhere."""
        if not isinstance(self.both, Tensor):
            return []
        return [float(v) for v in self._ratio(self.both.double(), self.predicted.double(), self.true.double())]


class _Foreground(_Overlap):
    """Class 1 against the rest."""

    @property
    def value(self) -> float | None:
        return self.per_class[1] if len(self.per_class) > 1 else None


class _Mean(_Overlap):
    """The mean over the classes that occur."""

    @property
    def value(self) -> float | None:
        there = [v for v in self.per_class if v == v]
        return sum(there) / len(there) if there else None


def _dice(both: Any, predicted: Any, true: Any) -> Any:
    return 2 * both / (predicted + true)


def _jaccard(both: Any, predicted: Any, true: Any) -> Any:
    return both / (predicted + true - both)


class Dice(_Foreground):
    """Twice the overlap over the sum of both areas, of class 1 in a mask with two classes."""

    def _ratio(self, both: Any, predicted: Any, true: Any) -> Any:
        return _dice(both, predicted, true)


class JaccardCoeff(_Foreground):
    """Intersection over union, of class 1 in a mask with two classes."""

    def _ratio(self, both: Any, predicted: Any, true: Any) -> Any:
        return _jaccard(both, predicted, true)


class DiceMulti(_Mean):
    """Dice of each class, averaged over those that occur."""

    def _ratio(self, both: Any, predicted: Any, true: Any) -> Any:
        return _dice(both, predicted, true)


class JaccardCoeffMulti(_Mean):
    """Intersection over union of each class, averaged over those that occur (mean IoU)."""

    def _ratio(self, both: Any, predicted: Any, true: Any) -> Any:
        return _jaccard(both, predicted, true)
