"""What lies below a folder: read once, off the main thread, and then only looked at."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from fastlearn.data.find import check_folder, image_extensions
from fastlearn.data.problems import DataError

from fastwidgets.builder.paths import parent_of, suffix_of

__all__ = ["Cancelled", "Folder", "as_written", "scan_folder"]

EVERY = 500  # files between two reports
DICOM = (".dcm", ".dicom", ".dic")
TABLES = (".csv", ".tsv", ".parquet")
Progress = Callable[[int], None]


class Cancelled(Exception):
    """The scan was ended by the user."""


@dataclass(frozen=True)
class Folder:
    """The files below `path`, as paths relative to it with / between their parts, sorted.

    Names that start with a dot are passed over and linked folders are followed, as `get_files` does.
    `closed`: folders that may not be read. `troubles`: what is wrong with files that were looked into, in words.
    `frame`: the table that a data frame was kept as, which comes first among the tables; "" without one.
    """

    path: Path
    files: tuple[str, ...]
    closed: tuple[str, ...] = field(default=())
    troubles: dict[str, str] = field(default_factory=dict, compare=False)
    frame: str = ""

    def ending(self, *suffixes: str) -> list[str]:
        """The files with one of these endings (".csv"), upper and lower case alike."""
        return [file for file in self.files if file.lower().endswith(suffixes)]

    @cached_property
    def pictures(self) -> list[str]:
        known = image_extensions() - set(DICOM)
        return [file for file in self.files if suffix_of(file).lower() in known]

    @cached_property
    def dicoms(self) -> list[str]:
        """Files that end in .dcm, or without an ending begin as DICOM files do."""
        bare = [file for file in self.files if not suffix_of(file)]
        return self.ending(*DICOM) + [file for file in bare if self._begins(file, b"DICM", 128)]

    @cached_property
    def tables(self) -> list[str]:
        return [*([self.frame] if self.frame else []), *self.ending(*TABLES)]

    @cached_property
    def texts(self) -> list[str]:
        return self.ending(".txt")

    def by_parent(self, files: list[str]) -> dict[str, list[str]]:
        """`files` by the folder they lie in ("" for the top)."""
        found: dict[str, list[str]] = {}
        for file in files:
            found.setdefault(parent_of(file), []).append(file)
        return found

    def read(self, file: str, most: int = 1_000_000) -> str:
        """The first `most` bytes of a file as text; what is no UTF-8 is replaced. Empty where it cannot be read."""
        try:
            with (self.path / file).open("rb") as opened:
                return opened.read(most).decode("utf-8-sig", "replace")
        except OSError:
            return ""

    def _begins(self, file: str, mark: bytes, at: int) -> bool:
        try:
            with (self.path / file).open("rb") as opened:
                opened.seek(at)
                return opened.read(len(mark)) == mark
        except OSError:
            return False


def scan_folder(
    path: str | os.PathLike[str], progress: Progress | None = None, cancelled: Callable[[], bool] = bool
) -> Folder:
    """List all files below `path`; `progress(n)` is told how many there are so far.

    Raises: DataError if there is no such folder or it may not be read; Cancelled.
    """
    if not os.fspath(path):
        raise DataError("Which folder? Give the path of one, or '.' for the one that you are in.")
    root = Path(os.path.abspath(os.path.expanduser(path)))
    check_folder(root)
    if not os.access(root, os.R_OK | os.X_OK):
        raise DataError(f"The folder {str(root)!r} may not be read. Ask who owns it for the right to.")
    files: list[str] = []
    closed: list[str] = []
    todo = [("", _inode(root))]
    while todo:
        folder, above = todo.pop()
        try:
            with os.scandir(root / folder) as entries:
                for entry in entries:
                    name = f"{folder}/{entry.name}" if folder else entry.name
                    if entry.name.startswith("."):
                        continue
                    if not entry.is_dir():
                        files.append(name)
                        if len(files) % EVERY == 0:
                            _report(len(files), progress, cancelled)
                    elif not (inode := _inode(root / name)) <= above:  # else a link that leads round in a circle
                        todo.append((name, above | inode))
        except PermissionError:
            closed.append(folder)
    _report(len(files), progress, cancelled)
    return Folder(root, tuple(sorted(files)), tuple(sorted(closed)))


def as_written(folder: Path) -> str:
    """The folder as a cell names it: from where the notebook is, if it lies below, so that both can be moved."""
    try:
        below = folder.relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return str(folder)
    return below


def _inode(folder: Path) -> frozenset[tuple[int, int]]:
    stat = folder.stat()
    return frozenset([(stat.st_dev, stat.st_ino)])


def _report(n: int, progress: Progress | None, cancelled: Callable[[], bool]) -> None:
    if cancelled():
        raise Cancelled
    if progress is not None:
        progress(n)
