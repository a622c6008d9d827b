"""One writer for each journal of this process, however many widgets decide: they stay in step."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar
from weakref import WeakValueDictionary, finalize

from fastwidgets.journal import Journal, JournalInUse
from fastwidgets.journal.acts import Entry

__all__ = ["SharedJournal"]

Heard = Callable[[list[Entry]], None]


class SharedJournal:
    """A journal that is opened for writing with the first decision, and tells its listeners what was decided.

    `lock` is held while it writes and tells: the widgets on it are made with that lock, so that none of them is changed
    while it answers its page. Take it from `SharedJournal.at`; it is closed when nobody holds it any more.
    """

    _all: ClassVar[WeakValueDictionary[str, SharedJournal]] = WeakValueDictionary()

    def __init__(self, folder: Path, root: Path) -> None:
        self.lock = threading.RLock()
        self.journal = Journal(folder, root)
        self._open = False
        self._heard: list[Heard] = []
        finalize(self, self.journal.close)

    @classmethod
    def at(cls, folder: str | os.PathLike[str], root: str | os.PathLike[str]) -> SharedJournal:
        """The one on the journal in `folder`, whose paths begin at `root`."""
        place = os.path.abspath(folder)
        found = cls._all.get(place)
        if found is None or os.path.abspath(found.journal.root) != os.path.abspath(root):
            found = cls._all[place] = cls(Path(place), Path(root))
        return found

    def listen(self, heard: Heard) -> Callable[[], None]:
        """Call `heard(entries)` after each act; with [] when anything may have changed. Returns what ends that."""
        self._heard.append(heard)
        return lambda: self._heard.remove(heard) if heard in self._heard else None

    def append(self, entries: Sequence[Mapping[str, Any]]) -> list[Entry]:
        """Write one act; it is on the disk when this returns. Raises: RuntimeError, saying what to try."""
        with self.lock:
            self.open()
            made = self.journal.append_all(entries)
            self._tell(made)
            return made

    def undo(self) -> list[Entry]:
        """Take the latest act back; its entries, empty if there is none."""
        return self._turn(self.journal.undo)

    def redo(self) -> list[Entry]:
        """Make the latest act again that was taken back; its entries, empty if there is none."""
        return self._turn(self.journal.redo)

    def begin(self) -> None:
        """Begin to write, if that has not begun; what others have written until now is read.

        Raises: JournalInUse, saying who writes; OSError where the folder cannot be written.
        """
        if not self._open:
            self.journal.open()
            self._open = True
            self._tell([])

    def open(self) -> None:
        """`begin`, for a decision that waits. Raises: RuntimeError, saying that it was not made and what to try."""
        try:
            self.begin()
        except JournalInUse as error:
            raise JournalInUse(f"Nothing was decided: {error} Until then this is for looking only.") from None
        except OSError as error:
            reason = error.strerror or error
            raise RuntimeError(
                f"Nothing was decided: the journal {str(self.journal.path)!r} cannot be written ({reason}). Say where "
                'it may be: journal="a folder".'
            ) from error

    def close(self) -> None:
        """Let another process write; the next decision here takes the right back."""
        with self.lock:
            self.journal.close()
            self._open = False

    def _turn(self, turn: Callable[[], list[Entry]]) -> list[Entry]:
        with self.lock:
            self.open()
            entries = turn()
            if entries:
                self._tell(entries)
            return entries

    def _tell(self, entries: list[Entry]) -> None:
        for heard in list(self._heard):
            heard(entries)
