"""Which widgets kernels have shown: written by the kernel, read by the server, so that the side panel can list them.

Both belong to the same user and see the same runtime folder; see `registry`. A kernel that ended says nothing, and one
that was restarted has the same name, so an entry counts only with the process that wrote it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from jupyter_core.paths import jupyter_runtime_dir

from fastwidgets.server.registry import clear_old

__all__ = ["Shown", "forget", "note", "shown_by"]

NAME = re.compile(r"[0-9a-fA-F-]{1,64}")


@dataclass(frozen=True)
class Shown:
    """A widget of the kernel `kernel`, whose process is `pid`; `place`: the folder it is about, "" for none."""

    kernel: str
    pid: int
    model: str
    widget: str
    title: str
    place: str


def note(shown: Shown) -> None:
    """Let the side panel list a widget. Where nothing can be written, it does not."""
    if not NAME.fullmatch(shown.kernel) or not NAME.fullmatch(shown.model):
        return
    with suppress(OSError):
        folder = _folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        clear_old(folder)
        part = folder / f".{shown.model}"
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(asdict(shown), file)
        part.replace(folder / shown.model)


def forget(model: str) -> None:
    """The widget was closed."""
    if NAME.fullmatch(model):
        with suppress(OSError):
            (_folder() / model).unlink(missing_ok=True)


def shown_by(kernels: Mapping[str, int | None]) -> list[Shown]:
    """The widgets of these kernels, given with their processes, the latest first.

    None for a process that is not known: then entries of all processes count.
    """
    with suppress(OSError):
        files = [path for path in _folder().iterdir() if NAME.fullmatch(path.name)]
        by_age = sorted(files, key=lambda path: path.stat().st_mtime, reverse=True)
        found = [one for path in by_age if (one := _read(path)) is not None]
        return [one for one in found if one.kernel in kernels and kernels[one.kernel] in (None, one.pid)]
    return []


def _read(path: Path) -> Shown | None:
    try:
        return Shown(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _folder() -> Path:
    return Path(jupyter_runtime_dir()) / "fastwidgets-shown"
