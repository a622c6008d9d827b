"""Tells at the first batch when the model's outputs cannot be meant for the data's classes."""

from __future__ import annotations

from torch import Tensor

from fastlearn.losses.reading import judges_class_ids
from fastlearn.train.callback import Callback
from fastlearn.train.class_ids import class_ids_beyond
from fastlearn.warn import warn_user

__all__ = ["CheckOutputs"]


class CheckOutputs(Callback):
    """Compares the number of scores per item with the number of classes, at the first training batch of a fit only.

    Where the data does not tell how many classes it has, with the class ids of that batch.
    """

    order = -8
    run_train = run_valid = False
    _counted = False  # the data tells how many classes it has

    def before_fit(self) -> None:
        kinds, n_inp = getattr(self.dls, "kinds", None) or (), getattr(self.dls, "n_inp", 1)
        target = kinds[n_inp] if len(kinds) > n_inp else None
        judged = target in ("category", "mask", "multicategory") and not getattr(self.loss_func, "one_score", False)
        self._counted = judged and bool(getattr(self.dls, "c", None))
        self.run_train = self._counted or judges_class_ids(self.loss_func)

    def after_pred(self) -> None:
        self.run_train = False
        self.learn.refresh_callbacks()
        if not isinstance(self.pred, Tensor) or self.pred.ndim < 2:
            return
        if not self._counted:
            said = class_ids_beyond(self.loss_func, self.pred, self.learn.yb)
            if said:
                raise ValueError(said)
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
