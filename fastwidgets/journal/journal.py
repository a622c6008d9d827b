"""A journal of what people decided about the items of a data set: nothing that was acknowledged is ever lost."""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import threading
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

from filelock import FileLock, Timeout

from fastwidgets.journal.acts import REDO, UNDO, Acts, Entry
from fastwidgets.journal.identity import identify
from fastwidgets.journal.lines import from_line, to_line

__all__ = ["Journal", "JournalInUse"]

FILE = "journal.jsonl"


class JournalInUse(RuntimeError):
    """Another process, or another Journal of this one, is writing."""


class Journal:
    """The file `journal.jsonl` in `folder`: a line of JSON for each decision, only ever appended.

    `append` returns when the line is on the disk. To write, open the journal with `with` (or `open` and `close`): one
    writer at a time, and the right to write ends with its process. `entries()` needs no right, at any time. A line that
    is torn or was edited by hand is passed over; `damaged` lists such lines. `folder` is that of the data set, or any
    other; paths are kept relative to `root`, by default `folder`.
    """

    def __init__(self, folder: str | os.PathLike[str], root: str | os.PathLike[str] | None = None) -> None:
        self.folder, self.root = Path(folder), Path(folder if root is None else root)
        self.path = self.folder / FILE
        self.damaged: list[int] = []  # numbers of lines, from 1, when they were last read
        self._lock = threading.RLock()  # a click may come in another thread than a cell
        self._right: FileLock | None = None
        self._file: IO[bytes] | None = None
        self._acts, self._next, self._read_to = Acts(), 0, 0

    def __repr__(self) -> str:
        return f"Journal({str(self.path)!r}, {len(self.decisions())} decisions)"

    # Reading

    def entries(self) -> list[Entry]:
        """All valid lines in their order, also those that undo others; empty where there is no journal yet."""
        try:
            lines = self.path.read_bytes().split(b"\n")
        except (FileNotFoundError, NotADirectoryError):
            return []
        parsed = [(number, from_line(line)) for number, line in enumerate(lines, 1) if line]
        self.damaged = [number for number, entry in parsed if entry is None]
        return [entry for _, entry in parsed if entry is not None]

    def decisions(self) -> list[Entry]:
        """The entries that count: without those that were undone."""
        with self._lock:
            return (self._acts if self._file is not None else Acts(self.entries())).decisions

    def latest(self) -> dict[str, Entry]:
        """For each item the fields of all its decisions, later ones over earlier ones."""
        found: dict[str, Entry] = {}
        for entry in self.decisions():
            if "item" in entry:
                found.setdefault(entry["item"], {}).update(entry)
        return found

    @property
    def can_undo(self) -> int:
        """How many acts `undo` can take back; 0 where the journal is not open for writing."""
        return len(self._acts.done) if self._file is not None else 0

    @property
    def can_redo(self) -> int:
        """How many acts `redo` can make again; 0 where the journal is not open for writing."""
        return len(self._acts.undone) if self._file is not None else 0

    # The right to write

    def __enter__(self) -> Journal:
        return self.open()

    def __exit__(self, *error: object) -> None:
        self.close()

    def open(self) -> Journal:
        """Begin to write. Raises: JournalInUse, saying who does; OSError where the folder cannot be written."""
        with self._lock:
            if self._file is not None:
                return self
            self.folder.mkdir(parents=True, exist_ok=True)
            right = FileLock(self.folder / ".journal.lock")
            try:
                right.acquire(timeout=0)
            except Timeout:
                raise JournalInUse(f"{self.path} is being written by {self._holder()}. Close it there first.") from None
            try:
                self._begin()
            except BaseException:
                right.release()
                raise
            self._right = right
        return self

    def close(self) -> None:
        """Give the right to write back."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None
            if self._right is not None:
                self._right.release()
                self._right = None

    def _begin(self) -> None:
        entries = self.entries()
        self._acts = Acts(entries)
        self._next = 1 + max((int(entry.get("id", 0)) for entry in entries), default=0)
        is_new = not self.path.exists()
        self._file = self.path.open("a+b")
        if _torn(self._file):
            self._write(b"\n")  # what comes next begins a line of its own
        if is_new:
            _to_disk(self.folder)
        me = {"pid": os.getpid(), "host": os.uname().nodename if hasattr(os, "uname") else "", "since": _now()}
        self._holder_file.write_text(json.dumps(me))

    @property
    def _holder_file(self) -> Path:
        return self.folder / ".journal.holder"

    def _holder(self) -> str:
        try:
            who = json.loads(self._holder_file.read_text())
            return f"process {who['pid']} on {who['host'] or 'this machine'} since {who['since']}"
        except (OSError, ValueError, KeyError, TypeError):
            return "another process"

    # Writing

    def append(self, entry: Mapping[str, Any]) -> Entry:
        """Write one decision; returns it, as it stands in the file, when it is on the disk.

        Every entry gets an `id` that counts up, an `act` for what is undone together, and `at` and `who`.

        Raises: RuntimeError if the journal is not open; OSError if the disk does not take it (what is there stays
        whole); TypeError or ValueError for what JSON cannot hold.
        """
        return self.append_all([entry])[0]

    def append_all(self, entries: Iterable[Mapping[str, Any]]) -> list[Entry]:
        """Write several decisions that are undone together; all of them are on the disk when this returns."""
        with self._lock:
            if self._file is None:
                raise RuntimeError("The journal is not open for writing. Try `with Journal(folder) as journal:`.")
            own = {"act": uuid4().hex[:12], "at": _now(), "who": _user()}
            made = [{**entry, "id": self._next + i, **own} for i, entry in enumerate(entries)]
            self._write(b"".join(map(to_line, made)))
            self._next += len(made)
            for entry in made:
                self._acts.take(entry)
            return made

    def decide(self, path: str | os.PathLike[str], **fields: Any) -> Entry:
        """Write a decision about the file `path`, with what finds it again: `decide(path, label="cat")`."""
        return self.append({**identify(path, self.root)._asdict(), **fields})

    def undo(self) -> list[Entry]:
        """Take back the latest act that counts; its entries, empty if there is none."""
        return self._turn(UNDO)

    def redo(self) -> list[Entry]:
        """Make the latest act again that was undone; its entries, empty if there is none."""
        return self._turn(REDO)

    def _turn(self, kind: str) -> list[Entry]:
        with self._lock:
            acts = self._acts.done if kind == UNDO else self._acts.undone
            if not acts:
                return []
            act = list(acts[-1])
            self.append({"kind": kind, "of": act[0].get("act")})
            return act

    def compact(self) -> int:
        """Write the file anew with the decisions that count alone, and return how many bytes that freed.

        What was undone cannot be redone afterwards. The file is whole at every moment.
        """
        with self._lock:
            if self._file is None:
                raise RuntimeError("The journal is not open for writing. Try `with Journal(folder) as journal:`.")
            before = self.path.stat().st_size
            kept = b"".join(map(to_line, self._acts.decisions))
            temporary = self.path.with_name(f"{FILE}.part")
            with temporary.open("wb") as file:
                file.write(kept)
                file.flush()
                os.fsync(file.fileno())
            self._file.close()
            os.replace(temporary, self.path)
            _to_disk(self.folder)
            self._file = self.path.open("a+b")
            self._acts = Acts(self._acts.decisions)
            return before - len(kept)

    def _write(self, data: bytes) -> None:
        assert self._file is not None
        end = self._file.seek(0, os.SEEK_END)
        try:
            self._file.write(data)
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError:
            self._give_up(end)
            raise

    def _give_up(self, end: int) -> None:
        """Leave no half of a line: the next one would be lost with it."""
        assert self._file is not None
        with contextlib.suppress(OSError):  # closing tries to write what is buffered once more
            self._file.close()
        os.truncate(self.path, end)
        self._file = self.path.open("a+b")


def _torn(file: IO[bytes]) -> bool:
    if file.seek(0, os.SEEK_END) == 0:
        return False
    file.seek(-1, os.SEEK_END)
    return file.read(1) != b"\n"


def _to_disk(folder: Path) -> None:
    """The names in `folder` survive a power cut."""
    if os.name == "nt":
        return
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
