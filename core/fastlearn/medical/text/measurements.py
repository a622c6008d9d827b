"""Measurements in notes: blood pressure, temperature, doses, sizes, laboratory values and other vital signs.

Every number is looked at once: the unit behind it and the words in front of it tell what it measures.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from fastlearn.medical.text.labels import label_before
from fastlearn.medical.text.labs import LABS, Lab, usual
from fastlearn.medical.text.texts import checked_note
from fastlearn.medical.text.units import DOSE, PER_MASS_OR_TIME, SIZE, WEIGHT, celsius

KINDS = (
    "blood_pressure", "temperature", "pulse", "respiration", "saturation", "weight", "height", "dose", "size", "lab",
)  # fmt: skip
_ALL = frozenset(KINDS)
NO_DOSE = frozenset(("G", "CC", "ML", "NG"))  # gravity, a complaint, a lobe: units are not written so

_N = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
# The first digit, or the point before it, of a number; looking back after the digit keeps the search fast.
_START = re.compile(r"\d(?<![\w#/^.]\d)(?<!\d[,:\-]\d)(?<![A-Za-z]-\d)|\.\d(?<![\w.]..)")
_ONE = re.compile(rf"(?:{_N}|\.\d+)")
_TO = re.compile(rf"\s?(?:-|–|\bto\b)\s?({_N})(?![\w/-])|\s?(?:-|–|\bto\b)\s?({_N})(?=\s?[a-zA-Z%°])")  # noqa: RUF001
_PRESSURE = re.compile(r"(\d{2,3})\s?(?:/|over)\s?(\d{2,3})(?![\d/]|\.\d)(?:\s?mm\s?Hg)?", re.IGNORECASE)
_MMHG = re.compile(r"mm\s?Hg\Z", re.IGNORECASE)
_SIZE_UNIT = rf"(?:{'|'.join(sorted(SIZE, key=len, reverse=True))})"
_SIDES = re.compile(
    rf"({_N})[\s-]?({_SIZE_UNIT})?\s?(?:x|×|by)\s?({_N})[\s-]?({_SIZE_UNIT})?"  # noqa: RUF001
    rf"(?:\s?(?:x|×|by)\s?({_N})[\s-]?({_SIZE_UNIT})?)?(?![\w/])",  # noqa: RUF001
    re.IGNORECASE,
)
_FEET = re.compile(r"([3-7])\s?(?:'|’|feet|foot|ft\.?)\s?-?\s?(?:(\d{1,2}(?:\.\d)?)\s?(?:\"|”|''|inches|inch|in\b)?)?")  # noqa: RUF001
_DEGREES = re.compile(r"\s?(°|º|degrees?\b)?\s?(F(?:ahrenheit)?|C(?:elsius|entigrade)?)?(?![\w/])")
_PERCENT = re.compile(r"\s?(?:%|percent\b)")
_UNIT = re.compile(r"[\s-]?([a-zA-Zµμ]+)(?![\w^])(?:\s?/\s?(\w+)(?:\s?/\s?(\w+))?)?")
_LAB_UNIT = re.compile(
    r"\s?(?:%|K(?:/\s?(?:uL|mm3))?(?!\w)|thousand\b|[x×]\s?10\^?\(?[39]\)?/[Lu]L?|"  # noqa: RUF001
    r"[a-zA-Zµμ]{1,5}\s?/\s?(?:dL|mL|L|uL|hr?|mm3)(?!\w)|seconds\b|sec\b|mm\s?Hg|fL\b|/\s?(?:uL|mm3))",
    re.IGNORECASE,
)
_NO_VALUE = re.compile(r"\s?(?:times?|weeks?|days?|hours?|hrs?|years?|months?|minutes?|mins?|tablets?|tabs?)\b|"
                       r"\s?(?:x\b|/\d)", re.IGNORECASE)  # fmt: skip
_FOLLOWS_RATE = re.compile(
    r"(?:\s?(?:bpm|beats?|per|/\s?min|breaths?)\b|\s(?:and|with|on|regular)\b|\s?[.,;)\n]|\s*\Z|\s+[A-Z])"
)
_BETWEEN = re.compile(r"(?:,|\s|and|to|then|down|up|from|or|later|-)*\Z")
_PLAUSIBLE = {"pulse": (20, 300), "respiration": (4, 80), "saturation": (40, 100), "weight": (0.3, 450)}


@dataclass(frozen=True)
class Measurement:
    """A value with its unit from `start` to `end` of a note.

    `value` are the numbers as they are written: one; two for a blood pressure (systolic, diastolic) or a range; the
    sides of a size. `normalised` are they in `unit`, which is mmHg, °C, /min, %, kg, cm (heights), mm (sizes), the
    usual unit of a laboratory value, and mg, mL, units, mEq or mmol for doses, with "/kg", "/day" or "/kg/day" after it
    where it is written. `name` says which laboratory value, or which vital sign.
    """

    kind: str
    start: int
    end: int
    text: str
    value: tuple[float, ...]
    normalised: tuple[float, ...]
    unit: str
    name: str = ""


def measurements(note: str, kinds: Iterable[str] | None = None) -> list[Measurement]:
    """The measurements of `note` in their order; `kinds` limits them to some of `KINDS`.

    Raises: ValueError for an unknown kind; DataError for what is no text.
    """
    wanted = _ALL if kinds is None else frozenset([kinds] if isinstance(kinds, str) else kinds)
    if not wanted <= _ALL:
        raise ValueError(f"`kinds` are some of {KINDS}, but got {sorted(wanted - _ALL)}.")
    found: list[Measurement] = []
    at = 0
    for start in _START.finditer(checked_note(note)):
        if start.start() < at:
            continue
        made = _measured(note, start.start(), found[-1] if found else None)
        if made is not None:
            found.append(made)
            at = made.end
    return found if wanted is _ALL else [one for one in found if one.kind in wanted]


def _measured(note: str, at: int, last: Measurement | None) -> Measurement | None:
    """What the number at `at` measures, if anything."""
    made = _pressure(note, at, last) or _sides(note, at)
    if made is not None:
        return made
    one = _ONE.match(note, at)
    if one is None:
        return None
    texts, end = [one[0]], one.end()
    if (to := _TO.match(note, end)) is not None:
        texts, end = [one[0], to[1] or to[2]], to.end()
    value = tuple(float(text.replace(",", "")) for text in texts)
    made = _dose(note, at, end, value)
    if made is not None:
        return made
    label = label_before(note, at)
    return (
        _feet(note, at, label)
        or _vital(note, at, end, value, label)
        or (_lab(note, at, end, value, LABS[label]) if label in LABS else None)
        or _length_or_weight(note, at, end, value, label)
    )


def _pressure(note: str, at: int, last: Measurement | None) -> Measurement | None:
    found = _PRESSURE.match(note, at)
    if found is None:
        return None
    high, low = float(found[1]), float(found[2])
    if not (50 <= high <= 300 and 15 <= low < high):
        return None
    named = _MMHG.search(found[0]) is not None or label_before(note, at) == "blood_pressure"
    another = last is not None and last.kind == "blood_pressure" and _BETWEEN.match(note[last.end : at]) is not None
    if not named and not another:
        return None
    return Measurement("blood_pressure", at, found.end(), found[0], (high, low), (high, low), "mmHg", "blood pressure")


def _sides(note: str, at: int) -> Measurement | None:
    found = _SIDES.match(note, at)
    if found is None:
        return None
    sides = [(float(found[i].replace(",", "")), found[i + 1]) for i in (1, 3, 5) if found[i]]
    unit = next((unit for _, unit in reversed(sides) if unit), None)
    if unit is None or sides[-1][1] is None:
        return None
    factors = [SIZE[(own or unit).lower()] for _, own in sides]
    value = tuple(side for side, _ in sides)
    mm = tuple(round(side * factor, 6) for side, factor in zip(value, factors, strict=True))
    return Measurement("size", at, found.end(), found[0], value, mm, "mm")


def _feet(note: str, at: int, label: str) -> Measurement | None:
    found = _FEET.match(note, at)
    if found is None or (found[2] is None and label != "height") or note[at + 1 : at + 3] == "''":
        return None
    feet, inches = float(found[1]), float(found[2] or 0)
    text = found[0].rstrip()
    cm = round((feet * 12 + inches) * 2.54, 2)
    return Measurement("height", at, at + len(text), text, (feet, inches), (cm,), "cm", "height")


def _vital(note: str, at: int, end: int, value: tuple[float, ...], label: str) -> Measurement | None:
    degrees = _DEGREES.match(note, end)
    if label == "temperature" or (degrees is not None and degrees[1] and degrees[2]):
        stop = end if degrees is None or not (degrees[1] or degrees[2]) else degrees.end()
        unit = (degrees[2] if degrees is not None else None) or ""
        warm = [celsius(one, unit) for one in value]
        if all(one is not None for one in warm) and (
            unit or stop > end or _UNIT.match(note, end) is None or _plain(note, end)
        ):
            text = note[at:stop].rstrip()
            normal = tuple(round(one, 2) for one in warm if one is not None)
            return Measurement("temperature", at, at + len(text), text, value, normal, "°C", "temperature")
    if label not in _PLAUSIBLE or label == "weight":
        return None
    low, high = _PLAUSIBLE[label]
    if not all(low <= one <= high for one in value) or (label != "saturation" and not _FOLLOWS_RATE.match(note, end)):
        return None
    percent = _PERCENT.match(note, end) if label == "saturation" else None
    end = percent.end() if percent is not None else end
    unit = "%" if label == "saturation" else "/min"
    return Measurement(label, at, end, note[at:end], value, value, unit, label)


def _plain(note: str, end: int) -> bool:
    """Whether what follows is no unit of something else."""
    unit = _UNIT.match(note, end)
    return unit is None or unit[1].lower() not in (DOSE.keys() | SIZE.keys() | WEIGHT.keys())


def _lab(note: str, at: int, end: int, value: tuple[float, ...], lab: Lab) -> Measurement | None:
    unit = _LAB_UNIT.match(note, end)
    if unit is None:
        if _NO_VALUE.match(note, end) or not _plain(note, end) or (end < len(note) and note[end] in "-/"):
            return None
        written, stop = "", end
    else:
        written, stop = unit[0].strip(), unit.end()
    normal = [usual(lab, one, written) for one in value]
    if any(one is None for one in normal):
        return None
    told = tuple(round(one, 4) for one in normal if one is not None)
    return Measurement("lab", at, stop, note[at:stop], value, told, lab.unit, lab.name)


def _dose(note: str, at: int, end: int, value: tuple[float, ...]) -> Measurement | None:
    """An amount with a unit of mass, volume or activity, which may be per mass or time."""
    found = _UNIT.match(note, end)
    if found is None or found[1] in NO_DOSE or found[1].lower() not in DOSE:
        return None
    per = [part.lower() for part in found.groups()[1:] if part]
    if not PER_MASS_OR_TIME.issuperset(per):
        return None  # a concentration
    if found[1].lower() in WEIGHT and label_before(note, at) == "weight":
        return None  # of a newborn, in grams
    name, factor = DOSE[found[1].lower()]
    normal = tuple(round(one * factor, 9) for one in value)
    return Measurement("dose", at, found.end(), note[at : found.end()], value, normal, "/".join((name, *per)))


def _length_or_weight(note: str, at: int, end: int, value: tuple[float, ...], label: str) -> Measurement | None:
    """Sizes, heights and weights: told by their unit, and by their label."""
    found = _UNIT.match(note, end)
    if found is None or found[2]:
        return None
    unit, stop = found[1].lower(), found.end(1)
    text = note[at:stop]
    if unit in WEIGHT and label == "weight":
        return Measurement("weight", at, stop, text, value, _times(value, WEIGHT[unit]), "kg", label)
    if unit not in SIZE or note[stop : stop + 3].strip().lower().startswith("hg"):
        return None
    if label == "height":
        return Measurement("height", at, stop, text, value, _times(value, SIZE[unit] / 10), "cm", label)
    return Measurement("size", at, stop, text, value, _times(value, SIZE[unit]), "mm")


def _times(value: tuple[float, ...], factor: float) -> tuple[float, ...]:
    return tuple(round(one * factor, 3) for one in value)
