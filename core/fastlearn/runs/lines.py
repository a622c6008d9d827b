"""`history.jsonl`: a history as lines of JSON that are only ever appended, readable with any text editor."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import numpy as np

from fastlearn.train.history import STEP_VALUES, FitRun, History, Note

__all__ = ["HistoryWriter", "read_history"]

VERSION = 1


class HistoryWriter:
    """Appends what is new in a history to a file, a line for each fit, step, note, epoch and end of a fit.

    Steps are written in blocks, as reading a loss waits for the device. A torn last line, as a kill leaves it, does no
    harm: what comes after begins a line of its own.
    """

    def __init__(self, path: Path, history: History) -> None:
        self.path, self.history = path, history
        self._steps = self._epochs = self._notes = self._fits = self._ended = 0

    def begin(self) -> None:
        """Begin with what the history holds already."""
        self._append([{"line": "history", "version": VERSION, "beta": self.history.beta}])
        self.write()

    def resume(self) -> None:
        """Go on after a restart: what an earlier process wrote after this point in the history no longer counts."""
        h = self.history
        self._steps, self._epochs, self._notes, self._fits = h.n_steps, len(h.epochs), len(h.notes), len(h.fits)
        self._ended = sum(fit.reason is not None for fit in h.fits)
        counts = {"steps": self._steps, "epochs": self._epochs, "notes": self._notes, "fits": self._fits}
        self._append([{"line": "resumed", **counts, "ended": self._ended}])

    def write(self) -> None:
        """Append what has come since the last call."""
        self._append(self._fresh())

    def _fresh(self) -> Iterator[dict[str, Any]]:
        h = self.history
        for fit in h.fits[self._fits :]:
            yield {"line": "fit", **asdict(fit), "reason": None, "completed": False}
        self._fits = len(h.fits)
        columns = h.steps(self._steps)
        n = len(columns["loss"])
        for i in range(n):
            step = self._steps + i
            items = h.items(step)
            values = {name: _plain(columns[name][i].item()) for name in STEP_VALUES}
            yield {"line": "step", "step": step, **values, "items": None if items is None else items.tolist()}
        self._steps += n
        for note in h.notes[self._notes :]:
            yield {"line": "note", **asdict(note)}
        self._notes = len(h.notes)
        for row in h.epochs[self._epochs :]:
            yield {"line": "epoch", "values": {name: _plain(value) for name, value in row.items()}}
        self._epochs = len(h.epochs)
        for i, fit in enumerate(h.fits[self._ended :], self._ended):
            if fit.reason is not None:
                yield {"line": "end", "fit": i, "reason": fit.reason, "completed": fit.completed}
                self._ended = i + 1

    def _append(self, entries: Iterable[dict[str, Any]]) -> None:
        text = "".join(json.dumps(entry, allow_nan=False) + "\n" for entry in entries)
        if not text:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a+b") as file:
            if _torn(file):
                text = "\n" + text
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())


def read_history(path: Path) -> History:
    """The history in the file at `path`; lines that are torn or unknown are passed over."""
    history = History()
    entries = [entry for entry in map(_entry, path.read_bytes().split(b"\n")) if entry]
    kept: dict[str, list[Any]] = {"fit": [], "step": [], "note": [], "epoch": [], "end": []}
    for entry in entries:
        kind = entry.pop("line", None)
        if kind == "history":
            history.beta = entry["beta"]
        elif kind == "resumed":
            for name, n in (
                ("step", "steps"),
                ("epoch", "epochs"),
                ("note", "notes"),
                ("fit", "fits"),
                ("end", "ended"),
            ):
                del kept[name][entry[n] :]
        elif kind in kept:
            kept[kind].append(entry)
    return _rebuilt(history, kept)


def _rebuilt(history: History, kept: dict[str, list[Any]]) -> History:
    runs = [FitRun(**{**fit, "metric_names": tuple(fit["metric_names"])}) for fit in kept["fit"]]
    for end in kept["end"]:
        runs[end["fit"]].reason, runs[end["fit"]].completed = end["reason"], end["completed"]
    history.fill(
        runs,
        {name: [math.nan if step[name] is None else step[name] for step in kept["step"]] for name in STEP_VALUES},
        [None if step["items"] is None else np.asarray(step["items"], np.int64) for step in kept["step"]],
        [entry["values"] for entry in kept["epoch"]],
        [Note(**note) for note in kept["note"]],
    )
    return history


def _entry(line: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _torn(file: IO[bytes]) -> bool:
    """Whether the file's last line lacks its end."""
    if file.seek(0, os.SEEK_END) == 0:
        return False
    file.seek(-1, os.SEEK_END)
    return file.read(1) != b"\n"


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
