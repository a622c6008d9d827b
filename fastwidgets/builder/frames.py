"""A data frame of the kernel as a file beside the data: the cell has to find the same rows after a restart, too."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np
from fastlearn.data.problems import DataError
from fastlearn.whole_files import write_json, write_whole

from fastwidgets.builder.folder import as_written
from fastwidgets.builder.frame_form import form_of
from fastwidgets.builder.kept import FOLDER, places
from fastwidgets.builder.table_form import MISSING, form_file

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["forget_frame", "keep_frame"]

PLAIN = (
    str,
    bool,
    int,
    float,
    np.bool_,
    np.integer,
    np.floating,
    os.PathLike,
)  # what may stand in a cell of a column of objects


def keep_frame(frame: Any, folder: Path) -> tuple[str, bool]:
    """Write a data frame as a CSV into what builders keep of `folder`, once for each content.

    Returns the file, below `folder` where that can be written and else as a whole path, and whether it is new. Columns
    come back with the types they have; an index with names or texts becomes a column; paths, whole or from where the
    notebook is, are written from `folder` on. Raises: DataError, in words, for what is no data frame, has nothing in
    it, or would not come back the same.
    """
    table = _as_table(frame, folder)
    failed: OSError | None = None
    for place in places(folder):
        try:
            return _write(table, place, folder)
        except OSError as error:
            failed = error
    raise DataError(f"The data frame cannot be written, neither below {str(folder)!r} nor into the cache: {failed}")


def forget_frame(name: str, folder: Path) -> None:
    """Take a frame away that was kept in vain."""
    for file in (folder / name, form_file(folder / name)):
        file.unlink(missing_ok=True)


def _write(table: pd.DataFrame, place: Path, folder: Path) -> tuple[str, bool]:
    place.mkdir(parents=True, exist_ok=True)
    draft = place / f"frame.{uuid4().hex[:8]}.part"
    try:
        try:
            table.to_csv(draft, index=False, na_rep=MISSING, encoding="utf-8", lineterminator="\n")
        except ValueError as error:  # half of a letter, as broken texts have it
            raise DataError(f"The data frame cannot be written as a CSV: {error}") from error
        form = asdict(form_of(table, draft))
        digest = hashlib.blake2b(json.dumps(form).encode(), digest_size=6)
        with draft.open("rb") as written:
            while part := written.read(1 << 20):
                digest.update(part)
        file = place / f"frame-{digest.hexdigest()}.csv"
        is_new = not (file.is_file() and form_file(file).is_file())
        if is_new:
            write_json(form_file(file), {"version": 1, "dtypes": form["dtypes"], "dates": form["dates"]})
            write_whole(file, lambda temporary: os.replace(draft, temporary))
    finally:
        draft.unlink(missing_ok=True)
    return (f"{FOLDER}/{file.name}" if place == folder / FOLDER else str(file)), is_new


def _as_table(frame: Any, folder: Path) -> pd.DataFrame:
    """A copy of the frame with its index as a column and its paths as texts. Raises: DataError."""
    import pandas as pd

    if not isinstance(frame, pd.DataFrame):
        raise DataError(
            f"`table` is a pandas DataFrame, but got {type(frame).__name__}. Give the folder alone where the table is "
            "a file in it; other libraries' frames have a method such as to_pandas()."
        )
    _check_names(frame)
    index = frame.index
    if any(name is not None for name in index.names) or not pd.api.types.is_integer_dtype(index):
        names = [f"level_{i}" if name is None else name for i, name in enumerate(index.names)]
        names = ["index"] if index.names == [None] else names
        twice = [name for name in names if name in frame.columns or names.count(name) > 1]
        if twice:
            raise DataError(
                f"The index of the data frame is called {twice[0]!r}, as a column or another part of it is. Rename one "
                "of them, or leave the index out: df.reset_index(drop=True)."
            )
        frame = frame.reset_index(names=names)
        _check_names(frame)
    else:
        frame = frame.reset_index(drop=True)  # numbers of rows
    if not len(frame) or not len(frame.columns):
        raise DataError(f"The data frame is empty: {len(frame)} rows, {len(frame.columns)} columns.")
    copied: pd.DataFrame = pd.DataFrame({name: _plain(name, frame[name], folder) for name in frame.columns})
    return copied


def _check_names(frame: pd.DataFrame) -> None:
    if frame.columns.nlevels > 1:
        raise DataError(f"The columns of the data frame have {frame.columns.nlevels} levels of names, but a table has "
                        'one. Try df.columns = ["_".join(map(str, name)) for name in df.columns].')  # fmt: skip
    other = [name for name in frame.columns if not isinstance(name, str) or not name.strip()]
    if other:
        raise DataError(
            f"The columns of a data frame are named by texts here, but one is {other[0]!r}. Rename it, or all: "
            'df.columns = [f"column {name}" for name in df.columns].'
        )
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        raise DataError(f"The data frame has several columns {twice[0]!r}. Rename them, or keep the first: "
                        "df.loc[:, ~df.columns.duplicated()].")  # fmt: skip


def _plain(name: str, values: pd.Series[Any], folder: Path) -> pd.Series[Any]:
    """A column whose paths are texts, from `folder` on. Raises: DataError for what no cell of a CSV holds."""
    import pandas as pd

    if not (values.dtype == object or pd.api.types.is_string_dtype(values.dtype)):
        return values
    for value in values.dropna() if values.dtype == object else ():
        if not isinstance(value, PLAIN):
            raise DataError(f"The column {name!r} of the data frame holds values such as {_short(value)} of type "
                            f"{type(value).__name__}, which a table cannot. {_advice(name, value)}")  # fmt: skip
    given = values.dropna()
    if values.dtype == object and len(given) and all(isinstance(value, os.PathLike) for value in given):
        values = values.map(lambda path: Path(path).as_posix(), na_action="ignore")
        given = values.dropna()
    begins = [folder.as_posix()]
    if len(given) and not (folder / str(given.iloc[0])).exists():
        begins.append(as_written(folder))
    for below in (f"{begin.rstrip('/')}/" for begin in begins):
        if len(given) and all(isinstance(value, str) and value.startswith(below) for value in given):
            return values.str.removeprefix(below)
    return values


def _advice(name: str, value: object) -> str:
    if isinstance(value, list | tuple | set):
        return (
            f"Write one text with a sign between: df[{name!r}] = df[{name!r}].map(lambda one: ' '.join(map(str, one)))."
        )
    if hasattr(value, "isoformat"):
        return f"Try df[{name!r}] = pd.to_datetime(df[{name!r}])."
    return f"Leave it out, or write it as texts or numbers: df[{name!r}] = df[{name!r}].astype(str)."


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}…"
