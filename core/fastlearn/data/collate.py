"""Samples to a batch: equal shapes are stacked, and a message says which part of which items does not fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from fastlearn.data.batch import Batch
from fastlearn.data.problems import DataError, describe

_COPY_BY_NUMPY = 4096  # elements; below it torch.stack is quicker


class CollateError(DataError):
    """Samples that do not fit into one batch. `part` is the place in the sample, `places` two samples of the batch."""

    def __init__(self, message: str, part: str = "", places: tuple[int, int] = (0, 0)) -> None:
        super().__init__(message)
        self.part, self.places = part, places

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.part, self.places)


def collate(samples: Sequence[Any]) -> Any:
    """Turn a list of samples into a batch of tensors.

    A sample that is a tuple or a list gives a `Batch`, a mapping gives a dict, anything else one tensor. Texts and
    missing values stay as they are, in a tuple.
    Raises: CollateError where shapes or types differ.
    """
    first = samples[0]
    if isinstance(first, tuple | list) and not hasattr(first, "_fields"):
        parts = _parts(samples, "")
        return Batch(parts, sample_type=type(first) if isinstance(first, tuple) else tuple)
    return _collate(samples, "")


def _collate(values: Sequence[Any], part: str) -> Any:
    first = values[0]
    if isinstance(first, torch.Tensor):
        return stack_tensors(values, part)
    if isinstance(first, np.ndarray | np.generic):
        return stack_tensors([_from_numpy(v, part) for v in values], part)
    if isinstance(first, bool | int | float | complex):
        return _numbers(values, part)
    if isinstance(first, str | bytes | Path) or first is None:
        return tuple(values)
    if isinstance(first, Mapping):
        return {key: _collate([value[key] for value in values], f"{part}[{key!r}]") for key in first}
    if isinstance(first, tuple | list):
        parts = _parts(values, part)
        return type(first)._make(parts) if hasattr(first, "_make") else parts  # type: ignore[attr-defined]
    raise CollateError(f"{_where(part)} is a {type(first).__name__}, which cannot be put into a batch of tensors. "
                       + _advice_for(first), part)  # fmt: skip


def _parts(samples: Sequence[Any], part: str) -> tuple[Any, ...]:
    sizes = [len(sample) for sample in samples]
    odd = next((i for i, size in enumerate(sizes) if size != sizes[0]), None)
    if odd is not None:
        raise CollateError(f"{_where(part)} has {sizes[0]} parts in one sample and {sizes[odd]} in another. Lists of "
                           "several lengths need padding: try before_batch, or MultiCategoryBlock for labels.",
                           part, (0, odd))  # fmt: skip
    return tuple(_collate([s[i] for s in samples], f"{part}[{i}]") for i in range(sizes[0]))


def stack_tensors(tensors: Sequence[Any], part: str = "") -> torch.Tensor:
    """Stack tensors of one shape, `(...)` each, into a contiguous one, `(B, ...)`."""
    first = tensors[0]
    for i, tensor in enumerate(tensors):
        if not isinstance(tensor, torch.Tensor):
            raise CollateError(f"{_where(part)} is a tensor in one sample and a {describe(tensor)} in another. A step "
                               "that should make tensors has let it pass.", part, (0, i))  # fmt: skip
        if tensor.shape != first.shape:
            raise CollateError(f"{_where(part)} has shape {tuple(first.shape)} in one sample and {tuple(tensor.shape)} "
                               f"in another, so they do not stack. {_advice_for(first)}", part, (0, i))  # fmt: skip
    if first.numel() < _COPY_BY_NUMPY or not all(_is_plain(t, first.dtype) for t in tensors):
        stacked = torch.stack(list(tensors))
        return stacked if type(stacked) is torch.Tensor else stacked.as_subclass(torch.Tensor)
    # numpy copies on the calling thread alone; torch.stack would start a thread pool for each reading thread
    arrays = [tensor.numpy() for tensor in tensors]
    stacked_array = np.empty((len(arrays), *first.shape), arrays[0].dtype)  # given, since np.stack may transpose
    return torch.from_numpy(np.stack(arrays, out=stacked_array))


def _is_plain(tensor: torch.Tensor, dtype: torch.dtype) -> bool:
    return (tensor.device.type == "cpu" and not tensor.requires_grad and tensor.layout == torch.strided
            and tensor.dtype == dtype and dtype != torch.bfloat16 and type(tensor) is torch.Tensor)  # fmt: skip


def _from_numpy(value: Any, part: str) -> torch.Tensor:
    array = np.asarray(value)
    if array.dtype.kind not in "buifc":
        raise CollateError(f"{_where(part)} is an array of {array.dtype}, which is no tensor of numbers. Try turning "
                           "it into numbers in an item transform.", part)  # fmt: skip
    return torch.as_tensor(array if array.flags.writeable else array.copy())


def _numbers(values: Sequence[Any], part: str) -> torch.Tensor:
    try:
        return torch.tensor(values, dtype=torch.float64 if isinstance(values[0], float) else None)
    except (TypeError, ValueError, RuntimeError):
        odd = next((i for i, v in enumerate(values) if not isinstance(v, bool | int | float | complex)), 0)
        raise CollateError(f"{_where(part)} is a number in one sample and {describe(values[odd])} in another. Try "
                           "making it a number in every item.", part, (0, odd)) from None  # fmt: skip


def _where(part: str) -> str:
    return f"Part {part} of the samples" if part else "The sample"


def _advice_for(value: Any) -> str:
    if isinstance(value, Image.Image):
        return "Try ToTensor among the item transforms."
    if isinstance(value, torch.Tensor) and value.ndim >= 2:
        return "Try item_tfms=Resize(224), or before_batch to pad them."
    if isinstance(value, torch.Tensor) and value.ndim == 1:
        return "Try padding in before_batch; targets with several labels need OneHotEncode (MultiCategoryBlock)."
    return "Try turning it into a tensor in an item transform."
