"""All texts of a language model one after the other, in one array that may lie on disk."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fastlearn.data.problems import DataError

MOST_IN_MEMORY = 1 << 28  # ids; 1 GB
ENDINGS = (".ids.npy", ".offsets.npy")


class TokenStream:
    """`ids`, int32 of shape `(n,)`: the numbers of all tokens. `offsets`, int64 `(texts + 1,)`: where each text begins.

    `save` and `open` keep it in two files of NumPy's own format; an opened stream is mapped, not read into memory.
    """

    def __init__(self, ids: np.ndarray, offsets: np.ndarray) -> None:
        self.ids, self.offsets = ids, offsets

    @classmethod
    def of(cls, texts: Iterable[Any]) -> TokenStream:
        """The stream of texts that are numbers already: tensors, arrays or lists, one for each text."""
        parts = [np.asarray(text).reshape(-1).astype(np.int32, copy=False) for text in texts]
        offsets = np.cumsum([0, *map(len, parts)], dtype=np.int64)
        return cls(np.concatenate(parts) if parts else np.empty(0, np.int32), offsets)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write it as `path.ids.npy` and `path.offsets.npy`."""
        for ending, array in zip(ENDINGS, (self.ids, self.offsets), strict=True):
            np.save(f"{os.fspath(path)}{ending}", array, allow_pickle=False)
        return Path(path)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> TokenStream:
        """The stream that was saved at `path`, mapped into memory: what is not looked at is not read.

        Raises: DataError if there is none, or if it is not whole.
        """
        try:
            ids = np.load(f"{os.fspath(path)}{ENDINGS[0]}", mmap_mode="c", allow_pickle=False)
            offsets = np.load(f"{os.fspath(path)}{ENDINGS[1]}", allow_pickle=False)
        except (OSError, ValueError) as error:
            raise DataError(f"There is no stream of tokens to read at {os.fspath(path)!r}: {error}.") from error
        if ids.dtype != np.int32 or len(offsets) < 1 or offsets[-1] != len(ids):
            raise DataError(f"The stream of tokens at {os.fspath(path)!r} is not whole: {len(ids)} ids of "
                            f"{offsets[-1] if len(offsets) else 0}. Try writing it again.")  # fmt: skip
        return cls(ids, offsets)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, i: int) -> np.ndarray:
        at = range(len(self))[i]
        return self.ids[self.offsets[at] : self.offsets[at + 1]]

    def in_order(self, order: Sequence[int], most_in_memory: int = MOST_IN_MEMORY) -> np.ndarray:
        """The ids with the texts in another order, int32; beyond `most_in_memory` of them in a temporary file."""
        texts = [self.ids[a:b] for a, b in zip(*self._edges(order), strict=True)]
        if len(self.ids) <= most_in_memory:
            return np.concatenate(texts) if texts else np.empty(0, np.int32)
        file = tempfile.TemporaryFile(prefix="fastlearn-stream-")  # noqa: SIM115  # lives as long as its map
        for text in texts:
            file.write(text.tobytes())
        file.flush()
        return np.memmap(file, np.int32, "c", shape=(sum(map(len, texts)),))

    def _edges(self, order: Sequence[int]) -> tuple[list[int], list[int]]:
        chosen = np.asarray(order, np.int64)
        return self.offsets[chosen].tolist(), self.offsets[chosen + 1].tolist()

    def __repr__(self) -> str:
        return f"TokenStream: {len(self)} texts, {len(self.ids):,} tokens"
