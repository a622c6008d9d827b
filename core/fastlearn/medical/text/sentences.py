"""Where the sentences of a note end: by points, semicolons and line breaks, but not by abbreviations."""

from __future__ import annotations

import re
from collections.abc import Iterator

_END = re.compile(
    r"(?<![A-Z])(?<!\b[A-Za-z]\.[A-Za-z])(?<!\b[DM]r)(?<!\bM[rs]s)(?<!\bMs)(?<!\bvs)[.!?](?=\s+[^\sa-z]|\s*\Z|,[A-Z])"
    r"|,(?=[A-Z][A-Z &/-]{2,40}:)"  # headings of notes that have lost their line breaks
    r"|(?<=[A-Z0-9]{2})[.!?](?=\s)|;|\n(?=\s*(?:\n|[A-Z0-9#*•-]|\Z))"
)


def sentence_spans(note: str) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence of `note`, with the white space before it."""
    start = 0
    for end in _END.finditer(note):
        yield start, end.end()
        start = end.end()
    if start < len(note):
        yield start, len(note)
