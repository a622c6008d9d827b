"""The few helpers that notebooks use everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import numpy as np
import torch
from PIL import Image
from torch import Tensor

T = TypeVar("T")
NARROWER = {np.dtype(np.float64): np.float32, np.dtype(np.uint16): np.float32, np.dtype(np.uint32): np.int64}


def tensor(x: Any, *rest: Any, dtype: torch.dtype | None = None, device: torch.device | str | None = None) -> Tensor:
    """A tensor of a number, several numbers, a list, an array, a PIL image `(H, W, C)`, a series or a data frame.

    float64 becomes float32, the unsigned types that torch hardly knows become wider ones; an array's memory is shared
    where it can be, a PIL image's is copied. A tensor is returned as it is.
    """
    value = (x, *rest) if rest else x
    if isinstance(value, Image.Image):
        value = np.array(value)
    elif hasattr(value, "to_numpy"):  # pandas
        value = value.to_numpy()
    if isinstance(value, np.ndarray | np.generic):
        array = np.asarray(value)
        array = array.astype(NARROWER.get(array.dtype, array.dtype), copy=False)
        made = torch.as_tensor(array if array.flags.writeable else array.copy())
    elif isinstance(value, list | tuple) and len(value) and isinstance(value[0], Tensor | np.ndarray):
        made = torch.stack([tensor(part) for part in value])
    else:
        made = torch.as_tensor(value)
    return made.to(device=device, dtype=dtype)


def to_np(x: Any) -> np.ndarray:
    """The numbers of a tensor as an array on the CPU."""
    return np.asarray(x.detach().cpu()) if isinstance(x, Tensor) else np.asarray(x)


def first(x: Iterable[T], default: T | None = None) -> T | None:
    """The first element of `x`, or `default` where there is none: `xb, yb = first(dl)`."""
    return next(iter(x), default)
