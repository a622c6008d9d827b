"""What has changed since answers were stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Staleness", "compare", "stamp_of"]

SHOWN = 3
GONE = (-1, -1)


def _none() -> NDArray[np.int64]:
    return np.zeros(0, np.int64)


@dataclass(frozen=True)
class Staleness:
    """True if anything has changed; as text, what. `changed`, `relabelled` and `gone` are rows; `added` counts items.

    `weights`: those of the model; `preparation`: transforms, loss or classes.
    """

    weights: bool = False
    preparation: bool = False
    changed: NDArray[np.int64] = field(default_factory=_none)
    relabelled: NDArray[np.int64] = field(default_factory=_none)
    gone: NDArray[np.int64] = field(default_factory=_none)
    added: int = 0
    ids: Sequence[str] = ()
    since: str = ""

    @property
    def rows(self) -> NDArray[np.int64]:
        """All rows whose item or label is not what it was."""
        return np.unique(np.concatenate((self.changed, self.relabelled, self.gone)))

    def __bool__(self) -> bool:
        return self.weights or self.preparation or self.added > 0 or len(self.rows) > 0

    def __str__(self) -> str:
        said = [f"weights changed since {self.since}"] * self.weights
        said += ["transforms, loss or classes changed"] * self.preparation
        said += [self._named(self.changed, "changed"), self._named(self.relabelled, "have another label")]
        said += [self._named(self.gone, "gone"), f"{self.added} new items" if self.added else ""]
        return "; ".join(text for text in said if text) or "up to date"

    def _named(self, rows: NDArray[np.int64], what: str) -> str:
        if not len(rows):
            return ""
        more = ", …" if len(rows) > SHOWN else ""
        return f"{len(rows)} of {len(self.ids)} items {what}: {', '.join(self.ids[r] for r in rows[:SHOWN])}{more}"


def compare(stored: dict[str, Any], now: dict[str, Any], left_out: Sequence[str]) -> dict[str, Any]:
    """Rows of `stored` that differ from `now`; both are `{id: (source, label)}`, `stored` in the order of its rows.

    Items that had no answer (`left_out`) are not new ones.
    """
    changed, relabelled, gone = [], [], []
    for row, (name, (source, label)) in enumerate(stored.items()):
        current = now.get(name)
        if current is None:
            gone.append(row)
        elif current[0] != source:
            changed.append(row)
        elif current[1] != label:
            relabelled.append(row)
    found = {"changed": changed, "relabelled": relabelled, "gone": gone}
    added = len(now.keys() - stored.keys() - set(left_out))
    return {**{name: np.asarray(rows, np.int64) for name, rows in found.items()}, "added": added}


def stamp_of(path: Path | None) -> tuple[int, int]:
    """The size and time of change (ns) of a file; -1, -1 where there is none."""
    if path is None:
        return GONE
    try:
        found = path.stat()
    except (OSError, ValueError):
        return GONE
    return found.st_size, found.st_mtime_ns
