"""What interpretation looks at: every item once, in order, as the validation set sees it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL.Image import Image
from torch import Tensor

from fastlearn.data.items import item_getter
from fastlearn.data.problems import DataError
from fastlearn.train.predict import in_order


def clean_loader(loader: Any) -> Any:
    """A loader over all items of `loader` in their order, with the validation transforms and none for training.

    Raises: DataError if there is no loader.
    """
    if loader is None:
        raise DataError("There is no loader to interpret. Try ds_idx=0 for the training data, or pass dl=.")
    if not hasattr(loader, "new"):
        return in_order(loader)
    dataset = loader.dataset
    if hasattr(dataset, "with_split_idx"):
        dataset = dataset.with_split_idx(1)
    return loader.new(dataset=dataset, shuffle=False, drop_last=False, sampler=None, batch_sampler=None, split_idx=1)


class FrameRows(Sequence[Any]):
    """Rows of a data frame, each made a Series when it is asked for: a large table has many."""

    def __init__(self, frame: Any, positions: NDArray[np.int64]) -> None:
        self.frame, self.positions = frame, positions

    def __getitem__(self, i: Any) -> Any:
        if isinstance(i, slice):
            return [self.frame.iloc[int(position)] for position in self.positions[i]]
        return self.frame.iloc[int(self.positions[i])]

    def __len__(self) -> int:
        return len(self.positions)


def items_at(dataset: Any, positions: NDArray[np.int64]) -> Sequence[Any] | None:
    """The source items (paths, rows) at `positions`; None where the data set does not tell them."""
    if isinstance(dataset, torch.utils.data.Subset):
        return items_at(dataset.dataset, np.asarray(dataset.indices)[positions])
    items = getattr(dataset, "items", None)
    if items is None or callable(items) or not hasattr(items, "__len__"):
        return None
    if hasattr(items, "iloc"):
        return FrameRows(items, positions)
    get = item_getter(items)
    return [get(int(i)) for i in positions]


def samples_at(loader: Any, positions: Sequence[int]) -> list[tuple[Any, ...] | None]:
    """The samples at `positions`, decoded for display; None for each that can no longer be read."""
    if not hasattr(loader, "decode_batch"):
        samples = [loader.dataset[i] for i in positions]
        return [s if isinstance(s, tuple) else (s,) for s in samples]
    few = loader.new(sampler=list(positions), bs=len(positions), batch_size=None, num_workers=0)
    try:
        batch = few.one_batch()
    except DataError:
        if not few.set_aside:
            raise
        return [None] * len(positions)
    decoded = few.decode_batch(batch, max_n=len(positions))
    found = dict(zip(batch.items.tolist(), decoded, strict=True))
    return [found.get(i) for i in positions]


def target_vocab(loader: Any) -> list[str] | None:
    """The class names of the target, as text; None where the data has none."""
    vocab = getattr(loader, "vocab", None)
    if vocab is None:
        return None
    several = len(vocab) > 0 and all(isinstance(v, Sequence) and not isinstance(v, str) for v in vocab)
    return [str(name) for name in (vocab[-1] if several else vocab)]  # the inputs' vocabularies come first


def in_words(value: Tensor, vocab: list[str] | None) -> str:
    """One decoded target as text: a class name, the names of several labels, or numbers."""
    if vocab and value.ndim == 0 and not value.is_floating_point() and int(value) < len(vocab):
        return vocab[int(value)]
    if vocab and value.shape == (len(vocab),):
        return "; ".join(name for name, on in zip(vocab, value.tolist(), strict=True) if on > 0.5) or "(none)"
    if value.numel() > 8:
        return f"{tuple(value.shape)} values"
    return ", ".join(f"{v:.4g}" for v in value.double().flatten().tolist())


def item_name(item: Any, root: Path, limit: int = 46) -> str:
    """An item as a title of at most `limit` characters: its path below `root`, or the values of a table's row.

    Paths are shortened at the front, between two folders where that is possible, so that the file name stays.
    """
    if hasattr(item, "iloc"):  # pandas' row
        text = " ".join(", ".join(str(value) for value in item.tolist()).split())
        return text if len(text) <= limit else f"{text[: limit - 1]}…"
    item = item[0] if hasattr(item, "_fields") and len(item) else item  # a named row, such as a file with its boxes
    text = f"picture {item.width} x {item.height}" if isinstance(item, Image) else str(item)
    if isinstance(item, Path | str):
        path = Path(item)
        text = str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    kept = text[-limit + 1 :]
    return f"…{kept[kept.index(os.sep) :] if os.sep in kept else kept}"
