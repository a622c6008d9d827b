"""Large batches on small devices: several batches for one step of the optimizer."""

from __future__ import annotations

from fastlearn.train.callback import Callback
from fastlearn.train.cancel import CancelBatchException

__all__ = ["GradientAccumulation"]


class GradientAccumulation(Callback):
    """Step only once gradients of `n_acc` samples (not batches) have been added up.

    Each loss is weighted by its share of `n_acc`, so that where batches add up to `n_acc` the step equals that of one
    big batch. Samples of all processes that train together count. What is left at the end of an epoch waits for the
    next one; at the end of the fit it is dropped.
    """

    order = 6
    run_valid = False

    def __init__(self, n_acc: int = 32) -> None:
        if n_acc < 1:
            raise ValueError(f"`n_acc` is a number of samples, at least 1, but got {n_acc!r}. Try 32.")
        self.n_acc, self.count = n_acc, 0

    def before_fit(self) -> None:
        self.count = 0

    def after_loss(self) -> None:
        self._n = self.learn.count_items()
        self.learn.loss_grad = self.loss_grad * (self._n / self.n_acc)

    def before_step(self) -> None:
        """Skip the step, and the clearing of gradients after it, until there are enough."""
        self.count += self._n
        if self.count < self.n_acc:
            raise CancelBatchException
        self.count = 0

    def after_fit(self) -> None:
        if self.count:
            self.opt.zero_grad()
            self.count = 0
