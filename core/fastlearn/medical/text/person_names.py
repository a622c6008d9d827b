"""Names of people by what stands beside them: titles, degrees, "patient", signatures."""

# ruff: noqa: SIM905  # the lists are easier to read as text

from __future__ import annotations

import re
from collections.abc import Iterator

from fastlearn.medical.text.phrases import phrase_pattern

_PARTICLE = r"(?:van|von|der|den|de|la|le|du|di|da|del|al|bin|ten|ter)"
_WORD = r"(?:O['’]|Mc|Mac|De|Di|La|Le|D['’])?[A-Z][a-z]+(?:['’-][A-Z][a-z]+)*"  # noqa: RUF001
_INITIAL = r"[A-Z]\."
_NAME = rf"(?:{_WORD}|{_INITIAL})(?:[ \t]+(?:{_PARTICLE}[ \t]+)*(?:{_WORD}|{_INITIAL}(?=[ \t]+[A-Z]))){{0,3}}"
_NAME = rf"(?:(?:{_PARTICLE}[ \t]+){{1,3}}{_WORD}|{_NAME})"
_CAPITALS = r"[A-Z]{2,}(?:[ \t]+[A-Z]{2,}){0,2}"
_FULL = rf"{_WORD}(?:[ \t]+{_INITIAL})?[ \t]+(?:{_PARTICLE}[ \t]+)*{_WORD}"
_DEGREE = (
    r"(?:M\.?D\.?|D\.?O\.?|R\.?N\.?|Ph\.?D\.?|N\.?P\.?|P\.?A\.?(?:-C)?|D\.?D\.?S\.?|L\.?P\.?N\.?|"
    r"DPM|FACS|MBBS|MSW|LCSW|CRNA|PharmD)"
)  # fmt: skip

_TITLED = re.compile(rf"(?:Drs?|Doctor|Mrs|Mr|Ms|Miss|Prof|Professor)\b\.?[ \t]+(?P<it>{_NAME}|[A-Z]{{4,}}\b)")
_PATIENT = re.compile(
    rf"[Pp]atient(?:'s)?(?:[ \t]+[Nn]ame)?(?:[ \t]+is)?[ \t]*[:,]?[ \t]+"
    rf"(?P<it>{_WORD}(?:[ \t]+{_INITIAL})?[ \t]+(?:{_PARTICLE}[ \t]+)*{_WORD})"
)
_LABELLED = re.compile(
    rf"(?:Patient Name|PATIENT NAME|Patient's Name|Name|NAME|Patient|PATIENT|R[Ee])[ \t]*:[ \t]*"
    rf"(?P<it>(?:{_PARTICLE}[ \t]+)*{_WORD},[ \t]*{_WORD}(?:[ \t]+[A-Z]\b)?|{_FULL}|{_CAPITALS})"
)
# Looked for from their ends, as degrees and labels are rare and capitalised words are not.
_BEFORE = re.compile(rf"(?<![\w.])(?P<it>{_FULL}|(?:{_INITIAL}[ \t]*){{1,2}}{_WORD}),?[ \t]+\Z")
# A degree, a date of birth or an age.
_FOLLOWER = re.compile(
    rf"{_DEGREE}(?!\w)|\(?(?:DOB|D\.O\.B\.|[Dd]ate of [Bb]irth|born)\b|"
    r"(?:is[ \t]+)?an?[ \t]+\d{1,3}(?=[ -]?(?:years?|yo|y/o|y\.o)\b)"
)
_LOOK_BACK = 60  # characters
SIGNATURES = """
    signed, signed by, dictated, dictated by, attending, attending physician, resident, cc, transcribed by, reviewed by,
    provider, surgeon, assistant, physician, pcp, referring physician, author, interpreted by, next of kin,
    contact, emergency contact, guardian, referred by, accompanied by, seen by
"""
_LABELS = phrase_pattern(SIGNATURES.split(","))
_AFTER_LABEL = re.compile(rf"[ \t]*:?[ \t]*(?:Dr\.?[ \t]+)?(?P<it>{_FULL})(?=[ \t]*(?:[,.;(]|\n|\Z|on\b|at\b))")

# Capitalised words of notes that are not part of a name.
NO_NAMES = frozenset(
    """
    the this that she he her his they we it is was has had denies denied reports reported states stated presents
    care name education instructions history information data id safety family past medical social service services
    center unit hospital clinic general physical review system systems chief complaint and patient patients no not
    currently also then today who would does did doctor nurse discharge admission room age date satisfaction right
    left continue please follow return call dictated attending blood chest group department surgery medicine
    emergency operating controlled identification
    """.split()
)
# Placeholders of collections that were de-identified by letters.
PLACEHOLDERS = frozenset(
    """
    X Y Z A B C XX YY ZZ XXX YYY ZZZ ABC XYZ ABCD Abc Xyz Abcd XXXX
    """.split()
)


def name_spans(note: str, lower: str) -> Iterator[tuple[int, int]]:
    """Where names stand in `note`, without titles and degrees; `lower` is it in lower case."""
    for start, end in _candidates(note, lower):
        start, end = _trimmed(note, start, end)
        if end > start:
            yield start, end


def _candidates(note: str, lower: str) -> Iterator[tuple[int, int]]:
    for found in _LABELLED.finditer(note):
        yield found.span("it")
    for follower in _FOLLOWER.finditer(note):
        back = max(0, follower.start() - _LOOK_BACK)
        before = _BEFORE.search(note[back : follower.start()])
        if before is not None:
            yield back + before.start("it"), back + before.end("it")
    for label in _LABELS.finditer(lower):
        after = _AFTER_LABEL.match(note, label.end())
        if after is not None:
            yield after.span("it")
    for pattern in (_TITLED, _PATIENT):
        for found in pattern.finditer(note):
            if found.start() == 0 or not note[found.start() - 1].isalnum():
                yield found.span("it")


def _trimmed(note: str, start: int, end: int) -> tuple[int, int]:
    """Cut at the first word that is none of a name; nothing is left of a placeholder."""
    stop = start
    for word in re.finditer(r"[^\s,]+", note[start:end]):
        said = word[0]
        if said.lower().removesuffix(".") in NO_NAMES:
            break
        stop = start + word.end()
    said = note[start:stop].strip(" ,")
    if len(said.removesuffix(".")) == 1 or said[:2] in ("X.", "Y.", "Z."):
        return start, start
    if said.removesuffix(".") in PLACEHOLDERS or (not any(c.islower() for c in said) and len(said) < 4):
        return start, start
    return start, start + len(said)
