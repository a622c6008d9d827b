"""The words in front of a number that say what it measures."""

# ruff: noqa: SIM905  # the lists are easier to read as text

from __future__ import annotations

import re

from fastlearn.medical.text.labs import LABS, SHORT

LONGEST = 60  # characters before a number that are looked at
MOST_WORDS = 4  # of a label

VITAL_SIGNS = {
    "blood_pressure": "bp, blood pressure, blood pressures, arterial pressure, b/p, bps, central aortic pressure",
    "temperature": "temperature, temp, tmax, t, afebrile, febrile, tm, tc, fever, temperatures",
    "pulse": "pulse, heart rate, hr, p, pulse rate, ventricular rate, heart rates",
    "respiration": "respirations, respiration, respiratory rate, rr, r, resp, resps, respiratory, breathing",
    "saturation": """
        spo2, sao2, o2 sat, o2 sats, saturation, oxygen saturation, sat, sats, o2 saturation, pulse ox,
        pulse oximetry, saturating, satting, oximetry, o2sat, saturations
    """,
    "weight": "weight, wt, weighs, weighed, weighing, body weight",
    "height": "height, ht, tall",
}
_VITAL = {word.strip(): name for name, words in VITAL_SIGNS.items() for word in words.split(",")}

# Between a label and its value.
FILLERS = frozenset(
    """
    was is of at were are to the level levels count counts rate reading today measured approximately about around
    value a an elevated stable normal low high now currently then up down from had has been on remains remained
    equal less greater than = found noted only initially also serum his her random repeat run runs running ran fell
    dropped decreased rose increased improved came back arrival admission presentation readings
    """.split()
)
_UNITS = frozenset(unit for lab in LABS.values() for unit in (lab.unit.lower(), *lab.others))
_END = re.compile(r"[.;\n](?=\s|\Z)|[()\[\]]\s*(?=\w)")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9+/\-]*|=")
_SIGNS = re.compile(r"[\s:,=<>~≤≥(\-]*\Z")


def label_before(note: str, at: int) -> str:
    """What the words before character `at` name: a vital sign's kind, a key of `LABS`, or "" for neither."""
    left = note[max(0, at - LONGEST) : at]
    spans = list(_WORD.finditer(left))
    if not spans or _SIGNS.match(left, spans[-1].end()) is None:
        return _pointed(left)
    if _END.search(left, spans[-1].end()) is not None:
        return ""
    last = None
    while spans:
        label = _label_at_end(left, spans)
        word = spans[-1][0].lower()
        passed = word in FILLERS or (last is not None and word in _UNITS)  # "from 880 pg/mL to 310"
        if label or not passed:
            return label
        last = spans.pop()
        if spans and _END.search(left, spans[-1].end(), last.start()) is not None:
            return ""
    return ""


def _label_at_end(left: str, spans: list[re.Match[str]]) -> str:
    """The longest label that the last words are; only single spaces may stand between its words."""
    end = spans[-1].end()
    for n in range(min(MOST_WORDS, len(spans)), 0, -1):
        label = _known(left[spans[-n].start() : end])
        if label:
            return label
    return ""


def _known(phrase: str) -> str:
    small = phrase.lower()
    if len(phrase) <= SHORT:
        if phrase in LABS:
            return phrase
        return _VITAL.get(small, "") if phrase.isupper() or (len(phrase) > 1 and small not in LABS) else ""
    return _VITAL.get(small, "") or (small if small in LABS else "")


def _pointed(left: str) -> str:
    """A label with a point after it, as in `Temp. 37.2`."""
    found = re.search(r"(?<![\w.])(temp|wt|ht|resp)\.\s*\Z", left, re.IGNORECASE)
    return _VITAL[found[1].lower()] if found else ""
