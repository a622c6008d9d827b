"""What a cache keeps of a sample: its pictures as arrays, and the bytes of a file that holds them."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from PIL import Image

Identity = tuple[tuple[str, int, int], ...]  # of each file: path, size in bytes, time of the last change in ns

START, END = b"flpic01\n", b"\nflend\n"  # an end, since a file cut short by a lost machine may have its full length
LENGTH = struct.Struct("<I")
MODES = frozenset({"L", "RGB", "RGBA", "I", "F"})  # that come back from their array as they were


@dataclass(frozen=True)
class Part:
    """One picture: its numbers, and for a PIL image its mode and its full (width, height) before any reduction."""

    array: np.ndarray
    mode: str | None = None
    full_size: tuple[int, int] | None = None


@dataclass(frozen=True)
class Entry:
    """The pictures of one sample.

    `deep`: after the fixed steps too, and not only decoded. `fresh`: nobody else has the memory of the numbers.
    """

    parts: tuple[Part, ...]
    deep: bool
    fresh: bool = False

    @property
    def n_bytes(self) -> int:
        """Of the numbers alone."""
        return sum(part.array.nbytes for part in self.parts)


def to_part(value: Any) -> Part | None:
    """A PIL image or a tensor as a part; None for anything that would not come back the same."""
    if isinstance(value, Image.Image):
        if value.mode not in MODES:
            return None
        return Part(np.asarray(value), value.mode, getattr(value, "full_size", None))
    if type(value) is torch.Tensor and value.device.type == "cpu" and not value.requires_grad:
        return Part(value.contiguous().numpy()) if value.dtype != torch.bfloat16 else None
    return None


def of_part(part: Part, cls: Any, copy: bool) -> Any:
    """The picture again, as one of `cls` if it was a PIL image; without `copy` a tensor may share the memory."""
    if part.mode is None:
        return torch.from_numpy(part.array.copy() if copy else part.array)
    image = Image.fromarray(part.array)  # PIL copies before it changes memory that is not its own
    return cls.adopt(image, part.full_size) if hasattr(cls, "adopt") else image


def to_bytes(identity: Identity, entry: Entry) -> list[Any]:
    """The pieces of a file: a start, the length of the header, the header as JSON, the numbers, an end."""
    described = [
        {"dtype": part.array.dtype.str, "shape": part.array.shape, "mode": part.mode, "full_size": part.full_size}
        for part in entry.parts
    ]
    header = json.dumps({"files": identity, "deep": entry.deep, "parts": described}).encode()
    arrays = [np.ascontiguousarray(part.array).data for part in entry.parts]
    return [START, LENGTH.pack(len(header)), header, *arrays, END]


def of_bytes(content: bytearray) -> tuple[Identity, Entry] | None:
    """The entry in the bytes of a file; None if they are not whole."""
    try:
        if not content.startswith(START) or not content.endswith(END):
            return None
        at = len(START) + LENGTH.size
        (length,) = LENGTH.unpack_from(content, len(START))
        header = json.loads(content[at : at + length])
        at += length
        parts = []
        for one in header["parts"]:
            dtype, shape = np.dtype(one["dtype"]), tuple(one["shape"])
            count = int(np.prod(shape, dtype=np.int64))
            array = np.frombuffer(content, dtype, count, at).reshape(shape)
            at += array.nbytes
            parts.append(Part(array, one["mode"], tuple(one["full_size"]) if one["full_size"] else None))
        if at + len(END) != len(content):
            return None
        return tuple(map(tuple, header["files"])), Entry(tuple(parts), header["deep"], fresh=True)
    except (ValueError, KeyError, TypeError, IndexError, struct.error):
        return None
