"""Records batches, to look at what a model was given."""

from __future__ import annotations

from typing import Any

from fastlearn.data.batch import map_tensors
from fastlearn.train.callback import Callback

__all__ = ["CollectDataCallback"]


class CollectDataCallback(Callback):
    """`data` holds (inputs, targets, prediction, loss) of every batch of the latest fit, copied to the CPU."""

    order = 1  # after what changes batches
    in_lr_find = False

    def __init__(self) -> None:
        self.data: list[tuple[Any, Any, Any, Any]] = []

    def before_fit(self) -> None:
        self.data = []

    def after_batch(self) -> None:
        if not self.learn.cleaning_up:
            learn = self.learn
            kept = (learn.xb, learn.yb, learn.pred, learn.loss)
            self.data.append(map_tensors(lambda tensor: tensor.detach().to("cpu", copy=True), kept))
