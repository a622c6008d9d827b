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


class Overlay:
    """A `get_y` that gives the label in the journal where there is one, and what `get_y` says where not.

    `get_path` tells the file of an item: nothing for paths, `lambda row: folder / row["name"]` for rows of a table.
    A decision belongs to a file, not to a name: a file that was moved keeps it, another file at the old place does not
    get it. Read once, when the overlay is made; it holds no open file and can be pickled.
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
        self._by_content = {(e["size"], e["hash"]): e for e in self._by_place.values() if "hash" in e}
        self._sizes = {size for size, _ in self._by_content}

    def __call__(self, item: Any) -> Any:
        found = self.decision(item)
        return found["label"] if found is not None and found.get("label") is not None else self.get_y(item)

    def decision(self, item: Any) -> Entry | None:
        """What was decided about the file of `item`; None if nothing was."""
        path = Path(item if self.get_path is None else self.get_path(item))
        found = self._by_place.get(place_of(path, self.root))
        if found is not None and "hash" not in found:
            return found  # about a name alone
        try:
            size = path.stat().st_size
        except OSError:
            return found  # gone: nothing says that it was another one
        if size not in self._sizes:
            return None
        return self._by_content.get((size, fingerprint(path)))

    def keeps(self, item: Any) -> bool:
        """Whether `item` was not excluded."""
        found = self.decision(item)
        return found is None or not found.get("exclude", False)

    def kept(self, items: Iterable[Any]) -> list[Any]:
        """The items that were not excluded."""
        return [item for item in items if self.keeps(item)]
