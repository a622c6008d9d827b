"""The list that is shown, as a table and as files."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastwidgets.top_losses.session import TopLossesSession

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["free_name", "table_of", "write"]

# In this order, as far as they are there.
COLUMNS = ("name", "split", "given label", "label", "target", "prediction", "probability", "p_label", "worst label",
           "residual", "wrong", "loss", "decision", "reason", "why", "note", "similarity")  # fmt: skip


def table_of(session: TopLossesSession, ids: Sequence[int]) -> pd.DataFrame:
    """The items `ids` in their order, a row each, with their file, answer, decision and note."""
    import pandas as pd

    grid = session.grid
    columns = {name: grid.values(name, ids) for name in COLUMNS if name in grid.columns}
    paths = session.review.source.paths
    columns["path"] = ["" if paths[int(i)] is None else str(paths[int(i)]) for i in ids]
    table: pd.DataFrame = pd.DataFrame(columns)
    return table


def write(table: pd.DataFrame, path: Path) -> Path:
    """Write the table as CSV, or as a JSON list where the name ends in `.json`."""
    if path.suffix.lower() == ".json":
        rows = [{name: _plain(value) for name, value in row.items()} for row in table.to_dict("records")]
        path.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    else:
        table.to_csv(path, index=False)
    return path


def free_name(folder: Path, stem: str, ending: str) -> Path:
    """A name in `folder` that no file has yet: `top_losses.csv`, `top_losses-2.csv`, …"""
    number, path = 1, folder / f"{stem}.{ending}"
    while path.exists():
        number += 1
        path = folder / f"{stem}-{number}.{ending}"
    return path


def _plain(value: Any) -> Any:
    """As JSON has it: what is missing or not finite is null."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
