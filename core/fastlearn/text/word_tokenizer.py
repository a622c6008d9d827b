"""English words and signs, split by the conventions that spaCy's blank English pipeline has."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from fastlearn.text.exceptions import BEGINNINGS, LONGEST, split_exception
from fastlearn.text.pieces import PieceTokenizer

# ruff: noqa: RUF001  # typographic signs are meant

QUOTES = "'\"”“`‘´’‚,„»«「」『』（）〔〕【】《》〈〉⟦⟧"
PUNCTUATION = ",:;!?¿؟¡()[]{}<>_#*&。？！，、；：～·।،۔؛٪…"
CURRENCY = "$£€¥฿₽﷼₴₠₡₢₣₤₥₦₧₨₩₪₫₭₮₯₰₱₲₳₵₶₷₸₹₺₻₼₾₿"
FIRST = frozenset(QUOTES + PUNCTUATION + CURRENCY + "§%=—–")  # cut off the front of a word
LAST = frozenset(QUOTES + PUNCTUATION + "—–")  # and off its end
BEFORE_POINT = frozenset("0123456789%²-+" + QUOTES + PUNCTUATION + "|")
LONGEST_ADDRESS = 2000  # characters
MOST_REJOINED = 5  # parts

# Most words there are: letters, with one sign around them.
_PLAIN = re.compile(r"([\"(\[*'“‘<`]?)([^\W\d_]+(?:_+[^\W\d_]+)*)([,;:!?)\]\"*'”’>`.]?)")
_UNIT = re.compile(
    r"(?<=[0-9])(?:km/h|kmh|m/s|mph|hPa|Pa|mbar|(?:km|dm|cm|mm|m)[²³]?|ha|µm|nm|yd|in|ft|kg|mg|µg|g|lb|oz|t|"
    r"[mkgt]b|[MKGT]B|[TGMK%])\Z"
)
_LETTER = r"[^\W\d_]"
_INSIDE = re.compile(
    rf"\.\.+|…|(?<=[0-9])[+\-*^](?=[0-9-])|(?<={_LETTER}),(?={_LETTER})"
    rf"|(?<=[^\W_])(?:---?|——|[-–—~]|[:<>=/])(?={_LETTER})"
    rf"|\.|[^\w\x00-\x7f]"
)
_ADDRESS = re.compile(
    r"(?:[\w+.\-]{2,}://)?(?:[^\s@]+@)?"
    r"(?:(?:(?:[A-Za-z0-9\u00a1-\uffff][\w\u00a1-\uffff-]{0,62})?[A-Za-z0-9\u00a1-\uffff]\.)+[^\W\d_A-Z]{2,63}"
    r"|(?:[1-9]\d{0,2})(?:\.\d{1,3}){3})(?::\d{2,5})?(?:[/?#]\S*)?"
)


class WordTokenizer(PieceTokenizer):
    """Words, numbers and signs of English, and of any language that puts spaces between its words.

    Contractions are split (`do n't`), hyphens between letters are tokens, abbreviations and addresses stay whole. How a
    word is split is found out once and remembered. Needs no other library; `SpacyTokenizer` has the languages of spaCy.
    `special_toks` is there for its name's sake: special tokens are words, and stay whole anyway.
    """

    def __init__(self, lang: str = "en", special_toks: list[str] | None = None) -> None:
        super().__init__()
        if lang != "en":
            raise ValueError(
                f"WordTokenizer knows the contractions and abbreviations of English, but got lang={lang!r}. Try "
                f"SpacyTokenizer({lang!r}), or SubwordTokenizer(), which learns any language."
            )
        self.lang, self.special_toks = lang, special_toks

    def split_word(self, word: str) -> tuple[str, ...]:
        """The tokens of a word with the signs around it."""
        exception = split_exception(word)
        if exception is not None:
            return exception
        if word.isalpha():
            return (word,)
        plain = _PLAIN.fullmatch(word)
        if plain is not None and split_exception(plain[2]) is None:
            return _around_plain(plain)
        return _split(word)

    def __repr__(self) -> str:
        return f"WordTokenizer(lang={self.lang!r})"


def _around_plain(plain: re.Match[str]) -> tuple[str, ...]:
    first, middle, last = plain.groups()
    if (first and split_exception(first + middle)) or (last and split_exception(middle + last)):
        return _split(plain[0])
    if last == "." and not _points_before(plain[0], 0, len(plain[0]), middle[-1]):
        return _split(plain[0])
    return tuple(part for part in (first, middle, last) if part)


def _split(word: str) -> tuple[str, ...]:
    """Signs off both ends, one by one, until an exception or nothing to cut off is left; then the inside."""
    start, end = 0, len(word)
    head: list[str] = []
    tail: list[str] = []
    middle: tuple[str, ...] | None = None
    while start < end and (middle := _exception(word, start, end)) is None:
        first = _first(word, start, end)
        if first and (middle := _exception(word, start + first, end)) is not None:
            head.append(word[start : start + first])
            break
        last = _last(word, start + first, end)
        if last and (middle := _exception(word, start, end - last)) is not None:
            tail.append(word[end - last : end])
            break
        if not first and not last:
            break
        if first:
            head.append(word[start : start + first])
        if last:
            tail.append(word[end - last : end])
        start, end = start + first, end - last
    inside = middle if middle is not None else _inside(word[start:end])
    parts = (*head, *inside, *reversed(tail))
    return _rejoined(parts) if len(parts) > 1 else parts


def _rejoined(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Neighbours that are an exception together, such as the two signs of a smiley after a word, made one again."""
    found: list[str] = []
    at = 0
    while at < len(parts):
        most = min(MOST_REJOINED, len(parts) - at) if parts[at] in BEGINNINGS else 1
        for n in range(most, 1, -1):
            joined = "".join(parts[at : at + n])
            exception = split_exception(joined)
            if exception is not None and not joined.isalnum():  # those of letters alone were found before
                found.extend(exception)
                at += n
                break
        else:
            found.append(parts[at])
            at += 1
    return tuple(found)


