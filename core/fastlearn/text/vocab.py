"""The vocabulary: which tokens have a number of their own; and the step from tokens to those numbers and back."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch

from fastlearn.data.making import is_unreadable
from fastlearn.data.problems import DataError, describe
from fastlearn.data.transform import Transform
from fastlearn.text.special import FAKE, PAD, SPECIAL_TOKENS, UNK
from fastlearn.text.tokens import Tokens
from fastlearn.warn import warn_user

MULTIPLE = 8  # matrices of such sizes multiply fastest on accelerators
TABLES_KEPT = 4
AT_ONCE = 1 << 22  # ids that are counted together


def make_vocab(
    count: Mapping[str, int], min_freq: int = 3, max_vocab: int = 60000, special_toks: Sequence[str] | None = None
) -> list[str]:
    """The `max_vocab` most frequent tokens of `count` that occur at least `min_freq` times, special tokens first.

    Of equally frequent tokens the one counted first comes first. `xxfake` fills the list up to a multiple of 8, one
    that is a multiple already by 8.
    """
    special = list(SPECIAL_TOKENS if special_toks is None else special_toks)
    frequent = [token for token, n in Counter(count).most_common(max_vocab) if n >= min_freq]
    vocab = [*special, *(token for token in frequent if token not in set(special))][:max_vocab]
    return vocab + [FAKE] * (MULTIPLE - len(vocab) % MULTIPLE)


def count_tokens(items: Iterable[Any]) -> Counter[str]:
    """How often each token occurs in lists of tokens, in the order in which they first occur."""
    counter: Counter[str] = Counter()
    table: list[str] | None = None
    parts: list[np.ndarray] = []

    def flush() -> None:
        if parts and table is not None:
            counts = np.bincount(ids := np.concatenate(parts), minlength=len(table))
            first = np.full(len(table), len(ids), np.int64)
            first[ids[::-1]] = np.arange(len(ids) - 1, -1, -1)
            used = np.flatnonzero(counts)
            order = used[np.argsort(first[used], kind="stable")].tolist()
            counter.update({table[i]: int(counts[i]) for i in order})
        parts.clear()

    held = 0
    for tokens in items:
        if not isinstance(tokens, Tokens):
            flush()
            counter.update(_checked(tokens))
            continue
        if tokens.table is not table or held > AT_ONCE:
            flush()
            table, held = tokens.table, 0
        parts.append(tokens.ids)
        held += len(tokens.ids)
    flush()
    return counter


class Numericalize(Transform):
    """Tokens to their numbers in the vocabulary, int64 of shape `(n,)`, and back; unknown ones get that of `xxunk`.

    Unless given, `vocab` is learnt from the training items by `make_vocab`.
    """

    kind = "text"
    train_setup = True
    whole = True

    def __init__(
        self,
        vocab: Sequence[str] | None = None,
        min_freq: int = 3,
        max_vocab: int = 60000,
        special_toks: Sequence[str] | None = None,
    ) -> None:
        super().__init__()
        self.min_freq, self.max_vocab = min_freq, max_vocab
        self.special_toks = None if special_toks is None else list(special_toks)
        self.vocab: list[str] | None = None
        self.o2i: dict[str, int] = {}
        self._forget()
        if vocab is not None:
            self._use(vocab)

    def setups(self, items: Any) -> None:
        if self.vocab is None and items is not None:
            self._use(
                make_vocab(count_tokens(_that_can_be_read(items)), self.min_freq, self.max_vocab, self.special_toks)
            )

    def _use(self, vocab: Sequence[str]) -> None:
        if isinstance(vocab, str) or not all(isinstance(token, str) for token in vocab):
            raise DataError(f"`vocab` is a list of tokens, but got {describe(vocab)}. A classifier's loaders have two "
                            "vocabularies: try vocab=dls.vocab[0].")  # fmt: skip
        self._forget()
        self.vocab = list(vocab)
        self.o2i = {token: i for i, token in reversed(list(enumerate(self.vocab))) if token != FAKE}
        self.unk_id, self.pad_id = self.o2i.get(UNK, 0), self.o2i.get(PAD, 1)
        self._may_be_unknown = UNK in self.o2i

    def _forget(self) -> None:
        self.unk_id, self.pad_id, self._may_be_unknown = 0, 1, True
        self._tables: list[tuple[list[str], np.ndarray]] = []
        self._lock = threading.Lock()

    def encodes(self, x: Any) -> torch.Tensor:
        if isinstance(x, torch.Tensor):
            return x
        if self.vocab is None:
            raise DataError("Numericalize has no vocabulary yet. Try num.setup(tokens), or Numericalize(vocab=[...]).")
        if isinstance(x, Tokens):
            return torch.from_numpy(self._numbers_of(x.table)[x.ids])
        return torch.tensor(self._ids_of(_checked(x)), dtype=torch.int64)

    def decodes(self, x: Any) -> Tokens:
        if self.vocab is None:
            raise DataError("Numericalize has no vocabulary yet. Try num.setup(tokens), or Numericalize(vocab=[...]).")
        ids = np.asarray(x.cpu() if isinstance(x, torch.Tensor) else x, np.int64).reshape(-1)
        if len(ids) and not 0 <= ids.min() <= ids.max() < len(self.vocab):
            wrong = int(ids.max() if ids.min() >= 0 else ids.min())
            raise DataError(f"There are {len(self.vocab)} tokens, numbered from 0, but got number {wrong}. The "
                            "vocabulary is another one than the texts, or the model, were made with.")  # fmt: skip
        return Tokens(ids.astype(np.int32), self.vocab)

    def _ids_of(self, tokens: Sequence[str]) -> list[int]:
        if not self._may_be_unknown:
            self._warn_of_unknown(tokens)
        get, unk = self.o2i.get, self.unk_id
        return [get(token, unk) for token in tokens]

    def _warn_of_unknown(self, tokens: Sequence[str]) -> None:
        """Say once that unknown tokens are taken for another one."""
        unknown = next((token for token in tokens if token not in self.o2i), None)
        if unknown is not None and self.vocab:
            self._may_be_unknown = True
            warn_user(
                f"The vocabulary has no {UNK!r}, so that words it does not know, such as {unknown!r}, are taken for "
                f"its first, {self.vocab[0]!r}. Try [*SPECIAL_TOKENS, *words], or make_vocab.",
                UserWarning,
            )

    def _numbers_of(self, table: list[str]) -> np.ndarray:
        """The number of each token of `table`, int64; worked out once for each table, and again where one has grown."""
        with self._lock:
            at = next((i for i, (known, _) in enumerate(self._tables) if known is table), None)
            numbers = np.empty(0, np.int64) if at is None else self._tables.pop(at)[1]
            if len(numbers) < len(table):
                numbers = np.concatenate((numbers, np.asarray(self._ids_of(table[len(numbers) :]), np.int64)))
            self._tables = [*self._tables[1 - TABLES_KEPT :], (table, numbers)]
            return numbers

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in super().__getstate__().items() if k not in ("_tables", "_lock")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._tables, self._lock = [], threading.Lock()

    def __repr__(self) -> str:
        known = "no vocabulary yet" if self.vocab is None else f"{len(self.vocab)} tokens"
        return f"Numericalize: {known}"


def _that_can_be_read(items: Any) -> Iterator[Any]:
    """The items without those whose file is at fault: loaders leave them out, too, and the tokenizer has told."""
    if not hasattr(items, "reader"):
        yield from items
        return
    read = items.reader()
    for i in range(len(items)):
        try:
            yield read(i, None)
        except DataError as error:
            if not is_unreadable(error):
                raise


def _checked(tokens: Any) -> Sequence[str]:
    if isinstance(tokens, str) or not isinstance(tokens, Iterable):
        raise DataError(
            f"Numericalize takes a list of tokens, but got {describe(tokens)}. Try Tokenizer()(text) before."
        )
    listed = list(tokens)
    if listed and not isinstance(listed[0], str):
        raise DataError(f"Numericalize takes a list of tokens, but got {describe(tokens)}. Try Tokenizer() before it.")
    return listed
