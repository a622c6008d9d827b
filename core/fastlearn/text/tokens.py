"""The tokens of one text, as numbers into a table: as light as an array, and to a reader a sequence of words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, overload

import numpy as np


class Tokens(Sequence[str]):
    """A sequence of tokens: `ids`, int32 `(n,)`, are positions in `table`. Equal to any sequence of the same."""

    __slots__ = ("ids", "table")

    def __init__(self, ids: np.ndarray, table: list[str]) -> None:
        self.ids, self.table = ids, table

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Tokens: ...
    def __getitem__(self, index: int | slice) -> str | Tokens:
        if isinstance(index, slice):
            return Tokens(self.ids[index], self.table)
        return self.table[int(self.ids[index])]

    def __iter__(self) -> Iterator[str]:
        return map(self.table.__getitem__, self.ids.tolist())

    def __add__(self, other: Sequence[str]) -> list[str]:
        return [*self, *other]

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, Sequence) and not isinstance(other, str) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # equals a list, which has none

    def __repr__(self) -> str:
        return repr(list(self))

    def __reduce__(self) -> tuple[Any, ...]:  # without a table of many thousand words
        return made_of, (list(self),)


def made_of(tokens: list[str]) -> Tokens:
    table = list(dict.fromkeys(tokens))
    numbers = {token: i for i, token in enumerate(table)}
    return Tokens(np.fromiter((numbers[t] for t in tokens), np.int32, len(tokens)), table)
