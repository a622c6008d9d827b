"""What de-identification left in a text: `[**Hospital1 18**]`, `___`, `<NAME>`, `XXXX`; found, and made alike."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fastlearn.medical.text.texts import Texts, changed, checked_note

KEEP = ("kind", "space", "nothing")
_MARK = re.compile(
    r"\[\*\*(?P<inside>[^\[\]]{0,200}?)\*\*\]|_{3,}|(?<![\w/])(?:X{2}/X{2}/X{2,4})(?![\w/])|\bX{4,}\b|"
    r"<(?P<angle>[A-Z][A-Z_ ]{2,24}\d{0,3})>|\[(?P<square>(?:NAME|DATE|LOCATION|PLACE|PHONE|ID|AGE|HOSPITAL|ADDRESS|"
    r"PATIENT|DOCTOR|EMAIL|REDACTED|DEIDENTIFIED|URL)[A-Z_ ]{0,12}\d{0,3})\]",
    re.DOTALL,
)
# The first that is found in what a mark says is its kind.
_KINDS = (
    ("phone", re.compile(r"phone|fax|pager", re.IGNORECASE)),
    ("age", re.compile(r"\bage\b", re.IGNORECASE)),
    ("id", re.compile(r"number|\bid\b|record|mrn|ssn|\bjob\b|clip|url|serial", re.IGNORECASE)),
    ("place", re.compile(r"hospital|location|state|country|street|address|ward|university|place|company|apartment|"
                         r"p\.?o\.? box|city|zip", re.IGNORECASE)),
    ("email", re.compile(r"e-?mail", re.IGNORECASE)),
    ("name", re.compile(r"name|doctor|patient|initial|attending|stitle|person", re.IGNORECASE)),
    ("date", re.compile(r"date|month|year|day|holiday|^\s*\d{1,4}(?:-\d{1,2}){0,2}\s*$|xx/xx", re.IGNORECASE)),
)  # fmt: skip
_GAP = re.compile(r"[ \t]{2,}")
_BEFORE_SIGN = re.compile(r"[ \t]+(?=[.,;:!?)])")


@dataclass(frozen=True)
class Mark:
    """A de-identification mark from `start` to `end`, and what it stands for: name, date, place, id, phone, age, email,
    or other where it does not say.
    """

    kind: str
    start: int
    end: int
    text: str


def marks(note: str) -> list[Mark]:
    """The de-identification marks of `note` in their order."""
    return [Mark(_kind_of(found), found.start(), found.end(), found[0]) for found in _MARK.finditer(checked_note(note))]


def clean_marks(texts: Texts, keep: str = "kind") -> Texts:
    """`texts`, a str, a list or a column, with each mark in one form.

    `keep="kind"` leaves a word for what was there (`xxname`, `xxdate`; `xxdeid` where that is not known), which a
    tokenizer takes as one token; `"space"` leaves a space; `"nothing"` also closes the gap. A tokenizer's rule, too.
    Raises: ValueError for another `keep`.
    """
    if keep not in KEEP:
        raise ValueError(f"`keep` says what stays of a mark: one of {KEEP}, but got {keep!r}.")
    return changed(texts, {"kind": _to_kinds, "space": _to_spaces, "nothing": _to_nothing}[keep])


def _to_kinds(text: str) -> str:
    return _MARK.sub(lambda found: f"xx{_kind_of(found).replace('other', 'deid')}", text)


def _to_spaces(text: str) -> str:
    return _MARK.sub(" ", text)


def _to_nothing(text: str) -> str:
    made = _MARK.sub("", text)
    return text if made == text else _BEFORE_SIGN.sub("", _GAP.sub(" ", made))


def _kind_of(found: re.Match[str]) -> str:
    said = found["inside"] or found["angle"] or found["square"] or found[0]
    return next((kind for kind, pattern in _KINDS if pattern.search(said)), "other")
