"""How well a model predicts text."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from fastlearn.metrics.averages import AvgLoss
from fastlearn.metrics.base import LearnerState, Metric

__all__ = ["CorpusBLEUMetric", "Perplexity", "perplexity"]


class Perplexity(AvgLoss):
    """The exponential of the mean loss: among how many equally likely words the model hesitates."""

    @property
    def value(self) -> float | None:
        mean = super().value
        return None if mean is None else math.exp(mean) if mean < 700 else math.inf

    @property
    def name(self) -> str:
        return "perplexity"


perplexity = Perplexity()


class CorpusBLEUMetric(Metric):
    """BLEU of a whole corpus: the geometric mean of the precisions of 1- to 4-grams, with a penalty for brevity.

    Predictions are scores `(N, T, V)` (or `(N, V, T)` with `axis=1`), targets token ids `(N, T)`, one reference each.
    `vocab_sz` is more than any id. The counts are kept, on the device.
    Source: Papineni et al. 2002, "BLEU: a Method for Automatic Evaluation of Machine Translation", section 2.3.
    """

    summed = ("pred_len", "targ_len", "correct", "counts")

    def __init__(self, vocab_sz: int = 5000, axis: int = -1) -> None:
        self.vocab_sz, self.axis = vocab_sz, axis
        self.reset()

    def reset(self) -> None:
        self.pred_len = self.targ_len = 0
        self.correct: list[Any] = [0] * 4
        self.counts = [0] * 4

    def accumulate(self, learn: LearnerState) -> None:
        pred, true = learn.pred.detach().argmax(dim=self.axis), learn.y.detach()
        self.pred_len += pred.numel()
        self.targ_len += true.numel()
        for n in range(1, 5):
            mine, theirs = self._grams(pred, n), self._grams(true, n)
            self.correct[n - 1] = self.correct[n - 1] + _matches(mine, theirs)
            self.counts[n - 1] += mine.numel()

    @property
    def value(self) -> float | None:
        if not self.counts[0]:
            return None
        correct = [float(c) for c in self.correct]
        if any(c == 0 for c in correct):
            return 0.0
        logs = [math.log(c / n) for c, n in zip(correct, self.counts, strict=True)]
        brevity = math.exp(min(0.0, 1 - self.targ_len / self.pred_len))
        return brevity * math.exp(sum(logs) / 4)

    @property
    def name(self) -> str:
        return "CorpusBLEU"

    def _grams(self, ids: Tensor, n: int) -> Tensor:
        """Each n-gram as one number, and the sentence in it: shape `(N, T - n + 1)`."""
        length = max(0, ids.shape[1] - n + 1)
        grams = torch.zeros(ids.shape[0], length, dtype=torch.int64, device=ids.device)
        for i in range(n):
            grams = grams * self.vocab_sz + ids[:, i : i + length]
        return grams


def _matches(mine: Tensor, theirs: Tensor) -> Tensor | int:
    """How many n-grams of each sentence are in its reference, each counted at most as often as it is there."""
    if mine.numel() == 0 or theirs.numel() == 0:
        return 0
    _, ids = torch.unique(torch.cat((mine.reshape(-1), theirs.reshape(-1))), return_inverse=True)
    n = int(ids.max()) + 1
    rows = torch.arange(mine.shape[0], device=mine.device)
    a = torch.bincount(
        (rows[:, None] * n + ids[: mine.numel()].reshape(mine.shape)).reshape(-1), minlength=n * len(rows)
    )
    b = torch.bincount(
        (rows[:, None] * n + ids[mine.numel() :].reshape(theirs.shape)).reshape(-1), minlength=n * len(rows)
    )
    return torch.minimum(a, b).sum()
