"""How far a journal is, in numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

__all__ = ["JournalFacts"]


class JournalFacts:
    """The facts of the journal in `folder`; it is read again only when it has changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: tuple[int, int] | None = None
        self._facts: dict[str, Any] = {}

    def now(self) -> dict[str, Any]:
        """The facts, JSON-ready: decisions that count, the items they are about, when the last one was made."""
        try:
            stat = (self._folder / "journal.jsonl").stat()
            if self._read != (stat.st_mtime_ns, stat.st_size):
                self._facts = self._look()
                self._read = stat.st_mtime_ns, stat.st_size
        except OSError as error:
            return {"problem": f"It cannot be read: {error.strerror or error}"}
        return self._facts

    def _look(self) -> dict[str, Any]:
        from fastwidgets.journal.journal import Journal  # no need to wait for it when the server starts

        journal = Journal(self._folder)
        decisions = journal.decisions()
        last = decisions[-1] if decisions else {}
        return {
            "decisions": len(decisions),
            "items": len({entry["item"] for entry in decisions if "item" in entry}),
            "at": last.get("at"),
            "who": last.get("who"),
            "damaged": len(journal.damaged),
            "problem": "",
        }
