"""What each rule finds in the made-up notes, against what was written there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from fastlearn.data.made_up.note_markup import Gold, parsed
from fastlearn.data.made_up.notes import MadeUpNote
from fastlearn.medical.text import findings, identifiers, marks, measurements, sections

WRITTEN = Path(__file__).with_name("written_notes.txt")
Place = tuple[str, int, int, str]  # kind, start, end, detail

SAID = {
    "a": ("affirmed", "recent", "patient"), "n": ("negated", "recent", "patient"),
    "p": ("possible", "recent", "patient"), "ah": ("affirmed", "historical", "patient"),
    "nh": ("negated", "historical", "patient"), "ay": ("affirmed", "hypothetical", "patient"),
    "af": ("affirmed", "recent", "other"), "nf": ("negated", "recent", "other"),
}  # fmt: skip
LETTERS = {said: letters for letters, said in SAID.items()}
TELLING = ("section", "mark")  # kinds whose detail has to agree, too

FOUND: dict[str, Callable[[str], Iterable[Place]]] = {
    "sections": lambda text: (
        ("section", s.heading_start, s.heading_start + len(s.heading), s.name) for s in sections(text) if s.heading
    ),
    "marks": lambda text: (("mark", m.start, m.end, m.kind) for m in marks(text)),
    "measurements": lambda text: ((m.kind, m.start, m.end, "") for m in measurements(text)),
    "findings": lambda text: (
        (LETTERS.get((f.negation, f.temporality, f.experiencer), "?"), f.start, f.end, "") for f in findings(text)
    ),
    "identifiers": lambda text: ((one.kind, one.start, one.end, "") for one in identifiers(text)),
}
KINDS = {
    "sections": ("section",), "marks": ("mark",), "findings": tuple(SAID),
    "measurements": ("blood_pressure", "temperature", "pulse", "respiration", "saturation", "weight", "height", "dose",
                     "size", "lab"),
    "identifiers": ("date", "name", "id", "phone", "email", "address", "age"),
}  # fmt: skip


@dataclass
class Score:
    """How much of a kind is found, and what is missed or found in vain, as (note, place)."""

    right: int = 0
    missed: list[tuple[int, Place]] = field(default_factory=list)
    extra: list[tuple[int, Place]] = field(default_factory=list)

    @property
    def n(self) -> int:
        return self.right + len(self.missed)

    @property
    def recall(self) -> float:
        return self.right / self.n if self.n else 0.0

    @property
    def precision(self) -> float:
        found = self.right + len(self.extra)
        return self.right / found if found else 0.0


def scores(notes: list[MadeUpNote], rule: str) -> dict[str, Score]:
    """For each kind that the rule finds: what is right, by exact span (and name, for sections and marks)."""
    made = {kind: Score() for kind in KINDS[rule]}
    for number, note in enumerate(notes):
        wanted = Counter(_place(gold) for gold in note.gold if gold.kind in made)
        got = Counter(FOUND[rule](note.text))
        for place in wanted & got:
            made[place[0]].right += 1
        for place in wanted - got:
            made[place[0]].missed.append((number, place))
        for place in got - wanted:
            made.setdefault(place[0], Score()).extra.append((number, place))
    return made


def _place(gold: Gold) -> Place:
    return gold.kind, gold.start, gold.end, gold.detail if gold.kind in TELLING else ""


def written_notes() -> list[MadeUpNote]:
    """30 notes of as many kinds, written as a whole and without a look at the rules; `=== ` and a title before each."""
    parts = re.split(r"(?m)^=== (.*)\n", WRITTEN.read_text(encoding="utf-8"))[1:]
    made = ((title, *parsed(marked.strip())) for title, marked in zip(parts[::2], parts[1::2], strict=True))
    return [MadeUpNote(text, title, tuple(gold)) for title, text, gold in made]


def of_all_kinds(made: dict[str, Score]) -> Score:
    """The scores of all kinds as one."""
    whole = Score()
    for score in made.values():
        whole.right += score.right
        whole.missed += score.missed
        whole.extra += score.extra
    return whole
