"""What is known of columns by hand, handed to the steps that would learn it: for data larger than memory, say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any

from fastlearn.data.problems import DataError, describe
from fastlearn.keywords import did_you_mean
from fastlearn.tabular.categorify import Categorify
from fastlearn.tabular.fill_missing import FillMissing
from fastlearn.tabular.normalize import NormalizeColumns
from fastlearn.tabular.proc import TabularProc

__all__ = ["tell_schema"]

KEYS = ("mean", "std", "fill")


def tell_schema(steps: Sequence[TabularProc], schema: Mapping[str, Any] | None) -> None:
    """Tell those of `steps` that are ours what `schema` gives by hand: a list of labels, or mean, std and fill.

    Raises: DataError for an entry that is neither, or that no step asks for.
    """
    given = schema or {}
    labels = {name: list(entry) for name, entry in given.items() if _is_labels(entry)}
    numbers = {name: _checked(name, entry) for name, entry in given.items() if name not in labels}
    fills = {name: entry["fill"] for name, entry in numbers.items() if "fill" in entry}
    means, stds = ({name: entry[key] for name, entry in numbers.items() if key in entry} for key in ("mean", "std"))
    if labels:
        _step(steps, Categorify, "labels", labels).know(labels)
    if fills:
        _step(steps, FillMissing, "fillings", fills).know(fills)
    if means:
        _step(steps, NormalizeColumns, "means", means).know(means, stds)


def _step(steps: Sequence[TabularProc], kind: type[TabularProc], what: str, given: Mapping[str, Any]) -> Any:
    """The step that is told. Raises: DataError where there is none, so that what was given would be lost."""
    found = next((step for step in steps if isinstance(step, kind)), None)
    if found is None:
        word = kind.__name__.removesuffix("Columns")
        raise DataError(f"The schema has {what} of the columns {list(given)[:5]}, but no step uses them. Add {word} "
                        "to the procs.")  # fmt: skip
    return found


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
    for key, value in entry.items():
        if not isinstance(value, Real):
            raise DataError(f"In the schema of column {name!r} {key} is a number, but got {describe(value)}.")
    return {key: float(value) for key, value in entry.items()}
