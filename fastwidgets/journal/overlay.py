"""Corrected labels over the ones that the files have: read through a journal, without touching anything."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from fastwidgets.journal.acts import Entry
from fastwidgets.journal.identity import fingerprint, place_of
from fastwidgets.journal.journal import Journal

__all__ = ["Overlay"]

Content = tuple[int, str]  # size and fingerprint of a file


class Overlay:
    """A `get_y` that gives the label in the journal where there is one, and what `get_y` says where not.

    `get_path` tells the file of an item: nothing for paths, `lambda row: folder / row["name"]` for rows of a table.
    A decision belongs to a file, not to a name: a file that was moved keeps it, another file at the old place does not
    get it, and neither does a copy of it elsewhere. Read once, when the overlay is made; it holds no open file and can
    be pickled.
    """

    def __init__(
        self,
        get_y: Callable[[Any], Any],
        journal: Journal | str | os.PathLike[str],
        get_path: Callable[[Any], Any] | None = None,
    ) -> None:
        journal = journal if isinstance(journal, Journal) else Journal(journal)
        self.get_y, self.get_path, self.root = get_y, get_path, journal.root
        self._by_place = journal.latest()
        self._moved = {_content(e): e for e in self._by_place.values() if "hash" in e and not self._is_there(e)}
        self._moved_sizes = {size for size, _ in self._moved}

    def __call__(self, item: Any) -> Any:
        found = self.decision(item)
        return found["label"] if found is not None and found.get("label") is not None else self.get_y(item)

    def decision(self, item: Any) -> Entry | None:
        """What was decided about the file of `item`; None if nothing was."""
        path = Path(item if self.get_path is None else self.get_path(item))
        found = self._by_place.get(place_of(path, self.root))
        if found is not None and "hash" not in found:
            return found  # about a name alone
        if found is None and not self._moved:
            return None
        try:
            size = path.stat().st_size
        except OSError:
            return found  # gone: nothing says that it was another one
        if found is not None and found["size"] == size and _content(found) == (size, fingerprint(path)):
            return found
        return self._moved.get((size, fingerprint(path))) if size in self._moved_sizes else None

    def keeps(self, item: Any) -> bool:
        """Whether `item` was not excluded."""
        found = self.decision(item)
        return found is None or not found.get("exclude", False)

    def kept(self, items: Iterable[Any]) -> list[Any]:
        """The items that were not excluded."""
        return [item for item in items if self.keeps(item)]

    def _is_there(self, entry: Entry) -> bool:
        """Whether the file that was decided about is still at its place; if not, it may have been moved."""
        path = Path(self.root, entry["item"])
        try:
            return path.stat().st_size == entry["size"] and _content(entry)[1] == fingerprint(path)
        except OSError:
            return False


def _content(entry: Entry) -> Content:
    return int(entry["size"]), str(entry["hash"])
