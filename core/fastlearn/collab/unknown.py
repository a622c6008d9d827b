"""What a model says of users and items that were not in training: what it says of the average one."""

from __future__ import annotations

import torch
from torch import nn

from fastlearn.train.callback import Callback

__all__ = ["UnknownAsAverage"]


class UnknownAsAverage(Callback):
    """Before each validation, and after a fit, code 0 of every embedding becomes the mean of all other codes.

    Nothing trains code 0, which stands for users and items that training has not seen. Left at its first weights it
    has no bias, and biases of users and items share what all ratings have in common: it would pull every rating down.
    """

    def before_validate(self) -> None:
        average_unknown(self.learn.model)

    def after_fit(self) -> None:
        average_unknown(self.learn.model)


def average_unknown(model: nn.Module) -> None:
    """Set the first vector of each embedding of `model` to the mean of the others."""
    with torch.no_grad():
        for table in model.modules():
            if isinstance(table, nn.Embedding) and len(table.weight) > 1:
                table.weight[0] = table.weight[1:].mean(0)
