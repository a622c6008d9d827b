"""The texts of items: a text itself, a file, or columns of a row; and what is wrong with those that have none."""

from __future__ import annotations

import codecs
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastlearn.data.category import is_missing
from fastlearn.data.label import cell
from fastlearn.data.problems import DataError, describe, short
from fastlearn.text.special import FLD

if TYPE_CHECKING:
    import pandas as pd


def check_encoding(name: str) -> str:
    """`name` if there is such an encoding of text. Raises: DataError."""
    try:
        codecs.lookup(name)
    except LookupError:
        raise DataError(f"There is no text encoding {name!r}. Try 'utf-8', 'latin-1' or 'cp1252'.") from None
    return name


def read_text(path: str | os.PathLike[str], encoding: str = "utf-8") -> str:
    """The text in the file `path`; line ends become `\\n`, a byte-order mark is left out.

    Raises: DataError, naming file and byte, if it is not in that encoding; OSError if it cannot be read.
    """
    content = Path(path).read_bytes()
    try:
        text = content.decode(check_encoding(encoding))
    except UnicodeDecodeError as error:
        raise DataError(
            f"The file {str(path)!r} is not a text in {encoding}: byte {error.start} is "
            f"0x{content[error.start]:02x} ({error.reason}). Try encoding='latin-1' or 'cp1252', or save it as UTF-8."
        ) from None
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def text_of(item: Any, encoding: str = "utf-8", text_cols: Sequence[str | int] = (), mark_fields: bool = False) -> str:
    """The text of `item`: a string as it is, a path's file, or the columns `text_cols` of a row.

    Raises: DataError if there is none: a missing value, or something else than text.
    """
    if isinstance(item, str):
        return item
    if isinstance(item, Path):
        return read_text(item, encoding)
    if text_cols and (hasattr(item, "iloc") or hasattr(item, "_fields") or isinstance(item, dict)):
        return joined_columns([cell(item, col) for col in text_cols], mark_fields, item)
    if is_missing(item):
        raise DataError("There is no text here: the value is missing (NaN). Try df.dropna(subset=[column]), or "
                        "df[column].fillna('').")  # fmt: skip
    _check_no_bytes(item)
    raise DataError(f"A text is a str, the path of a file, or a row with text columns, but got {describe(item)}. Try "
                    "get_x=ColReader('text') for the rows of a table.")  # fmt: skip


def joined_columns(values: Sequence[Any], mark_fields: bool, row: Any = None) -> str:
    """Several columns as one text, each after `xxfld` and its number where they are marked; missing ones are empty.

    Raises: DataError if all are missing, and for bytes.
    """
    if all(is_missing(value) for value in values):
        raise DataError(f"There is no text in {short(row)}: the value is missing (NaN). Try df.dropna(subset=[...]), "
                        "or df[column].fillna('').")  # fmt: skip
    for value in values:
        _check_no_bytes(value)
    texts = ["" if is_missing(value) else str(value) for value in values]
    if not mark_fields:
        return " ".join(texts)
    return " ".join(f"{FLD} {number} {text}" for number, text in enumerate(texts, 1))


def text_columns(df: pd.DataFrame, text_cols: str | int | Sequence[str | int]) -> list[str | int]:
    """The names of the columns `text_cols` of a table, also where their places were given.

    Raises: DataError if `df` is no table, or has no such column.
    """
    if not hasattr(df, "columns"):
        raise DataError(f"Texts in columns are those of a table, but got {describe(df)}. Try pd.DataFrame({{'text': "
                        "texts}).")  # fmt: skip
    return [_column(df, col) for col in ([text_cols] if isinstance(text_cols, str | int) else text_cols)]


def _column(df: pd.DataFrame, col: str | int) -> str | int:
    if col in df.columns:
        return col
    if isinstance(col, int) and 0 <= col < len(df.columns):
        return df.columns[col]  # type: ignore[no-any-return]
    raise DataError(f"There is no column {col!r} for the texts. The table has the columns "
                    f"{', '.join(map(repr, df.columns))}.")  # fmt: skip


def _check_no_bytes(value: Any) -> None:
    if isinstance(value, bytes):
        raise DataError("A text is a str, but got bytes. Try df[column].str.decode('utf-8'), or item.decode('utf-8').")
