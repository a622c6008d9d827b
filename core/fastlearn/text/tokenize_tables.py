"""Texts, tables and files of tables to tokens, for those who want the tokens themselves."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastlearn.data.problems import DataError, describe
from fastlearn.data.table_file import read_table, read_table_in_parts
from fastlearn.text.corpus import TokenCorpus
from fastlearn.text.corpus_sources import joined_columns, text_columns
from fastlearn.text.encode import TextEncoder
from fastlearn.text.rules import Rule
from fastlearn.text.tokenize_corpus import Cache, tokenize_corpus
from fastlearn.text.word_tokenizer import WordTokenizer

if TYPE_CHECKING:
    import pandas as pd

COUNTER_ENDING = ".counter.json"


def tokenize_texts(
    texts: Iterable[str],
    n_workers: int | None = None,
    rules: Sequence[Rule] | None = None,
    tok: Any = None,
    cache: Cache = None,
) -> TokenCorpus:
    """The tokens of each text, a sequence of `Tokens`; see `tokenize_corpus` for the arguments.

    Raises: DataError for a single text, and, naming its place, for what is no text.
    """
    if isinstance(texts, str):
        raise DataError(f"`texts` is a list of texts, but got one: {describe(texts)}. Try [text].")
    if isinstance(texts, Sequence):
        wrong = next((i for i, text in enumerate(texts) if not isinstance(text, str)), None)
        if wrong is not None:
            raise DataError(
                f"A text is a str, but the one at {wrong} is {describe(texts[wrong])}. Try to leave it out."
            )
    return tokenize_corpus(texts, ready_encoder(tok, rules, texts), n_workers, cache)


def tokenize_df(
    df: pd.DataFrame,
    text_cols: str | int | Sequence[str | int],
    n_workers: int | None = None,
    rules: Sequence[Rule] | None = None,
    mark_fields: bool | None = None,
    tok: Any = None,
    tok_text_col: str = "text",
    cache: Cache = None,
) -> tuple[pd.DataFrame, Counter[str]]:
    """A copy of `df` with tokens in column `tok_text_col` in the place of `text_cols`, their number in
    `<tok_text_col>_length`; and how often each token occurs.

    Several columns are joined, with `xxfld` and a number before each unless `mark_fields` is False.
    Raises: DataError, naming the first row, where a text is missing.
    """
    names = text_columns(df, text_cols)
    texts = _texts_of(df, names, mark_fields)
    corpus = tokenize_corpus(texts, ready_encoder(tok, rules, texts), n_workers, cache)
    made = df[df.columns[~df.columns.isin(names)]].copy()
    made[tok_text_col] = [list(tokens) for tokens in corpus]
    made[f"{tok_text_col}_length"] = corpus.lengths
    return made, corpus.counter


def tokenize_csv(
    fname: str | os.PathLike[str],
    text_cols: str | int | Sequence[str | int],
    outname: str | os.PathLike[str] | None = None,
    n_workers: int | None = None,
    rules: Sequence[Rule] | None = None,
    mark_fields: bool | None = None,
    tok: Any = None,
    header: Any = "infer",
    chunksize: int = 50000,
    cache: Cache = None,
    encoding: str = "utf-8",
) -> Path:
    """Tokenise the table in the file `fname`, `chunksize` rows at a time, into the file `outname` (`<name>_tok.csv`).

    Tokens are joined by spaces; `load_tokenized_csv` splits them again. How often each occurs is in a JSON file beside
    it. A tokeniser that learns does so on all rows. The file is put in its place when it is whole; run again after an
    interrupt, texts tokenised before are taken from the `cache`.
    Raises: DataError if the file is not there, is no table, or in another encoding, and where a text is missing.
    """
    source = _TextsOfTable(fname, text_cols, mark_fields, chunksize, header, encoding)
    target = source.path.with_name(f"{source.path.stem}_tok.csv") if outname is None else Path(outname)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    tok = ready_encoder(tok, rules, source).tok
    counter: Counter[str] = Counter()
    try:
        for number, chunk in enumerate(source.chunks()):
            made, counts = tokenize_df(chunk, text_cols, n_workers, rules, mark_fields, tok, cache=cache)
            counter.update(counts)
            made["text"] = [" ".join(tokens) for tokens in made["text"]]
            made.to_csv(draft, header=number == 0, index=False, mode="a" if number else "w")
        os.replace(draft, target)
    finally:
        draft.unlink(missing_ok=True)
    write_counter(target.with_suffix(COUNTER_ENDING), counter)
    return target


class _TextsOfTable:
    """The texts in the file of a table, some rows at a time; can be gone through again."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        text_cols: str | int | Sequence[str | int],
        mark_fields: bool | None,
        chunksize: int,
        header: Any,
        encoding: str,
    ) -> None:
        self.path, self.text_cols, self.mark_fields = Path(path), text_cols, mark_fields
        self.chunksize, self.header, self.encoding = chunksize, header, encoding

    def chunks(self) -> Iterator[pd.DataFrame]:
        return read_table_in_parts(self.path, self.chunksize, self.encoding, header=self.header)

    def __iter__(self) -> Iterator[str]:
        for chunk in self.chunks():
            yield from _texts_of(chunk, text_columns(chunk, self.text_cols), self.mark_fields)


def load_tokenized_csv(fname: str | os.PathLike[str]) -> tuple[pd.DataFrame, Counter[str]]:
    """The table that `tokenize_csv` wrote, with lists of tokens in column `text`, and how often each token occurs."""
    df = read_table(fname, keep_default_na=False, dtype={"text": str})
    df["text"] = df["text"].str.split(" ")
    return df, read_counter(Path(fname).with_suffix(COUNTER_ENDING))


def ready_encoder(tok: Any, rules: Sequence[Rule] | None, texts: Any) -> TextEncoder:
    """The encoder of `tok` and `rules`; a tokeniser that learns does so on `texts`, which must be read again then.

    Raises: DataError for texts that can be read only once.
    """
    encoder = TextEncoder(WordTokenizer() if tok is None else tok() if isinstance(tok, type) else tok, rules)
    learner: Any = encoder.tok
    if hasattr(learner, "setup") and not getattr(learner, "is_trained", False):
        if isinstance(texts, Iterator):
            raise DataError("This tokeniser learns from the texts before it splits them, so they are read twice. Try a "
                            "list of texts.")  # fmt: skip
        learner.setup(texts, encoder.rules)
    return encoder


def write_counter(path: Path, counter: Counter[str]) -> None:
    """Write a counter as JSON."""
    path.write_text(json.dumps(counter, ensure_ascii=True), encoding="ascii")


def read_counter(path: Path) -> Counter[str]:
    """The counter in the file `path`. Raises: DataError if it cannot be read."""
    try:
        return Counter(json.loads(path.read_text(encoding="ascii")))
    except (OSError, ValueError) as error:
        raise DataError(
            f"The counts of tokens in {str(path)!r} cannot be read: {error}. Try tokenising again."
        ) from error


def _texts_of(df: pd.DataFrame, names: list[str | int], mark_fields: bool | None) -> list[str]:
    """The texts in the columns `names` of a table. Raises: DataError, naming the row, where there is none."""
    marked = len(names) > 1 if mark_fields is None else mark_fields
    texts = []
    for index, *values in df[names].itertuples(name=None):
        try:
            texts.append(joined_columns(values, marked, names))
        except DataError as error:
            raise DataError(f"Row {index} of the table: {error}") from None
    return texts
