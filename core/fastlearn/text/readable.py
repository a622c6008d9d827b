"""Tokens back to writing: special tokens turned into case and repetitions, spaces as in print."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from fastlearn.text.special import BOS, EOS, FAKE, FLD, PAD, SPACE, TK_MAJ, TK_REP, TK_UP, TK_WREP, UNK

MARKS = frozenset((BOS, EOS, PAD, FAKE, FLD, TK_MAJ, TK_UP, TK_REP, TK_WREP))
MOST_REPEATS = 1000  # a number that a model made up must not fill the memory

# ruff: noqa: RUF001  # typographic signs are meant
_NO_SPACE_BEFORE = re.compile(
    r" (?=[,;:!?]+(?:[\s,;:!?.)\]}\"'”’]|$)|[)\]}%»”…]|\.(?!\w)|n['’]t\b|['’](?:s|re|ve|ll|d|m)\b)", re.I
)
_NO_SPACE_AFTER = re.compile(r"(?<=[(\[{«“$£€#]) ")
_QUOTED = re.compile(r'(^|[\s(\[{])" ([^"\n]*?) ?"')
_HYPHEN = re.compile(r"(?<=\w) - (?=\w)")
_SLASH = re.compile(r"(?<=\w) / (?=\w)")
# A sign that changes the one before it, or joins two: the parts of a composed emoji.
_BESIDE_SIGN = re.compile(r" (?=[\ufe0f\u200d\U0001f3fb-\U0001f3ff])|(?<=\u200d) ")
_FLAG = re.compile(r"([\U0001f1e6-\U0001f1ff]) ([\U0001f1e6-\U0001f1ff])")
_LINE_BREAK = re.compile(r" ?(\n\s*?) (?=\S)")


class ReadText(str):
    """A text for people; `tokens` are those that it was read from."""

    tokens: list[str]

    def __new__(cls, text: str, tokens: Iterable[str] = ()) -> ReadText:
        made = super().__new__(cls, text)
        made.tokens = list(tokens)
        return made


def readable(tokens: Sequence[str], sep: str = " ") -> str:
    """The writing that `tokens` stand for; what was lost in tokenising (which of two spaces it was) is guessed.

    Unknown words stay `xxunk`. `sep` stood between the tokens' words.
    """
    return mend_spaces(sep.join(written_words(tokens)))


def written_words(tokens: Iterable[str]) -> Iterator[str]:
    """Words for tokens: `xxmaj good` gives `Good`, `xxup` capitals, `xxrep 4 !` gives `!!!!`; padding is left out.

    A model that writes may put marks where they make no sense; there they say nothing.
    """
    waiting = deque(tokens)
    while waiting:
        token = waiting.popleft()
        if token in (BOS, EOS, PAD, FAKE, ""):
            continue
        if token in (TK_MAJ, TK_UP):
            yield from _in_case(token, waiting)
        elif token in (TK_REP, TK_WREP):
            yield from _repeated(token, waiting)
        elif token == FLD:
            if waiting and waiting[0].isdecimal():
                waiting.popleft()  # its number
            yield "\n"
        else:
            yield token.replace(SPACE, " ")


def mend_spaces(text: str) -> str:
    """`text` without the spaces beside signs that printed text does not have, also inside of composed emoji."""
    text = _FLAG.sub(r"\1\2", _BESIDE_SIGN.sub("", text))
    text = _QUOTED.sub(r'\1"\2"', text)
    text = _NO_SPACE_AFTER.sub("", _NO_SPACE_BEFORE.sub("", text))
    return _LINE_BREAK.sub(r"\1", _SLASH.sub("/", _HYPHEN.sub("-", text))).strip(" ")


def _in_case(mark: str, waiting: deque[str]) -> Iterator[str]:
    """The next word in capitals or with one; none where it is a mark itself."""
    if not waiting or waiting[0] in MARKS:
        return
    word = waiting.popleft().replace(SPACE, " ")
    if word == UNK:
        yield word
    else:
        yield word.upper() if mark == TK_UP else word[:1].upper() + word[1:]


def _repeated(mark: str, waiting: deque[str]) -> Iterator[str]:
    """The next word as often as the number before it says; nothing where there is no number."""
    if len(waiting) < 2 or not waiting[0].isdecimal():
        return
    n = min(int(waiting.popleft()[:9]), MOST_REPEATS)
    what = waiting.popleft()
    if what in (TK_MAJ, TK_UP):
        what = next(_in_case(what, waiting), "")
    if not what or what in MARKS:
        return
    if mark == TK_REP:
        yield what * n
    else:
        yield from [what] * n
