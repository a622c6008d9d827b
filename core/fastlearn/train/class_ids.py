"""Class ids that the model has no score for: said with the numbers, and with what to try."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from fastlearn.losses.reading import judges_class_ids

__all__ = ["class_ids_beyond"]


def class_ids_beyond(loss: Any, pred: Any, targets: Any) -> str:
    """What is wrong where `targets` hold class ids without a score in `pred`; empty where nothing is.

    Waits for the device: it is meant for one batch of a fit, and for errors.
    """
    target = targets[0] if isinstance(targets, tuple) and len(targets) == 1 else targets
    if not isinstance(pred, Tensor) or not isinstance(target, Tensor) or not judges_class_ids(loss):
        return ""
    if target.is_floating_point() or pred.ndim < 2 or target.ndim >= pred.ndim + 1:
        return ""
    axis = getattr(loss, "axis", 1)
    n_scores, ids = pred.shape[axis], target[target != getattr(loss, "ignore_index", -100)]
    if not ids.numel() or (int(ids.min()) >= 0 and int(ids.max()) < n_scores):
        return ""
    highest = int(ids.max())
    remedy = f"Try a last layer with {highest + 1} outputs, or check the labels." if highest >= n_scores else (
        "Try ids that begin at 0.")  # fmt: skip
    return (
        f"The model gives {n_scores} scores for each item, but the targets are class ids from {int(ids.min())} to "
        f"{highest}. {remedy}"
    )
