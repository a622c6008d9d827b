"""What became of each of many files, as a table, and one warning for all that failed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fastlearn.warn import warn_user

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 3  # failures that a warning names


class Report:
    """Rows of the given columns, of which the last two are `status` and `reason`."""

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = tuple(columns)
        self.rows: list[tuple[Any, ...]] = []

    def add(self, *row: Any) -> None:
        """One file more."""
        self.rows.append(row)

    def table(self) -> pd.DataFrame:
        """All rows."""
        import pandas as pd

        parts = list(zip(*self.rows, strict=True)) or [()] * len(self.columns)
        series = (pd.Series(list(part), dtype="object") for part in parts)
        table: pd.DataFrame = pd.DataFrame(dict(zip(self.columns, series, strict=True)))
        return table

    def warn(self, what: str) -> None:
        """Warn, once, of what failed: how many, and the first few with their reasons."""
        failed = [row for row in self.rows if row[-2] == "failed"]
        if not failed:
            return
        shown = "\n".join(f"  {row[0]}: {row[-1]}" for row in failed[:SHOWN])
        more = f"\n  and {len(failed) - SHOWN} more" if len(failed) > SHOWN else ""
        warn_user(f"{len(failed)} of {len(self.rows)} {what}; the returned table gives the reasons.\n{shown}{more}")
