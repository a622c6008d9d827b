"""What counts of a journal: decisions that were taken back and not made again do not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = ["Acts", "Entry"]

Entry = dict[str, Any]
UNDO, REDO = "undo", "redo"


class Acts:
    """The acts of a journal in their order: each is one or more entries that were made, and are undone, together.

    `done` are those that count; `undone` those that `redo` brings back, the latest to be undone last. A new act after
    an undo ends what could be redone.
    """

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.done: list[list[Entry]] = []
        self.undone: list[list[Entry]] = []
        for entry in entries:
            self.take(entry)

    def take(self, entry: Entry) -> None:
        """Go one entry on; one that does not fit, as after a damaged line, changes nothing."""
        kind, act = entry.get("kind"), entry.get("act")
        if kind == UNDO:
            self._move(self.done, self.undone, entry.get("of"))
        elif kind == REDO:
            self._move(self.undone, self.done, entry.get("of"))
        elif self.done and act is not None and self.done[-1][0].get("act") == act:
            self.done[-1].append(entry)
        else:
            self.done.append([entry])
            self.undone.clear()

    @property
    def decisions(self) -> list[Entry]:
        """The entries that count."""
        return [entry for act in self.done for entry in act]

    def _move(self, source: list[list[Entry]], target: list[list[Entry]], act: Any) -> None:
        for i in range(len(source) - 1, -1, -1):
            if source[i][0].get("act") == act:
                target.append(source.pop(i))
                return
