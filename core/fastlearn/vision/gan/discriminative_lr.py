"""A learning rate of its own for the critic."""

from __future__ import annotations

from typing import Any

from fastlearn.callbacks.schedule import ParamScheduler
from fastlearn.train.callback import Callback
from fastlearn.vision.gan.trainer import GANTrainer

__all__ = ["GANDiscriminativeLR"]


class GANDiscriminativeLR(Callback):
    """While the critic learns, the learning rates of all layer groups are `mult_lr` times as high.

    Source: Heusel et al. 2017, "GANs Trained by a Two Time-Scale Update Rule".
    """

    order = 61  # rates are raised once they are scheduled, and put back once they are recorded
    after = (GANTrainer, ParamScheduler)
    run_valid = False

    def __init__(self, mult_lr: float = 5.0) -> None:
        if not mult_lr > 0:
            raise ValueError(f"`mult_lr` multiplies the learning rate, so it is more than 0, but got {mult_lr!r}.")
        self.mult_lr = mult_lr
        self._before: list[Any] | None = None

    def before_batch(self) -> None:
        trainer = next((cb for cb in self.cbs if isinstance(cb, GANTrainer)), None)
        if trainer is None or trainer.gen_mode:
            return
        self._before = [group["lr"] for group in self.opt.param_groups]
        for group in self.opt.param_groups:
            group["lr"] = group["lr"] * self.mult_lr

    def after_batch(self) -> None:
        if self._before is None:
            return
        for group, lr in zip(self.opt.param_groups, self._before, strict=True):
            group["lr"] = lr
        self._before = None
