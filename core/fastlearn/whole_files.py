"""Files that are there whole or not at all, whatever happens while they are written."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

__all__ = ["write_json", "write_whole"]


def write_whole(path: Path, write: Callable[[Path], object]) -> Path:
    """Call `write` on a temporary file beside `path`, which then takes its place; on the disk before this returns.

    Raises: what `write` raises; `path` is then as it was, and the temporary file is gone.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{uuid4().hex[:8]}.part")
    try:
        write(temporary)
        _to_disk(temporary)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    _to_disk(path.parent)  # the new name too survives a power cut
    return path


def write_json(path: Path, value: Any) -> Path:
    """Write `value` as indented JSON, whole or not at all."""
    text = json.dumps(value, indent=1, allow_nan=False)
    return write_whole(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def _to_disk(path: Path) -> None:
    with contextlib.suppress(OSError):  # some file systems cannot, and Windows cannot for folders
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
