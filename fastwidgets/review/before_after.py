"""What a model says of the same validation items before and after: the difference, and what chance alone would make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

__all__ = ["Answered", "Difference", "answered", "difference"]

DRAWS = 2000
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Answered:
    """One pass: the learner's own numbers by name, and an item's score: 1 where it is right, or minus its loss."""

    metrics: dict[str, float]
    scores: Numbers
    measure: str  # "accuracy" or "loss"


@dataclass(frozen=True)
class Difference:
    """After minus before of the mean score, with its 95 % interval over items (positive is better)."""

    before: float
    after: float
    low: float
    high: float
    n: int
    measure: str

    @property
    def change(self) -> float:
        """After minus before, so that more is better."""
        return self.after - self.before

    @property
    def verdict(self) -> str:
        """In words; nothing is claimed that chance could make."""
        if self.n == 0:
            return "There are no validation items, so nothing is compared."
        if self.low > 0:
            return f"Better, by more than chance would make: {self._interval}."
        if self.high < 0:
            return f"Worse, by more than chance would make: {self._interval}."
        return f"No difference that chance could not make as well: {self._interval}."

    @property
    def _interval(self) -> str:
        if self.measure == "accuracy":
            return (f"accuracy {100 * self.before:.1f} % → {100 * self.after:.1f} %, a change of "
                    f"{100 * self.change:+.1f} points, 95 % interval {100 * self.low:+.1f} to {100 * self.high:+.1f}, "
                    f"over {self.n} items")  # fmt: skip
        return (f"mean loss {-self.before:.4g} → {-self.after:.4g}, a change of {-self.change:+.4g}, 95 % interval "
                f"{-self.high:+.4g} to {-self.low:+.4g}, over {self.n} items")  # fmt: skip


def answered(learn: Any, dl: Any) -> Answered:
    """One quiet pass over `dl` for the metrics, and one for the score of each item."""
    with learn.no_bar(), learn.no_logging():
        values = learn.validate(dl=dl)
        preds, targets, decoded, losses = learn.get_preds(dl=dl, with_decoded=True, with_loss=True)
    names = ["valid_loss", *(metric.name for metric in learn.metrics)]
    metrics = {name: float(value) for name, value in zip(names, values, strict=False) if value is not None}
    right = _right(preds, targets, decoded)
    if right is not None:
        return Answered(metrics, right, "accuracy")
    return Answered(metrics, -np.asarray(losses, np.float64).reshape(-1), "loss")


def difference(before: Answered, after: Answered, seed: int = 0) -> Difference:
    """The change of the mean score, with a bootstrap over the items, which are the same in both."""
    n = len(before.scores)
    if n != len(after.scores):
        raise ValueError(f"Both passes are over the same items, but there are {n} and {len(after.scores)}.")
    if n == 0:
        return Difference(float("nan"), float("nan"), float("nan"), float("nan"), 0, before.measure)
    change = after.scores - before.scores
    rng = np.random.default_rng(seed)
    means = np.array([change[rng.integers(0, n, n)].mean() for _ in range(DRAWS)])
    low, high = np.percentile(means, [2.5, 97.5])
    return Difference(
        float(before.scores.mean()), float(after.scores.mean()), float(low), float(high), n, before.measure
    )


def _right(preds: Any, targets: Any, decoded: Any) -> Numbers | None:
    """1 for each item that was answered right, 0 for the others; None where answers are no classes of whole items."""
    if not all(isinstance(one, torch.Tensor) for one in (preds, targets, decoded)) or targets.is_floating_point():
        both = isinstance(targets, torch.Tensor) and isinstance(decoded, torch.Tensor) and decoded.dtype == torch.bool
        if both and decoded.shape == targets.shape and targets.ndim == 2:
            return np.asarray(((targets > 0.5) == decoded).all(1), np.float64)  # all labels of an item
        return None
    if targets.ndim != 1 or decoded.shape != targets.shape:
        return None
    return np.asarray(decoded == targets, np.float64)
