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
