"""Words by whitespace: one regular expression cuts a text into pieces; how each distinct piece splits is remembered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from textwrap import shorten

# What stands between two spaces; or white space that is more than one space: a line break is a token.
PIECE = re.compile(r"\S+|[^\S ]\s*| \s+")
MOST_REMEMBERED = 1 << 19  # pieces; with their tokens some 100 MB
LONGEST_REMEMBERED = 64  # characters


def several_texts(items: Iterable[str]) -> Iterable[str]:
    """`items`, which a tokeniser takes one by one. Raises: TypeError for a text, which is one of letters otherwise."""
    if isinstance(items, str):
        raise TypeError(f"A tokenizer splits several texts, but got one: {shorten(items, 60, placeholder='…')!r}. Try "
                        "next(iter(tok([text]))), or Tokenizer(tok)(text), which applies the rules too.")  # fmt: skip
    return items


class Memory(dict[str, tuple[str, ...]]):
    """Piece -> its tokens, split when it is first seen; forgets everything when it is full."""

    def __init__(self, splitter: PieceTokenizer) -> None:
        super().__init__()
        self.splitter = splitter

    def __missing__(self, piece: str) -> tuple[str, ...]:
        tokens = self.splitter.split_piece(piece)
        if len(piece) <= LONGEST_REMEMBERED:
            if len(self) >= MOST_REMEMBERED:
                self.clear()
            self[piece] = tokens
        return tokens


class PieceTokenizer:
    """Splits texts piece by piece; subclasses say how one piece without white space splits (`split_word`)."""

    def __init__(self) -> None:
        self._memory = Memory(self)

    def split_word(self, word: str) -> tuple[str, ...]:
        """The tokens of `word`, which has no white space in it; joined they give `word` again."""
        raise NotImplementedError

    def split_piece(self, piece: str) -> tuple[str, ...]:
        """The tokens of a piece: white space is a token itself, without the one space that ends a word."""
        if not piece.isspace():
            return self.split_word(piece)
        rest = piece[1:] if piece[0] == " " else piece
        return (rest,) if rest else ()

    def __call__(self, items: Iterable[str]) -> Iterator[list[str]]:
        """The tokens of each text. Raises: TypeError for a single one."""
        memory, texts = self._memory, several_texts(items)
        return (list(chain.from_iterable(map(memory.__getitem__, PIECE.findall(str(text))))) for text in texts)

    def __getstate__(self) -> dict[str, object]:
        return {k: v for k, v in self.__dict__.items() if k != "_memory"}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)
        self._memory = Memory(self)


class BaseTokenizer:
    """Splits at `split_char`, and nowhere else."""

    def __init__(self, split_char: str = " ") -> None:
        self.split_char = split_char

    def __call__(self, items: Iterable[str]) -> Iterator[list[str]]:
        return (text.split(self.split_char) for text in several_texts(items))

    def __repr__(self) -> str:
        return f"BaseTokenizer(split_char={self.split_char!r})"
