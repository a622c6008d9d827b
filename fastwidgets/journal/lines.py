"""Lines of JSON that say themselves whether they are whole."""

from __future__ import annotations

import json
import zlib
from typing import Any

__all__ = ["from_line", "to_line"]

_SUM = ', "sum": "'


def to_line(entry: dict[str, Any]) -> bytes:
    """`entry`, which is not empty, as a line: its JSON with a checksum of that JSON as the last field.

    Raises: TypeError or ValueError for what JSON cannot hold.
    """
    text = json.dumps(entry, ensure_ascii=False, allow_nan=False)
    return f'{text[:-1]}{_SUM}{zlib.crc32(text.encode()):08x}"}}\n'.encode()


def from_line(line: bytes) -> dict[str, Any] | None:
    """The entry in a line; None if it is torn, was changed by hand, or is no such line at all."""
    try:
        text, _, rest = line.decode().rpartition(_SUM)
        text += "}"
        if zlib.crc32(text.encode()) != int(rest[:8], 16) or rest[8:] != '"}':
            return None
        entry = json.loads(text)
    except ValueError:  # what is not UTF-8 is a ValueError too
        return None
    return entry if isinstance(entry, dict) else None
