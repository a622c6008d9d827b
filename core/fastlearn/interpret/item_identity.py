"""Which items a data set has, and in which state: so that an answer is never taken for that of another item.

A digest is 16 bytes, kept as two uint64. It covers what an item is made of: the path, size and time of change of the
files that its steps open, or the content of an item that is no file. The digest of its label is kept apart.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4
from weakref import WeakKeyDictionary

import numpy as np
import torch
from numpy.typing import NDArray

from fastlearn.data.cache_plan import identity_of
from fastlearn.data.datasets import Datasets, TfmdLists
from fastlearn.data.items import item_getter
from fastlearn.data.kinds import LABEL_KINDS
from fastlearn.data.pipeline import Pipeline

__all__ = ["Identities", "digest_of", "file_of", "identities_of", "source_items"]

DIGEST = 16  # bytes
# Data sets that tell nothing of their items are known by themselves, as long as this process lasts.
_TOKENS: WeakKeyDictionary[Any, str] = WeakKeyDictionary()


@dataclass(frozen=True)
class Identities:
    """`sources` and `labels`: digests, `(N, 2)` uint64. `lasting`: they mean the same in another process."""

    sources: NDArray[np.uint64]
    labels: NDArray[np.uint64]
    lasting: bool


def identities_of(dataset: Any) -> Identities:
    """The identities of all items of `dataset`, in its order.

    What a step reads besides the files that it is known to open is not seen.
    """
    if isinstance(dataset, torch.utils.data.Subset):
        whole, chosen = identities_of(dataset.dataset), np.asarray(dataset.indices, np.int64)
        return Identities(whole.sources[chosen], whole.labels[chosen], whole.lasting)
    if isinstance(dataset, Datasets | TfmdLists):
        return _of_pipelines(dataset)
    items = source_items(dataset)
    if items is not None:
        get = item_getter(items)
        sources = _packed(digest_of(get(i)) for i in range(len(items)))
        return Identities(sources, np.zeros_like(sources), True)
    tensors = getattr(dataset, "tensors", None)
    known = isinstance(tensors, tuple) and all(isinstance(t, torch.Tensor) for t in tensors)
    root = digest_of(tensors) if known else _token(dataset).encode()
    sources = _packed(_digest(root, str(i).encode()) for i in range(len(dataset)))
    return Identities(sources, np.zeros_like(sources), known)


def source_items(dataset: Any) -> Any:
    """The paths or rows of a data set; None where it does not tell them."""
    for name in ("items", "samples"):  # ours, and torchvision's folders of pictures
        items = getattr(dataset, name, None)
        if items is not None and not callable(items) and hasattr(items, "__len__"):
            return items
    return None


def file_of(dataset: Any, positions: NDArray[np.int64]) -> list[Path | None]:
    """The file of the first input of each item at `positions`; None where there is none."""
    if isinstance(dataset, torch.utils.data.Subset):
        return file_of(dataset.dataset, np.asarray(dataset.indices, np.int64)[positions])
    items = source_items(dataset)
    if items is None:
        return [None] * len(positions)
    get = item_getter(items)
    first = dataset.tls[0] if isinstance(dataset, Datasets) else dataset
    head = _steps_to_file(first) if isinstance(first, TfmdLists) else _first_part
    get = item_getter(first.items) if isinstance(first, TfmdLists) else get
    return [_as_path(head(get(int(i)))) for i in positions]


def digest_of(value: Any) -> bytes:
    """The digest of a value's content; of a path, of the file's size and time of change too."""
    hasher = hashlib.blake2b(digest_size=DIGEST)
    for piece in _pieces(value):
        hasher.update(piece)
    return hasher.digest()


def _of_pipelines(dataset: Datasets | TfmdLists) -> Identities:
    parts = [dataset] if isinstance(dataset, TfmdLists) else dataset.tls
    n_inp = 1 if isinstance(dataset, TfmdLists) else dataset.n_inp
    labels = [(tl, tl.tfms) for tl in parts[n_inp:] if tl.kind in LABEL_KINDS]
    pictures = [tl for tl in parts[n_inp:] if tl.kind not in LABEL_KINDS]
    sources = [(tl, _steps_to_file(tl)) for tl in [*parts[:n_inp], *pictures]]
    return Identities(_digests(sources, len(dataset)), _digests(labels, len(dataset)), True)


def _digests(parts: Sequence[tuple[TfmdLists, Callable[[Any], Any]]], n: int) -> NDArray[np.uint64]:
    reads = [(item_getter(tl.items), steps) for tl, steps in parts]
    return _packed(_digest(*(digest_of(_read(steps, get(i))) for get, steps in reads)) for i in range(n))


def _read(steps: Callable[[Any], Any], item: Any) -> Any:
    try:
        return steps(item)
    except Exception as error:  # an item without a label is told where it is used; here it is only like no other
        return f"{type(error).__name__}: {error}"


def _steps_to_file(tl: TfmdLists) -> Callable[[Any], Any]:
    """The steps from an item to what is opened: the item itself where no step is known to open anything."""
    from fastlearn.vision.covering import opener_class

    steps = tl.tfms.fs
    opening = [i for i, step in enumerate(steps) if opener_class(step) is not None]
    if not opening or opening[-1] == 0:
        return _unchanged
    head = Pipeline(split_idx=tl.tfms.split_idx)
    head.fs = steps[: opening[-1]]
    return head


def _unchanged(item: Any) -> Any:
    return item


def _first_part(item: Any) -> Any:
    return item[0] if isinstance(item, tuple) and item else item


def _as_path(value: Any) -> Path | None:
    return Path(value) if isinstance(value, str | os.PathLike) and identity_of(value) is not None else None


def _pieces(value: Any) -> Iterator[bytes]:
    """`value` as bytes that no value of another type or length gives."""
    if isinstance(value, str | os.PathLike):
        yield f"{type(value).__name__}:{os.fspath(value)!r}:{identity_of(value)}".encode("utf-8", "surrogateescape")
    elif isinstance(value, torch.Tensor):
        yield from _pieces(value.detach().cpu().contiguous().view(torch.uint8).numpy() if value.ndim else value.item())
        yield f"{value.dtype}{tuple(value.shape)}".encode()
    elif isinstance(value, np.ndarray) and value.dtype != object:
        yield f"array:{value.dtype.str}{value.shape}".encode()
        yield np.ascontiguousarray(value).tobytes()
    elif isinstance(value, dict):
        yield from _pieces(list(value.items()))
    elif isinstance(value, list | tuple | np.ndarray):
        yield f"{type(value).__name__}:{len(value)}".encode()
        for part in value:
            yield digest_of(part)
    elif hasattr(value, "iloc"):  # a row of a table
        yield from _pieces([list(value.index), list(value.values)])
    elif hasattr(value, "tobytes") and hasattr(value, "mode"):  # an opened picture
        yield f"{value.mode}{value.size}".encode()
        yield value.tobytes()
    else:
        yield f"{type(value).__name__}:{value!r}".encode("utf-8", "surrogateescape")


def _digest(*parts: bytes) -> bytes:
    return hashlib.blake2b(b"".join(parts), digest_size=DIGEST).digest()


def _packed(digests: Iterator[bytes]) -> NDArray[np.uint64]:
    return np.frombuffer(b"".join(digests), np.uint64).reshape(-1, 2)


def _token(dataset: Any) -> str:
    try:
        return _TOKENS.setdefault(dataset, uuid4().hex)
    except TypeError:  # what cannot be remembered is another one every time
        return uuid4().hex
