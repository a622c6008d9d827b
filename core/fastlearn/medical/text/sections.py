"""The sections of a clinical note: where each heading stands, what it is called in general, and what it heads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from fastlearn.medical.text.headings import INNER, looks_like_heading, plain_heading, section_name
from fastlearn.medical.text.texts import checked_note

BEGINNING = "beginning"  # the name of what stands before the first heading
SHORTEST_BARE = 3  # letters of a heading without a colon
SHORT_FORM = re.compile(r"[A-Z][/&][A-Z]")

# A heading at the beginning of a line: after a list number or signs of markdown; before a colon, a dash, or alone.
_LINE = re.compile(
    r"^(?=[^\n:*_]{1,70}(?:[:_\n]|\Z)|[^\n]{1,64}(?:\*\*|[ \t][-–][ \t]))"  # noqa: RUF001
    r"[ \t]*(?P<mark>#{1,6}[ \t]*|\d{1,2}[.)][ \t]*|[-•][ \t]+)?(?P<bold>\*\*|__)?"
    r"(?P<heading>[A-Za-z][\w .,/&'()\-]{0,60}?)[ \t]*"
    r"(?P<end>:[ \t]*(?:\*\*|__)?|(?:\*\*|__)[ \t]*:?|[ \t][-–][ \t]|$(?P<line>\n[ \t]*[-=_]{3,}[ \t]*$)?)",  # noqa: RUF001
    re.MULTILINE,
)
# One inside of a line, after the end of a sentence or another heading.
_INSIDE = re.compile(r"[.,;:!?*][ \t,]{0,6}(?P<heading>[A-Z][\w /&'()\-]{0,60}|(?:[A-Z]\.){2,5})[ \t]?(?=:)")


@dataclass(frozen=True)
class Section:
    """A part of a note: its general `name`, the `heading` as it is written, and the `text` from `start` to `end`.

    `parent` is the name of the section around it, "" if there is none. `heading_start` is where its heading begins.
    """

    name: str
    heading: str
    start: int
    end: int
    text: str
    parent: str = ""
    heading_start: int = 0


@dataclass(frozen=True)
class _Heading:
    start: int
    end: int  # of the sign after it
    heading: str
    sure: bool  # written as nothing but a heading is
    bare: bool  # without a colon


def sections(note: str, inner: bool = True) -> list[Section]:
    """The sections of `note` in their order; text before the first heading is one with the name "beginning".

    Known headings have one name for all their spellings (`HPI`, `History of the Present Illness`); others, in capitals,
    marked or underlined, are named by their own words in lower case. Headings inside of an examination or a review of
    systems have it as `parent`; with `inner=False` what they say belongs to it instead.
    """
    found: list[Section] = []
    parent = ""
    for head in _headings(checked_note(note)):
        named = section_name(head.heading, parent)
        if named is None:
            if not head.sure and not looks_like_heading(head.heading, head.bare):
                continue
            named = plain_heading(head.heading), False
        name, is_inner = named
        if is_inner and not inner:
            continue
        found.append(Section(name, head.heading, head.end, len(note), "", parent if is_inner else "", head.start))
        if not is_inner:
            parent = name if name in INNER else ""
    begin = Section(BEGINNING, "", 0, len(note), "")
    whole = [begin, *found]
    ends = [section.heading_start for section in found] + [len(note)]
    made = [_cut(note, section, end) for section, end in zip(whole, ends, strict=True)]
    return made if made[0].text else made[1:]


def _headings(note: str) -> list[_Heading]:
    """What may be headings, in their order, each once."""
    found = {head.start: head for head in _inside_lines(note)}
    for head in _at_lines(note):
        found[head.start] = head
    return [found[start] for start in sorted(found)]


def _at_lines(note: str) -> Iterator[_Heading]:
    for line in _LINE.finditer(note):
        heading, end = line["heading"], line["end"]
        marked = (line["mark"] or "").startswith("#") or line["line"] is not None
        bold = line["bold"] is not None and ("*" in end or "_" in end)
        bare = ":" not in end
        letters = sum(c.isalpha() for c in heading)
        if bare and not marked and not bold:
            if heading[0].islower() or (
                letters < SHORTEST_BARE and not end.strip() and not SHORT_FORM.fullmatch(heading)
            ):
                continue
        elif not marked and letters < SHORTEST_BARE + 1 and heading[0].islower():
            continue  # "cc:" names who gets a copy
        yield _Heading(line.start("heading"), line.end(), heading, marked or bold, bare)


def _inside_lines(note: str) -> Iterator[_Heading]:
    for found in _INSIDE.finditer(note):
        if len(found["heading"]) > 1:
            yield _Heading(found.start("heading"), found.end() + 1, found["heading"], False, False)


def _cut(note: str, section: Section, end: int) -> Section:
    """The section with its text, without the white space and signs around it."""
    start = section.start
    while start < end and (note[start].isspace() or note[start] in ",*"):
        start += 1
    marks = re.compile(r"(?:^[ \t]*(?:#{1,6}|\d{1,2}[.)])?[ \t]*(?:\*\*|__)?\Z)", re.MULTILINE)
    if end < len(note) and (lead := marks.search(note, start, end)) is not None:
        end = lead.start()
    while end > start and (note[end - 1].isspace() or note[end - 1] == ","):
        end -= 1
    return replace(section, start=start, end=end, text=note[start:end])
