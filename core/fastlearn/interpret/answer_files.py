"""The files of stored answers: arrays that are mapped into memory, in a folder that is there whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from fastlearn.data.problems import DataError

__all__ = ["AnswerWriter", "bound", "folders_in", "read_answers", "touch"]

META, NAMES = "answers.json", "items.json"
PREFIX, PART = "answers-", ".part-"
ROWS_AT_ONCE = 4096
ABANDONED = 24 * 3600  # seconds after which an unfinished folder is taken for that of a process that is gone


class AnswerWriter:
    """Arrays of `n` rows each, in a new folder below `parent` that nobody sees before `finish`."""

    def __init__(self, parent: Path, n: int) -> None:
        self.parent, self.n = parent, n
        parent.mkdir(parents=True, exist_ok=True)
        self.folder = parent / f"{PART}{uuid4().hex[:12]}"
        self.folder.mkdir()
        self._arrays: dict[str, NDArray[Any]] = {}
        self.seen = np.zeros(n, bool)

    def put(self, name: str, rows: NDArray[np.int64], values: NDArray[Any]) -> None:
        """Write `values` to the `rows` of the array `name`, which has the shape and dtype of the first ones."""
        if name not in self._arrays:
            shape = (self.n, *values.shape[1:])
            self._arrays[name] = np.lib.format.open_memmap(self._file(name), "w+", values.dtype, shape)
        array = self._arrays[name]
        if array.shape[1:] != values.shape[1:]:
            raise DataError(
                f"All items have answers of one shape, but {name} of some are {array.shape[1:]} and of others "
                f"{values.shape[1:]}. Try an item transform that gives all inputs one size, such as Resize."
            )
        array[rows] = values

    def mark(self, rows: NDArray[np.int64]) -> None:
        """These rows are complete; rows that never are have no place in the end."""
        self.seen[rows] = True

    def finish(self, key: str, meta: dict[str, Any], names: dict[str, Any], loose: dict[str, NDArray[Any]]) -> Path:
        """Leave out the rows that are not there, add the arrays `loose`, and put the folder in its place."""
        kept = np.flatnonzero(self.seen)
        for name in list(self._arrays):
            self._close(name, kept)
        for name, values in loose.items():
            np.save(self._file(name), values)
        (self.folder / NAMES).write_text(json.dumps(names), encoding="utf-8")
        described = {path.stem: path.stat().st_size for path in self.folder.glob("*.npy")}
        (self.folder / META).write_text(json.dumps({**meta, "n": len(kept), "files": described}), encoding="utf-8")
        return self._in_place(self.parent / f"{PREFIX}{key}")

    def give_up(self) -> None:
        """Remove what was written."""
        self._arrays.clear()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _close(self, name: str, kept: NDArray[np.int64]) -> None:
        array = self._arrays.pop(name)
        if len(kept) == self.n:
            array.flush()  # type: ignore[attr-defined]  # a memmap
            return
        draft = self.folder / f"{name}.draft"
        shorter = np.lib.format.open_memmap(draft, "w+", array.dtype, (len(kept), *array.shape[1:]))
        for start in range(0, len(kept), ROWS_AT_ONCE):
            chunk = kept[start : start + ROWS_AT_ONCE]
            shorter[start : start + len(chunk)] = array[chunk]
        shorter.flush()
        del shorter, array
        os.replace(draft, self._file(name))

    def _in_place(self, target: Path) -> Path:
        for _ in range(3):
            try:
                os.rename(self.folder, target)
                return target
            except OSError:
                if not target.exists():
                    raise
                old = self.parent / f"{PART}old-{uuid4().hex[:12]}"  # a reader keeps what it has mapped
                os.rename(target, old)
                shutil.rmtree(old, ignore_errors=True)
        raise OSError(f"{target} is being written by other processes all the time.")

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.npy"


def read_answers(folder: Path) -> tuple[dict[str, Any], dict[str, Any], dict[str, NDArray[Any]]]:
    """What the folder says, the names of its items, and its arrays, mapped into memory and read-only.

    Raises: FileNotFoundError if it is no such folder; DataError, naming the file, if something in it is damaged.
    """
    if not (folder / META).is_file():
        raise FileNotFoundError(f"{folder} holds no stored answers: it has no {META}. Try StoredAnswers.of(learn).")
    meta, names = _json(folder / META), _json(folder / NAMES)
    arrays: dict[str, NDArray[Any]] = {}
    for name, size in meta.get("files", {}).items():
        path = folder / f"{name}.npy"
        try:
            if path.stat().st_size != size:
                raise ValueError(f"it has {path.stat().st_size} bytes in place of {size}")
            arrays[name] = np.load(path, mmap_mode="r" if size > 4096 else None, allow_pickle=False)
        except (OSError, ValueError) as error:
            raise _damaged(path, error) from error
    if not {"n", "task", "key"} <= meta.keys() or "losses" not in arrays or not {"ids", "paths"} <= names.keys():
        raise _damaged(folder / META, "a part is missing")
    return meta, names, arrays


def folders_in(parent: Path) -> list[Path]:
    """The folders of answers in `parent`, the latest used first."""
    found = [path for path in parent.glob(f"{PREFIX}*") if (path / META).is_file()]
    return sorted(found, key=_used, reverse=True)


def touch(folder: Path) -> None:
    """Note that the folder was used now."""
    try:
        os.utime(folder / META)
    except OSError:  # a folder that can only be read is of use too
        return


def bound(parent: Path, most: int, keep: Path) -> None:
    """Remove the folders in `parent` that are longest unused, until all together have at most `most` bytes.

    `keep` stays. What processes that were killed have left unfinished goes too.
    """
    for part in parent.glob(f"{PART}*"):
        if time.time() - part.stat().st_mtime > ABANDONED:
            shutil.rmtree(part, ignore_errors=True)
    total = size_of([keep])
    for folder in folders_in(parent):
        if folder == keep:
            continue
        total += size_of([folder])
        if total > most:
            shutil.rmtree(folder, ignore_errors=True)


def size_of(folders: Iterable[Path]) -> int:
    """How many bytes the files of the folders have."""
    return sum(path.stat().st_size for folder in folders for path in folder.iterdir())


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged(path, error) from error
    if not isinstance(found, dict):
        raise _damaged(path, f"it holds a {type(found).__name__}")
    return found


def _damaged(path: Path, why: object) -> DataError:
    return DataError(
        f"The stored answers in {path.parent} are damaged: {path.name}: {why}. Remove the folder; "
        "StoredAnswers.of(learn) makes it again."
    )


def _used(folder: Path) -> float:
    try:
        return (folder / META).stat().st_mtime
    except OSError:
        return 0.0
