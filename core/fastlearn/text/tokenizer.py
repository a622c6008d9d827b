"""The step from a text to its tokens, which tokenises a whole corpus at once when it is set up on one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from fastlearn.data.items import item_getter
from fastlearn.data.problems import DataError, short
from fastlearn.data.transform import Transform
from fastlearn.text.corpus import TokenCorpus
from fastlearn.text.corpus_sources import check_encoding, text_of
from fastlearn.text.encode import TextEncoder
from fastlearn.text.readable import ReadText, readable
from fastlearn.text.rules import Rule
from fastlearn.text.tokenize_corpus import Cache, tokenize_corpus
from fastlearn.text.tokens import Tokens, made_of
from fastlearn.text.word_tokenizer import WordTokenizer
from fastlearn.warn import warn_user


class Tokenizer(Transform):
    """A text, a file, or columns of a row to `Tokens`, and tokens back to readable text.

    `tok` splits texts: `WordTokenizer()`, `SubwordTokenizer()`, `SpacyTokenizer()`, or any function from texts to lists
    of tokens. `rules` prepare a text, `post_rules` change each token; by default `PROC_RULES` and `POSTPROC_RULES`.
    Set up on items, as in a `DataBlock`, it tokenises all of them at once in `n_workers` processes (chosen by size
    where None) with a `cache` on disk (see `tokenize_corpus`); any other text is tokenised when it comes. Subwords are
    learnt from the training items. Files are read in `encoding`. `sep` goes between tokens on the way back.
    """

    train_setup = False
    whole = True
    takes_text = True  # a str given to it is a text, also where the items are paths

    def __init__(
        self,
        tok: Any = None,
        rules: Sequence[Rule] | None = None,
        post_rules: Sequence[Rule] | None = None,
        sep: str = " ",
        text_cols: str | int | Sequence[str | int] | None = None,
        mark_fields: bool | None = None,
        encoding: str = "utf-8",
        n_workers: int | None = None,
        cache: Cache = None,
    ) -> None:
        super().__init__()
        self.tok = WordTokenizer() if tok is None else tok() if isinstance(tok, type) else tok
        if not callable(self.tok):
            raise TypeError(f"`tok` is a function from texts to lists of tokens, but got {tok!r}. Try WordTokenizer().")
        self.rules = None if rules is None else list(rules)
        self.post_rules = None if post_rules is None else list(post_rules)
        self.text_cols = [] if text_cols is None else _listed(text_cols)
        self.mark_fields = len(self.text_cols) > 1 if mark_fields is None else mark_fields
        self.sep, self.encoding, self.n_workers, self.cache = sep, check_encoding(encoding), n_workers, cache
        self.corpus: TokenCorpus | None = None
        self._numbers: dict[Any, int] = {}  # of the texts in the corpus
        self._encoder = TextEncoder(self.tok, self.rules, self.post_rules)

    @classmethod
    def from_df(
        cls,
        text_cols: str | int | Sequence[str | int],
        tok: Any = None,
        rules: Sequence[Rule] | None = None,
        sep: str = " ",
        mark_fields: bool | None = None,
        n_workers: int | None = None,
        cache: Cache = None,
    ) -> Tokenizer:
        """For the rows of a table: the columns `text_cols` make one text; several of them with `xxfld` marks."""
        return cls(tok, rules, sep=sep, text_cols=text_cols, mark_fields=mark_fields, n_workers=n_workers, cache=cache)

    @classmethod
    def from_folder(
        cls,
        path: str | os.PathLike[str],
        tok: Any = None,
        rules: Sequence[Rule] | None = None,
        sep: str = " ",
        encoding: str = "utf-8",
        n_workers: int | None = None,
        cache: Cache = None,
    ) -> Tokenizer:
        """For files below the folder `path`, which must be there. They are read when it is set up on them.

        Raises: DataError if there is no such folder.
        """
        if not Path(path).is_dir():
            raise DataError(f"Texts are read from a folder, but there is no folder {str(path)!r}.")
        return cls(tok, rules, sep=sep, encoding=encoding, n_workers=n_workers, cache=cache)

    # The whole corpus.

    def setups(self, items: Any) -> None:
        if items is None or not len(items):
            return
        self._learn_subwords(items)
        keys: list[Any] = []
        unreadable: list[tuple[Any, Exception]] = []
        texts = self._texts(items, keys, unreadable)
        self.corpus = tokenize_corpus(texts, self._encoder, self.n_workers, self.cache, _characters_of(items))
        self._numbers = dict(zip(keys, range(len(keys)), strict=True))
        self._report(unreadable, len(items))

    def _learn_subwords(self, items: Any) -> None:
        learn = getattr(self.tok, "setup", None)
        if learn is None or getattr(self.tok, "is_trained", False):
            return
        train = getattr(items, "train", items)
        learn(self._texts(train, [], []), self._encoder.rules)
        self._encoder = TextEncoder(self.tok, self.rules, self.post_rules)

    def _texts(self, items: Any, keys: list[Any], unreadable: list[Any]) -> Iterator[str]:
        """The texts of `items`, each distinct one once, one at a time. Their keys are noted on the way."""
        known: set[Any] = set()
        for i in range(len(items)):
            try:
                item = items[i]
                text = self.text_of(item)
            except (DataError, OSError) as error:
                unreadable.append((_source(items, i), error))
                continue
            key = _key(item, text)
            if key not in known:
                known.add(key)
                keys.append(key)
                yield text

    def _report(self, unreadable: list[tuple[Any, Exception]], n: int) -> None:
        """Files that cannot be read are left out, as loaders do; a table's empty cells are the user's to decide on."""
        if not unreadable:
            return
        source, error = unreadable[0]
        if len(unreadable) == n or not isinstance(source, Path):
            first = "The first" if short(source) in str(error) else f"The first is {short(source)}"
            raise DataError(f"{len(unreadable)} of {n} items have no text. {first}: {error}")
        warn_user(
            f"{len(unreadable)} of {n} files cannot be read as text and are left out. The first: {error}", UserWarning
        )

    # One text.

    def text_of(self, item: Any) -> str:
        """The text of an item. Raises: DataError if it has none."""
        return text_of(item, self.encoding, self.text_cols, self.mark_fields)

    def encodes(self, x: Any) -> Tokens:
        if isinstance(x, Tokens):
            return x
        if isinstance(x, list | tuple) and all(isinstance(token, str) for token in x):
            return made_of(list(x))  # tokens already
        if isinstance(x, Path) and (number := self._numbers.get(str(x))) is not None and self.corpus is not None:
            return self.corpus[number]  # type: ignore[no-any-return]
        text = self.text_of(x)
        known = self._numbers.get(_key(None, text)) if self.corpus is not None else None
        if known is not None and self.corpus is not None:
            return self.corpus[known]  # type: ignore[no-any-return]
        with self._encoder.lock:
            self._encoder.make_room()
            return Tokens(np.frombuffer(self._encoder.encode(text), np.int32), self._encoder.tokens)

    def decodes(self, x: Iterable[str]) -> ReadText:
        tokens = list(x)
        join = getattr(self.tok, "join", None)
        words = tokens if join is None else join(tokens).split(" ")
        return ReadText(readable(words, self.sep), tokens)

    def constructor_arguments(self) -> dict[str, Any]:
        """What makes the same step again, without a corpus."""
        names = ("tok", "rules", "post_rules", "sep", "text_cols", "mark_fields", "encoding")
        return {name: getattr(self, name) for name in names}

    def __repr__(self) -> str:
        return f"Tokenizer({self.tok!r})"


def _listed(text_cols: str | int | Sequence[str | int]) -> list[str | int]:
    return [text_cols] if isinstance(text_cols, str | int) else list(text_cols)


def _key(item: Any, text: str) -> Any:
    """What a text is found again by: the path of its file, or a digest of what it says."""
    if isinstance(item, Path):
        return str(item)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _source(items: Any, i: int) -> Any:
    """The source of item `i` of a list seen through transforms."""
    sources = getattr(items, "items", None)
    return i if sources is None or callable(sources) else item_getter(sources)(i)


def _characters_of(items: Any) -> int | None:
    """About how many characters `items` have: the sizes of files, or the lengths of some texts times their number."""
    n = len(items)
    looked_at = range(0, n, max(1, n // 100))
    total = 0
    for i in looked_at:
        try:
            source = items[i]
            total += os.path.getsize(source) if isinstance(source, Path) else len(str(source))
        except (OSError, DataError):
            continue
    return total * n // max(1, len(looked_at))