def _exception(word: str, start: int, end: int) -> tuple[str, ...] | None:
    return split_exception(word[start:end]) if 0 < end - start <= LONGEST else None


def _first(word: str, start: int, end: int) -> int:
    """How many characters at `start` are a token of their own."""
    c = word[start]
    if c in FIRST or _is_icon(c):
        return 1
    if c == "+":
        return int(not (start + 1 < end and "0" <= word[start + 1] <= "9"))
    if c == ".":
        return _points_at(word, start, end)
    if word.startswith(("US$", "C$", "A$"), start, end):
        return 3 if c == "U" else 2
    return 0


def _last(word: str, start: int, end: int) -> int:
    """How many characters before `end` are a token of their own, in `word[start:end]`."""
    if start >= end:
        return 0
    c, before = word[end - 1], word[end - 2] if end - 2 >= start else ""
    if c in "sS" and before and before in "'’":
        return 2
    if c in LAST:
        return 2 if c == before == "…" else 1
    if c == ".":
        return _points_before(word, start, end, before)
    if _is_icon(c):
        return 1
    if "0" <= before <= "9" and (c == "+" or c in CURRENCY):
        return 1
    if c.isalpha() or c in "%²³":
        unit = _UNIT.search(word, max(start, end - 5), end)
        return end - unit.start() if unit is not None else 0
    return 0


def _points_at(word: str, start: int, end: int) -> int:
    stop = start
    while stop < end and word[stop] == ".":
        stop += 1
    return stop - start if stop - start > 1 else 0


def _points_before(word: str, start: int, end: int, before: str) -> int:
    """Points at the end: several are one token; a single one is cut off a small letter or a number."""
    if before == ".":
        first = end
        while first > start and word[first - 1] == ".":
            first -= 1
        return end - first
    if not before:
        return 0
    if before in BEFORE_POINT or (before.isalpha() and not before.isupper()):
        return 1
    return int(before.isupper() and end - 3 >= start and word[end - 3].isupper())


def _inside(word: str) -> tuple[str, ...]:
    """Split at the signs between letters or digits, unless `word` is an address."""
    if not word:
        return ()
    if word.isalnum() or _is_address(word):
        return (word,)
    parts: list[str] = []
    start = 0
    for found in _INSIDE.finditer(word):
        at = found.start()
        if not _splits(word, found[0], at):
            continue
        if at > start:
            parts.append(word[start:at])
        parts.append(found[0])
        start = found.end()
    return (*parts, word[start:]) if start < len(word) else tuple(parts)


def _splits(word: str, sign: str, at: int) -> bool:
    """Whether `sign` at `at` splits a word: a point only between a small and a capital letter, others if symbols."""
    if sign == ".":
        if at == 0 or at + 1 == len(word):
            return False
        before, after = word[at - 1], word[at + 1]
        lower = before in QUOTES or (before.isalpha() and not before.isupper())
        return lower and (after in QUOTES or after.isupper())
    if len(sign) > 1 or sign.isascii() or sign == "…" or _is_icon(sign):
        return True
    return sign in "–—" and 0 < at < len(word) - 1 and word[at - 1].isalnum() and word[at + 1].isalpha()


def _is_address(word: str) -> bool:
    return "." in word and len(word) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(word) is not None


@lru_cache(maxsize=4096)
def _is_icon(c: str) -> bool:
    """Whether `c` is a symbol such as an emoji."""
    return c > "\x7f" and unicodedata.category(c) == "So"
