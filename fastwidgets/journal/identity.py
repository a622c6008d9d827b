"""Which file is meant: its place below the data set, and a fingerprint by which it is found again when it was moved."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import NamedTuple

__all__ = ["Identity", "fingerprint", "identify", "place_of"]

PIECE = 64 * 1024  # bytes read at the beginning and at the end of a file


class Identity(NamedTuple):
    """`item`: the path below the data set's folder, with / between its parts; `size` in bytes; `hash` as hex."""

    item: str
    size: int
    hash: str


def identify(path: str | os.PathLike[str], root: str | os.PathLike[str]) -> Identity:
    """The identity of the file `path` in the data set below `root`. Raises: OSError if it cannot be read."""
    return Identity(place_of(path, root), os.stat(path).st_size, fingerprint(path))


def place_of(path: str | os.PathLike[str], root: str | os.PathLike[str]) -> str:
    """The path below `root`, with / between its parts; one that lies elsewhere stays whole."""
    whole, base = Path(os.path.abspath(path)), Path(os.path.abspath(root))
    return whole.relative_to(base).as_posix() if whole.is_relative_to(base) else whole.as_posix()


def fingerprint(path: str | os.PathLike[str]) -> str:
    """A hash of a file's size, first and last 64 KB: pictures that differ, differ there. 32 hex digits."""
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        digest = hashlib.blake2b(file.read(PIECE), digest_size=16, key=str(size).encode())
        if size > PIECE:
            file.seek(max(PIECE, size - PIECE))
            digest.update(file.read(PIECE))
    return digest.hexdigest()
