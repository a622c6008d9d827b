"""Loaders of texts in one call, from folders, tables or files of tables."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from fastlearn.data.block import CategoryBlock, DataBlock
from fastlearn.data.datasets import Datasets, TfmdLists
from fastlearn.data.find import get_text_files
from fastlearn.data.guessing import block_for_columns, check_folders
from fastlearn.data.label import ColReader, parent_label
from fastlearn.data.loaders import DataLoaders
from fastlearn.data.pipeline import Pipeline
from fastlearn.data.problems import DataError
from fastlearn.data.split import ColSplitter, GrandparentSplitter, RandomSplitter
from fastlearn.data.table_file import read_table
from fastlearn.keywords import check_keywords
from fastlearn.text.blocks import TextBlock
from fastlearn.text.corpus_sources import text_columns
from fastlearn.text.tokenize_corpus import Cache
from fastlearn.text.tokenizer import Tokenizer

if TYPE_CHECKING:
    import pandas as pd

AnyPath = str | os.PathLike[str]
Device = torch.device | str | None


class TextDataLoaders(DataLoaders):
    """Training and validation loaders of texts: for a language model (`is_lm`), or with labels.

    All of them take `text_vocab`, a list of tokens (default: learnt from the training texts), `tok_tfm`, what splits
    texts (default `WordTokenizer()`) or a whole `Tokenizer`, `seq_len`, `backwards` reading, batch sizes, and the
    tokeniser's `n_workers` and `cache`. `seed` covers the split and the order.
    """

    @classmethod
    @check_keywords
    def from_folder(
        cls,
        path: AnyPath,
        train: str = "train",
        valid: str = "valid",
        valid_pct: float | None = None,
        seed: int | None = None,
        vocab: Iterable[Any] | None = None,
        text_vocab: Sequence[str] | None = None,
        is_lm: bool = False,
        tok_tfm: Any = None,
        seq_len: int = 72,
        splitter: Callable[[Any], Sequence[Any]] | None = None,
        backwards: bool = False,
        encoding: str = "utf-8",
        bs: int = 64,
        val_bs: int | None = None,
        shuffle: bool = True,
        device: Device = None,
        n_workers: int | None = None,
        cache: Cache = None,
    ) -> DataLoaders:
        """Text files in `path/train/<label>/` and `path/valid/<label>/`; or, with `valid_pct`, in `path/…/<label>/`.

        A language model needs no labels, only the two folders or `valid_pct`. `splitter` takes the place of both.
        Raises: DataError if the folders are missing.
        """
        by_folder = valid_pct is None and splitter is None
        if by_folder:
            check_folders(Path(path), train, valid)
        chosen = splitter or (
            GrandparentSplitter(train, valid) if by_folder else RandomSplitter(valid_pct or 0.2, seed)
        )
        if by_folder and is_lm:
            chosen = FolderSplitter(path, train, valid)
        tokenizer = _tokenizer(tok_tfm, n_workers, cache, encoding=encoding)
        block = DataBlock(
            blocks=_blocks(
                TextBlock(tokenizer, text_vocab, is_lm, seq_len, backwards), None if is_lm else CategoryBlock(vocab)
            ),
            get_items=partial(get_text_files, folders=[train, valid]) if by_folder else get_text_files,
            splitter=chosen,
            get_y=None if is_lm else parent_label,
        )
        return cls.from_dblock(
            block, path, path=path, bs=bs, val_bs=val_bs, shuffle=shuffle, device=device, seed=seed
        )  # fmt: skip

    @classmethod
    @check_keywords
    def from_df(
        cls,
        df: pd.DataFrame,
        path: AnyPath = ".",
        valid_pct: float = 0.2,
        seed: int | None = None,
        text_col: str | int | Sequence[str | int] = 0,
        label_col: str | int | Sequence[str | int] = 1,
        label_delim: str | None = None,
        y_block: Any = None,
        text_vocab: Sequence[str] | None = None,
        is_lm: bool = False,
        valid_col: str | int | None = None,
        tok_tfm: Any = None,
        tok_text_col: str = "text",
        seq_len: int = 72,
        backwards: bool = False,
        bs: int = 64,
        val_bs: int | None = None,
        shuffle: bool = True,
        device: Device = None,
        n_workers: int | None = None,
        cache: Cache = None,
    ) -> DataLoaders:
        """The rows of `df`: texts in column `text_col`, or in several, which are joined; labels in `label_col`.

        Several label columns, or a `label_delim` between labels in one, make a multi-label target; several columns of
        floats a regression. `y_block` overrides that: `RegressionBlock` for one number. `valid_col` marks the
        validation rows, else a share of `valid_pct` is drawn. `tok_text_col` is taken for its name's sake.
        """
        columns = [label_col] if isinstance(label_col, str | int) else list(label_col)
        tokenizer = _tokenizer(tok_tfm, n_workers, cache, text_cols=text_columns(df, text_col))
        target = None if is_lm else y_block or block_for_columns(df, columns, label_delim)
        block = DataBlock(
            blocks=_blocks(TextBlock(tokenizer, text_vocab, is_lm, seq_len, backwards), target),
            get_y=None if is_lm else ColReader(columns if len(columns) > 1 else columns[0], label_delim=label_delim),
            splitter=RandomSplitter(valid_pct, seed=seed) if valid_col is None else ColSplitter(valid_col),
        )
        return cls.from_dblock(block, df, path=path, bs=bs, val_bs=val_bs, shuffle=shuffle, device=device, seed=seed)

    @classmethod
    @check_keywords
    def from_csv(
        cls,
        path: AnyPath,
        csv_fname: AnyPath = "labels.csv",
        header: Any = "infer",
        delimiter: str | None = None,
        quoting: int = csv.QUOTE_MINIMAL,
        valid_pct: float = 0.2,
        seed: int | None = None,
        text_col: str | int | Sequence[str | int] = 0,
        label_col: str | int | Sequence[str | int] = 1,
        label_delim: str | None = None,
        y_block: Any = None,
        text_vocab: Sequence[str] | None = None,
        is_lm: bool = False,
        valid_col: str | int | None = None,
        tok_tfm: Any = None,
        tok_text_col: str = "text",
        seq_len: int = 72,
        backwards: bool = False,
        encoding: str = "utf-8",
        bs: int = 64,
        val_bs: int | None = None,
        shuffle: bool = True,
        device: Device = None,
        n_workers: int | None = None,
        cache: Cache = None,
    ) -> DataLoaders:
        """`from_df` with the table in `path/csv_fname`, read by pandas with `header`, `delimiter` and `quoting`.

        Raises: DataError, naming the byte, if the file is not in that encoding.
        """
        df = read_table(Path(path) / csv_fname, header=header, delimiter=delimiter, quoting=quoting, encoding=encoding)
        return cls.from_df(
            df, path=path, valid_pct=valid_pct, seed=seed, text_col=text_col, label_col=label_col,
            label_delim=label_delim, y_block=y_block, text_vocab=text_vocab, is_lm=is_lm, valid_col=valid_col,
            tok_tfm=tok_tfm, tok_text_col=tok_text_col, seq_len=seq_len, backwards=backwards, bs=bs, val_bs=val_bs,
            shuffle=shuffle, device=device, n_workers=n_workers, cache=cache,
        )  # fmt: skip


class FolderSplitter:
    """Files below `path/train` and `path/valid`, however deep they lie."""

    def __init__(self, path: AnyPath, train: str = "train", valid: str = "valid") -> None:
        self.path, self.train, self.valid = Path(path), train, valid

    def __call__(self, items: Sequence[Path]) -> tuple[list[int], list[int]]:
        tops = [Path(item).relative_to(self.path).parts[0] for item in items]
        train, valid = ([i for i, top in enumerate(tops) if top == name] for name in (self.train, self.valid))
        return train, valid


def text_part(dls: Any) -> Pipeline:
    """The steps from a text to its numbers, as the loaders' first input has them: `text_part(dls)("A text")`.

    Raises: DataError if the first input is no text.
    """
    dataset = dls.train.dataset
    part = dataset.tls[0] if isinstance(dataset, Datasets) else dataset
    if not isinstance(part, TfmdLists) or not any(isinstance(step, Tokenizer) for step in part.tfms):
        raise DataError("These loaders have no step that tokenises texts. Try TextDataLoaders, or TextBlock.")
    first = next(i for i, step in enumerate(part.tfms) if isinstance(step, Tokenizer))
    steps = Pipeline(split_idx=1)
    steps.fs = part.tfms.fs[first:]
    return steps


def text_vocab(dls: Any) -> list[str]:
    """The tokens that the loaders' texts are made of, whatever their targets."""
    return list(text_part(dls).vocab)


def _tokenizer(tok_tfm: Any, n_workers: int | None, cache: Cache, **settings: Any) -> Tokenizer:
    if isinstance(tok_tfm, Tokenizer):
        return tok_tfm
    return Tokenizer(tok_tfm, n_workers=n_workers, cache=cache, **settings)


def _blocks(text: TextBlock, target: Any) -> list[Any]:
    if target is None:
        return [text]
    return [text, *(target if isinstance(target, list | tuple) else [target])]
