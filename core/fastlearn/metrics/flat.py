"""Predictions and targets side by side."""

from __future__ import annotations

from torch import Tensor


def flat_pair(preds: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Both as one long row of equal length.

    Raises: ValueError if they hold different amounts of numbers.
    """
    if preds.numel() != targets.numel():
        raise ValueError(
            f"A metric compares predictions and targets one to one, but after reduction got {tuple(preds.shape)} and "
            f"{tuple(targets.shape)}. Several labels per item? Try accuracy_multi. A mask? Try axis=1."
        )
    return preds.reshape(-1), targets.reshape(-1)


def expanded(target: Tensor, like: Tensor) -> Tensor:
    """`target`, one value for each item, repeated to the shape of `like`.

    Raises: ValueError if it is not one value for each item.
    """
    if target.numel() != like.shape[0]:
        raise ValueError(
            f"There is one target for each image or item, but got {tuple(target.shape)} targets for scores of shape "
            f"{tuple(like.shape)}. Try a data block with CategoryBlock for real or made."
        )
    return target.reshape(-1, *[1] * (like.ndim - 1)).expand_as(like)
