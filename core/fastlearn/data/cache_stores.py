"""Where a cache keeps its entries: a dictionary, or a folder with one small file for each sample.

Both stop taking more when they are full: epochs visit all samples in turn, so that throwing out the oldest would throw
out each one just before it is wanted.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from pathlib import Path

import numpy as np

from fastlearn.data.cache_entry import Entry, Identity, Part, of_bytes, to_bytes
from fastlearn.data.config import CACHE_TAG, CACHE_TAG_TEXT

GB = 10**9
LOOK_AGAIN = 16  # times, while a folder fills up, to count what other processes have added
COUNTED_AS = 4096  # bytes: files take whole blocks


class MemoryStore:
    """Entries in memory. Used by many threads without a lock: what races, races for the same content."""

    def __init__(self, most: int) -> None:
        self.most, self.n_bytes = most, 0
        self._entries: dict[tuple[str, str], tuple[Identity, Entry]] = {}
        self._full = False

    def find(self, plan: str, name: str, identity: Identity) -> Entry | None:
        """The entry, if it is of these files as they are."""
        found = self._entries.get((plan, name))
        return found[1] if found is not None and found[0] == identity else None

    def keep(self, plan: str, name: str, identity: Identity, entry: Entry) -> str | None:
        """Keep the entry in the place of an older one; what stands against it, in words, the first time."""
        older = self._entries.pop((plan, name), None)
        if older is not None:
            self.n_bytes -= older[1].n_bytes
        if self.n_bytes + entry.n_bytes > self.most:
            full, self._full = self._full, True
            return None if full else is_full("The memory for cached pictures", self.most, len(self._entries))
        self._entries[plan, name] = (identity, Entry(tuple(map(_own, entry.parts)), entry.deep))
        self.n_bytes += entry.n_bytes
        return None

    def clear(self) -> None:
        """Forget everything."""
        self._entries, self.n_bytes, self._full = {}, 0, False


class FolderStore:
    """Entries in files, written whole and put in their place at once: other processes see all of one or none.

    One folder for each plan; when the room is used up, the plans that nobody has used for longest go first.
    """

    def __init__(self, folder: Path, most: int) -> None:
        self.folder, self.most, self.n_bytes = folder, most, 0
        self._uncounted = 0  # bytes written since the folder was last counted
        self._plans: dict[str, Path] = {}
        self._stopped: bool | None = None  # None: not looked at yet

    def find(self, plan: str, name: str, identity: Identity) -> Entry | None:
        """The entry, if it is whole and of these files as they are."""
        try:
            with open(self._file(plan, name), "rb", buffering=0) as file:
                content = bytearray(os.fstat(file.fileno()).st_size)
                if file.readinto(content) != len(content):
                    return None
        except OSError:
            return None
        found = of_bytes(content)
        return found[1] if found is not None and found[0] == identity else None

    def keep(self, plan: str, name: str, identity: Identity, entry: Entry) -> str | None:
        """Write the entry in the place of an older one; what stands against it, in words, the first time."""
        if self._stopped:
            return None
        try:
            if self._stopped is None:
                self._start()
            if not self._has_room(plan, entry.n_bytes):
                self._stopped = True
                return is_full(f"The folder of cached pictures, {str(self.folder)!r},", self.most)
            self._write(self._file(plan, name), to_bytes(identity, entry))
        except OSError as error:
            self._stopped = True
            return (f"Pictures cannot be cached in {str(self.folder)!r}: {error.strerror or error}. They are read from "
                    "their files as without a cache. Try another folder, or cache='memory'.")  # fmt: skip
        added = _in_blocks(entry.n_bytes)
        self.n_bytes, self._uncounted = self.n_bytes + added, self._uncounted + added
        return None

    def clear(self) -> None:
        """Remove all plans."""
        for plan in self._plan_folders():
            shutil.rmtree(plan, ignore_errors=True)
        self.n_bytes, self._uncounted, self._plans, self._stopped = 0, 0, {}, None

    def _start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if not (self.folder / CACHE_TAG).exists():
            (self.folder / CACHE_TAG).write_text(CACHE_TAG_TEXT, encoding="utf-8")
        self._count()
        self._stopped = False

    def _count(self) -> None:
        self.n_bytes, self._uncounted = sum(map(_size_of, self._plan_folders())), 0

    def _has_room(self, plan: str, n_bytes: int) -> bool:
        if self._uncounted > self.most / LOOK_AGAIN:
            self._count()
        if self.n_bytes + _in_blocks(n_bytes) <= self.most:
            return True
        self._drop_unused()
        return self.n_bytes + _in_blocks(n_bytes) <= self.most

    def _drop_unused(self) -> None:
        """Make room: remove plans that this process does not use, the ones longest unused first."""
        used = {folder.name for folder in self._plans.values()}
        others = [folder for folder in self._plan_folders() if folder.name not in used]
        for folder in sorted(others, key=_last_used):
            shutil.rmtree(folder, ignore_errors=True)
            self._count()
            if self.n_bytes < self.most * (LOOK_AGAIN - 1) / LOOK_AGAIN:
                return

    def _plan_folders(self) -> list[Path]:
        if not self.folder.is_dir():
            return []
        return [entry for entry in self.folder.iterdir() if entry.name.startswith("plan-") and entry.is_dir()]

    def _file(self, plan: str, name: str) -> Path:
        if plan not in self._plans:
            folder = self.folder / f"plan-{_digest(plan)}"
            if folder.is_dir():
                _touch(folder)
            self._plans[plan] = folder
        digest = _digest(name)
        return self._plans[plan] / digest[:2] / digest[2:]

    def _write(self, path: Path, pieces: list[bytes]) -> None:
        draft = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
        try:
            try:
                file = open(draft, "wb")  # noqa: SIM115  # closed below; opened twice where the folder is new
            except FileNotFoundError:
                path.parent.mkdir(parents=True, exist_ok=True)
                file = open(draft, "wb")  # noqa: SIM115
            with file:
                file.writelines(pieces)
            os.replace(draft, path)
        except OSError:
            draft.unlink(missing_ok=True)
            if os.name != "nt" or not path.exists():  # Windows: another process has just put the same entry there
                raise


def is_full(what: str, most: int, count: int | None = None) -> str:
    """The message for a cache without room."""
    held = "" if count is None else f" with {count} samples"
    return (f"{what} has reached {most / GB:.3g} GB{held}: the other pictures are read from their files in each epoch. "
            "Try cache=PictureCache(most_gb=...) for more, or a smaller Resize.")  # fmt: skip


def _own(part: Part) -> Part:
    """The part with memory that nobody else changes."""
    return Part(np.array(part.array, order="C"), part.mode, part.full_size)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def _in_blocks(n_bytes: int) -> int:
    return -(-n_bytes // COUNTED_AS) * COUNTED_AS


def _size_of(folder: Path) -> int:
    total = 0
    for where, _, names in os.walk(folder):
        for name in names:
            try:
                total += _in_blocks(os.stat(os.path.join(where, name)).st_size)
            except OSError:  # removed by another process
                continue
    return total


def _last_used(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except OSError:
        return 0.0


def _touch(folder: Path) -> None:
    try:
        os.utime(folder)
    except OSError:  # a folder that can only be read is of use too
        return
