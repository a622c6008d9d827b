"""What was seen of the files of a folder: looked at once, and kept on the disk for the next time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from fastlearn.data.config import Config
from fastlearn.vision.files.find import find_problems

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SeenFiles"]

CACHE = "scans"  # in the cache folder, which `clear_cache()` empties; the cleaner's search knows it too


class SeenFiles:
    """The problems of files, for whoever asks: all of those that were asked for once are known afterwards."""

    def __init__(self) -> None:
        self._known: set[Path] = set()
        self._table: pd.DataFrame

    def problems(
        self,
        files: Iterable[Path],
        progress: Callable[[int, int], object] | None = None,
        cancelled: Callable[[], bool] = bool,
    ) -> pd.DataFrame:
        """What `find_problems` says of these files. After a cancelled search the next one goes on from the disk."""
        wanted = dict.fromkeys(files)
        if not wanted.keys() <= self._known:
            cache = Config.load().make_cache() / CACHE
            table = find_problems(list(wanted), progress=progress, cancel=cancelled, cache=cache)
            if not table.attrs["complete"]:
                return table
            self._known, self._table = set(wanted), table
        table = self._table
        return table if len(wanted) == len(self._known) else table[table["path"].isin(set(wanted))]
