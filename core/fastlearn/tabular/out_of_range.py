"""Targets that a model cannot reach, because its outputs are kept within a range."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fastlearn.tabular.frame import named_rows
from fastlearn.tabular.ranges import is_range, plain_ranges
from fastlearn.warn import warn_user

if TYPE_CHECKING:
    from fastlearn.data.loaders import DataLoaders
    from fastlearn.tabular.rows import EncodedRows

__all__ = ["warn_outside"]


def warn_outside(dls: DataLoaders, y_range: Any) -> None:
    """Warn, naming column and rows, of numbers in the loaders `dls`, to learn or to compare with, outside of `y_range`.

    `y_range` is (low, high), or a list with one of these, or None, for each target.
    """
    plain = plain_ranges(y_range)
    if plain is None:
        return
    tables: list[EncodedRows] = [loader.dataset for loader in dls]
    targets = tables[0].targets
    spans: list[Any] = [plain] * len(targets) if is_range(plain) else list(plain)
    for place, (target, span) in enumerate(zip(targets, spans, strict=False)):
        if target.kind == "regression" and span is not None:
            for name in target.names:
                _warn(name, [(table, _column(table, place, name)) for table in tables], *span)


def _column(table: EncodedRows, place: int, name: str) -> Any:
    """Column `name` of the target in `place`; empty where the rows have no targets."""
    values = table.tensors[table.n_inp + place :][:1]
    return table.targets[place].columns(values[0])[name] if values else ()


def _warn(name: str, columns: Sequence[tuple[EncodedRows, Any]], low: float, high: float) -> None:
    found, ends = [], [low, high]
    for table, column in columns:
        if not len(column):
            continue
        outside = (column < low) | (column > high)
        if outside.any():
            few = ", ".join(f"{value:g}" for value in column[outside][:5])
            found.append(f"{_word(table)}{named_rows(outside, table.index)}: {few}")
            ends = [min(ends[0], float(column.min())), max(ends[1], float(column.max()))]
    if found:
        warn_user(f"Column {name!r} has numbers outside of y_range=({low:g}, {high:g}), which the model can never "
                  f"answer, in {'; in '.join(found)}. Try y_range=({ends[0]:g}, {ends[1]:g}), or a little wider.",
                  UserWarning)  # fmt: skip


def _word(table: EncodedRows) -> str:
    return "" if not table.split_idx else "validation, "
