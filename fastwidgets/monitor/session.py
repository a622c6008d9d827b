"""What the training monitor knows about a run, and what of it is new. No Jupyter here."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from fastlearn.train.events import (
    BatchEnded,
    EpochEnded,
    EpochStarted,
    FitEnded,
    FitStarted,
    NoteAdded,
    ValidationProgress,
)
from numpy.typing import NDArray

from fastwidgets.comm.arrays import number_or_none
from fastwidgets.monitor.clock import RunClock
from fastwidgets.monitor.memory import Memory, memory_held
from fastwidgets.monitor.speed import RecentSteps
from fastwidgets.monitor.thin import Columns, Thinner

ROWS = ("step", "loss", "smooth_loss", "lr", "mom")  # of every array of steps on the wire
MEMORY_EVERY = 1.0  # seconds


class Steps(Protocol):
    """The part of `fastlearn.train.history.History` that a session reads."""

    epochs: list[dict[str, Any]]
    notes: list[Any]
    fits: list[Any]

    def steps(self, start: int = 0) -> dict[str, NDArray[Any]]: ...


class MonitorSession:
    """Follows the fits of one learner through their events and its history.

    `take` gives what is new since the last call and `whole` all there is, both as a header in words and an array of
    shape `(5, n)`, float32: step, loss, smoothed loss, learning rate, momentum. Losses are in the loss's own unit.
    `limit` is about how many points of one fit are sent, however many steps it has.
    """

    def __init__(self, history: Steps, limit: int = 1600, clock: Callable[[], float] = time.monotonic,
                 memory: Callable[[], Memory | None] = memory_held) -> None:
        self.history, self._limit, self._now, self._memory = history, limit, clock, memory
        self.status = "idle"
        self.reason = ""
        self.n_fits = 0
        self.metric_names: tuple[str, ...] = ()
        self.first_step = 0
        self._first_epoch = self._first_note = 0  # rows of the history before them belong to earlier fits
        self._begin(n_epoch=0, n_batches=0, start_step=0)
        self._sent: list[Columns] = []
        self._sent_epochs = self._sent_notes = 0

    # Following a run

    def on(self, event: object) -> bool:
        """Take note of an event; True when it should be shown at once, False when a tenth of a second can pass."""
        match event:
            case FitStarted():
                self._fit_started(event)
            case EpochStarted(epoch=epoch):
                self.epoch, self.batch, self.phase = epoch, 0, "train"
            case BatchEnded() | ValidationProgress():
                self.epoch, self.step, self.batch, self.phase_batches = event.epoch, event.step, event.batch, event.n_batches
                self.phase = "train" if event.training else "valid"
                return False
            case EpochEnded(epoch=epoch):
                self._clock.epoch_ended()
                self.epochs_done = epoch + 1
            case NoteAdded(note=note):
                self._note(note.kind)
            case FitEnded(reason=reason, completed=completed):
                self._clock.stop()
                self.status, self.reason = "done" if completed else "stopped", reason
            case _:
                return False
        return True

    def adopt(self) -> None:
        """Show the last fit of the history, which this session did not see running."""
        if not self.history.fits:
            return
        last = self.history.fits[-1]
        self.first_step, self._first_epoch = last.start_step, last.start_row
        self._first_note = sum(note.step < last.start_step for note in self.history.notes)
        self.metric_names = tuple(last.metric_names)
        rows = self.history.epochs[self._first_epoch :]
        n_batches = (rows[0]["step"] - last.start_step) if rows else 0
        self._begin(last.n_epoch, n_batches, last.start_step)
        self.epochs_done, self.epoch = len(rows), max(len(rows) - 1, 0)
        if last.reason is None:
            return  # it still runs: its next event tells the rest
        self._clock.stop()
        self.status, self.reason = "done" if last.completed else "stopped", last.reason
        self._known_seconds = float(sum(row["seconds"] for row in rows))

    # What the browser is told

    def take(self) -> tuple[dict[str, Any], Columns]:
        """The message for what has come since the last one."""
        fresh = self._read()
        self._sent.append(fresh)
        epochs, notes = self.epochs()[self._sent_epochs :], self.notes()[self._sent_notes :]
        self._sent_epochs += len(epochs)
        self._sent_notes += len(notes)
        return self._message(epochs, notes, reset=False), fresh

    def whole(self) -> tuple[dict[str, Any], Columns]:
        """The message for all that has been taken so far, for a view that opens later."""
        epochs, notes = self.epochs()[: self._sent_epochs], self.notes()[: self._sent_notes]
        self._sent = [self.curve()]
        return self._message(epochs, notes, reset=True), self._sent[0]

    def plan(self) -> tuple[dict[str, Any], Columns]:
        """The message for the planned path: step, learning rate and momentum, shape `(3, n)`, NaN where nothing is planned."""
        lr, mom = self._planned
        given = lr if lr is not None else mom
        n = 0 if given is None else len(given)
        at = np.unique(np.linspace(0, max(n - 1, 0), min(n, self._limit // 2)).astype(int))
        blank = np.full(len(at), np.nan, np.float32)
        rows = [self.start_step + at + 1, *(blank if column is None else column[at] for column in (lr, mom))]
        return {"kind": "plan"}, np.stack(rows).astype(np.float32)

    def curve(self) -> Columns:
        """All points taken so far, shape `(5, n)`."""
        return np.concatenate(self._sent, axis=1) if self._sent else _no_columns()

    def epochs(self) -> list[dict[str, Any]]:
        """The epochs of the runs shown, as `History.epochs` has them, with None for what is no finite number."""
        return [_epoch_row(row, self.columns()) for row in self.history.epochs[self._first_epoch :]]

    def notes(self) -> list[dict[str, Any]]:
        """The markers of the runs shown."""
        return [{"step": note.step, "kind": note.kind, "text": note.text, "value": _plain_value(note.value)}
                for note in self.history.notes[self._first_note :]]

    def columns(self) -> list[str]:
        """Names of the losses and metrics of an epoch, in the order of the table."""
        return ["train_loss", "valid_loss", *(n for n in self.metric_names if n not in ("train_loss", "valid_loss"))]

    def progress(self) -> dict[str, Any]:
        """Where the run is and how fast it goes, in plain numbers; times in seconds, memory in bytes."""
        speed = self._recent.speed()
        memory = self._measure()
        step, loss, smooth, lr, mom = (number_or_none(v) for v in self._newest)
        done = self.status in ("done", "stopped")
        return {
            "status": self.status, "phase": self.phase, "reason": self.reason, "fit": self.n_fits,
            "epoch": self.epoch, "n_epoch": self.n_epoch, "batch": self.batch, "n_batches": self.phase_batches,
            "first_step": self.first_step, "start_step": self.start_step, "step": int(step or 0),
            "total_steps": self.n_epoch * self.n_batches, "loss": loss, "smooth_loss": smooth, "lr": lr, "mom": mom,
            "elapsed": self._known_seconds if self._known_seconds is not None else self._clock.elapsed,
            "left": None if done else number_or_none(self._clock.left(self.n_epoch, self._epoch_fraction())),
            "rate": None if speed is None else speed.rate, "wait_share": None if speed is None else speed.wait_share,
            "memory": None if memory is None else memory.held, "memory_where": None if memory is None else memory.where,
            "lr_scale": self.lr_scale, "columns": self.columns(),
        }  # fmt: skip

    # Inside

    def _fit_started(self, event: FitStarted) -> None:
        if self.n_fits == 0 or self.status == "idle":
            self.first_step = event.start_step
            self._first_epoch = sum(row["step"] <= event.start_step for row in self.history.epochs)
            self._first_note = len(self.history.notes)
        self.n_fits += 1
        self.metric_names = tuple(event.metric_names)
        self._begin(event.n_epoch, event.n_batches, event.start_step)
        self._planned = (event.planned_lr, event.planned_mom)
        self.status, self.reason = "running", ""

    def _begin(self, n_epoch: int, n_batches: int, start_step: int) -> None:
        self.n_epoch, self.n_batches, self.start_step = n_epoch, n_batches, start_step
        self.epoch = self.epochs_done = self.batch = 0
        self.step, self.phase_batches, self.phase = start_step, n_batches, "train"
        self.lr_scale = 1.0
        self._read_to = start_step
        self._newest: Sequence[float] = (start_step, np.nan, np.nan, np.nan, np.nan)
        self._planned: tuple[NDArray[np.float32] | None, NDArray[np.float32] | None] = (None, None)
        self._clock = RunClock(self._now)
        self._recent = RecentSteps()
        self._thinner = Thinner(n_epoch * n_batches, self._limit)
        self._measured: tuple[float, Memory | None] = (-np.inf, None)
        self._known_seconds: float | None = None

    def _note(self, kind: str) -> None:
        if kind == "pause":
            self.status = "paused"
            self._clock.pause()
            self._recent.paused()
        elif kind == "resume":
            self.status = "running"
            self._clock.resume()
        elif kind == "lr":
            value = self.history.notes[-1].value
            self.lr_scale *= value if isinstance(value, float) else 1.0

    def _read(self) -> Columns:
        steps = self.history.steps(self._read_to)
        n = len(steps["step"])
        self._read_to += n
        self._recent.add(steps)
        columns = np.stack([steps[name] for name in ROWS]).astype(np.float32)
        columns[0] += 1  # a step is drawn where it ends: an epoch of 50 batches ends at 50, where its validation loss is
        if n:
            self._newest = columns[:, -1].tolist()
        fresh = self._thinner.push(columns)
        rest = self._thinner.finish() if self.status in ("done", "stopped") else None
        return fresh if rest is None else np.concatenate((fresh, rest), axis=1)

    def _message(self, epochs: list[dict[str, Any]], notes: list[dict[str, Any]], *, reset: bool) -> dict[str, Any]:
        return {"kind": "update", "reset": reset, "progress": self.progress(), "epochs": epochs, "notes": notes}

    def _epoch_fraction(self) -> float:
        if self.phase == "valid":
            return 1.0
        return self.batch / self.phase_batches if self.phase_batches else 0.0

    def _measure(self) -> Memory | None:
        now = self._now()
        if now - self._measured[0] >= MEMORY_EVERY:
            self._measured = (now, self._memory())
        return self._measured[1]


def _epoch_row(row: Mapping[str, Any], columns: list[str]) -> dict[str, Any]:
    values = [number_or_none(row.get(name)) for name in columns]
    return {"epoch": row["epoch"], "step": row["step"], "seconds": float(row["seconds"]), "values": values}


def _plain_value(value: object) -> float | str | None:
    return number_or_none(value) if isinstance(value, (int, float)) else None if value is None else str(value)


def _no_columns() -> Columns:
    return np.empty((len(ROWS), 0), np.float32)
