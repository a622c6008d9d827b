"""What the one-call factories find out for themselves: how folders are divided, and which block a target needs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastlearn.data.block import CategoryBlock, MultiCategoryBlock, RegressionBlock
from fastlearn.data.problems import DataError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["block_for_columns", "block_for_labels", "check_folders"]


def check_folders(path: Path, train: str, valid: str) -> None:
    """Say early that `path` is not divided as `from_folder` expects; the search for files reports a missing one."""
    missing = [name for name in (train, valid) if not (path / name).is_dir()]
    if path.is_dir() and missing:
        there = sorted(p.name for p in path.iterdir() if p.is_dir())[:8]
        raise DataError(f"from_folder expects the folders {train!r} and {valid!r} in {str(path)!r}, but there is no "
                        f"{' and no '.join(map(repr, missing))}; the folders there are {there}. Try valid_pct=0.2 to "
                        "draw the validation set, or train=... and valid=... with your names.")  # fmt: skip


def block_for_labels(labels: Sequence[Any]) -> Any:
    """The target's block by what the labels are: floats a regression, lists of labels multi-label."""
    several = [label for label in labels if isinstance(label, list | tuple | set | frozenset)]
    values = [value for label in several for value in label] if several else labels
    if values and isinstance(values[0], float):
        return RegressionBlock()
    return MultiCategoryBlock() if several else CategoryBlock()


def block_for_columns(df: pd.DataFrame, columns: Sequence[str | int], label_delim: str | None) -> Any:
    """The target's block by what the label columns hold.

    One column is a class, or several with a `label_delim` between them. Several columns of floats are a regression,
    several of 0 and 1 a multi-label target that is encoded already, and any others have a label each.
    """
    if len(columns) == 1:
        return CategoryBlock() if label_delim is None else MultiCategoryBlock()
    values = [_column(df, col) for col in columns]
    if any(value is None for value in values):  # a missing column is reported where it is read
        return MultiCategoryBlock()
    if all(value.dtype.kind == "f" for value in values):
        return RegressionBlock()
    if all(set(value.unique()) <= {0, 1} for value in values):
        return MultiCategoryBlock(encoded=True, vocab=[str(value.name) for value in values])
    return MultiCategoryBlock()


def _column(df: pd.DataFrame, col: str | int) -> Any:
    """A column by its name, or else by its place; None where there is neither."""
    if col in df.columns:
        return df[col]
    return df.iloc[:, col] if isinstance(col, int) and -len(df.columns) <= col < len(df.columns) else None
