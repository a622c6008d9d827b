"""What may tell who a note is about: dates, names in patterns, numbers of records, phones, addresses, ages over 89.

Source: the identifiers that the Safe Harbor method of the HIPAA Privacy Rule removes, 45 CFR 164.514(b)(2), as far as
patterns can find them. Years alone may stay by that rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fastlearn.medical.text.dates import date_spans
from fastlearn.medical.text.marks import marks
from fastlearn.medical.text.person_names import name_spans
from fastlearn.medical.text.phrases import lowered, phrase_pattern
from fastlearn.medical.text.texts import checked_note

KINDS = ("email", "date", "id", "phone", "address", "age", "name")  # the first to claim a character has it


@dataclass(frozen=True)
class Identifier:
    """What may identify somebody, from `start` to `end` of the text of `row`; its writing is only shown masked."""

    kind: str
    start: int
    end: int
    sample: str
    row: object = 0


_STREET = (
    r"(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Place|Pl|Terrace|Highway|Hwy|Parkway|"
    r"Pkwy|Circle|Square|Way)"
)
_STATE = r"[A-Z]{2}"

# Beginning with the character that is looked for, and looking back after it, keeps each search fast.
PATTERNS: dict[str, tuple[re.Pattern[str], ...]] = {
    "email": (
        re.compile(r"[\w.+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"),
        re.compile(r"(?:https?://|www\.)[^\s<>\"]+[^\s<>\".,;:)]"),
    ),
    "id": (re.compile(r"(?P<it>\d(?<![\w-].)\d{2}-\d{2}-\d{4})(?![\w-])"),),
    "phone": (
        re.compile(r"(?P<it>\(\d{3}\)\s?\d{3}[ .-]?\d{4})(?!\d)"),
        re.compile(r"(?P<it>(?:\+1|1(?<![\w.-]1)|\+1\s)[ .-](?:\(\d{3}\)|\d{3})[ .-]\d{3}[ .-]\d{4})(?!\d)"),
        re.compile(r"(?P<it>\d(?<![\w/(.+-]\d)\d{2}[ .-]\d{3}[ .-]\d{4})(?![\d-])"),
        re.compile(r"(?P<it>[2-9](?<![\w./-].)\d{2}-\d{4})(?![\w-]|\.\d)"),
    ),
    "address": (
        re.compile(
            rf"(?P<it>\d(?<![\w.#/-]\d)\d{{0,5}}\s(?:[NSEW]\.?\s|North\s|South\s|East\s|West\s)?(?:[A-Z][\w']+\s){{1,3}}{_STREET}(?![\w])"
            rf"(?:(?:\.?,\s*|\.\s)(?:Apt|Apartment|Suite|Unit|Ste)\b\.?\s*#?\w+)?"
            rf"(?:\.?,\s*(?:[A-Z][a-z]+\s?){{1,3}},\s*{_STATE}(?:\s+\d{{5}}(?:-\d{{4}})?)?)?)"
        ),
        re.compile(r"(?P<it>\bP\.?\s?O\.?\s?Box\s+\d+)", re.IGNORECASE),
        re.compile(rf"\b(?P<it>[A-Z][a-z]+(?:\s[A-Z][a-z]+)?,\s{_STATE}\s+\d{{5}}(?:-\d{{4}})?)(?!\d)"),
    ),
    "age": (
        re.compile(
            r"(?P<it>9\d(?<![\w.,/-]..)|1[0-2]\d(?<![\w.,/-]...))"
            r"(?:[\s-]*(?:years?|yrs?)[\s-]*(?:old|of\s+age)|\s?y[/.]?\s?o)\b"
        ),
        re.compile(r"[aA](?<!\w.)(?:ged?|GED?)\b(?:\s+of\b)?\s*:?\s*(?P<it>9\d|1[0-2]\d)(?![\w.%/])"),
    ),
}

# Labels, and what stands after them.
ID_LABELS = tuple(
    f"{label}{more}"
    for label in (
        "mrn", "medical record", "acct", "account", "chart", "patient id", "record", "encounter", "visit", "accession",
        "policy", "license", "social security", "ssn", "case", "specimen", "fin", "csn", "member id", "insurance id",
        "dea", "npi", "patient",
    )
    for more in (("",) if label == "patient" else ("", " number", " no", " num", " id"))
    if label + more != "patient"
)  # fmt: skip
PHONE_LABELS = (
    "pager", "beeper", "ext", "extension", "tel", "telephone", "phone", "fax", "cell", "mobile", "phone number",
    "telephone number", "cell phone", "fax number", "pager number",
)  # fmt: skip
_LABELLED = {
    "id": (
        phrase_pattern(ID_LABELS),
        re.compile(r"\.?\s*(?:[#:]\s*){0,2}(?:is\s+)?(?P<it>[A-Z]{0,3}-?\d[\d-]{2,}[A-Z]?)(?!\w)"),
    ),
    "phone": (
        phrase_pattern(PHONE_LABELS),
        re.compile(r"\.?\s*[#:]?\s*(?:is\s+)?(?P<it>[+(]?\d[\d .()-]{2,16}\d)(?!\w)"),
    ),
}


def identifiers(note: str) -> list[Identifier]:
    """What may identify somebody in `note`, in order, without overlaps. De-identification marks are left alone.

    Patterns find what is written in the usual ways; they are no proof that a text has nothing more. Names are found by
    what stands beside them (titles, degrees, "patient", signatures), not by lists of names.
    """
    lower = lowered(checked_note(note))
    taken = bytearray(len(note))
    for mark in marks(note):
        _take(taken, mark.start, mark.end)
    found: list[Identifier] = []
    for kind in KINDS:
        for start, end in _spans(note, lower, kind):
            if not any(taken[start:end]):
                _take(taken, start, end)
                found.append(Identifier(kind, start, end, masked(note[start:end])))
    return sorted(found, key=lambda one: one.start)


def masked(text: str) -> str:
    """`text` for showing: the first character of each word, stars for the other letters, and # for digits.

    A digit is never shown.
    """
    hidden = re.sub(r"\d", "#", text)
    return re.sub(r"(?<=[^\W\d_])[^\W\d_]", "*", hidden)


def _take(taken: bytearray, start: int, end: int) -> None:
    taken[start:end] = b"\1" * (end - start)


def _spans(note: str, lower: str, kind: str) -> Iterator[tuple[int, int]]:
    """Where a kind stands in `note`; `lower` is it in lower case."""
    if kind == "name":
        yield from name_spans(note, lower)
    elif kind == "date":
        yield from date_spans(note)
    else:
        yield from _labelled(note, lower, kind)
        for pattern in PATTERNS[kind]:
            group = "it" if "it" in pattern.groupindex else 0
            yield from (found.span(group) for found in pattern.finditer(note))


def _labelled(note: str, lower: str, kind: str) -> Iterator[tuple[int, int]]:
    if kind in _LABELLED:
        labels, value = _LABELLED[kind]
        for label in labels.finditer(lower):
            found = value.match(note, label.end())
            if found is not None:
                yield found.span("it")
