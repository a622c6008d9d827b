"""A page of thumbnails as one run of bytes, for the comm and for the server's endpoint alike."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["ASK_KERNEL", "PICTURE", "REASON", "Thumb", "pack", "unpack"]

# What `data` of a thumbnail is; labextension/src/grid/packed.ts knows the same numbers.
PICTURE, REASON, ASK_KERNEL = 0, 1, 2


class Thumb(NamedTuple):
    """`data` is a JPEG or PNG (PICTURE), why there is none, in UTF-8 (REASON), or empty (ASK_KERNEL: not made yet)."""

    status: int
    data: bytes

    @classmethod
    def without(cls, reason: str) -> Thumb:
        """No picture, because of `reason`."""
        return cls(REASON, reason.encode("utf-8", "replace"))

    @property
    def reason(self) -> str:
        """Why there is no picture; empty where there is one."""
        return self.data.decode("utf-8", "replace") if self.status == REASON else ""


def pack(thumbs: Sequence[Thumb]) -> bytes:
    """Little-endian uint32: how many, then status and size of each; then their data in the same order."""
    numbers = [number for thumb in thumbs for number in (thumb.status, len(thumb.data))]
    return struct.pack(f"<{1 + len(numbers)}I", len(thumbs), *numbers) + b"".join(thumb.data for thumb in thumbs)


def unpack(page: bytes) -> list[Thumb]:
    """The thumbnails of a packed page. Raises: ValueError if it is cut short or longer than it says."""
    try:
        (count,) = struct.unpack_from("<I", page)
        numbers = struct.unpack_from(f"<{2 * count}I", page, 4)
    except struct.error as error:
        raise ValueError(f"A packed page begins with its sizes, but its {len(page)} bytes do not: {error}") from None
    thumbs, at = [], 4 + 8 * count
    for status, size in zip(numbers[::2], numbers[1::2], strict=True):
        thumbs.append(Thumb(status, page[at : at + size]))
        at += size
    if at != len(page):
        raise ValueError(f"A packed page of {count} thumbnails announces {at} bytes, but {len(page)} came.")
    return thumbs
