"""Words of clinical notes: units, ratios and abbreviations stay whole where an English tokenizer would split them."""

from __future__ import annotations

import re

from fastlearn.medical.text.marks import clean_marks
from fastlearn.text.rules import PROC_RULES, Rule, spec_add_spaces
from fastlearn.text.word_tokenizer import WordTokenizer

_UNIT = (
    r"mg|mcg|µg|μg|ug|ng|g|kg|gm|ml|dl|ul|l|cc|mm|cm|meq|mmol|µmol|umol|iu|miu|uiu|units?|u|mmhg|bpm|%|°[cf]|°|cells|k|"
    r"beats|breaths|mosm|pg|fl"
)
_PER = r"kg|g|ml|dl|ul|l|h|hr|hour|min|minute|day|d|week|m2|dose|hpf|mm3|24h|sec|second"
_SHORT = (
    r"s/p|c/o|h/o|r/o|w/o|w/|y/o|n/v|n/v/d|d/c|a/p|b/l|f/u|p/w|i/o|u/a|d/t|h/a|l/r|m/r/g|r/m/g|c/c/e|o/e|a/w|s/s|"
    r"c/w|t/c|b/p"
)  # fmt: skip
_POINTED = r"(?:[a-z]\.){2,6}|q\.\s?\d{1,2}\s?h\.|q\.\d{1,2}h\.?"
_RATIO = r"\d{1,3}/\d{1,3}"
_WITH_SLASH = re.compile(
    rf"(?<![\w/])(?:(?:\d[\d.,]*)?(?:{_UNIT})/(?:{_PER})(?:/(?:{_PER}))?|{_SHORT}|{_RATIO})(?![\w/])|[/#\\]",
    re.IGNORECASE,
)
_WHOLE = re.compile(rf"(?:{_UNIT})(?:/(?:{_PER})){{0,2}}|{_SHORT}|{_POINTED}|{_RATIO}", re.IGNORECASE)
_NUMBER_UNIT = re.compile(rf"(\d[\d.,]*)((?:{_UNIT})(?:/(?:{_PER})){{0,2}})", re.IGNORECASE)
_CORE = re.compile(r"([(\[{\"'<>=~]*)(.*?)([,;:!?)\]}\"']*|\.[)\]\"']*)\Z", re.DOTALL)


def add_spaces_around_signs(t: str) -> str:
    r"""Spaces around `/`, `#` and `\`, but not inside of units (mg/dL), ratios (120/80) and abbreviations (s/p)."""
    return _WITH_SLASH.sub(lambda found: found[0] if len(found[0]) > 1 else f" {found[0]} ", t)


CLINICAL_RULES: tuple[Rule, ...] = (
    clean_marks, *(add_spaces_around_signs if rule is spec_add_spaces else rule for rule in PROC_RULES),
)  # fmt: skip
"""What to give a `Tokenizer` as `rules` for clinical notes: its own, after de-identification marks were made words."""


class ClinicalTokenizer(WordTokenizer):
    """A `WordTokenizer` that keeps mg/dL, 120/80, q.i.d., s/p and °C whole, and splits 5mg into number and unit.

    Use it with `CLINICAL_RULES`, as other rules put spaces around each slash.
    """

    def split_word(self, word: str) -> tuple[str, ...]:
        """The tokens of a word with the signs around it; joined they give `word` again."""
        core = _CORE.fullmatch(word)
        if word.isalpha() or core is None:
            return super().split_word(word)
        before, middle, after = core.groups()
        kept = _kept(middle + after[:1]) if after.startswith(".") else None
        if kept is not None:
            middle, after = middle + ".", after[1:]
        else:
            kept = _kept(middle)
        return super().split_word(word) if kept is None else (*before, *kept, *after)


def _kept(word: str) -> tuple[str, ...] | None:
    """A clinical word as its tokens; None if it is none."""
    if _WHOLE.fullmatch(word):
        return (word,)
    number = _NUMBER_UNIT.fullmatch(word)
    return None if number is None else (number[1], number[2])
