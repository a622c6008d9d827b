"""Memory for batches: on a CPU, touching fresh memory for a large batch costs more than the arithmetic on it."""

from __future__ import annotations

import math
import sys
import threading
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

CHUNK_BYTES = 1 << 20  # of the result: a chunk and its source stay in a core's cache
WORTH_KEEPING = 1 << 22  # smaller blocks come back warm from the allocator anyway
MOST_KEPT = 4  # blocks, so that a batch in use, one in work and one waiting find room


class Pool:
    """Lends blocks of memory as tensors, and lends a block again once nothing refers to its tensor any more.

    A tensor made of a numpy array keeps that array alive, views of it and autograd's saved tensors included; when
    only the pool still refers to the array, the block is free.
    """

    def __init__(self, most: int = MOST_KEPT) -> None:
        self.most = most
        self._blocks: list[np.ndarray] = []
        self._lock = threading.Lock()

    def lend(self, n_bytes: int) -> np.ndarray:
        """A block of `n_bytes`, dtype uint8, its content left over from anything."""
        with self._lock:
            for place in range(len(self._blocks)):
                if self._blocks[place].nbytes == n_bytes and _references(self._blocks, place) == UNUSED:
                    self._blocks.append(self._blocks.pop(place))  # the least recently lent block stays first
                    return self._blocks[-1]
            block = np.empty(n_bytes, np.uint8)
            self._blocks = [*self._blocks, block][-self.most :]
            return block


def _references(blocks: list[np.ndarray], place: int) -> int:
    return sys.getrefcount(blocks[place])


UNUSED = _references([np.empty(1, np.uint8)], 0)  # measured: what counts as a reference differs between Pythons
_pool = Pool()


def empty_batch(shape: Sequence[int], dtype: torch.dtype, device: torch.device) -> Tensor:
    """An uninitialised contiguous tensor; on the CPU a large one reuses memory that an earlier batch has given back."""
    n_bytes = math.prod(shape) * dtype.itemsize
    if device.type != "cpu" or n_bytes < WORTH_KEEPING:
        return torch.empty(tuple(shape), dtype=dtype, device=device)
    return torch.from_numpy(_pool.lend(n_bytes)).view(dtype).view(tuple(shape))


def in_chunks(source: Tensor, target: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Pairs of slices along the first axis, small enough for the cache; all at once off the CPU or for one image."""
    if target.device.type != "cpu" or target.ndim < 4 or not len(target):
        yield source, target
        return
    step = max(1, CHUNK_BYTES * len(target) // max(1, target.nbytes))
    for start in range(0, len(target), step):
        yield source[start : start + step], target[start : start + step]
