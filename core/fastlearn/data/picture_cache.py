"""Decoded and resized pictures kept for the next epochs, in memory or in a folder, bounded and never stale."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from fastlearn.data.cache_entry import Entry, Identity
from fastlearn.data.cache_stores import FolderStore, MemoryStore
from fastlearn.data.config import Config
from fastlearn.keywords import check_keywords

__all__ = ["PictureCache"]

GB = 10**9
MOST_GB = 4.0
SHARE_OF_MEMORY = 0.25  # of the machine's memory, at most, for what is kept in memory


class PictureCache:
    """Keeps what loaders decode, so that from the second epoch on only what is random is done again.

    What is kept of a picture is what comes before the first random step: in training with `Resize` the whole picture
    resized, out of which a random part is cut; in validation the result of all steps. An entry belongs to a file's
    path, size and time of change, and to the steps and their settings: after a change of any the file is read again.
    Labels, points and boxes are never kept. Samples are those of a loader without a cache, but for cuts in training,
    where a pixel may be rounded to the next of 255 levels.

    `folder`: where to keep them, for several processes and later runs (`"disk"`: in the folder that `clear_cache()`
    empties); None keeps them in memory. `most_gb`: at most so many gigabytes (10⁹ bytes), and in memory never more than
    a quarter of the machine's. What does not fit is read from its file as without a cache, which is said once, like a
    folder that cannot be written to.
    """

    @check_keywords
    def __init__(self, folder: str | os.PathLike[str] | None = None, most_gb: float = MOST_GB) -> None:
        if not most_gb > 0:
            raise ValueError(f"`most_gb` is a positive number of gigabytes, but got {most_gb!r}. Try 4.0.")
        self.most_gb = most_gb
        self.folder = None if folder is None else _folder(folder)
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._store = self._new_store()
        self._notes: list[str] = []

    def _new_store(self) -> MemoryStore | FolderStore:
        most = int(self.most_gb * GB)
        if self.folder is not None:
            return FolderStore(self.folder, most)
        return MemoryStore(min(most, int(SHARE_OF_MEMORY * memory_bytes())))

    def find(self, plan: str, name: str, identity: Identity) -> Entry | None:
        """What is kept under `name` for the steps `plan`, if the files still are what `identity` says."""
        return self._store.find(plan, name, identity)

    def keep(self, plan: str, name: str, identity: Identity, entry: Entry) -> None:
        """Keep `entry`, if there is room; whatever stands against it is noted and never raised."""
        trouble = self._store.keep(plan, name, identity, entry)
        if trouble is not None:
            self._notes.append(trouble)

    def note(self, text: str) -> None:
        """Have `text` said by whoever runs the loader."""
        self._notes.append(text)

    def take_notes(self) -> list[str]:
        """What has come up since the last call, for the user."""
        notes, self._notes = self._notes, []
        return notes

    @property
    def n_bytes(self) -> int:
        """How many bytes are kept, as far as this process knows."""
        return self._store.n_bytes

    def clear(self) -> None:
        """Forget all that is kept."""
        self._store.clear()

    def for_processes(self) -> PictureCache:
        """A cache that worker processes share: this one, or in the place of memory a folder that goes with it."""
        if self.folder is not None:
            return self
        if self._temporary is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="fastlearn-pictures-", ignore_cleanup_errors=True)
        return PictureCache(self._temporary.name, self.most_gb)

    def __getstate__(self) -> dict[str, Any]:  # to a worker process, which looks into the folder for itself
        return {"folder": self.folder, "most_gb": self.most_gb}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["folder"], state["most_gb"])  # type: ignore[misc]

    def __repr__(self) -> str:
        where = "memory" if self.folder is None else repr(str(self.folder))
        return f"PictureCache({where}, {self.n_bytes / GB:.2f} of at most {self.most_gb} GB)"


def as_cache(cache: Any) -> PictureCache | None:
    """What a loader's argument `cache` means: None, `"memory"`, `"disk"`, a folder, or a `PictureCache`.

    Raises: TypeError for anything else.
    """
    if cache is None or isinstance(cache, PictureCache):
        return cache
    if isinstance(cache, str | os.PathLike):
        return PictureCache(None if cache == "memory" else cache)
    raise TypeError(f"`cache` is 'memory', 'disk', a folder, or a PictureCache, but got {cache!r}. Try cache='memory'.")


def memory_bytes() -> int:
    """The machine's memory; where it cannot be asked for, 8 GB."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):  # Windows
        return 8 * GB


def _folder(folder: str | os.PathLike[str]) -> Path:
    if folder == "disk":
        return Config.load().make_cache() / "pictures"
    return Path(folder).expanduser().absolute()
