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


LONGEST = 2000  # characters: nobody writes a sentence that long, but notes that have lost their points look like one


def sentence_spans(note: str) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence of `note`, with the white space before it; one that is too long is cut."""
    start = 0
    for end in [*(found.end() for found in _END.finditer(note)), len(note)]:
        while end - start > LONGEST:
            cut = note.rfind(" ", start + 1, start + LONGEST)
            cut = start + LONGEST if cut < 0 else cut
            yield start, cut
            start = cut
        if start < end:
            yield start, end
            start = end
