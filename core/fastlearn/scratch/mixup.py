"""Training on blends of two pictures, so that the network does not grow too sure of itself."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from fastlearn.scratch.callbacks import Callback

__all__ = ["MixUp", "blend", "one_hot"]


def one_hot(y: Tensor, n_classes: int) -> Tensor:
    """Class numbers `(B,)` as shares `(B, n_classes)`: all of an item belongs to its class."""
    return torch.zeros(len(y), n_classes, device=y.device).scatter_(1, y[:, None], 1.0)


def blend(a: Tensor, b: Tensor, share: Tensor) -> Tensor:
    """`share` of `a` and the rest of `b`; `share` is `(B,)`, `a` and `b` are `(B, …)`."""
    share = share.view(-1, *[1] * (a.ndim - 1))
    return b + share * (a - b)


class MixUp(Callback):
    """Blends each training item with another one of its batch, pictures and classes in the same shares.

    The share is drawn for each item from Beta(`alpha`, `alpha`), and the item itself gets the larger part. The loss
    has to take shares of classes, as `cross_entropy` does; validation stays as it is.
    Source: Zhang et al. 2018, "mixup: Beyond Empirical Risk Minimization"; one share an item instead of one a batch.
    """

    order = 10  # once the batch is on its device and normalised

    def __init__(self, n_classes: int, alpha: float = 0.4, seed: int = 0) -> None:
        self.n_classes, self.alpha, self.rng = n_classes, alpha, np.random.default_rng(seed)

    def before_batch(self) -> None:
        if not self.learn.training:
            return
        x, y = self.learn.batch
        drawn = self.rng.beta(self.alpha, self.alpha, len(x))
        share = torch.tensor(np.maximum(drawn, 1 - drawn), dtype=x.dtype, device=x.device)
        other = torch.tensor(self.rng.permutation(len(x)), device=x.device)
        classes = one_hot(y, self.n_classes)
        self.learn.batch = blend(x, x[other], share), blend(classes, classes[other], share)
