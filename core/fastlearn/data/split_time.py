"""Validate on the latest rows: for data in which the future must not be learnt from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fastlearn.data.problems import DataError
from fastlearn.data.split import Split, by_mask, check_part, count_of

__all__ = ["TimeSplitter"]


@dataclass(frozen=True)
class TimeSplitter:
    """Validate on the rows of a dataframe with the latest times in the column `by`.

    Either on those from `cutoff` on, or on a part `valid_pct` of the rows; rows of one time stay on one side, so that
    part may be a little larger. Of two or more times, neither side gets none.
    Raises: DataError for a column that is not there, rows without a time, and a cutoff that leaves a side empty.
    """

    by: str
    valid_pct: float = 0.2
    cutoff: Any = None

    def __post_init__(self) -> None:
        check_part("valid_pct", self.valid_pct)

    def __call__(self, items: Any) -> Split:
        times = self._times(items)
        first = self.cutoff if self.cutoff is not None else self._first_late(times)
        try:
            late = (times >= first).to_numpy(dtype=bool) if len(times) else np.zeros(0, bool)
        except TypeError as error:
            raise DataError(f"The times in column {self.by!r} ({times.dtype}) cannot be compared with {first!r}. Try a "
                            "cutoff of the same type, or make_date(df, column) first.") from error  # fmt: skip
        if self.cutoff is not None and len(times) and (late.all() or not late.any()):
            side = "training" if late.all() else "validation"
            raise DataError(f"From {self.cutoff!r} on there are {int(late.sum())} of {len(times)} rows, so {side} gets "
                            f"none: column {self.by!r} goes from {times.min()} to {times.max()}. Try a cutoff between "
                            "these, or valid_pct=0.2.")  # fmt: skip
        return by_mask(late.tolist())

    def _times(self, items: Any) -> Any:
        if not hasattr(items, "columns") or self.by not in items.columns:
            there = [str(column) for column in getattr(items, "columns", [])]
            raise DataError(f"TimeSplitter reads column {self.by!r} of a dataframe, but the items are "
                            f"{type(items).__name__} with {there or 'no columns'}.")  # fmt: skip
        column = items[self.by]
        holes = np.flatnonzero(column.isna())
        if len(holes):
            raise DataError(f"Column {self.by!r} says when a row is from, but {len(holes)} rows have no time, the "
                            f"first at position {holes[0]}. Leave them out, or fill them in.")  # fmt: skip
        return column

    def _first_late(self, times: Any) -> Any:
        """The time from which on rows are for validation."""
        if not len(times):
            return None
        ordered = times.sort_values(ignore_index=True)
        first = ordered.iloc[len(times) - max(1, count_of(len(times), self.valid_pct))]
        later = ordered[ordered > ordered.iloc[0]]
        return later.iloc[0] if first == ordered.iloc[0] and len(later) else first
