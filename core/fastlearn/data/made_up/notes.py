"""Made-up clinical notes of five specialties, with all that rules should find in them: nobody's data, for examples
and for measuring. They are written in nine layouts, and are full of what misleads simple rules.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

from fastlearn.data.made_up import note_sentences as says
from fastlearn.data.made_up.note_markup import Gold, filled, parsed
from fastlearn.data.made_up.note_slots import SLOTS


@dataclass(frozen=True)
class MadeUpNote:
    """A note, its specialty, and what is in it: kind `section` for headings, the kinds of the markup for the rest."""

    text: str
    specialty: str
    gold: tuple[Gold, ...]


Part = tuple[str, str, int]  # the section's name, what it says, and how deep it is: 0 or 1


def write_notes(folder: Path, n: int = 200, seed: int = 0) -> None:
    """Write `notes.csv` (note, specialty, text, is_valid; one note in five for validation) and `gold.json`."""
    notes = made_up_notes(n, seed)
    with (folder / "notes.csv").open("w", newline="", encoding="utf-8") as table:
        rows = csv.writer(table)
        rows.writerow(("note", "specialty", "text", "is_valid"))
        for index, note in enumerate(notes):
            rows.writerow((index, note.specialty, note.text, index // len(says.SPECIALTIES) % 5 == 4))
    gold = [[asdict(found) for found in note.gold] for note in notes]
    (folder / "gold.json").write_text(json.dumps(gold, ensure_ascii=False), encoding="utf-8")


def made_up_notes(n: int = 200, seed: int = 0) -> list[MadeUpNote]:
    """`n` notes, the specialties in turn, the same for the same `seed`."""
    rng = Random(seed)
    names = list(says.SPECIALTIES)
    return [_note(names[index % len(names)], LAYOUTS[index // len(names) % len(LAYOUTS)], rng) for index in range(n)]


def _note(specialty: str, layout: Callable[[Part, Random], str], rng: Random) -> MadeUpNote:
    beginning = _some(says.IDENTIFYING, rng, 1, 3, " ") if rng.random() < 0.6 else ""
    body = "".join(layout(part, rng) for part in _parts(specialty, rng))
    end = rng.choice(says.SIGNED) if rng.random() < 0.4 else ""
    marked = f"{beginning}\n\n{body.strip(',') if layout is _flat else body}\n{end}".strip()
    text, gold = parsed(filled(marked, SLOTS, rng))
    return MadeUpNote(text, specialty, tuple(gold))


def _parts(specialty: str, rng: Random) -> list[Part]:
    """The sections of a note, in the order of notes, some left out."""
    own = says.SPECIALTIES[specialty]
    parts: list[Part] = []

    def add(name: str, *bodies: str, chance: float = 1.0, depth: int = 0) -> None:
        if rng.random() < chance:
            parts.append((name, " ".join(body for body in bodies if body), depth))

    add("chief complaint", _some(says.FINDINGS, rng, 1, 1), chance=0.5)
    add("preoperative diagnosis", _some(own["assessment"], rng, 1, 1), chance=0.1)
    add("history of present illness", _some(own["hpi"], rng, 2, 3), _some(says.FINDINGS, rng, 1, 3), _mixed(rng))
    add("past medical history", _some(says.HISTORY, rng, 1, 1), chance=0.7)
    add("family history", _some(says.FAMILY, rng, 1, 1), chance=0.5)
    add("social history", _some(says.SOCIAL, rng, 1, 1), chance=0.5)
    add("medications", _some(says.DOSES, rng, 1, 3), chance=0.7)
    add("allergies", "Penicillin.", chance=0.4)
    if rng.random() < 0.5:
        _nested(parts, "review of systems", says.REVIEW, rng)
    if rng.random() < 0.8:
        _nested(parts, "physical examination", says.EXAM, rng)
    add("laboratory data", _some(says.LABS, rng, 1, 3), _some(says.SIZES, rng, 0, 1), chance=0.7)
    add("selective coronary arteriography", _some(says.TRAPS, rng, 1, 2), chance=0.08)
    add("description of procedure", _some(says.SIZES, rng, 1, 2), _some(says.TRAPS, rng, 0, 1), chance=0.2)
    add("brief course by system", _some(says.FINDINGS, rng, 1, 2), chance=0.08)
    if rng.random() < 0.3:
        add("assessment and plan", _some(own["assessment"], rng, 1, 2), _some(own["plan"], rng, 1, 2))
    else:
        add("assessment", _some(own["assessment"], rng, 1, 2), _some(says.TRAPS, rng, 0, 1))
        add("plan", _some(own["plan"], rng, 1, 2), _some(says.IDENTIFYING[7:], rng, 0, 1), _some(says.MARKS, rng, 0, 1))
    return parts


def _nested(parts: list[Part], name: str, inner: Mapping[str, tuple[str, ...]], rng: Random) -> None:
    chosen = [key for key in inner if rng.random() < 0.6]
    parts.append((name, rng.choice(says.MEASURED) if name == "physical examination" and rng.random() < 0.5 else "", 0))
    if name == "physical examination" and not parts[-1][1]:
        parts.append(("vital signs", rng.choice(says.MEASURED), 1))
    parts += [(key, rng.choice(inner[key]), 1) for key in chosen]


def _mixed(rng: Random) -> str:
    sentences = [
        sentence
        for bank, chance in ((says.TRAPS, 0.7), (says.MARKS, 0.4), (says.IDENTIFYING[7:], 0.4), (says.SIZES, 0.3))
        if rng.random() < chance
        for sentence in rng.sample(bank, rng.randint(1, 2))
    ]
    rng.shuffle(sentences)
    return " ".join(sentences)


def _some(bank: Sequence[str], rng: Random, least: int, most: int, between: str = " ") -> str:
    return between.join(rng.sample(bank, rng.randint(least, most)))


# Layouts: a part as it is written, with a mark around its heading.


def _heading(part: Part, rng: Random, capitals: float = 0.5, least: int = 1) -> str:
    """The heading in one of its spellings of at least `least` characters."""
    said = rng.choice([way for way in says.HEADINGS[part[0]] if len(way) >= least])
    return f"{{section|{said.upper() if rng.random() < capitals else said}|{part[0]}}}"


def _lines(part: Part, rng: Random) -> str:
    return f"{_heading(part, rng)}: {part[1]}\n"


def _blocks(part: Part, rng: Random) -> str:
    return f"{_heading(part, rng, 0.8)}:\n{part[1]}\n\n"


def _flat(part: Part, rng: Random) -> str:
    """As in collections of notes that have lost their line breaks."""
    if part[2]:
        return f"{_heading(part, rng, 0.0)}:  {part[1]}  "
    return f",{_heading(part, rng, 1.0, 2)}{rng.choice((':,  ', ': , ', ':  ,'))}{part[1].replace(chr(10), ',')}"


def _running(part: Part, rng: Random) -> str:
    """Inner sections one after the other in a paragraph."""
    before = "" if part[2] else "\n\n"
    return f"{before}{_heading(part, rng, 0.3)}: {part[1]} "


def _bare(part: Part, rng: Random) -> str:
    if part[2]:
        return f"{_heading(part, rng, 0.2)}: {part[1]}\n"
    return f"\n{_heading(part, rng, 0.5, 3)}\n{part[1]}\n"


def _hashes(part: Part, rng: Random) -> str:
    return f"{'##' if part[2] == 0 else '###'} {_heading(part, rng, 0.1)}\n{part[1]}\n"


def _stars(part: Part, rng: Random) -> str:
    return f"**{_heading(part, rng, 0.2)}:** {part[1]}\n"


def _numbered(part: Part, rng: Random) -> str:
    if part[2]:
        return f"   {_heading(part, rng, 0.2)} - {part[1]}\n"
    return f"{rng.randint(1, 9)}. {_heading(part, rng, 1.0, 2)}: {part[1]}\n"


def _underlined(part: Part, rng: Random) -> str:
    if part[2]:
        return f"{_heading(part, rng, 0.2)}: {part[1]}\n"
    return f"\n{_heading(part, rng, 0.4, 3)}\n{'-' * 12}\n{part[1]}\n"


LAYOUTS: tuple[Callable[[Part, Random], str], ...] = (
    _lines, _blocks, _flat, _running, _bare, _hashes, _stars, _numbered, _underlined,
)  # fmt: skip
