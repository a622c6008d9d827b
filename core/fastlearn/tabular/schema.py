"""What is known of columns by hand, handed to the steps that would learn it: for data larger than memory, say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastlearn.data.problems import DataError, describe
from fastlearn.keywords import did_you_mean
from fastlearn.tabular.categorify import Categorify
from fastlearn.tabular.fill_missing import FillMissing
from fastlearn.tabular.normalize import NormalizeColumns
from fastlearn.tabular.proc import TabularProc

__all__ = ["with_schema"]

KEYS = ("mean", "std", "fill")


def with_schema(steps: Sequence[TabularProc], schema: Mapping[str, Any] | None) -> list[TabularProc]:
    """The steps, those of ours told what `schema` gives by hand: a list of labels, or mean, std and fill.

    Raises: DataError for an entry that is neither.
    """
    if not schema:
        return list(steps)
    labels = {name: list(entry) for name, entry in schema.items() if _is_labels(entry)}
    numbers = {name: _checked(name, entry) for name, entry in schema.items() if name not in labels}
    fills = {name: entry["fill"] for name, entry in numbers.items() if "fill" in entry}
    scaled = {name: entry for name, entry in numbers.items() if "mean" in entry}
    told: list[TabularProc] = []
    for step in steps:
        if isinstance(step, Categorify) and labels:
            step = Categorify({**{n: list(step.classes[n])[1:] for n in step.given}, **labels})
        elif isinstance(step, FillMissing) and fills:
            step = FillMissing(step.fill_strategy, step.add_col, {**(step.fill_vals or {}), **fills})
        elif isinstance(step, NormalizeColumns) and scaled:
            means, stds = ({name: float(entry[key]) for name, entry in scaled.items()} for key in ("mean", "std"))
            step = NormalizeColumns({**step.means, **means}, {**step.stds, **stds})
        told.append(step)
    return told


def _is_labels(entry: Any) -> bool:
    return not isinstance(entry, str | Mapping) and (isinstance(entry, Sequence) or hasattr(entry, "tolist"))


def _checked(name: str, entry: Any) -> Mapping[str, float]:
    if not isinstance(entry, Mapping):
        raise DataError(f"The schema of column {name!r} is a list of labels, or a dict of mean, std and fill, but got "
                        f"{describe(entry)}.")  # fmt: skip
    wrong = next((key for key in entry if key not in KEYS), None)
    if wrong is not None:
        raise DataError(f"The schema of column {name!r} has mean, std and fill, but got {wrong!r}."
                        f"{did_you_mean(str(wrong), KEYS)}")  # fmt: skip
    if ("mean" in entry) != ("std" in entry):
        raise DataError(f"The schema of column {name!r} has one of mean and std, but they go together.")
    return entry
