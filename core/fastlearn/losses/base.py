"""What every loss of ours has: an activation (scores into what people read) and a decoding (into targets)."""

from __future__ import annotations

from torch import Tensor, nn

from fastlearn.keywords import check_keywords

REDUCTIONS = ("mean", "sum", "none")


class BaseLoss(nn.Module):
    """A loss that knows its `activation` and its `decodes`.

    `reduction` may be changed at any time; with `"none"` the loss keeps the shape of the target.
    """

    def __init__(self, reduction: str = "mean") -> None:
        super().__init__()
        if reduction not in REDUCTIONS:
            raise ValueError(f"`reduction` is one of {', '.join(REDUCTIONS)}, but got {reduction!r}.")
        self.reduction = reduction

    def activation(self, x: Tensor) -> Tensor:
        """Raw scores as predictions that people read, such as probabilities."""
        return x

    def decodes(self, x: Tensor) -> Tensor:
        """What `activation` returned as targets, such as class ids."""
        return x

    def extra_repr(self) -> str:
        return "" if self.reduction == "mean" else f"reduction={self.reduction!r}"


class PairwiseLoss(BaseLoss):
    """A loss that compares prediction and target number by number; `(N, 1)` meets `(N,)` without broadcasting.

    `floatify` gives the target the prediction's dtype. `axis` is where the classes lie, as in the other losses; the
    value is the same for every axis.
    """

    title = "The loss"

    @check_keywords
    def __init__(self, reduction: str = "mean", axis: int = -1, floatify: bool = True) -> None:
        super().__init__(reduction)
        self.axis, self.floatify = axis, floatify

    def matched(self, pred: Tensor, target: Tensor) -> Tensor:
        """`target` in the shape of `pred`, and in its dtype with `floatify`."""
        target = same_shape(pred, target, self.title)
        return target.to(pred.dtype) if self.floatify else target


def same_shape(pred: Tensor, target: Tensor, loss: str) -> Tensor:
    """`target` in the shape of `pred`: `(N,)` and `(N, 1)` hold the same numbers and must never broadcast.

    Raises: ValueError if they hold different amounts of numbers.
    """
    if target.shape != pred.shape:
        if target.numel() != pred.numel():
            raise ValueError(
                f"{loss} compares two tensors of one shape, but the model gave {tuple(pred.shape)} and the target is "
                f"{tuple(target.shape)}. Try a model with n_out={target[0].numel() if target.ndim else 1}."
            )
        target = target.reshape(pred.shape)
    return target
