"""Where the sentences of a note end: by points, semicolons and line breaks, but not by abbreviations."""

from __future__ import annotations

import re
from collections.abc import Iterator

# One of few characters first: the search skips to them, and looks around only there, and not far.
_END = re.compile(
    r"[.!?;,\n](?:"
    r"(?<=[.!?])(?:(?<![A-Z].)(?<!\b[A-Za-z]\.[A-Za-z].)(?<!\b[DM]r.)(?<!\bM[rs]s.)(?<!\bMs.)(?<!\bvs.)"
    r"(?=\s{1,20}[^\sa-z]|\s{0,20}\Z|,[A-Z])|(?<=[A-Z0-9]{2}.)(?=\s))"
    r"|(?<=,)(?=[A-Z][A-Z &/-]{2,40}:)"  # headings of notes that have lost their line breaks
    r"|(?<=;)"
    r"|(?<=\n)(?=\s{0,20}(?:\n|[A-Z0-9#*•-]|\Z)))"
)


def sentence_spans(note: str) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence of `note`, with the white space before it."""
    start = 0
    for end in _END.finditer(note):
        yield start, end.end()
        start = end.end()
    if start < len(note):
        yield start, len(note)
