"""How far a training run is, read from its folder without the training library.

`fastlearn.runs` writes these files, and its docs/runs.md says what is in them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

__all__ = ["RunFacts"]

OF_INTEREST = tuple(f'{{"line": "{kind}"'.encode() for kind in ("fit", "epoch", "resumed"))  # and not the many steps


class RunFacts:
    """The facts of the run in `folder`; of its history only what is new is read, as it may be long."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._read_to = folder, 0
        self._fits: list[dict[str, Any]] = []
        self._epochs: list[dict[str, Any]] = []

    def now(self) -> dict[str, Any]:
        """The facts, JSON-ready; `epochs` are done, `of` are planned; `problem` says why there are none."""
        try:
            info = json.loads((self._folder / "run.json").read_text(encoding="utf-8"))
            if not isinstance(info, dict):
                raise ValueError(f"it holds a {type(info).__name__}")
        except (OSError, ValueError, RecursionError) as error:
            return {"problem": f"run.json cannot be read: {error}"}
        written = self._read_history()
        last = self._fits[-1] if self._fits else {}
        return {
            "code": str(info.get("code") or ""),
            "started": info.get("started"),
            "ended": info.get("ended"),
            "reason": info.get("reason"),
            "completed": bool(info.get("completed")),
            "written": written,
            "epochs": len(self._epochs),
            "of": last.get("start_row", 0) + last.get("n_epoch", 0),
            "values": {k: v for k, v in (self._epochs[-1] if self._epochs else {}).items() if isinstance(v, float)},
            "problem": "",
        }

    def _read_history(self) -> float | None:
        """Take what is new in the history; returns when it was last written, in seconds since 1970."""
        path = self._folder / "history.jsonl"
        try:
            stat = path.stat()
            if stat.st_size < self._read_to:  # another file than before
                self._read_to, self._fits, self._epochs = 0, [], []
            with path.open("rb") as file:
                file.seek(self._read_to)
                for line in file:
                    if not line.endswith(b"\n"):
                        break  # still being written
                    self._read_to += len(line)
                    if line.startswith(OF_INTEREST):
                        self._take(line)
        except OSError:
            return None
        return stat.st_mtime

    def _take(self, line: bytes) -> None:
        try:
            entry = json.loads(line)
            if entry["line"] == "fit":
                self._fits.append(entry)
            elif entry["line"] == "epoch":
                self._epochs.append(dict(entry["values"]))
            else:  # a run that goes on from a checkpoint: what came after that no longer counts
                del self._fits[entry["fits"] :], self._epochs[entry["epochs"] :]
        except (ValueError, KeyError, TypeError):
            return  # torn by a kill: the training library passes over it too
