"""MixUp: training on weighted averages of two samples."""

from __future__ import annotations

import torch

from fastlearn.callbacks.mix import MixHandler, like
from fastlearn.metrics.base import batch_size

__all__ = ["MixUp"]


class MixUp(MixHandler):
    """Each input becomes `lam * x + (1 - lam) * another`, with a `lam` of at least 0.5 for each item.

    Source: Zhang et al. 2018, "mixup: Beyond Empirical Risk Minimization"; one lam per item as in fastai.
    """

    def __init__(self, alpha: float = 0.4) -> None:
        super().__init__(alpha)

    def before_batch(self) -> None:
        learn = self.learn
        n = batch_size(learn.xb)
        lam = self.draw_lam(n)
        lam = torch.maximum(lam, 1 - lam)  # the other half of the pairs would be the same again
        order = self.draw_order(n)
        learn.xb = tuple(
            torch.lerp(x[order.to(x.device)], x, like(lam, x)) if x.is_floating_point() else x for x in learn.xb
        )
        self.blend_targets(lam, order.to(learn.xb[0].device))
