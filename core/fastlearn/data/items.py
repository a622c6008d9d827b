"""Uniform access to the items of a data set: lists, arrays, data frames, torch data sets, anything with a length."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from fastlearn.data.problems import DataError, describe


def as_items(items: Any) -> Any:
    """`items` as something with a length and positions: frames and sequences stay, an iterator is read into a list.

    Raises: DataError if it is none of these.
    """
    if isinstance(items, str | bytes | Path):
        raise DataError(f"A list of items is expected, but got the single {describe(items)}. Try "
                        "get_image_files(path), or [item].")  # fmt: skip
    if hasattr(items, "__len__") and (hasattr(items, "__getitem__") or hasattr(items, "iloc")):
        return items
    if isinstance(items, Iterable):
        return list(items)
    raise DataError(f"A list of items (paths, rows) is expected, but got {describe(items)}.")


def item_getter(items: Any) -> Callable[[int], Any]:
    """A function from a position to the item there; the rows of a data frame come as Series."""
    if hasattr(items, "iloc"):
        rows = items.iloc
        return lambda i: rows[i]
    return lambda i: items[i]


def select(items: Any, positions: Iterable[int]) -> Any:
    """The items at `positions`, in that order: frames and arrays stay what they are, the rest becomes a list."""
    chosen = [int(i) for i in positions]
    if hasattr(items, "iloc"):
        return items.iloc[chosen]
    if isinstance(items, np.ndarray | torch.Tensor):
        return items[chosen]
    return [items[i] for i in chosen]


def is_single_item(items: Any) -> bool:
    """Whether `items` is one item (a path, a picture, a row, an array of one picture) and no collection of them."""
    if isinstance(items, str | bytes | Path | Image.Image | dict) or hasattr(items, "_fields"):
        return True
    if hasattr(items, "iloc"):
        return items.ndim == 1 and not _holds_items(items)
    if isinstance(items, np.ndarray):
        return items.dtype.kind in "buif" and items.ndim in (0, 2, 3)
    if isinstance(items, torch.Tensor):
        return items.ndim <= 3
    return not hasattr(items, "__len__") and not isinstance(items, Iterable)


def _holds_items(series: Any) -> bool:
    """A Series numbered 0, 1, 2… or of paths is a column of items; one labelled by column names is a row."""
    return bool(len(series)) and not isinstance(series.index[0], str)


def split_positions(splits: Sequence[Any] | None) -> list[np.ndarray] | None:
    """Splits as arrays of positions, shape `(n,)`, int64 each; masks of booleans and slices are not positions."""
    if splits is None:
        return None
    if len(splits) and np.ndim(splits[0]) == 0 and not isinstance(splits[0], range):
        raise DataError("`splits` is a list of lists of positions, (train, valid), but got a flat list. Try "
                        "splits=RandomSplitter()(items).")  # fmt: skip
    arrays = [np.asarray(list(s) if not isinstance(s, np.ndarray) else s).reshape(-1) for s in splits]
    if any(len(a) and a.dtype.kind not in "iu" for a in arrays):
        raise DataError(f"`splits` holds whole positions, but got {describe(splits[0])}. Try MaskSplitter for a column "
                        "of booleans.")  # fmt: skip
    return [a.astype(np.int64) for a in arrays]
