"""One look through a folder, as far as a side panel may take its time: runs, journals, and files by kind."""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Found", "look_through"]

MOST = 20_000  # files and folders looked at
DEEPEST = 6  # folders below each other
KINDS = {
    "pictures": (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp"),
    "scans": (".dcm", ".dicom"),
    "tables": (".csv", ".tsv", ".parquet"),
}
KIND_OF = {ending: kind for kind, endings in KINDS.items() for ending in endings}


@dataclass
class Found:
    """`runs` and `journals` are folders; `counts` are files by kind in each folder; `whole`: was everything seen?"""

    runs: list[Path] = field(default_factory=list)
    journals: list[Path] = field(default_factory=list)
    counts: dict[Path, Counter[str]] = field(default_factory=dict)
    whole: bool = True

    def below(self, folder: Path) -> Counter[str]:
        """The files of each kind in `folder` and in the folders below it."""
        found: Counter[str] = Counter()
        for place, counts in self.counts.items():
            if place == folder or folder in place.parents:
                found.update(counts)
        return found


def look_through(folder: Path, most: int = MOST) -> Found:
    """What is in `folder` and below it; hidden files and links to folders are passed over, those near the top come
    first. Raises: OSError if `folder` itself cannot be read.
    """
    found, left = Found(), most
    waiting = deque([(folder, 0)])
    while waiting:
        place, depth = waiting.popleft()
        counts: Counter[str] = Counter()
        for entry in _entries(place, must=place == folder):
            if left == 0:
                found.whole = False
                waiting.clear()
                break
            left -= 1
            if entry.is_dir(follow_symlinks=False):
                if depth + 1 < DEEPEST:
                    waiting.append((Path(entry.path), depth + 1))
                else:
                    found.whole = False
            elif entry.name == "run.json":
                found.runs.append(place)
            elif entry.name == "journal.jsonl":
                found.journals.append(place)
            else:
                counts[KIND_OF.get(os.path.splitext(entry.name)[1].lower(), "others")] += 1
        found.counts[place] = counts
    return found


def _entries(place: Path, must: bool) -> Iterator[os.DirEntry[str]]:
    """What is in a folder, in the order of names. One that cannot be read is passed over, unless it `must` be."""
    try:
        with os.scandir(place) as entries:
            listed = sorted((one for one in entries if not one.name.startswith(".")), key=lambda one: one.name)
    except OSError:
        if must:
            raise
        return
    yield from listed
