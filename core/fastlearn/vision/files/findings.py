"""Findings gathered into the table that a scan returns."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fastlearn.vision.files.problems import PROBLEMS

if TYPE_CHECKING:
    import pandas as pd

SEVERITIES = ("error", "warning", "info")


class Finding(NamedTuple):
    """One row: a file and one thing about it. The table's columns have these names and this order.

    `value` is what was measured and `limit` what it was judged by, NaN where nothing is measured. `group` numbers the
    files that belong together; `same_as` is the one of them that is best kept, None for that one itself.
    """

    path: Path
    code: str
    problem: str
    severity: str
    detail: str
    value: float
    limit: float
    group: int | None
    same_as: Path | None


class Findings:
    """A list of findings of the wanted kinds, which becomes a table."""

    def __init__(self, wanted: frozenset[str]) -> None:
        self.wanted = wanted
        self.rows: list[Finding] = []
        self._groups = 0

    def add(
        self,
        path: Path,
        code: str,
        detail: str,
        value: float = float("nan"),
        limit: float = float("nan"),
        group: int | None = None,
        same_as: Path | None = None,
    ) -> None:
        """Note one finding, if its kind is wanted."""
        if code in self.wanted:
            title, severity = PROBLEMS[code].title, PROBLEMS[code].severity
            self.rows.append(Finding(path, code, title, severity, detail, value, limit, group, same_as))

    def new_group(self) -> int:
        """A number that no group has yet."""
        self._groups += 1
        return self._groups - 1

    def table(self) -> pd.DataFrame:
        """One row per finding: the gravest first, groups together, then by path."""
        import pandas as pd

        order = {code: place for place, code in enumerate(PROBLEMS)}
        rows = sorted(
            self.rows,
            key=lambda row: (SEVERITIES.index(row.severity), order[row.code], -1 if row.group is None else row.group),
        )  # stable: within a group and a kind the order in which they were noted
        table: pd.DataFrame = pd.DataFrame(
            {name: pd.Series([getattr(row, name) for row in rows], dtype=dtype) for name, dtype in DTYPES.items()}
        )
        return table


DTYPES = {"path": "object", "code": "object", "problem": "object", "severity": "object", "detail": "object",
          "value": "float64", "limit": "float64", "group": "Int64", "same_as": "object"}  # fmt: skip
