"""Averages over batches: of any function, of the loss, and a running one for the progress line."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch

from fastlearn.metrics.base import LearnerState, Metric, as_number, batch_size, function_name, widened


class AvgMetric(Metric):
    """The mean over all items of `func(pred, *targets)`, which is itself the mean over a batch."""

    summed = ("total", "count")

    def __init__(self, func: Callable[..., Any], name: str | None = None) -> None:
        self.func, self._name = func, name
        self.reset()

    def reset(self) -> None:
        self.total: Any = 0.0
        self.count = 0

    def accumulate(self, learn: LearnerState) -> None:
        n = batch_size(learn.yb)
        self.total = self.total + widened(self.func(learn.pred, *learn.yb)) * n
        self.count += n

    @property
    def value(self) -> float | None:
        return as_number(self.total) / self.count if self.count else None

    @property
    def name(self) -> str:
        return self._name or function_name(self.func)


class ShareMetric(Metric):
    """What was counted over what there was to count, both over all items: `counts(pred, *targets)` gives the two.

    NaN where there was nothing to count in the whole pass: a batch without any does not matter.
    """

    summed = ("right", "total")

    def __init__(self, counts: Callable[..., tuple[Any, Any]], name: str | None = None) -> None:
        self.counts, self._name = counts, name
        self.reset()

    def reset(self) -> None:
        self.right: Any = 0.0
        self.total: Any = 0.0
        self.seen = 0

    def accumulate(self, learn: LearnerState) -> None:
        right, total = self.counts(learn.pred, *learn.yb)
        self.right, self.total = self.right + widened(right), self.total + widened(total)
        self.seen += 1

    @property
    def value(self) -> float | None:
        total = as_number(self.total)
        if total:
            return as_number(self.right) / total
        return math.nan if self.seen else None

    @property
    def name(self) -> str:
        return self._name or function_name(self.counts)


class AvgLoss(Metric):
    """The mean loss over all items."""

    summed = ("total", "count")

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.total: Any = 0.0
        self.count = 0

    def accumulate(self, learn: LearnerState) -> None:
        if learn.loss is None:
            return  # the batch was cancelled before it had one
        n = batch_size(learn.yb)
        self.total = self.total + widened(learn.loss.mean()) * n
        self.count += n

    @property
    def value(self) -> float | None:
        return as_number(self.total) / self.count if self.count else None

    @property
    def name(self) -> str:
        return "loss"


class AvgSmoothLoss(Metric):
    """The running mean of the loss: a batch counts `1 - beta`, older ones fade; without a pull towards the first."""

    alike = True  # the loss of a training batch is that of all processes

    def __init__(self, beta: float = 0.98) -> None:
        self.beta = beta
        self.reset()

    def reset(self) -> None:
        self.count = 0
        self._mean: Any = 0.0

    def accumulate(self, learn: LearnerState) -> None:
        if learn.loss is None:
            return
        self.count += 1
        self._mean = self._mean * self.beta + widened(torch.mean(learn.loss)) * (1 - self.beta)

    @property
    def value(self) -> float | None:
        return as_number(self._mean) / (1 - self.beta**self.count) if self.count else None

    @property
    def name(self) -> str:
        return "loss"


class ValueMetric(Metric):
    """A number that is computed elsewhere, for instance by a callback: `func()` is read when the epoch ends."""

    alike = True

    def __init__(self, func: Callable[[], Any], name: str | None = None) -> None:
        self.func, self._name = func, name

    @property
    def value(self) -> float | None:
        value = self.func()
        return None if value is None else as_number(value)

    @property
    def name(self) -> str:
        return self._name or function_name(self.func)
