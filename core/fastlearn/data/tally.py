"""Counting the items of an epoch that could not be read, so that a few are left out and many are an error."""

from __future__ import annotations

from collections.abc import Sequence

from fastlearn.data.making import Made, SetAside
from fastlearn.data.problems import DataError

HOPELESS = 16  # unreadable items; when they are also more than half of those tried, the data is at fault


class Tally:
    """How many items an epoch has tried and how many of them could not be read."""

    def __init__(self) -> None:
        self.n_bad, self.n_good, self.n_used = 0, 0, 0

    def add(self, made: Made, set_aside: Sequence[SetAside], used: bool) -> None:
        """Count one batch. Raises: DataError, with the first of `set_aside`, once most items are unreadable."""
        self.n_bad += len(made.set_aside)
        self.n_good += made.n_good
        self.n_used += made.n_good if used else 0
        if self.n_bad >= HOPELESS and self.n_bad > self.n_good:
            raise self._error(set_aside)

    def check_any(self, set_aside: Sequence[SetAside]) -> None:
        """Raise DataError if items could not be read and so the epoch gave no batch."""
        if self.n_bad and not self.n_used:
            raise self._error(set_aside)

    def _error(self, set_aside: Sequence[SetAside]) -> DataError:
        reasons = "; ".join(str(entry) for entry in set_aside[:2])
        return DataError(f"{self.n_bad} of {self.n_bad + self.n_good} items cannot be read, so little is left to "
                         f"train on. {reasons}")  # fmt: skip
