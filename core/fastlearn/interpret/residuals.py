"""How far numbers that were predicted are off, item by item."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fastlearn.interpret.linked_confusion import Linked, Rows
from fastlearn.interpret.ranking import worst_first

if TYPE_CHECKING:
    import pandas as pd

    from fastlearn.interpret.stored_answers import StoredAnswers

__all__ = ["Residuals"]


class Residuals(Linked):
    """Predicted minus actual, for each of `K` numbers an item, in the unit of the targets."""

    def __init__(self, answers: StoredAnswers, split: int | None = 1) -> None:
        super().__init__(answers, split)
        assert answers.targets is not None and answers.preds is not None
        self._stored = np.asarray(answers.targets[self.rows])
        self.predicted: NDArray[np.float32] = np.asarray(answers.preds[self.rows])
        self._refresh()

    @property
    def values(self) -> NDArray[np.float32]:
        """Predicted minus actual, `(n, K)`, one row for each of `rows`; NaN for what is left out."""
        kept = self._kept()[:, None]
        found: NDArray[np.float32] = np.where(kept, self.predicted - self.actual, np.nan).astype(np.float32)
        return found

    def worst(self, k: int | None = None) -> Rows:
        """The rows with the largest residuals, as the length of the `K` numbers, largest first."""
        kept = self._kept()
        size = np.linalg.norm((self.predicted - self.actual)[kept].astype(np.float64), axis=1)
        return self.rows[kept][worst_first(size)][:k]

    def summary(self) -> pd.DataFrame:
        """One row for each number: mean residual (bias), mean absolute and root mean square residual, R², n."""
        import pandas as pd

        kept = self._kept()
        actual, off = self.actual[kept].astype(np.float64), (self.predicted - self.actual)[kept].astype(np.float64)
        n = max(len(off), 1)
        square, spread = (off**2).sum(0), ((actual - actual.mean(0)) ** 2).sum(0) if len(actual) else np.zeros(1)
        with np.errstate(divide="ignore", invalid="ignore"):
            r2 = np.where(spread > 0, 1 - square / spread, np.nan)  # without spread there is nothing to explain
        columns = {"bias": off.sum(0) / n, "mae": np.abs(off).sum(0) / n, "rmse": np.sqrt(square / n), "r2": r2}
        table: pd.DataFrame = pd.DataFrame({**columns, "n": len(off)})
        return table

    def _checked(self, label: Any) -> tuple[float, ...]:
        numbers = label if isinstance(label, Iterable) and not isinstance(label, str) else [label]
        try:
            found = tuple(float(number) for number in numbers)
        except (TypeError, ValueError):
            found = ()
        if len(found) != self._stored.shape[1] or not np.isfinite(found).all():
            raise ValueError(f"A corrected target is {self._stored.shape[1]} finite numbers, but got {label!r}.")
        return found

    def _same(self, label: Any, row: int) -> bool:
        return bool((self._stored[np.searchsorted(self.rows, row)] == np.asarray(label, np.float32)).all())

    def _refresh(self) -> None:
        self.actual: NDArray[np.float32] = self._stored.copy()
        for row, label in self.corrected.items():
            self.actual[np.searchsorted(self.rows, row)] = label
