"""What a viewer shows: series of a folder or list, or values that have no files, and what was left out."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from fastlearn.data.find import get_files
from fastlearn.data.problems import DataError, describe
from fastlearn.medical.dicom.quiet import silent
from fastlearn.medical.dicom.read import ENDINGS, is_dicom
from fastlearn.medical.dicom.series import BY_FRAME, BY_POSITION, Found, Series, find_series
from fastlearn.medical.dicom.slices import Slice
from fastlearn.medical.dicom.volume import Volume

from fastwidgets.dicom.frame import Frame, frame_of_slice, frame_of_values
from fastwidgets.journal.journal import FILE

__all__ = ["Entry", "FileEntry", "Gallery", "ValueEntry", "files_of", "first_look", "gallery_of"]

Vector = tuple[float, float, float]
PREVIEWS = 20  # DICOM files that are tried before all headers are read


class Entry(Protocol):
    """A series, or a block of values: slices in order."""

    name: str
    study: str
    problems: tuple[str, ...]

    def __len__(self) -> int: ...

    def frame(self, i: int) -> Frame:
        """The picture of slice `i`. Raises: DataError or OSError, saying why there is none."""
        ...

    def slice(self, i: int) -> Slice | None:
        """Slice `i`, or None where there are no files."""
        ...

    def place(self, i: int) -> dict[str, Any]:
        """Where slice `i` lies: see `place_of`."""
        ...


class FileEntry:
    """A series of files."""

    def __init__(self, series: Series) -> None:
        self.series = series
        self.name, self.study = series.name, series.study
        said = series.ordered_by in (BY_POSITION, BY_FRAME)
        ordered = () if said else (f"ordered by {series.ordered_by}",)
        self.problems = (*ordered, *series.problems)

    def __len__(self) -> int:
        return len(self.series)

    def frame(self, i: int) -> Frame:
        return frame_of_slice(self.series.slices[i])

    def slice(self, i: int) -> Slice | None:
        return self.series.slices[i]

    def place(self, i: int) -> dict[str, Any]:
        one = self.series.slices[i]
        return place_of(one.position, one.along_rows, one.along_columns, one.spacing, one.number)


class ValueEntry:
    """A volume, or values `(Z, H, W)` alone."""

    study = ""

    def __init__(self, values: Any, volume: Volume | None = None, name: str = "volume") -> None:
        self.values = values.detach().cpu().numpy() if hasattr(values, "detach") else np.asarray(values)
        if self.values.ndim == 2:
            self.values = self.values[None]
        if self.values.ndim != 3 or self.values.dtype.kind not in "iufb" or 0 in self.values.shape:
            raise DataError(f"A volume is an array of numbers, (slices, rows, columns), but got {describe(values)}.")
        self.volume = volume
        n, rows, columns = self.values.shape
        self.name = f"{name}, {n} of {rows} x {columns}"
        self.problems: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.values)

    def frame(self, i: int) -> Frame:
        return frame_of_values(self.values[i])

    def slice(self, i: int) -> Slice | None:
        return None

    def place(self, i: int) -> dict[str, Any]:
        if self.volume is None:
            return place_of(None, None, None, None, None)
        _, down, across = self.volume.axes
        return place_of(self.volume.position(i, 0, 0), across, down, self.volume.spacing[1:], None)


def place_of(
    position: Vector | None, along_rows: Vector | None, along_columns: Vector | None,
    spacing: tuple[float, ...] | None, number: int | None,
) -> dict[str, Any]:  # fmt: skip
    """What a view needs to say where a pixel lies: mm, in the patient's coordinates; None where nobody knows."""
    known = None not in (position, along_rows, along_columns)
    return {
        "position": list(position) if known and position is not None else None,
        "along_rows": list(along_rows) if known and along_rows is not None else None,
        "along_columns": list(along_columns) if known and along_columns is not None else None,
        "spacing": None if spacing is None else list(spacing),
        "number": number,
    }


@dataclass(frozen=True)
class Left:
    """A file that is in no series: its name below the folder, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Gallery:
    """`unread`: how many files' headers are still being read; the only entry is a first look then."""

    entries: tuple[Entry, ...]
    left: tuple[Left, ...] = ()
    root: Path | None = None
    unread: int = 0
    studies: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "studies", tuple(dict.fromkeys(entry.study for entry in self.entries)))


def files_of(source: Any) -> tuple[list[Path], Path | None] | None:
    """The files that `source` names, and the folder they are told below; None where it names none."""
    if isinstance(source, str | os.PathLike) and not isinstance(source, Slice):
        path = Path(source)
        if path.is_file():
            return [path], path.parent
        return [file for file in get_files(path) if file.name != FILE], path
    if isinstance(source, list | tuple) and source and all(_is_path(one) for one in source):
        files = [Path(one) for one in source]
        return files, Path(os.path.commonpath([file.absolute().parent for file in files]))
    return None


@silent
def gallery_of(source: Any) -> Gallery:
    """All that `source` holds: a path, paths, a `Series` or several, what `find_series` found, a `Volume`, an array.

    Raises: DataError for anything else, and for an empty or missing folder.
    """
    named = files_of(source)
    if named is not None:
        files, root = named
        found = find_series(files)
        return Gallery(tuple(map(FileEntry, found.series)), _left(found, root), root)
    if isinstance(source, Series):
        source = [source]
    if isinstance(source, Found):
        return Gallery(tuple(map(FileEntry, source.series)), _left(source, None), _root(source.series))
    if isinstance(source, Volume):
        return Gallery((ValueEntry(source.values, source),))
    if isinstance(source, list | tuple) and source and all(isinstance(one, Series) for one in source):
        return Gallery(tuple(map(FileEntry, source)), (), _root(source))
    if hasattr(source, "shape") and hasattr(source, "dtype"):
        return Gallery((ValueEntry(source),))
    raise DataError("A viewer shows a folder, a file or a list of files, a Series or several, what find_series found, "
                    f"a Volume, or an array (slices, rows, columns), but got {describe(source)}.")  # fmt: skip


@silent
def first_look(files: Iterable[Path]) -> FileEntry | None:
    """One file that can be shown while the headers of all are read; None if the first DICOM files cannot."""
    for file in islice((file for file in files if file.suffix.lower() in ENDINGS or is_dicom(file)), PREVIEWS):
        found = find_series([file])
        if found.series:
            return FileEntry(found.series[0])
    return None


def _is_path(one: Any) -> bool:
    return isinstance(one, str | os.PathLike) and not isinstance(one, Slice)


def _left(found: Found, root: Path | None) -> tuple[Left, ...]:
    return tuple(Left(*told_below(one.path, one.reason, root)) for one in found.skipped)


def told_below(path: Path, reason: str, root: Path | None) -> tuple[str, str]:
    """The name of a file below `root`, and a message with that name in it instead of the whole path."""
    try:
        name = path.relative_to(root).as_posix() if root is not None else path.name
    except ValueError:
        name = path.name
    return name, reason.replace(f"The DICOM file {str(path)!r}", "The file").replace(repr(str(path)), repr(name))


def _root(series: Iterable[Series]) -> Path | None:
    folders = {one.path.absolute().parent for every in series for one in every.slices}
    return Path(os.path.commonpath(folders)) if folders else None
