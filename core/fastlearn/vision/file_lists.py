"""Lists of files as users give them, alone or with something for each file."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from fastlearn.data.problems import DataError


def as_files(fnames: Iterable[Any]) -> list[Any]:
    """`fnames` as a list. Raises: DataError for a single path, which is most often the folder of the files."""
    if isinstance(fnames, str | os.PathLike):
        raise DataError(f"`fnames` is a list of files, but got the path {str(fnames)!r}. Try get_image_files(path).")
    return list(fnames)


def one_by_one(fnames: Iterable[Any], others: Iterable[Any], what: str) -> list[tuple[Any, Any]]:
    """Pairs of a file and what belongs to it. Raises: DataError, calling the others `what`, if one list is longer."""
    files, found = as_files(fnames), list(others)
    if len(files) != len(found):
        raise DataError(f"`fnames` and `{what}` go together one by one, but there are {len(files)} and {len(found)}.")
    return list(zip(files, found, strict=True))
