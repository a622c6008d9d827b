"""Days and months in the many ways they are written. A year alone is none, nor is "may" as a verb."""

from __future__ import annotations

import re
from collections.abc import Iterator

_NAMES = (
    ("Jan", "uary"), ("Feb", "ruary"), ("Mar", "ch"), ("Apr", "il"), ("May", ""), ("Jun", "e"), ("Jul", "y"),
    ("Aug", "ust"), ("Sep", "t(?:ember)?"), ("Oct", "ober"), ("Nov", "ember"), ("Dec", "ember"),
)  # fmt: skip
_TITLE = "|".join(f"{short}(?:{rest})?" if rest else short for short, rest in _NAMES)
_MONTH = re.compile(f"(?:{_TITLE}|{_TITLE.replace('(?:', '(?~').upper().replace('(?~', '(?:')})(?![A-Za-z])")
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_TH = r"(?:st|nd|rd|th|ST|ND|RD|TH)"
_YEAR = r"(?:1[89]|20)\d{2}"

_DAY_BEFORE = re.compile(rf"(?<![\w./-]){_DAY}(?:{_TH})?(?:\s+of\s+|[\s-])\Z")
_YEAR_AFTER = re.compile(rf"\.?[\s,-]{{1,2}}(?:{_YEAR}|\d\d(?=[^\w%]|\Z))")
_DAY_AFTER = re.compile(rf"\.?\s+{_DAY}(?:{_TH})?(?:,?\s+{_YEAR})?(?![\d%/]|\.\d|,\d{{3}}|\s?(?:mg|mL|mm|cm|kg)\b)")
_ONLY_YEAR = re.compile(rf"\.?(?:\s+of)?,?\s+{_YEAR}(?!\d)")
_IN_BEFORE = re.compile(r"\b(?:in|since|until|by|from|through|during|of|last|and|to|or)\s+\Z", re.IGNORECASE)
_ALONE = re.compile(r"[,.;:)]|\s*\Z|\s+and\b")

# 3/14/2019, 14.03.2019, 03-14-19; 2019-03-14; 3/14 after "on". Looking back after the first digit keeps it fast.
_NUMBERS = re.compile(rf"\d(?<![\w./-]\d)\d?([/.-])\d{{1,2}}\1(?:{_YEAR}|\d\d)(?![\w/-]|\.\d)")
_ISO = re.compile(rf"[12](?<![\w./-].)\d{{3}}([/.-])(?:0?[1-9]|1[0-2])\1{_DAY}(?!\d|-\d)")
_SHORT = re.compile(rf"\d(?<![\w./-]\d)\d?/{_DAY}(?![\d/]|\s?(?:mm|in|of)\b)")
_MONTH_YEAR = re.compile(r"\d(?<![\w./-]\d)\d?/(?:19|20)\d{2}(?![\w/-]|\.\d)")
_ON_BEFORE = re.compile(r"\b(?:on|since|until|dated|from|by|of)\s+\Z", re.IGNORECASE)
_LOOK_BACK = 12  # characters


def date_spans(note: str) -> Iterator[tuple[int, int]]:
    """Where dates stand in `note`."""
    for pattern in (_NUMBERS, _ISO):
        for found in pattern.finditer(note):
            if _may_be_date(found[0]):
                yield found.span()
    for found in _MONTH_YEAR.finditer(note):
        if 1 <= int(found[0].partition("/")[0]) <= 12:
            yield found.span()
    for found in _SHORT.finditer(note):
        if _ON_BEFORE.search(note, max(0, found.start() - _LOOK_BACK), found.start()) and _may_be_date(
            f"{found[0]}/00"
        ):
            yield found.span()
    for month in _MONTH.finditer(note):
        if month.start() == 0 or not (note[month.start() - 1].isalnum() or note[month.start() - 1] == "_"):
            yield from _around(note, month.start(), month.end())


def _around(note: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The date that the name of a month from `start` to `end` is part of."""
    back = max(0, start - _LOOK_BACK)
    day = _DAY_BEFORE.search(note[back:start])
    if day is not None:
        year = _YEAR_AFTER.match(note, end)
        yield back + day.start(), end if year is None else year.end()
        return
    after = _DAY_AFTER.match(note, end) or _ONLY_YEAR.match(note, end)
    if after is not None:
        yield start, after.end()
    elif _IN_BEFORE.search(note[back:start]) and _ALONE.match(note, end):
        yield start, end


def _may_be_date(text: str) -> bool:
    """Whether numbers between equal signs can be a day and a month."""
    first, *rest = re.split(r"[/.-]", text)
    a, b, c = int(first), *(int(number) for number in rest)
    pairs = [(b, c)] if len(first) == 4 else [(a, b), (b, a)]
    return any(1 <= month <= 12 and 1 <= day <= 31 for month, day in pairs)
