"""Texts to numbers of tokens, numbered as they are met: the usual rules and splitting are done in one go.

No torch in here: worker processes import this module, and should be there at once.
"""

from __future__ import annotations

import threading
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from operator import eq
from typing import Any

from fastlearn.text.pieces import LONGEST_REMEMBERED, MOST_REMEMBERED, PIECE, PieceTokenizer
from fastlearn.text.rules import (
    POSTPROC_RULES,
    PROC_RULES,
    Rule,
    apply_rules,
    fix_html,
    replace_rep,
    replace_space,
    replace_wrep,
)
from fastlearn.text.special import BOS, TK_MAJ, TK_UP

SplitTexts = Callable[[Iterable[str]], Iterable[Sequence[str]]]


class TextEncoder:
    """Numbers the tokens of texts: `tokens[i]` is the token that number `i` stands for.

    `tok` splits texts that went through `rules`, `post_rules` change each token. Where these are the usual rules and
    `tok` works piece by piece, a text is read twice and each distinct piece is worked on once; the tokens are the same.
    """

    def __init__(
        self, tok: SplitTexts, rules: Sequence[Rule] | None = None, post_rules: Sequence[Rule] | None = None
    ) -> None:
        self.tok = tok
        self.rules = PROC_RULES if rules is None else tuple(rules)
        self.post_rules = POSTPROC_RULES if post_rules is None else tuple(post_rules)
        self.lock = threading.Lock()
        self._forget()

    def _forget(self) -> None:
        self.tokens: list[str] = []
        self.numbers: dict[str, int] = {}
        self._pieces = _NumberedPieces(self)
        self._repeats = _Repeats()

    @property
    def in_one_go(self) -> bool:
        """Whether pieces can go through rules and splitting together."""
        usual = self.rules == PROC_RULES and self.post_rules == POSTPROC_RULES
        return usual and isinstance(self.tok, PieceTokenizer)

    def encode(self, text: str) -> array[int]:
        """The numbers of the tokens of one text."""
        return next(iter(self.encode_all([text])))

    def encode_all(self, texts: Iterable[str]) -> Iterator[array[int]]:
        """The numbers of the tokens of each text; the table of tokens grows as they come."""
        if self.in_one_go:
            yield from map(self._encode_pieces, texts)
            return
        for tokens in self.tok(apply_rules(text, self.rules) for text in texts):
            yield array("i", [self.number(apply_rules(token, self.post_rules)) for token in tokens])

    def number(self, token: str) -> int:
        """The number of `token`; a new one gets the next."""
        found = self.numbers.get(token)
        if found is None:
            found = self.numbers[token] = len(self.tokens)
            self.tokens.append(token)
        return found

    def make_room(self) -> None:
        """Start from an empty table if this one has grown large; numbers given out belong to the old `tokens`."""
        if len(self._pieces) >= MOST_REMEMBERED or len(self.tokens) >= MOST_REMEMBERED:
            self._forget()

    def _encode_pieces(self, text: str) -> array[int]:
        text = self._without_repeats(fix_html(text))
        for sign in "/#\\":
            text = text.replace(sign, f" {sign} ")
        while "  " in text:
            text = text.replace("  ", " ")
        found = map(self._pieces.__getitem__, PIECE.findall(text.strip()))
        return array("i", chain((self.number(BOS),), chain.from_iterable(found)))

    def _without_repeats(self, text: str) -> str:
        """`text` after the two rules on repetitions, which need a second look at few texts only."""
        words = text.split()
        if any(map(self._repeats.__getitem__, words)):
            return replace_wrep(replace_rep(text))
        return replace_wrep(text) if any(map(eq, words, islice(words, 1, None))) else text

    def __getstate__(self) -> dict[str, Any]:
        return {"tok": self.tok, "rules": self.rules, "post_rules": self.post_rules}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state)  # type: ignore[misc]


class _NumberedPieces(dict[str, tuple[int, ...]]):
    """Piece -> the numbers of its tokens, with those of its case."""

    def __init__(self, encoder: TextEncoder) -> None:
        super().__init__()
        self.encoder = encoder

    def __missing__(self, piece: str) -> tuple[int, ...]:
        encoder = self.encoder
        tok: Any = encoder.tok
        tokens = (*case_mark(piece), *map(replace_space, tok.split_piece(piece.lower())))
        numbers = tuple(map(encoder.number, tokens))
        if len(piece) <= LONGEST_REMEMBERED and len(self) < MOST_REMEMBERED:
            self[piece] = numbers
        return numbers


class _Repeats(dict[str, bool]):
    """Word -> whether it has a character three times in a row."""

    def __missing__(self, word: str) -> bool:
        repeats = len(word) > 2 and replace_rep(word) != word
        if len(word) <= LONGEST_REMEMBERED and len(self) < MOST_REMEMBERED:
            self[word] = repeats
        return repeats


def case_mark(word: str) -> tuple[str, ...]:
    """What `replace_all_caps` and `replace_maj` put before `word`, which has no white space in it."""
    if len(word) < 2 or not "A" <= word[0] <= "Z":
        return ()
    rest = word[1:] if word.isascii() else "".join(c for c in word[1:] if c.isascii())
    if rest == rest.upper():
        return (TK_UP,)
    return (TK_MAJ,) if rest == rest.lower() else ()
