"""The journal of a labeler: who may write, what happens where nobody can, and one labeler at a time."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from fastwidgets.journal.acts import Entry
from fastwidgets.journal.journal import Journal, JournalInUse

__all__ = ["Keeper", "NotSaved"]

# Who of this process writes which journal: a cell that is run again makes a labeler anew, and the old one steps back.
_WRITERS: WeakValueDictionary[str, Keeper] = WeakValueDictionary()
_LOCK = threading.Lock()


CLOSED = "This labeler was closed. Run its cell again."


class NotSaved(RuntimeError):
    """A decision could not be written, so it was not made."""


class Keeper:
    """Writes decisions to the journal in `folder`, or says why that cannot be (`why_not`, empty while it can).

    `lost()` is called when another labeler of this process has taken the right to write.
    """

    def __init__(self, folder: Path | None, root: str, lost: Callable[[], None]) -> None:
        self.root, self._lost = root, lost
        self.journal = None if folder is None else Journal(folder, root)
        self.why_not = "" if folder is not None else "There are no images, so there is nowhere to keep labels."
        self._holds = False
        self.open()

    def open(self) -> bool:
        """Try to get the right to write; returns whether it is there."""
        if self.journal is None or self._holds:
            return self._holds
        with _LOCK:
            before = _WRITERS.pop(self._key, None)
        if before is not None:
            before.hand_over()
        try:
            self.journal.open()
        except JournalInUse as error:
            self.why_not = f"Nothing can be labelled here: {error}"
        except OSError as error:
            self.why_not = (f"Nothing can be labelled here, since {self.journal.path} cannot be written "
                            f"({error.strerror or error}). Try another place: Labeler(…, journal=folder).")  # fmt: skip
        else:
            self._holds, self.why_not = True, ""
            with _LOCK:
                _WRITERS[self._key] = self
        return self._holds

    def close(self) -> None:
        """Give the right back."""
        if self.journal is not None and self._holds:
            self._holds, self.why_not = False, CLOSED
            self.journal.close()
            with _LOCK:
                if _WRITERS.get(self._key) is self:
                    del _WRITERS[self._key]

    def hand_over(self) -> None:
        """Another labeler of this process writes from now on."""
        self.close()
        self.why_not = "A newer Labeler on these pictures has taken over: go on there, or press Try again."
        self._lost()

    def write(self, entries: Iterable[Mapping[str, Any]]) -> list[Entry]:
        """Write one act; it is on the disk when this returns. Raises: NotSaved, saying why."""
        return self._saving(lambda journal: journal.append_all(entries))

    def undo(self) -> list[Entry]:
        """Take the latest act back; its entries. Raises: NotSaved."""
        return self._saving(Journal.undo)

    def redo(self) -> list[Entry]:
        """Make the act again that was taken back last; its entries. Raises: NotSaved."""
        return self._saving(Journal.redo)

    def decisions(self) -> list[Entry]:
        """The entries that count, also of a journal that another one writes."""
        try:
            return [] if self.journal is None else self.journal.decisions()
        except OSError as error:
            self.why_not = self.why_not or f"The labels that are there cannot be read: {error}"
            return []

    @property
    def can_undo(self) -> int:
        """How many acts can be taken back."""
        return 0 if self.journal is None else self.journal.can_undo

    @property
    def can_redo(self) -> int:
        """How many acts can be made again."""
        return 0 if self.journal is None else self.journal.can_redo

    @property
    def _key(self) -> str:
        assert self.journal is not None
        return os.path.realpath(self.journal.path)

    def _saving(self, act: Callable[[Journal], list[Entry]]) -> list[Entry]:
        if self.journal is None or not self._holds:
            raise NotSaved(self.why_not)
        try:
            return act(self.journal)
        except OSError as error:
            raise NotSaved(f"Not saved: {self.journal.path} could not be written ({error.strerror or error}). Nothing "
                           "was changed. Make room, then do it again.") from error  # fmt: skip
