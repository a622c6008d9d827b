"""What a labeler is made from: pictures, and what is known of them before anybody has looked."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from fastlearn.data.find import get_image_files
from fastlearn.vision.upright_size import upright_size

from fastwidgets.grid.session import GridSession

__all__ = ["Given", "Pictures", "given_values", "id_in", "list_id", "read_pictures", "size_of", "split_names"]

PATH_COLUMNS = ("path", "file", "filename", "fname", "image", "name")
Given = str | Mapping[Any, Any] | Callable[[Any], Any] | Sequence[Any] | None


@dataclass(frozen=True)
class Pictures:
    """`paths` of the pictures; `root`: the folder they are below; `frame`: the table they were in, if it was one."""

    paths: list[str]
    root: str | None
    frame: Any = None


def read_pictures(source: Any, path: str | None = None, root: Any = None) -> Pictures:
    """The pictures in `source`: a folder, a list of paths, or a dataframe with a column of paths (called `path`).

    Raises: FileNotFoundError for a folder that there is not, DataError for one without images; TypeError, ValueError
    for what holds no paths.
    """
    if isinstance(source, str | os.PathLike):
        folder = Path(source)
        if not folder.is_dir():
            raise FileNotFoundError(f"There is no folder {str(folder)!r}. Try its whole path; this notebook runs in "
                                    f"{os.getcwd()!r}.")  # fmt: skip
        return Pictures(sorted(map(str, get_image_files(folder))), str(folder))
    if hasattr(source, "columns") and hasattr(source, "to_dict"):
        name = _path_column(list(map(str, source.columns)), path)
        return Pictures(_below(source[name].tolist(), root), None if root is None else os.fspath(root), source)
    if hasattr(source, "__iter__"):
        return Pictures(_below(list(source), root), None if root is None else os.fspath(root))
    raise TypeError("A labeler shows a folder, a list of paths or a dataframe with a column of paths, but got "
                    f"{type(source).__name__}.")  # fmt: skip


def id_in(grid: GridSession, item: int | str | os.PathLike[str]) -> int:
    """The id of a picture of `grid`, from its id or its path, whole or below the root.

    Raises: ValueError, IndexError if there is none.
    """
    if isinstance(item, int | np.integer):
        if not 0 <= item < grid.n:
            raise IndexError(f"The pictures are 0 to {grid.n - 1}, but got {item}.")
        return int(item)
    whole = os.path.join(grid.root, item) if grid.root and not os.path.isabs(item) else item
    try:
        return grid.index_of(item)
    except ValueError:
        return grid.index_of(whole)


def size_of(path: str) -> tuple[int, int] | None:
    """(width, height) of a picture as it is shown; None where it cannot be read."""
    try:
        return upright_size(Path(path))
    except Exception:
        return None


def given_values(given: Given, pictures: Pictures, names: Sequence[str], what: str) -> list[Any]:
    """A value for each picture, None where there is none, from `given`: a column of the frame, a mapping by path or by
    name below the root, a function of the path, or a list in the order of the pictures.

    Raises: ValueError for a column that there is not, and for a list of another length.
    """
    paths = pictures.paths
    if given is None:
        return [None] * len(paths)
    if isinstance(given, str):
        return _column(given, pictures, what)
    if isinstance(given, Mapping):
        known = {os.fspath(key): value for key, value in given.items()}
        return [known.get(path, known.get(name)) for path, name in zip(paths, names, strict=True)]
    if callable(given):
        return [given(Path(path)) for path in paths]
    listed = list(given)
    if len(listed) != len(paths):
        raise ValueError(f"`{what}` has one value for each of the {len(paths)} pictures, but got {len(listed)}.")
    return listed


def split_names(given: Given, pictures: Pictures, names: Sequence[str]) -> list[str | None]:
    """The split of each picture as a word: True is "valid" and False "train", as in a column `is_valid`."""
    if given is None and pictures.frame is not None:
        given = next((name for name in ("split", "is_valid") if name in pictures.frame.columns), None)
    return [_split(value) for value in given_values(given, pictures, names, "split")]


def _split(value: Any) -> str | None:
    if value is None or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, bool) or type(value).__name__ == "bool_" or type(value).__name__ == "bool":
        return "valid" if value else "train"
    return str(value)


def _column(name: str, pictures: Pictures, what: str) -> list[Any]:
    columns = [] if pictures.frame is None else list(map(str, pictures.frame.columns))
    if name not in columns:
        there = f"the dataframe has {', '.join(columns)}" if columns else "there is no dataframe"
        raise ValueError(f"`{what}` names the column {name!r}, but {there}.")
    return [None if value != value else value for value in pictures.frame[name].tolist()]


def _path_column(columns: list[str], wanted: str | None) -> str:
    found = next((name for name in ([wanted] if wanted else PATH_COLUMNS) if name in columns), None)
    if found is None:
        raise ValueError(f"The dataframe has no column {wanted or 'path'!r}; it has {', '.join(columns)}. Say which "
                         'one holds the paths: Labeler(frame, path="…").')  # fmt: skip
    return found


def _below(values: Iterable[Any], root: Any) -> list[str]:
    base = "" if root is None else os.fspath(root)
    found = []
    for row, value in enumerate(values):
        if not isinstance(value, str | os.PathLike):
            raise TypeError(f"A labeler shows paths, but row {row} is {value!r} ({type(value).__name__}).")
        found.append(os.path.join(base, os.fspath(value)))
    return found


def list_id(task: str, folder: Path | None, paths: Sequence[str]) -> str:
    """A name that two labelers share whose ids mean the same pictures and whose decisions go to the same place."""
    where = "" if folder is None else os.path.abspath(folder)
    return blake2b("\0".join((task, where, *paths)).encode(errors="surrogateescape"), digest_size=12).hexdigest()
