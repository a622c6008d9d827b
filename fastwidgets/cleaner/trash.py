"""Decisions brought into the files, and back again: what was moved, and what a kill left half done."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from fastwidgets.journal.apply import MANIFEST, TRASH

__all__ = ["Applied", "latest_applied"]


@dataclass(frozen=True)
class Applied:
    """One `Plan.apply`: its folder in the trash, and how many of its moves were done."""

    folder: Path
    done: int
    total: int

    @property
    def words(self) -> str:
        """In a line."""
        if self.done < self.total:
            return f"A move was interrupted: {self.done} of {self.total} files were moved. Take it back, or move again."
        return f"{self.total} file{'' if self.total == 1 else 's'} moved; all can be taken back."


def latest_applied(root: Path) -> Applied | None:
    """The latest apply below `root` that was not taken back; None where there is none."""
    for folder in sorted((root / TRASH).glob(f"*/{MANIFEST}"), reverse=True):
        try:
            manifest = json.loads(folder.read_text(encoding="utf-8"))
            moves = [(str(source), str(target)) for source, target in manifest["moves"]]
            tables = list(manifest["tables"])
        except (OSError, ValueError, KeyError, TypeError):  # no manifest of ours
            continue
        done = sum((root / target).exists() for _, target in moves)
        return Applied(folder.parent, done + len(tables), len(moves) + len(tables))
    return None
