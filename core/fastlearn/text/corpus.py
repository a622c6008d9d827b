"""A tokenised corpus: all texts in one array of numbers, of which each text is a view."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from fastlearn.text.token_blocks import TokenBlock
from fastlearn.text.tokens import Tokens

MOST_IN_MEMORY = 1 << 28  # ids; 1 GB


class TokenCorpus(Sequence[Tokens]):
    """Texts as `Tokens`: `ids`, int32 of shape `(n,)`, are positions in `tokens`; `offsets`, `(texts + 1,)`, cut it up.

    The tokens stand in the order in which they first occur.
    """

    def __init__(self, tokens: list[str], ids: np.ndarray, offsets: np.ndarray) -> None:
        self.tokens, self.ids, self.offsets = tokens, ids, offsets

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        i = range(len(self))[index]
        return Tokens(self.ids[self.offsets[i] : self.offsets[i + 1]], self.tokens)

    def __iter__(self) -> Iterator[Tokens]:
        return (self[i] for i in range(len(self)))

    @property
    def lengths(self) -> np.ndarray:
        """How many tokens each text has, int64 of shape `(texts,)`."""
        return np.diff(self.offsets)

    @property
    def counter(self) -> Counter[str]:
        """How often each token occurs."""
        counts = np.zeros(len(self.tokens), np.int64)
        for start in range(0, len(self.ids), 1 << 24):  # a part at a time: `ids` may be on disk
            counts += np.bincount(self.ids[start : start + (1 << 24)], minlength=len(self.tokens))
        return Counter(dict(zip(self.tokens, counts.tolist(), strict=True)))

    def __repr__(self) -> str:
        return f"TokenCorpus: {len(self)} texts, {len(self.ids):,} tokens, {len(self.tokens):,} distinct"


class CorpusBuilder:
    """Joins blocks, in their order, into one corpus. Beyond `most_in_memory` ids it goes on in a temporary file."""

    def __init__(self, most_in_memory: int = MOST_IN_MEMORY) -> None:
        self.most_in_memory = most_in_memory
        self._tokens: list[str] = []
        self._numbers: dict[str, int] = {}
        self._parts: list[np.ndarray] = []
        self._lengths: list[np.ndarray] = [np.zeros(1, np.int64)]
        self._held = 0
        self._file: Any = None

    def add(self, block: TokenBlock) -> None:
        """Append the texts of a block."""
        table = np.fromiter(map(self._number, block.tokens), np.int32, len(block.tokens))
        self._parts.append(table[block.ids] if len(block.ids) else np.empty(0, np.int32))
        self._lengths.append(np.asarray(block.lengths, np.int64))
        self._held += len(block.ids)
        if self._held > self.most_in_memory:
            self._spill()

    def finish(self) -> TokenCorpus:
        """The corpus; the builder is used up."""
        offsets = np.cumsum(np.concatenate(self._lengths))
        if self._file is not None:
            self._spill()
            self._file.flush()
            ids: np.ndarray = np.memmap(self._file, np.int32, "r", shape=(int(offsets[-1]),))
        else:
            ids = np.concatenate(self._parts) if self._parts else np.empty(0, np.int32)
        self._parts = []
        return TokenCorpus(self._tokens, ids, offsets)

    def _number(self, token: str) -> int:
        number = self._numbers.get(token)
        if number is None:
            number = self._numbers[token] = len(self._tokens)
            self._tokens.append(token)
        return number

    def _spill(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="fastlearn-tokens-")  # noqa: SIM115  # lives as long as its map
        for part in self._parts:
            self._file.write(part.tobytes())
        self._parts, self._held = [], 0
