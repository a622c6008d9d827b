"""The rules for clinical notes on 200 made-up notes that were written before them, and on 30 written by hand without a
look at the rules: recall, precision, speed, misses.

    python benchmarks/clinical.py [notes.csv]

Figures to reach, per kind: recall at least 0.95, precision at least 0.9. A table with a column `text` (plain or .gz) is
looked through as well: how much of what is found in it, and how fast. Nothing of its texts is printed but what rules
other than the screen find.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import pandas as pd
from fastlearn.data.made_up.notes import MadeUpNote, made_up_notes
from fastlearn.medical.text import (
    CLINICAL_RULES,
    ClinicalTokenizer,
    clean_marks,
    findings,
    identifiers,
    marks,
    measurements,
    sections,
)  # fmt: skip
from fastlearn.text.encode import TextEncoder
from fastlearn.text.tokenize_corpus import tokenize_corpus
from harness import paired, seconds, table

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "core" / "medical" / "text"))
from note_scores import KINDS, Place, Score, of_all_kinds, scores, written_notes

SHOWN = 15  # misses of a rule
RULES: tuple[Callable[[str], Sequence[object]], ...] = (sections, marks, measurements, findings, identifiers)


def around(notes: list[MadeUpNote], number: int, place: Place) -> str:
    text = notes[number].text
    return text[max(0, place[1] - 30) : place[2] + 20].replace("\n", " ")


def quality(title: str, notes: list[MadeUpNote]) -> None:
    """How well each kind is found, and every kind of miss."""
    for rule in KINDS:
        made = scores(notes, rule)
        shown: dict[str, Score] = {**made, "all kinds": of_all_kinds(made)}
        rows: list[list[object]] = [
            [kind, score.n, f"{score.recall:.3f}", f"{score.precision:.3f}"] for kind, score in shown.items() if score.n
        ]
        table(f"{title}: {rule}", ["kind", "there", "recall", "precision"], rows)
        wrong = [(word, *miss) for score in made.values() for word, misses in (("missed", score.missed),
                 ("in vain", score.extra)) for miss in misses]  # fmt: skip
        for word, number, place in wrong[:SHOWN]:
            print(f"    {word} {place[0]} {place[3]} in note {number}: … {around(notes, number, place)} …")
        if len(wrong) > SHOWN:
            print(f"    … and {len(wrong) - SHOWN} more")


def speed(title: str, texts: list[str]) -> None:
    """Megabytes of text a second, one process."""
    size = sum(map(len, texts)) / 1e6
    variants = {rule.__name__: seconds(lambda rule=rule: [rule(text) for text in texts]) for rule in RULES}
    variants["clean_marks"] = seconds(lambda: clean_marks(texts))
    encoder = TextEncoder(ClinicalTokenizer(), list(CLINICAL_RULES))
    variants["tokens"] = seconds(lambda: tokenize_corpus(texts, encoder, n_workers=0, cache=False))
    measured = paired(variants, 3)
    table(
        f"{title}, {size:.1f} MB", ["rule", "MB/s"], [[name, f"{size / median(t):.2f}"] for name, t in measured.items()]
    )


def main() -> None:
    notes = made_up_notes(200)
    quality("Made-up notes", notes)
    quality("Notes by hand", written_notes())
    speed("Made-up notes", [note.text for note in notes])
    for file in sys.argv[1:]:
        texts = list(pd.read_csv(file).text.dropna())
        found = {rule.__name__: Counter(getattr(one, "kind", getattr(one, "negation", "")) for text in texts
                                        for one in rule(text)) for rule in RULES[1:]}  # fmt: skip
        for name, counts in found.items():
            print(f"\n{name} in {len(texts)} texts: {dict(counts.most_common())}")
        speed(Path(file).name, texts)


if __name__ == "__main__":
    main()
