"""Tables of any library as a pandas data frame; pandas itself is imported when the first table comes."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from fastlearn.data.problems import DataError, describe
from fastlearn.data.table_file import read_table
from fastlearn.keywords import did_you_mean

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "as_frame",
    "as_names",
    "as_row",
    "check_columns",
    "check_given",
    "check_once",
    "is_path",
    "is_row",
    "named_rows",
    "read_csv",
]

FOREIGN = ("polars", "pyarrow")


def as_names(names: Any) -> list[Any]:
    """Names of columns as a list: none, one (a text, or a number where columns are numbered), or several."""
    if names is None:
        return []
    return [names] if isinstance(names, str) or not isinstance(names, Iterable) else list(names)


def as_frame(table: Any, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """`table` as a pandas frame: a pandas one as it is, one of polars or Arrow converted, rows and columns collected.

    A row is a dict, a Series or what `itertuples` gives; a list of rows, and a dict of columns, are tables too. With
    `columns`, of a foreign table only those that it has among them are converted.
    Raises: DataError for anything else, for two columns of the same name, and for a list without rows.
    """
    import pandas as pd

    frame: pd.DataFrame
    if isinstance(table, pd.DataFrame):
        frame = table
    elif type(table).__module__.partition(".")[0] in FOREIGN:
        frame = _from_foreign(table, columns)
    elif is_row(table):
        row = as_row(table)
        frame = pd.DataFrame([dict(row)], index=[getattr(row, "name", 0)])
    elif isinstance(table, Mapping):
        frame = pd.DataFrame(dict(table))
    elif isinstance(table, list | tuple) and len(table) and all(is_row(row) for row in table):
        rows = [as_row(row) for row in table]
        names = [getattr(row, "name", None) for row in rows]
        frame = pd.DataFrame([dict(row) for row in rows], index=None if None in names else names)
    else:
        raise DataError(f"A table is a data frame of pandas or polars, an Arrow table, or a list of rows (dicts), but "
                        f"got {describe(table)}. Try pd.DataFrame(...).")  # fmt: skip
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()].tolist()
        raise DataError(f"Every column needs a name of its own, but {twice[:5]} stand several times in the table. Try "
                        "df.loc[:, ~df.columns.duplicated()].")  # fmt: skip
    return frame


def _from_foreign(table: Any, columns: Sequence[str] | None) -> pd.DataFrame:
    """A table of polars or Arrow in pandas; of a lazy one the columns that are needed are collected."""
    if hasattr(table, "collect"):  # a LazyFrame
        table = table.collect()
    if not hasattr(table, "to_pandas"):
        raise DataError(f"A table is a data frame, but got {describe(table)}. Try a DataFrame of polars or pandas.")
    names = getattr(table, "column_names", None) or list(table.columns)
    if columns is not None:
        table = table.select([name for name in names if name in set(columns)])
    try:
        frame: pd.DataFrame = table.to_pandas()
    except ImportError as error:
        raise DataError(f"A table of {type(table).__module__.partition('.')[0]} is read through pyarrow, which is not "
                        "there. Try pip install fastwidgets[arrow].") from error  # fmt: skip
    return frame


def is_row(item: Any) -> bool:
    """Whether `item` is one row: a dict of single values, a named tuple, or a Series labelled by column names."""
    if isinstance(item, Mapping):
        return not any(isinstance(v, list | np.ndarray) or hasattr(v, "iloc") for v in item.values())
    if _is_named_tuple(item):
        return True
    return hasattr(item, "iloc") and item.ndim == 1 and len(item) > 0 and isinstance(item.index[0], str)


def as_row(item: Any) -> Any:
    """A row as a dict or a Series: of a named tuple its fields, under its `Index` where `itertuples` gave it one."""
    if not _is_named_tuple(item):
        return item
    import pandas as pd

    values = item._asdict()
    label = values.pop("Index", None)
    return values if label is None else pd.Series(values, name=label, dtype=object)


def _is_named_tuple(item: Any) -> bool:
    return isinstance(item, tuple) and hasattr(item, "_asdict")


def is_path(item: Any) -> bool:
    """Whether `item` names a file."""
    return isinstance(item, str | os.PathLike)


def read_csv(path: str | os.PathLike[str], skipinitialspace: bool = True, **options: Any) -> pd.DataFrame:
    """The table in a CSV file, without spaces after the commas; see `read_table`."""
    return read_table(path, skipinitialspace=skipinitialspace, **options)


def check_columns(frame: pd.DataFrame, names: Iterable[str], what: str) -> None:
    """Raise DataError if a column of `names` is missing; the message has what the table has, and what was meant."""
    there = list(frame.columns)
    missing = [name for name in dict.fromkeys(names) if name not in frame.columns]
    if not missing:
        return
    hint = did_you_mean(str(missing[0]), [str(c) for c in there])
    listed = ", ".join(repr(name) for name in missing[:5]) + (", …" if len(missing) > 5 else "")
    some = ", ".join(repr(str(c)) for c in there[:12]) + (", …" if len(there) > 12 else "")
    raise DataError(f"The table has no column {listed}, {what}. It has {some or 'none'}.{hint or ' Try df.columns.'}")


def check_once(names: Iterable[Any], what: str) -> None:
    """Raise DataError if a column is named twice for the same role."""
    twice = [name for name, n in Counter(names).items() if n > 1]
    if twice:
        raise DataError(f"Each column is named once in {what}, but {twice[:5]} are named again.")


def check_given(given: Iterable[Any], names: Sequence[Any], what: str, where: str) -> None:
    """Raise DataError if `what` was given by hand for a column that is none of `names`, those `where` it is used."""
    wrong = [name for name in given if name not in names]
    if not wrong:
        return
    listed = ", ".join(repr(name) for name in wrong[:5]) + (", …" if len(wrong) > 5 else "")
    known = ", ".join(repr(name) for name in list(names)[:12]) + (", …" if len(names) > 12 else "")
    raise DataError(f"There are {what} for {listed}, which is not among {where}: {known or 'none'}."
                    f"{did_you_mean(str(wrong[0]), [str(name) for name in names])}")  # fmt: skip


def named_rows(mask: np.ndarray, index: Any) -> str:
    """How many rows a mask marks, and the first five: by their labels, or by position where labels repeat."""
    positions = np.flatnonzero(mask)
    few = positions[:5]
    unique = index is not None and index.is_unique
    labels = [index[int(i)] for i in few] if unique else few.tolist()
    plain = ", ".join(str(label) for label in labels) + (", …" if len(positions) > 5 else "")
    return f"{len(positions)} row{'s' if len(positions) != 1 else ''} ({'' if unique else 'at positions '}{plain})"
