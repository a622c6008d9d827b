"""Items that are alike: exact search by the angle between their embeddings, in blocks, so that memory stays small."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fastlearn.data.problems import DataError
from fastlearn.keywords import at_least, check_keywords

if TYPE_CHECKING:
    from fastlearn.interpret.stored_answers import StoredAnswers

__all__ = ["Neighbours"]

NUMBERS_AT_ONCE = 1 << 19  # of a block: 2 MB as float32, which stay in the processor's cache
Rows = NDArray[np.int64]
Found = tuple[Rows, NDArray[np.float32]]


class Neighbours:
    """Finds the items most alike, by the cosine of the angle between rows of `embeddings`, `(N, D)`.

    The array is read where it is, also from a file that is mapped into memory. Among equally alike items the one with
    the lower row comes first. Rows of zeros are like nothing (0).
    Raises: DataError if it is no such array, or a row is not finite.
    """

    def __init__(self, embeddings: Any) -> None:
        array = embeddings.detach().cpu().numpy() if isinstance(embeddings, Tensor) else embeddings
        if not isinstance(array, np.ndarray) or array.ndim != 2 or array.dtype.kind != "f":
            raise DataError(
                "Embeddings are an array of floating-point numbers, one row an item, but got "
                f"{type(embeddings).__name__} {getattr(array, 'shape', '')}. Try answers.embeddings."
            )
        self.embeddings = array
        self._step = max(1, NUMBERS_AT_ONCE // max(array.shape[1], 1))
        self._scales = np.empty(len(array), np.float32)  # 1 / length
        for start, block in self._blocks():
            lengths = block.norm(dim=1).numpy()
            if not np.isfinite(lengths).all():
                raise DataError(f"The embedding of row {start + int((~np.isfinite(lengths)).argmax())} is not finite.")
            with np.errstate(divide="ignore"):
                self._scales[start : start + len(block)] = np.where(lengths > 0, 1 / lengths, 0)

    def __len__(self) -> int:
        return len(self.embeddings)

    @check_keywords
    def nearest(self, query: int | NDArray[Any] | Tensor, k: int = 8, among: Any = None) -> Found:
        """The `k` items most like `query`, a row or a vector `(D,)`, the most alike first.

        `among`: rows `(n,)`, or booleans `(N,)`, that are looked at. A row never finds itself.
        Returns: rows `(k,)` and similarities in `[-1, 1]`, `(k,)`; fewer where there are fewer.
        """
        if isinstance(query, int | np.integer):
            return self._search(self._vectors([int(query)]), k, self._allowed(among, [int(query)]))
        vector = np.asarray(query, np.float32).reshape(1, -1)
        if vector.shape[1] != self.embeddings.shape[1]:
            raise DataError(f"A vector of {self.embeddings.shape[1]} numbers is expected, but got {vector.shape[1]}.")
        length = float(np.linalg.norm(vector))
        return self._search(torch.from_numpy(vector / max(length, 1e-12)), k, self._allowed(among, []))

    @check_keywords
    def like(self, rows: Sequence[int] | Rows, k: int = 50, among: Any = None) -> Found:
        """The `k` items most like any of `rows`, which are left out: by the largest of their similarities.

        Returns: rows `(k,)` and similarities `(k,)`, as `nearest`.
        """
        chosen = [int(row) for row in rows]
        if not chosen:
            raise DataError("There is nothing to be like: the list of rows is empty.")
        return self._search(self._vectors(chosen), k, self._allowed(among, chosen))

    @check_keywords
    def nearest_of_each(self, rows: Sequence[int] | Rows, k: int = 8, among: Any = None) -> Found:
        """For each of `rows` the `k` items most like it, `(n, k)` each; -1 and NaN fill up where there are fewer."""
        places, values = np.full((len(rows), k), -1, np.int64), np.full((len(rows), k), np.nan, np.float32)
        for i, row in enumerate(rows):
            found, similarity = self.nearest(int(row), k, among)
            places[i, : len(found)], values[i, : len(found)] = found, similarity
        return places, values

    def training_images(self, answers: StoredAnswers, row: int, k: int = 8) -> Found:
        """The training items most like the item `row`: what the model may have learnt its answer from."""
        return self.nearest(int(row), k, among=answers.rows(0))

    def _search(self, vectors: Tensor, k: int, allowed: NDArray[np.bool_] | None) -> Found:
        at_least("k", k, 1)
        rows, values = np.zeros(0, np.int64), np.zeros(0, np.float32)
        for start, block in self._blocks():
            stop = start + len(block)
            if allowed is not None and not allowed[start:stop].any():
                continue
            scales = self._scales[start:stop]
            alike = (block @ vectors.T).amax(1).numpy() * scales if len(vectors) > 1 else (
                torch.mv(block, vectors[0]).numpy() * scales
            )  # fmt: skip
            places = np.arange(start, stop) if allowed is None else start + np.flatnonzero(allowed[start:stop])
            rows, values = _best(np.append(rows, places), np.append(values, alike[places - start]), k)
        return rows, np.clip(values, -1, 1)

    def _vectors(self, rows: Sequence[int]) -> Tensor:
        outside = [row for row in rows if not 0 <= row < len(self)]
        if outside:
            raise DataError(f"Rows go from 0 to {len(self) - 1}, but got {outside[0]}.")
        chosen = np.asarray(self.embeddings[list(rows)], np.float32) * self._scales[list(rows), None]
        return torch.from_numpy(chosen)

    def _allowed(self, among: Any, without: Sequence[int]) -> NDArray[np.bool_] | None:
        """Which rows are looked at, `(N,)`; None for all."""
        if among is None and not without:
            return None
        allowed = np.ones(len(self), bool) if among is None else np.zeros(len(self), bool)
        if among is not None:
            allowed[np.asarray(among)] = True
        allowed[list(without)] = False
        return allowed

    def _blocks(self) -> Iterator[tuple[int, Tensor]]:
        """Each block as float32, in memory that is used again: new memory for each would cost ten times as much."""
        shape = (min(self._step, len(self)), self.embeddings.shape[1])
        read, memory = np.empty(shape, self.embeddings.dtype), torch.empty(shape)
        for start in range(0, len(self.embeddings), self._step):
            part = self.embeddings[start : start + self._step]
            np.copyto(read[: len(part)], part)
            block = memory[: len(part)]
            block.copy_(torch.from_numpy(read[: len(part)]))  # torch converts ten times as fast as numpy
            yield start, block


def _best(rows: Rows, values: NDArray[np.float32], k: int) -> Found:
    if len(values) > 4 * k:  # sort only what can be among the best, equal ones included
        limit = np.partition(values, len(values) - k)[len(values) - k]
        rows, values = rows[values >= limit], values[values >= limit]
    order = np.lexsort((rows, -values))[:k]
    return rows[order], values[order]
