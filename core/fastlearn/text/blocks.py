"""Texts as a part of a sample."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

from fastlearn.data.block import TransformBlock
from fastlearn.data.label import ColReader
from fastlearn.keywords import check_keywords
from fastlearn.text.lm_loader import LMDataLoader
from fastlearn.text.reverse import ReverseText
from fastlearn.text.rules import Rule
from fastlearn.text.sorted_loader import SortedDL
from fastlearn.text.tokenize_corpus import Cache
from fastlearn.text.tokenizer import Tokenizer
from fastlearn.text.vocab import Numericalize


class TextBlock(TransformBlock):
    """Texts as numbers of their tokens, int64 of shape `(n,)`.

    `tok_tfm` is the `Tokenizer` (default: one of words). `vocab` is a list of tokens, else the one of the training
    texts: the `max_vocab` most frequent tokens that occur at least `min_freq` times. With `is_lm` the loaders are those
    of a language model (`LMDataLoader`), else batches of about one length (`SortedDL`); `seq_len` is for both.
    `backwards` turns each text around.
    """

    kind = "text"

    @check_keywords
    def __init__(
        self,
        tok_tfm: Tokenizer | None = None,
        vocab: Sequence[str] | None = None,
        is_lm: bool = False,
        seq_len: int = 72,
        backwards: bool = False,
        min_freq: int = 3,
        max_vocab: int = 60000,
    ) -> None:
        self.tokenizer = Tokenizer() if tok_tfm is None else tok_tfm
        steps: list[Any] = [self.tokenizer, Numericalize(vocab, min_freq=min_freq, max_vocab=max_vocab)]
        super().__init__(
            type_tfms=[*steps, ReverseText()] if backwards else steps,
            dl_type=LMDataLoader if is_lm else SortedDL,
            dls_kwargs={"seq_len": seq_len},
        )

    def getter_steps(self, getter: Callable[[Any], Any] | None) -> list[Any]:
        """The steps before its own: `getter`, unless that reads the one column that fastai's frames have for all texts.

        There, several columns become one named `text`, which `ColReader("text")` reads; here the tokenizer reads its
        columns from the row itself.
        """
        cols = self.tokenizer.text_cols
        if isinstance(getter, ColReader) and len(cols) > 1 and getter.cols == ["text"]:
            return []
        return super().getter_steps(getter)

    @classmethod
    def from_df(
        cls,
        text_cols: str | int | Sequence[str | int],
        vocab: Sequence[str] | None = None,
        is_lm: bool = False,
        seq_len: int = 72,
        backwards: bool = False,
        min_freq: int = 3,
        max_vocab: int = 60000,
        tok: Any = None,
        rules: Sequence[Rule] | None = None,
        sep: str = " ",
        mark_fields: bool | None = None,
        n_workers: int | None = None,
        cache: Cache = None,
    ) -> TextBlock:
        """For the rows of a table with texts in `text_cols`; the other arguments are those of `Tokenizer.from_df`."""
        tokenizer = Tokenizer.from_df(text_cols, tok, rules, sep, mark_fields, n_workers, cache)
        return cls(tokenizer, vocab, is_lm, seq_len, backwards, min_freq, max_vocab)

    @classmethod
    def from_folder(
        cls,
        path: str | os.PathLike[str],
        vocab: Sequence[str] | None = None,
        is_lm: bool = False,
        seq_len: int = 72,
        backwards: bool = False,
        min_freq: int = 3,
        max_vocab: int = 60000,
        tok: Any = None,
        rules: Sequence[Rule] | None = None,
        sep: str = " ",
        encoding: str = "utf-8",
        n_workers: int | None = None,
        cache: Cache = None,
    ) -> TextBlock:
        """For text files below `path`; the other arguments are those of `Tokenizer.from_folder`."""
        tokenizer = Tokenizer.from_folder(path, tok, rules, sep, encoding, n_workers, cache)
        return cls(tokenizer, vocab, is_lm, seq_len, backwards, min_freq, max_vocab)
