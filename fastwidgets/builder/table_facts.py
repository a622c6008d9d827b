"""What the columns of a table look like: which one names files, which ones are labels, marks, places or texts."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastwidgets.builder.paths import name_of, stem_of
from fastwidgets.builder.table_form import table_form

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PathColumn", "TableFacts", "delimiter_of", "find_path_column", "read_table", "table_facts"]

LOOKED_AT = 5000  # rows
ENOUGH = 0.8  # of the values have to name files
MARKS = ("is_valid", "valid", "is_val", "split", "set", "subset", "partition", "fold", "phase", "part")
TARGETS = (
    "target",
    "label",
    "labels",
    "class",
    "category",
    "y",
    "tags",
    "outcome",
    "salary",
    "price",
    "rating",
    "score",
    "survived",
    "diagnosis",
    "finding",
    "species",
    "sentiment",
)
GROUPS = re.compile(r"(?i)^(patient|subject|person|participant|case|study|series|video|clip|scene|camera|session)"
                    r"[ _]?(id|no|nr|number)?$")  # fmt: skip
IDS = ("id", "index", "unnamed: 0", "uid", "uuid", "row")
DELIMITERS = (" ", "|", ";", ",")
FEW = 20  # different numbers at most for classes
LONG = 40  # letters of a text on average, at least


@dataclass(frozen=True)
class PathColumn:
    """The column that names files: `prefix` + value + `suffix` is the path below the folder."""

    name: str
    prefix: str
    suffix: str
    missing: int  # values of those looked at that name no file


@dataclass(frozen=True)
class TableFacts:
    """The columns of a table by what they are good for."""

    n: int
    columns: tuple[str, ...]
    mark: str = ""  # which rows are for validation
    texts: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()  # few different values
    numbers: tuple[str, ...] = ()  # many different numbers
    flags: tuple[str, ...] = ()  # zeros and ones only
    groups: tuple[str, ...] = ()  # named for patients, videos and the like, several rows each
    ids: tuple[str, ...] = ()  # a value of its own in each row, and no number to learn from


def read_table(path: Path, most: int | None = LOOKED_AT, *, as_text: bool = False) -> pd.DataFrame:
    """The first `most` rows of a table, or all of them; `as_text` leaves numbers as they are written.

    Raises: ValueError where it cannot be read.
    """
    import pandas as pd

    try:
        if path.suffix.lower() == ".parquet":
            frame = pd.read_parquet(path)
            return frame if most is None else frame.head(most)
        options = table_form(path).options()
        read: pd.DataFrame = pd.read_csv(path, nrows=most, **(options | {"dtype": str} if as_text else options))
        return read
    except Exception as error:  # every reader has errors of its own
        raise ValueError(f"{path.name} cannot be read as a table: {error}") from error


def find_path_column(frame: pd.DataFrame, files: list[str]) -> PathColumn | None:
    """The column most of whose values name one of `files`: by whole paths, else their ends, or names without ending."""
    forms = [
        {file: file for file in files},
        {"/".join(file.split("/")[-2:]): file for file in files},
        {name_of(file): file for file in files},
        {stem_of(file): file for file in files},
    ]
    values_of = {column: [str(value) for value in frame[column].dropna().head(200)] for column in frame.columns}
    for files_by in forms:
        for column, values in values_of.items():
            if len(set(values)) < len(values) / 2:
                continue  # a class that happens to be the name of a file
            found = [value for value in values if value in files_by]
            if found and len(found) >= ENOUGH * len(values):
                around = Counter(_around(files_by[value], value) for value in found)
                prefix, suffix = around.most_common(1)[0][0]
                return PathColumn(str(column), prefix, suffix, len(values) - len(found))
    return None


def _around(file: str, value: str) -> tuple[str, str]:
    """What stands before and after `value` in the path `file`."""
    before, _, after = file.rpartition(value)
    return before, after


def table_facts(frame: pd.DataFrame, leave_out: tuple[str, ...] = ()) -> TableFacts:
    """Sort the columns of `frame`, without those to `leave_out`, by what is in them."""
    kinds = ("texts", "classes", "numbers", "flags", "groups", "ids")
    found: dict[str, list[str]] = {kind: [] for kind in kinds}
    mark = ""
    for column in map(str, frame.columns):
        if column in leave_out:
            continue
        if not mark and _is_mark(column, frame[column]):
            mark = column
        else:
            found[_kind(column, frame[column])].append(column)
    return TableFacts(
        len(frame), tuple(map(str, frame.columns)), mark, *(tuple(found[kind]) for kind in kinds),
    )  # fmt: skip


def _is_mark(name: str, values: pd.Series[Any]) -> bool:
    distinct = {str(value).lower() for value in values.dropna().head(LOOKED_AT).unique()[:20]}
    known = {"true", "false", "0", "1", "train", "valid", "val", "test", "training", "validation"}
    return name.lower() in MARKS and 1 < len(distinct) <= 4 and distinct <= known


def _kind(name: str, values: pd.Series[Any]) -> str:
    import pandas as pd

    given = values.dropna()
    distinct = given.nunique()
    if GROUPS.match(name) and 1 < distinct < 0.7 * len(given):
        return "groups"
    if pd.api.types.is_bool_dtype(values) or (distinct == 2 and set(given.unique()) <= {0, 1}):
        return "flags"
    unique = len(given) > 20 and distinct == len(given)
    if pd.api.types.is_numeric_dtype(values):
        whole = bool((given == given.round()).all())
        if unique and whole and (name.lower() in IDS or given.is_monotonic_increasing):
            return "ids"
        return "classes" if whole and distinct <= FEW else "numbers"
    words = given.astype(str)
    if len(words) and words.str.len().mean() >= LONG and words.str.contains(" ").mean() > 0.5:
        return "texts"
    return "ids" if unique else "classes"


def delimiter_of(values: pd.Series[Any]) -> str:
    """What parts several labels in one cell: the words between it come back in other cells, in other company."""
    cells = [str(value) for value in values.dropna().unique()]
    for delimiter in DELIMITERS:
        several = [cell.split(delimiter) for cell in cells if delimiter in cell]
        if not several or any(not word.strip() for words in several for word in words):
            continue
        alone = {cell for cell in cells if delimiter not in cell}
        uses = Counter(word for words in several for word in words)
        again = sum(n > 1 or word in alone for word, n in uses.items())
        if len(several) > 1 and again >= 0.5 * len(uses) and len(uses) < len(cells) + 10:
            return delimiter
    return ""


def likely_target(columns: tuple[str, ...], withheld: tuple[str, ...] = ()) -> str:
    """The column that is usually to be predicted: one that is `withheld` from a table for testing, one that is called
    so, or the last.
    """
    for column in withheld:
        if column in columns:
            return column
    lower = {column.lower(): column for column in columns}
    return next((lower[name] for name in TARGETS if name in lower), columns[-1] if columns else "")
