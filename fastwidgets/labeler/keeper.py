"""Where a labeler keeps its decisions: in the journal that all widgets of this process on these pictures share."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from weakref import WeakMethod

from fastwidgets.journal.acts import Entry
from fastwidgets.journal.journal import JournalInUse
from fastwidgets.journal.shared import SharedJournal

__all__ = ["Keeper", "NotSaved"]

NOWHERE = "There are no images, so there is nowhere to keep labels."
CLOSED = "This labeler was closed. Run its cell again."
Heard = Callable[[list[Entry]], None]


class NotSaved(RuntimeError):
    """A decision could not be written, so it was not made."""


class Keeper:
    """Writes decisions to the journal in `folder`, or says why that cannot be (`why_not`, empty while it can).

    `lock` is that of the journal: held by whoever decides something about these pictures, in whatever widget.
    """

    def __init__(self, folder: Path | None, root: str) -> None:
        self._shared = None if folder is None else SharedJournal.at(folder, root)
        self.journal = None if self._shared is None else self._shared.journal
        self.lock = threading.RLock() if self._shared is None else self._shared.lock
        self.why_not = NOWHERE
        self._heard: Heard | None = None
        self._stop: Callable[[], None] | None = None
        self._own = False  # this labeler is deciding: it knows what
        self.open()

    def listen(self, heard: Heard) -> None:
        """Call `heard(entries)`, under `lock`, after each act of another widget; with [] when all may have changed."""
        self._heard = heard
        if self._shared is not None:
            mine = WeakMethod(self._other)
            self._stop = self._shared.listen(lambda entries: told(entries) if (told := mine()) is not None else None)

    def open(self) -> bool:
        """Try to get the right to write; returns whether it is there."""
        if self._shared is None:
            return False
        try:
            self._begin(self._shared)
        except JournalInUse as error:
            self.why_not = f"Nothing can be labelled here: {error}"
        except OSError as error:
            self.why_not = (f"Nothing can be labelled here, since {self._shared.journal.path} cannot be written "
                            f"({error.strerror or error}). Try another place: Labeler(…, journal=folder).")  # fmt: skip
        else:
            self.why_not = ""
        return not self.why_not

    def close(self) -> None:
        """Decide nothing any more; the journal is free for another process once no other widget holds it."""
        if self._stop is not None:
            self._stop()
        if self._shared is not None:
            self._shared, self._stop, self.why_not = None, None, CLOSED  # `_stop` holds the journal, too

    def write(self, entries: Iterable[Mapping[str, Any]]) -> list[Entry]:
        """Write one act; it is on the disk when this returns. Raises: NotSaved, saying why."""
        made = list(entries)
        return self._saving(lambda shared: shared.append(made))

    def undo(self) -> list[Entry]:
        """Take the latest act back; its entries. Raises: NotSaved."""
        return self._saving(SharedJournal.undo)

    def redo(self) -> list[Entry]:
        """Make the act again that was taken back last; its entries. Raises: NotSaved."""
        return self._saving(SharedJournal.redo)

    def decisions(self) -> list[Entry]:
        """The entries that count, also of a journal that another process writes."""
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

    def _begin(self, shared: SharedJournal) -> None:
        with self.lock:
            self._own = True
            try:
                shared.begin()
            finally:
                self._own = False

    def _saving(self, act: Callable[[SharedJournal], list[Entry]]) -> list[Entry]:
        with self.lock:
            if self._shared is None or self.why_not:
                raise NotSaved(self.why_not)
            self._own = True
            try:
                return act(self._shared)
            except OSError as error:
                raise NotSaved(f"Not saved: {self._shared.journal.path} could not be written "
                               f"({error.strerror or error}). Nothing was changed. Make room, then do it again."
                               ) from error  # fmt: skip
            except RuntimeError as error:  # the right to write was let go, and has not come back
                raise NotSaved(str(error)) from error
            finally:
                self._own = False

    def _other(self, entries: list[Entry]) -> None:
        if self._own or self._heard is None:
            return
        if not entries:
            self.why_not = ""  # another widget could begin to write
        self._heard(entries)
