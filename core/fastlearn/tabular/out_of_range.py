"""Targets that a model cannot reach, because its outputs are kept within a range."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastlearn.data.problems import short
from fastlearn.tabular.frame import named_rows
from fastlearn.tabular.ranges import is_range, plain_ranges
from fastlearn.warn import warn_user

if TYPE_CHECKING:
    from fastlearn.tabular.rows import EncodedRows

__all__ = ["warn_outside"]


def warn_outside(table: EncodedRows, y_range: Any) -> None:
    """Warn, naming column and rows, of numbers to learn in `table` that lie outside of `y_range`.

    `y_range` is (low, high), or a list with one of these, or None, for each target.
    """
    plain = plain_ranges(y_range)
    if plain is None:
        return
    spans: list[Any] = [plain] * len(table.targets) if is_range(plain) else list(plain)
    for target, values, span in zip(table.targets, table.tensors[table.n_inp :], spans, strict=False):
        if target.kind != "regression" or span is None:
            continue
        low, high = span
        for name, column in target.columns(values).items():
            outside = (column < low) | (column > high)
            if outside.any():
                few = ", ".join(short(float(value), 12) for value in column[outside][:5])
                ends = f"({min(low, float(column.min())):g}, {max(high, float(column.max())):g})"
                warn_user(f"Column {name!r} has numbers outside of y_range=({low:g}, {high:g}), which the model can "
                          f"never answer, in {named_rows(outside, table.index)}: {few}. Try y_range={ends}, or a "
                          "little wider.", UserWarning)  # fmt: skip
