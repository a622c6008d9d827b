"""Whether what a note names is there: negation and doubt, history and condition, patient and family.

Source: Chapman et al. 2001, "A Simple Algorithm for Identifying Negated Findings and Diseases in Discharge Summaries"
(NegEx); Harkema et al. 2009, "ConText" for history, condition and family, and for scopes that reach to the end of the
sentence or to a phrase that ends them.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from fastlearn.medical.text.context_terms import CUES, ENDING, TELLING
from fastlearn.medical.text.finding_terms import FINDING_TERMS
from fastlearn.medical.text.phrases import lowered, phrase_pattern, plain
from fastlearn.medical.text.sections import sections
from fastlearn.medical.text.sentences import sentence_spans
from fastlearn.medical.text.texts import checked_note


@dataclass(frozen=True)
class Finding:
    """A symptom, sign or disease named from `start` to `end` of a note, and what the note says of it.

    `negation` is "affirmed", "negated" or "possible"; `temporality` "recent", "historical" or "hypothetical" (only if
    something happens); `experiencer` "patient" or "other". `cues` are the phrases that say so, in lower case.
    """

    start: int
    end: int
    text: str
    negation: str = "affirmed"
    temporality: str = "recent"
    experiencer: str = "patient"
    cues: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Cue:
    start: int
    end: int
    text: str
    says: frozenset[str]
    before: bool  # it speaks of what stands before it
    after: bool


def findings(note: str, terms: Iterable[str] | None = None) -> list[Finding]:
    """What `note` names of `terms` (`FINDING_TERMS`, common symptoms and diseases), with what it says of each.

    Terms are matched as whole words in any case, also in the plural; of overlapping ones the longest counts.
    Raises: DataError for what is no text.
    """
    chosen = FINDING_TERMS if terms is None else (terms,) if isinstance(terms, str) else tuple(terms)
    lower = lowered(checked_note(note))
    pattern = _terms_pattern(tuple(term for term in chosen if term.strip()))
    if pattern is None:
        return []
    found: list[Finding] = []
    for start, end in sentence_spans(note):
        named = list(pattern.finditer(lower, start, end))
        if named:
            cues, ends = _cues(lower, start, end, named)
            found += [_told(note, one, cues, ends) for one in named]
    return _with_family(note, lower, found)


def _with_family(note: str, lower: str, found: list[Finding]) -> list[Finding]:
    """`found`, with all that stands under the heading of a family history told of others than the patient."""
    if not found or _FAMILY.search(lower) is None:
        return found
    spans = [(part.start, part.end) for part in sections(note, inner=False) if part.name == "family history"]
    return [
        replace(one, experiencer="other") if any(start <= one.start < end for start, end in spans) else one
        for one in found
    ]


def _told(note: str, named: re.Match[str], cues: list[_Cue], ends: list[tuple[int, int]]) -> Finding:
    """What the cues whose scope `named` lies in say of it."""
    start, end = named.span()
    heard = [cue for cue in cues if _reaches(cue, start, end, ends)]
    says = frozenset().union(*(cue.says for cue in heard))
    dated = _DATED.match(note, end)
    doubt = [cue for cue in heard if "possible" in cue.says]
    no = [cue for cue in heard if "negated" in cue.says]
    negation = "affirmed"
    if doubt and no:  # the nearer one counts: "no fever, possible pneumonia"
        nearest = min(doubt + no, key=lambda cue: _gap(cue, start, end))
        negation = "possible" if nearest in doubt else "negated"
    elif doubt or no:
        negation = "possible" if doubt else "negated"
    past = "historical" in says or dated is not None
    temporality = "hypothetical" if "hypothetical" in says else "historical" if past else "recent"
    experiencer = "other" if "other" in says else "patient"
    said = [cue.text for cue in heard] + ([dated[1].lower()] if dated is not None else [])
    return Finding(start, end, note[start:end], negation, temporality, experiencer, tuple(said))


def _reaches(cue: _Cue, start: int, end: int, ends: list[tuple[int, int]]) -> bool:
    """Whether what stands from `start` to `end` is in the scope of `cue`: on its side, and nothing ends it between."""
    if cue.after and cue.end <= start:
        return not _ended_between(ends, cue.end, start)
    if cue.before and end <= cue.start:
        return not _ended_between(ends, end, cue.start)
    return False


def _ended_between(ends: list[tuple[int, int]], start: int, stop: int) -> bool:
    """Whether one of `ends`, which are in order, lies from `start` to `stop`."""
    i = bisect_left(ends, (start, start))
    return i < len(ends) and ends[i][1] <= stop


def _gap(cue: _Cue, start: int, end: int) -> int:
    return start - cue.end if cue.end <= start else cue.start - end


def _cues(note: str, start: int, end: int, named: list[re.Match[str]]) -> tuple[list[_Cue], list[tuple[int, int]]]:
    """The cues of a sentence, and where scopes end; phrases inside of a named finding do not count."""
    pattern, kinds = _cue_pattern()
    starts = [one.start() for one in named]
    cues: list[_Cue] = []
    ends: list[tuple[int, int]] = []
    for found in pattern.finditer(note, start, end):
        i = bisect_right(starts, found.start()) - 1
        if i >= 0 and found.end() <= named[i].end():
            continue
        sides = kinds[plain(found[0])]
        if found[0] in ENDING and _CLAUSE_ENDS.match(note, found.end(), end):
            sides = {"before": "negated"}
        if "end" in sides:
            ends.append(found.span())
            continue
        says = frozenset(word for words in sides.values() for word in words.split())
        if not says or (
            "other" in says
            and (
                _tells(note, found.end(), end)
                or _BESIDE.search(note, max(start, found.start() - _LOOK_BACK), found.start())
            )
        ):
            continue
        cues.append(_Cue(found.start(), found.end(), found[0], says, "before" in sides, "after" in sides))
    return cues, ends


def _tells(note: str, at: int, end: int) -> bool:
    """Whether the next word says that a relative only reports."""
    word = _WORD.match(note, at, end)
    return word is not None and word[1].lower() in TELLING and not note.startswith(("is", "was"), word.start(1))


_WORD = re.compile(r"\s+([a-z]+)")
_DATED = re.compile(r"\s+(in\s+(?:[A-Za-z]{3,9}\.?\s+)?(?:19|20)\d\d)\b")  # "kidney stones in 2015"
_FAMILY = re.compile(r"\bfamily|\bfhx?\b")
_CLAUSE_ENDS = re.compile(r"\s*(?:[.;)\n]|\Z)")  # "Fever: no.", "Chills denied."
_LOOK_BACK = 16  # characters
_BESIDE = re.compile(r"\b(?:by|with|to)\s+(?:(?:his|her|the|their)\s+)?\Z")  # "brought in by her mother with"


@lru_cache(maxsize=1)
def _cue_pattern() -> tuple[re.Pattern[str], dict[str, dict[str, str]]]:
    """All cues as one pattern, and for each phrase what it says on which side."""
    kinds: dict[str, dict[str, str]] = {}
    for (says, side), phrases in CUES.items():
        for phrase in phrases.split(","):
            kinds.setdefault(plain(phrase), {})[says if says == "end" else side] = says
    return phrase_pattern(kinds), kinds


@lru_cache(maxsize=16)
def _terms_pattern(terms: tuple[str, ...]) -> re.Pattern[str] | None:
    return phrase_pattern(terms, plural=True) if terms else None
