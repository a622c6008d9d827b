r"""Rules that prepare a text for tokenising: they turn case and repetitions into special tokens of their own.

Every pattern needs time that grows with the length of the text only, also for a text without a single space.
Source: Howard & Ruder 2018, "Universal Language Model Fine-tuning for Text Classification", and the ULMFiT code.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence

from fastlearn.text.special import BOS, EOS, SPACE, TK_MAJ, TK_REP, TK_UP, TK_WREP, UNK

Rule = Callable[[str], str]

# What is left of markup in scraped texts -> what was meant, in the order of the replacements.
LEFTOVERS = (
    ("#39;", "'"), ("amp;", "&"), ("#146;", "'"), ("nbsp;", " "), ("#36;", "$"), ("\\n", "\n"), ("quot;", "'"),
    ("<br />", "\n"), ('\\"', '"'), ("<unk>", UNK), (" @.@ ", "."), (" @-@ ", "-"), ("...", " …"),
)  # fmt: skip

_REPEATED_CHARACTER = re.compile(r"(\S)(\1{2,})")
_REPEATED_WORD = re.compile(r"(?:\s|^)(\w+)\s+((?:\1\s+)+)\1(\s|\W|$)")
_SIGN = re.compile(r"([/#\\])")
_SPACES = re.compile(" {2,}")
_CAPITALS = re.compile(r"(\s|^)([A-Z][^a-z\s]*)(?=\s|$)")
_CAPITALISED = re.compile(r"(\s|^)([A-Z][^A-Z\s]*)(?=\s|$)")


def fix_html(t: str) -> str:
    """Repair what is left of HTML: entities with and without their `&`, line breaks, escaped quotes; `...` to ` …`."""
    for leftover, meant in LEFTOVERS:
        t = t.replace(leftover, meant)
    return html.unescape(t)


def replace_rep(t: str) -> str:
    """A character three times or more: `cccc` to ` xxrep 4 c `."""
    return _REPEATED_CHARACTER.sub(_character_told, t)


def replace_wrep(t: str) -> str:
    """A word three times or more: `no no no no` to ` xxwrep 4 no `."""
    return _REPEATED_WORD.sub(_word_told, t)


def spec_add_spaces(t: str) -> str:
    r"""Spaces around `/`, `#` and `\`."""
    return _SIGN.sub(r" \1 ", t)


def rm_useless_spaces(t: str) -> str:
    """One space in the place of several."""
    return _SPACES.sub(" ", t)


def replace_all_caps(t: str) -> str:
    """A word in capitals: `GREAT` to `xxup great`; one of a single character only loses its capital."""
    return _CAPITALS.sub(lambda m: m[1] + _marked(TK_UP, m[2]), t)


def replace_maj(t: str) -> str:
    """A word with a capital letter at its start: `Great` to `xxmaj great`; a single character only loses it."""
    return _CAPITALISED.sub(lambda m: m[1] + _marked(TK_MAJ, m[2]), t)


def lowercase(t: str, add_bos: bool = True, add_eos: bool = False) -> str:
    """Lower case without spaces at the ends, after `xxbos` and before `xxeos` where they are wanted."""
    return (f"{BOS} " if add_bos else "") + t.lower().strip() + (f" {EOS}" if add_eos else "")


def replace_space(t: str) -> str:
    """Spaces inside a token to `▁`, so that tokens can be joined by spaces and split again."""
    return t.replace(" ", SPACE)


PROC_RULES: tuple[Rule, ...] = (
    fix_html, replace_rep, replace_wrep, spec_add_spaces, rm_useless_spaces, replace_all_caps, replace_maj, lowercase,
)  # fmt: skip
"""What a `Tokenizer` does to a text before it is split, unless told otherwise."""

POSTPROC_RULES: tuple[Rule, ...] = (replace_space,)
"""What it does to each token afterwards."""


def apply_rules(t: str, rules: Sequence[Rule]) -> str:
    """`t` after all of `rules`, one after the other."""
    for rule in rules:
        t = rule(t)
    return t


def _marked(mark: str, word: str) -> str:
    return f"{mark} {word.lower()}" if len(word) > 1 else word.lower()


def _character_told(found: re.Match[str]) -> str:
    return f" {TK_REP} {len(found[2]) + 1} {found[1]} "


def _word_told(found: re.Match[str]) -> str:
    return f" {TK_WREP} {len(found[2].split()) + 2} {found[1]} {found[3]}"
