"""Nested values as JSON beside tensors, and back: what a checkpoint is made of. Nothing in it could run code."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

__all__ = ["CannotPack", "pack", "unpack"]

Tensors = dict[str, Tensor]


class CannotPack(TypeError):
    """A value is none of those that a file without code can hold."""


def pack(value: Any, tensors: Tensors, name: str = "") -> Any:
    """`value` as JSON; tensors and arrays go into `tensors` under names that begin with `name`.

    What JSON lacks is written as an object with one key that begins with "$": tuples, sets, paths, numbers that are
    not finite, arrays, and dictionaries with keys that are no text.
    Raises: CannotPack, naming the place, for functions, modules and other objects.
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {"$float": str(value)}
    if isinstance(value, Tensor):
        tensors[name] = value.detach()
        return {"$tensor": name}
    if isinstance(value, np.ndarray) and value.dtype != object:
        tensors[name] = torch.from_numpy(np.ascontiguousarray(value).reshape(-1).view(np.uint8).copy())
        return {"$array": name, "dtype": value.dtype.str, "shape": list(value.shape)}
    if isinstance(value, np.generic):
        return pack(value.item(), tensors, name)
    if isinstance(value, Path):
        return {"$path": str(value)}
    if isinstance(value, slice):
        return {"$slice": [pack(part, tensors, name) for part in (value.start, value.stop, value.step)]}
    if isinstance(value, Mapping):
        return _pack_mapping(value, tensors, name)
    if isinstance(value, list | tuple | set | frozenset):
        kind = next(kind for kind in (list, tuple, set, frozenset) if isinstance(value, kind))
        packed = [pack(part, tensors, f"{name}.{i}") for i, part in enumerate(value)]
        return packed if kind is list else {f"${kind.__name__}": packed}
    raise CannotPack(f"{name or 'The value'} is a {type(value).__name__}, which a file without code cannot hold.")


def unpack(value: Any, tensors: Mapping[str, Tensor]) -> Any:
    """The value that `pack` was given; tensors are those in `tensors`, on their device."""
    if isinstance(value, list):
        return [unpack(part, tensors) for part in value]
    if not isinstance(value, dict):
        return value
    mark = next((key for key in value if key.startswith("$")), None)
    if mark is None:
        return {key: unpack(part, tensors) for key, part in value.items()}
    if mark not in _UNPACK:
        raise ValueError(f"This value was not saved and has to be given again: {value[mark]}")
    return _UNPACK[mark](value, tensors)


def _pack_mapping(value: Mapping[Any, Any], tensors: Tensors, name: str) -> Any:
    if all(isinstance(key, str) and not key.startswith("$") for key in value):
        return {key: pack(part, tensors, f"{name}.{key}") for key, part in value.items()}
    pairs = [
        [pack(key, tensors, f"{name}.key{i}"), pack(part, tensors, f"{name}.{i}")]
        for i, (key, part) in enumerate(value.items())
    ]
    return {"$dict": pairs}


def _array(value: dict[str, Any], tensors: Mapping[str, Tensor]) -> np.ndarray[Any, Any]:
    raw = tensors[value["$array"]].cpu().numpy()
    array: np.ndarray[Any, Any] = raw.view(np.dtype(value["dtype"])).reshape(value["shape"]).copy()
    return array


_UNPACK: dict[str, Any] = {
    "$float": lambda value, tensors: float(value["$float"]),
    "$tensor": lambda value, tensors: tensors[value["$tensor"]],
    "$array": _array,
    "$path": lambda value, tensors: Path(value["$path"]),
    "$slice": lambda value, tensors: slice(*(unpack(part, tensors) for part in value["$slice"])),
    "$tuple": lambda value, tensors: tuple(unpack(part, tensors) for part in value["$tuple"]),
    "$set": lambda value, tensors: {unpack(part, tensors) for part in value["$set"]},
    "$frozenset": lambda value, tensors: frozenset(unpack(part, tensors) for part in value["$frozenset"]),
    "$dict": lambda value, tensors: {unpack(k, tensors): unpack(v, tensors) for k, v in value["$dict"]},
}
