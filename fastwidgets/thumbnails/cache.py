"""Thumbnails of files: from the disk where they have been made before, else made now."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import lru_cache
from pathlib import Path

from fastlearn.data.config import Config
from fastlearn.data.problems import DataError
from fastlearn.vision.decode import is_dicom

from fastwidgets.thumbnails.packed import PICTURE, Thumb
from fastwidgets.thumbnails.render import render, why_unreadable
from fastwidgets.thumbnails.store import ThumbnailStore, key_of

__all__ = ["SIDES", "Thumbnails", "default_thumbnails", "store_path"]

SIDES = (128, 256, 512)  # pixels; labextension/src/grid/layout.ts asks for the one that a tile needs
PATIENCE = 0.04  # seconds after which what is ready goes on its way


class Thumbnails:
    """Finds or makes thumbnails. `workers` threads decode pictures, which Pillow does outside the global lock."""

    def __init__(self, store: ThumbnailStore, workers: int | None = None) -> None:
        self.store = store
        self._workers = workers or min(4, max(2, os.cpu_count() or 1))
        self._pool: ThreadPoolExecutor | None = None

    def get(self, path: str, side: int) -> Thumb:
        """The thumbnail of one file, whose longer side is at most `side` pixels."""
        found = self.look_up([path], side)[0]
        return found if found is not None else self._make(path, side)

    def look_up(self, paths: Sequence[str], side: int) -> list[Thumb | None]:
        """For each path the thumbnail that is on the disk, or why there can be none; None where it is to be made."""
        keys = [_key_or_reason(path, side) for path in paths]
        found = self.store.read([key for key in keys if isinstance(key, bytes)])
        return [found.get(key) if isinstance(key, bytes) else key for key in keys]

    def pages(
        self, paths: Sequence[str], side: int, cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[list[tuple[int, Thumb]]]:
        """The thumbnails of `paths` in parts, each with its place in `paths`: at first those that are on the disk, then
        what has been made, every few hundredths of a second. Ends early once `cancelled()`.
        """
        ready = self.look_up(paths, side)
        part = [(i, thumb) for i, thumb in enumerate(ready) if thumb is not None]
        missing = [i for i, thumb in enumerate(ready) if thumb is None]
        if part or not missing:
            yield part
        if not missing:
            return
        jobs: dict[Future[Thumb], int] = {self._submit(paths[i], side): i for i in missing}
        try:
            for done in _as_ready(jobs):
                if cancelled():
                    return
                yield [(jobs[job], job.result()) for job in done]
        finally:
            for job in jobs:
                job.cancel()

    def warm(self, paths: Iterable[str], side: int, cancelled: Callable[[], bool] = lambda: False) -> None:
        """Make the thumbnails of `paths` that are not on the disk yet, one after the other, until `cancelled()`."""
        for path in paths:
            if cancelled():
                return
            self.get(path, side)

    def close(self) -> None:
        """End the threads and let go of the file."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None
        self.store.close()

    def _submit(self, path: str, side: int) -> Future[Thumb]:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="thumbnails")
        return self._pool.submit(self._make, path, side)

    def _make(self, path: str, side: int) -> Thumb:
        key = _key_or_reason(path, side)
        if isinstance(key, Thumb):
            return key
        try:
            thumb = Thumb(PICTURE, render(path, side).data)
        except (OSError, MemoryError) as error:  # may be another thing in a moment: not kept
            return Thumb.without(why_unreadable(path, error))
        except Exception as error:
            thumb = Thumb.without(why_unreadable(path, error))
        if _may_be_kept(path) and _key_or_reason(path, side) == key:  # the file was not replaced meanwhile
            self.store.write([(key, thumb)])
        return thumb


def store_path() -> Path:
    """Where the thumbnails of this user are kept: below the cache folder, which `clear_cache()` empties.

    Where there can be no such folder, in a folder for this process only.
    """
    try:
        cache = Config.load().make_cache()
    except (DataError, OSError):
        cache = Path(tempfile.mkdtemp(prefix="fastwidgets-"))
    return cache / "thumbnails" / "thumbnails.sqlite"


@lru_cache(maxsize=1)
def default_thumbnails() -> Thumbnails:
    """The thumbnails that all widgets of this process share."""
    return Thumbnails(ThumbnailStore(store_path()))


def _may_be_kept(path: str) -> bool:
    """Whether a small picture of the file may lie on the disk: not where a patient's name may be burned into it."""
    try:
        if not is_dicom(path):
            return True
        from fastlearn.medical.dicom.burned_in import may_show_text

        return not may_show_text(path)
    except (DataError, OSError):
        return False


def _key_or_reason(path: str, side: int) -> bytes | Thumb:
    try:
        return key_of(path, os.stat(path), side)
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        return Thumb.without(why_unreadable(path, error))


def _as_ready(jobs: dict[Future[Thumb], int]) -> Iterator[set[Future[Thumb]]]:
    waiting = set(jobs)
    while waiting:
        done, waiting = wait(waiting, timeout=PATIENCE, return_when=FIRST_COMPLETED)
        if done and waiting:  # one more moment: parts of several pictures cost less than pictures one by one
            more, waiting = wait(waiting, timeout=PATIENCE)
            done |= more
        yield done
