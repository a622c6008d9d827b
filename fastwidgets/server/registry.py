"""Which files a grid has: written by the kernel, read by the server, so that the browser names none.

Both belong to the same user and see the same runtime folder, which nobody else may read. A kernel elsewhere registers
in another folder: the server knows nothing of it, and everything goes by way of the kernel.
"""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from jupyter_core.paths import jupyter_runtime_dir

__all__ = ["Registered", "clear_old", "read", "register", "unregister"]

TOKEN = re.compile(r"[0-9a-f]{32}")
DAYS = 7  # after which what a killed kernel left behind goes
HEAD = b"fastwidgets grid 1"


class Registered(NamedTuple):
    """`store`: the file with the thumbnails; `paths`: of the items, in the order of their ids; "" for one without."""

    store: str
    paths: list[bytes]


def register(store: str | os.PathLike[str], paths: Sequence[str | None]) -> str:
    """Let the server show thumbnails of `paths`; returns the token by which the browser asks, or "" where it cannot."""
    token = secrets.token_hex(16)
    fields = [HEAD, os.fsencode(store), *(b"" if path is None else os.fsencode(path) for path in paths)]
    try:
        folder = _folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        clear_old(folder)
        part = folder / f".{token}"
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(b"\0".join(fields))  # the one byte that no path has in it
        part.rename(folder / token)
    except OSError:
        return ""
    return token


def unregister(token: str) -> None:
    """The server shows none of them any more."""
    if TOKEN.fullmatch(token):
        with suppress(OSError):
            (_folder() / token).unlink(missing_ok=True)


def read(token: str) -> Registered | None:
    """What was registered by that token, or None."""
    if not TOKEN.fullmatch(token):
        return None
    try:
        fields = (_folder() / token).read_bytes().split(b"\0")
    except OSError:
        return None
    return Registered(os.fsdecode(fields[1]), fields[2:]) if fields[0] == HEAD and len(fields) > 1 else None


def still_there(token: str) -> bool:
    """Whether the token holds; a token in use is not cleared away."""
    try:
        os.utime(_folder() / token)
    except OSError:
        return False
    return True


def _folder() -> Path:
    return Path(jupyter_runtime_dir()) / "fastwidgets"


def clear_old(folder: Path) -> None:
    """Remove what has not been used for days."""
    for left in folder.iterdir():
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > DAYS * 24 * 3600:
                left.unlink()
