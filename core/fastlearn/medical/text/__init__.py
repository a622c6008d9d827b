"""Clinical notes: sections, marks of de-identification, measurements, findings with what is said of them, identifiers.

Rules, with no model behind them: each file says what it is based on, `docs/clinical-text.md` how well they do.
"""

from __future__ import annotations

from fastlearn.medical.text.context import Finding, findings
from fastlearn.medical.text.finding_terms import FINDING_TERMS
from fastlearn.medical.text.identifiers import Identifier, identifiers
from fastlearn.medical.text.marks import Mark, clean_marks, marks
from fastlearn.medical.text.measurements import Measurement, measurements
from fastlearn.medical.text.screen import ScreenReport, mask, screen
from fastlearn.medical.text.sections import Section, sections
from fastlearn.medical.text.texts import found_in
from fastlearn.medical.text.words import CLINICAL_RULES, ClinicalTokenizer, add_spaces_around_signs

__all__ = [
    "CLINICAL_RULES", "FINDING_TERMS", "ClinicalTokenizer", "Finding", "Identifier", "Mark", "Measurement",
    "ScreenReport", "Section", "add_spaces_around_signs", "clean_marks", "findings", "found_in", "identifiers", "marks",
    "mask", "measurements", "screen", "sections",
]  # fmt: skip
