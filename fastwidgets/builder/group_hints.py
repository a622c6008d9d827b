"""Groups that the names of files speak of: patients, videos, bursts. What belongs together stays on one side."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["GroupHint", "group_hints"]

# Over the path below the folder; the first group is the name of the group.
PATTERNS = {
    "people": r"(?i)(?:^|[/_-])((?:patient|subject|person|participant|case|sub|pat|pid)[_-]?\d+)(?=[/_.-])",
    "recordings": r"(?i)(?:^|[/_-])((?:video|clip|scene|sequence|seq|camera|cam|burst|session|series|slide|study)"
    r"[_-]?\d+)(?=[/_.-])",
    "names with a number of their own": r"(?:^|/)([^/]*\d[^/]*?)[_-]+(?:[a-zA-Z]+)?\d+\.[^/.]+$",
}
FITS = 0.9  # of the files at least
MOST = 0.6  # groups for each item at most: else nearly every item is a group of its own


@dataclass(frozen=True)
class GroupHint:
    """`pattern` finds the group of a path; `n` groups were found; `words` say so."""

    pattern: str
    n: int
    words: str


def group_hints(files: Sequence[str]) -> list[GroupHint]:
    """What may be kept together in the split, by the names of `files`; empty where names speak of nothing."""
    found = []
    for what, pattern in PATTERNS.items():
        matches = [match.group(1) for file in files if (match := re.search(pattern, file))]
        groups = Counter(matches)
        if len(matches) < FITS * max(1, len(files)) or not 2 <= len(groups) <= MOST * len(files):
            continue
        name, n = groups.most_common(1)[0]
        words = f"The names speak of {len(groups):,} {what}, such as {name} with {n:,} files. Keep each on one side?"
        found.append(GroupHint(pattern, len(groups), words))
    return found
