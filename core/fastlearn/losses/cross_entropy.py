"""Cross-entropy over classes, for labels, sequences and masks alike."""

from __future__ import annotations

from typing import NoReturn

import torch
from torch import Tensor
from torch.nn import functional as F

from fastlearn.keywords import check_keywords
from fastlearn.losses.base import BaseLoss
from fastlearn.losses.many_scores import cross_entropy_of_many, worth_it


class CrossEntropyLossFlat(BaseLoss):
    """Cross-entropy with the classes on `axis` of the scores.

    Shapes: scores `(N, K)`, `(N, ..., K)`, or with `axis=1` `(N, K, ...)`; the target has the same shape without the
    classes, as class ids in `[0, K)`, or the shape of the scores, as a probability per class.
    Returns: the mean loss in nats, shape `()`; `weight` is one factor per class; an `ignore_index` target is skipped.
    """

    weight: Tensor | None

    @check_keywords
    def __init__(
        self,
        axis: int = -1,
        weight: Tensor | None = None,
        ignore_index: int = -100,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(reduction)
        self.axis, self.ignore_index, self.label_smoothing = axis, ignore_index, label_smoothing
        self.register_buffer("weight", weight)

    def forward(self, pred: Tensor, target: Tensor) -> Tensor:
        scores = pred.movedim(self.axis, 1) if pred.ndim > 2 else pred
        target = self._as_target(scores, target)
        shape, of_rows = target.shape, scores.ndim > target.ndim > 1 and self.axis in (-1, pred.ndim - 1)
        if of_rows:  # the scores of one place lie together: ten times as fast
            scores, target = pred.flatten(0, -2), target.flatten()
        plain = self.weight is None and not self.label_smoothing and self.reduction != "none"
        try:
            if plain and worth_it(scores, target):
                return cross_entropy_of_many(scores, target, self.ignore_index, self.reduction)
            loss = F.cross_entropy(
                scores,
                target,
                weight=self.weight,
                ignore_index=self.ignore_index,
                reduction=self.reduction,
                label_smoothing=self.label_smoothing,
            )
        except IndexError:  # torch's message names one number and no remedy
            _refuse_class_ids(target, scores.shape[1], self.ignore_index)
        return loss.reshape(shape) if of_rows and self.reduction == "none" else loss

    def activation(self, x: Tensor) -> Tensor:
        """Probabilities that add up to 1 over the classes."""
        return F.softmax(x, dim=self.axis)

    def decodes(self, x: Tensor) -> Tensor:
        """The most probable class."""
        return x.argmax(dim=self.axis)

    def extra_repr(self) -> str:
        return ", ".join(part for part in (f"axis={self.axis}", super().extra_repr()) if part)

    def _as_target(self, scores: Tensor, target: Tensor) -> Tensor:
        if target.is_floating_point() and target.ndim == scores.ndim:
            return target
        expected = scores.shape[:1] + scores.shape[2:]
        if target.shape != expected:
            if target.numel() != expected.numel():
                raise ValueError(
                    f"Cross-entropy expects class ids of shape {tuple(expected)} for scores of shape "
                    f"{tuple(scores.shape)}, but got {tuple(target.shape)}. Several labels per item? "
                    "Try BCEWithLogitsLossFlat."
                )
            target = target.reshape(expected)
        return target if target.dtype == torch.int64 else target.long()


def _refuse_class_ids(target: Tensor, n_classes: int, ignore_index: int) -> NoReturn:
    ids = target[target != ignore_index]
    raise ValueError(
        f"Class ids must lie in [0, {n_classes}) as the model gives {n_classes} scores, but the targets range from "
        f"{int(ids.min())} to {int(ids.max())}. Try n_out={int(ids.max()) + 1}, or check the labels."
    )
