"""Tells at the first batch when the model's outputs cannot be meant for the data's classes."""

from __future__ import annotations

from torch import Tensor

from fastlearn.train.callback import Callback
from fastlearn.warn import warn_user

__all__ = ["CheckOutputs"]


class CheckOutputs(Callback):
    """Compares the number of scores per item with the number of classes, at the first training batch of a fit only."""

    order = -8
    run_train = run_valid = False

    def before_fit(self) -> None:
        kinds, n_inp = getattr(self.dls, "kinds", None) or (), getattr(self.dls, "n_inp", 1)
        target = kinds[n_inp] if len(kinds) > n_inp else None
        self.run_train = target in ("category", "mask", "multicategory") and bool(getattr(self.dls, "c", None))

    def after_pred(self) -> None:
        self.run_train = False
        self.learn.refresh_callbacks()
        if not isinstance(self.pred, Tensor) or self.pred.ndim < 2:
            return
        axis = getattr(self.loss_func, "axis", 1)
        n_scores, n_classes = self.pred.shape[axis], int(self.dls.c)
        if n_scores == n_classes:
            return
        said = (
            f"The model gives {n_scores} scores for each item (it returns {tuple(self.pred.shape)}), but the data has "
            f"{n_classes} classes. Try a last layer with {n_classes} outputs (dls.c)."
        )
        if n_scores < n_classes:
            raise ValueError(said)
        warn_user(said)
