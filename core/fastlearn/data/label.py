"""Read the label of an item from its path, its name or its row."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Any

from fastlearn.data.problems import DataError, short
from fastlearn.data.transform import ItemTransform


def parent_label(o: str | os.PathLike[str]) -> str:
    """The name of the folder that the file `o` lies in."""
    name = (o if isinstance(o, PurePath) else Path(o)).parent.name  # taking a path apart again costs more than the rest
    if not name:
        raise DataError(
            f"parent_label takes the name of the folder a file lies in, but {str(o)!r} lies in none. "
            "Try whole paths, or RegexLabeller(pattern) to read the label from the name."
        )
    return name


class RegexLabeller:
    """The first group of the regular expression `pat` in an item's path.

    The path is searched with `/` between folders on every system. With `match=True` the pattern starts at the
    beginning of the path, else it may be anywhere. With `below`, a folder, only the path below it is looked at, so that
    the folders above it, which differ from one machine to another, cannot match.
    Raises: ValueError if `pat` has no group; DataError, naming the item and the pattern, where nothing matches.
    """

    def __init__(
        self, pat: str | re.Pattern[str], match: bool = False, below: str | os.PathLike[str] | None = None
    ) -> None:
        self.pat = re.compile(pat)
        self.match = match
        self.below = None if below is None else os.fspath(below)
        if self.pat.groups == 0:
            raise ValueError(
                f"The label is the first group of the pattern, but {self.pat.pattern!r} has no group. "
                r"Try round brackets around the label, as in r'^(.*)_\d+.jpg$'."
            )

    def __call__(self, o: str | os.PathLike[str]) -> str:
        text = self._looked_at(o)
        found = self.pat.match(text) if self.match else self.pat.search(text)
        if found is None:
            raise DataError(
                f"The pattern {self.pat.pattern!r} does not match {text!r}, so it has no label. "
                "Try the pattern on this one item, or keep only files that fit it."
            )
        label = found.group(1)
        if label is None:
            raise DataError(
                f"The pattern {self.pat.pattern!r} matches {text!r}, but its first group is not in the "
                "match, so it has no label. Try a pattern whose first group always takes part."
            )
        return str(label)

    def _looked_at(self, o: str | os.PathLike[str]) -> str:
        path = Path(o)
        if self.below is None or not path.is_relative_to(self.below):  # from elsewhere, as in a prediction
            return str(o).replace(os.sep, "/")
        return path.relative_to(self.below).as_posix()

    def __repr__(self) -> str:
        below = "" if self.below is None else f", below={self.below!r}"
        return f"RegexLabeller({self.pat.pattern!r}, match={self.match}{below})"


class ColReader(ItemTransform):
    """Reads column `cols` of a row: a name, a position, or several of them (then the result is a list).

    `pref` (a folder when it is a `Path`) and `suff` are put around the value. With `label_delim` the value is a list
    of labels, split at that delimiter, without spaces around them; an empty cell is an item with no label.
    Raises: DataError if the row has no such column; ValueError for an empty delimiter.
    """

    def __init__(
        self,
        cols: str | int | Sequence[str | int],
        pref: str | os.PathLike[str] = "",
        suff: str = "",
        label_delim: str | None = None,
    ) -> None:
        super().__init__()
        check_delim(label_delim)
        self.cols = [cols] if isinstance(cols, str | int) else list(cols)
        self.pref = f"{pref}{os.sep}" if isinstance(pref, os.PathLike) else pref
        self.suff, self.label_delim = suff, label_delim

    def encodes(self, x: Any) -> Any:
        values = [self._read(x, col) for col in self.cols]
        return values[0] if len(values) == 1 else values

    def _read(self, row: Any, col: str | int) -> Any:
        value = cell(row, col)
        if self.label_delim is not None:
            return split_labels(value, self.label_delim)
        return f"{self.pref}{value}{self.suff}" if self.pref or self.suff else value


def check_delim(label_delim: str | None) -> None:
    """Raise DataError for an empty text, which stands nowhere."""
    if label_delim == "":
        raise DataError("`label_delim` is what stands between two labels, but got ''. Try label_delim=' ' or ';'.")


def split_labels(value: Any, label_delim: str) -> list[str]:
    """The labels in a cell, split at `label_delim`, without spaces around them; of an empty cell none."""
    parts = [] if _is_empty(value) else str(value).split(label_delim)
    return [label for part in parts if (label := part.strip())]


def cell(row: Any, col: str | int) -> Any:
    """Value of column `col` (a name or a position) of `row`: a pandas row, a named tuple, a mapping or a sequence."""
    try:
        if isinstance(col, str):
            return getattr(row, col) if hasattr(row, "_fields") else row[col]
        if hasattr(row, "iloc"):
            return row[col] if col in row.index else row.iloc[col]
        return row[col]
    except (KeyError, IndexError, AttributeError, TypeError) as e:
        raise DataError(f"There is no column {col!r} in {_named(row)}. It has {_columns(row)}.") from e


def _is_empty(value: Any) -> bool:
    if isinstance(value, float):
        return value != value  # NaN, the mark of an empty cell, differs from itself
    return value is None or type(value).__name__ in ("NAType", "NaTType") or (isinstance(value, str) and value == "")


def _columns(row: Any) -> str:
    names = getattr(row, "_fields", None) or getattr(row, "index", None)
    if isinstance(row, dict):
        names = row.keys()
    if names is None or callable(names):
        return f"{len(row)} values" if hasattr(row, "__len__") else "no columns: rows of a table are expected"
    return "the columns " + ", ".join(repr(n) for n in names)


def _named(row: Any) -> str:
    return short(row) if hasattr(row, "iloc") else f"the row {short(row, 120)}"
