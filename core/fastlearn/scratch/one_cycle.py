"""A learning rate that goes up and comes down again, within one fit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fastlearn.scratch.callbacks import Callback

__all__ = ["OneCycle"]


class OneCycle(Callback):
    """The rate rises from `lr_max / div` to `lr_max` in the first share `pct_start` of a fit, then falls to nearly 0.

    The momentum goes through the three `moms` the other way: where steps are large it is small. `moms=None` leaves it
    alone. Both follow half-waves of a cosine.
    Source: Smith & Topin 2017, "Super-Convergence", with cosines for its straight lines.
    """

    in_lr_find = False

    def __init__(
        self,
        lr_max: float,
        pct_start: float = 0.25,
        div: float = 25.0,
        div_final: float = 1e5,
        moms: tuple[float, float, float] | None = (0.95, 0.85, 0.95),
    ) -> None:
        self.pct_start = pct_start
        self.curves = {"lr": (lr_max / div, lr_max, lr_max / div_final)}
        if moms is not None:
            self.curves["mom"] = moms

    def before_fit(self) -> None:
        learn = self.learn
        self._per_epoch = len(learn.dls.train)
        total = self._per_epoch * learn.n_epoch
        for name, curve in self.curves.items():
            learn.planned[name] = up_and_down(total, self.pct_start, *curve).astype(np.float32)

    def before_batch(self) -> None:
        learn = self.learn
        if learn.training:
            step = learn.epoch * self._per_epoch + learn.num
            for name, plan in learn.planned.items():
                setattr(learn.opt, name, float(plan[step]))
            learn.opt.lr *= learn.control.applied_lr_scale  # whoever asked for less or more by hand


def cosine(start: float, end: float, position: NDArray[np.float64]) -> NDArray[np.float64]:
    """From `start` at position 0 to `end` at 1, slow at both ends."""
    return end + (start - end) * (1 + np.cos(np.pi * position)) / 2


def up_and_down(n: int, share: float, start: float, middle: float, end: float) -> NDArray[np.float64]:
    """`n` values that go from `start` to `middle` in their first `share`, then to `end`, along cosines."""
    position = np.arange(n) / n
    first = cosine(start, middle, position / share)
    return np.where(position < share, first, cosine(middle, end, (position - share) / (1 - share)))
