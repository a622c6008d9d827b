"""Training on blends of samples: the part that MixUp and CutMix share."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from fastlearn.data.batch import map_tensors
from fastlearn.train.callback import Callback
from fastlearn.train.inference import loss_not_reduced

__all__ = ["MixHandler", "like"]


class MixHandler(Callback):
    """Blends each training batch with itself in another order; a subclass says how in `before_batch`.

    Targets that are numbers are blended too. For class ids the loss is blended instead: `lam` times that of the sample
    and `1 - lam` times that of its partner, item by item. `alpha` shapes the Beta distribution of `lam`.
    """

    run_valid = False

    def __init__(self, alpha: float = 0.5) -> None:
        if not alpha > 0:
            raise ValueError(f"`alpha` shapes a Beta distribution and is positive, but got {alpha!r}. Try 0.4.")
        self.alpha = alpha
        self._own_loss: Any = None

    def before_fit(self) -> None:
        others = [type(cb).__name__ for cb in self.learn.cbs if isinstance(cb, MixHandler) and cb.run]
        if len(others) > 1:
            raise ValueError(
                f"One way of blending at a time, but there are {' and '.join(others)}. Remove one of them."
            )

    def before_train(self) -> None:
        self._own_loss, self.learn.loss_func = self.learn.loss_func, self.mixed_loss
        self._partner: tuple[Tensor, ...] | None = None

    def after_train(self) -> None:
        if self._own_loss is not None:
            self.learn.loss_func, self._own_loss = self._own_loss, None

    def draw_lam(self, n: int) -> Tensor:
        """`n` numbers in [0, 1] from Beta(alpha, alpha)."""
        return torch.distributions.Beta(self.alpha, self.alpha).sample((n,))  # type: ignore[no-untyped-call, no-any-return]

    def draw_order(self, n: int) -> Tensor:
        """Which item each of `n` is blended with: their positions in another order."""
        return torch.randperm(n)

    def blend_targets(self, lam: Tensor, order: Tensor) -> None:
        """Blend the targets by `lam`, shape `(B,)`, with those in `order`, or keep both for the loss."""
        mine = self.learn.yb
        partner = tuple(map_tensors(lambda tensor: tensor[order], part) for part in mine)
        if all(isinstance(part, Tensor) and part.is_floating_point() for part in mine):
            blended = zip(partner, mine, strict=True)
            self.learn.yb = tuple(torch.lerp(other, own, like(lam, own)) for other, own in blended)
            self._partner = None
        else:
            self.lam, self._partner = lam, partner

    def mixed_loss(self, pred: Any, *targets: Any) -> Tensor:
        """The learner's own loss, blended over both targets where they are class ids."""
        if self._partner is None:
            plain: Tensor = self._own_loss(pred, *targets)
            return plain
        learn, own = self.learn, self._own_loss
        learn.loss_func = own
        try:
            with loss_not_reduced(learn):
                mine, other = learn.loss_func(pred, *targets), learn.loss_func(pred, *self._partner)
        finally:
            learn.loss_func = self.mixed_loss
        blended = torch.lerp(other, mine, like(self.lam, mine))
        return _reduced(blended, getattr(own, "reduction", "mean"))


def like(lam: Tensor, part: Tensor) -> Tensor:
    """`lam`, shape `(B,)`, broadcast over `part`, shape `(B, ...)`."""
    return lam.to(part).reshape(-1, *[1] * (part.ndim - 1))


def _reduced(loss: Tensor, reduction: str) -> Tensor:
    return loss.mean() if reduction == "mean" else loss.sum() if reduction == "sum" else loss
