"""What the training monitor knows about a run, and what of it is new. No Jupyter here."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
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

from fastwidgets.comm.arrays import number_or_none, number_or_word
from fastwidgets.monitor.fit_state import ROWS, FitState
from fastwidgets.monitor.layer_groups import first_share
from fastwidgets.monitor.memory import Memory, memory_held
from fastwidgets.monitor.thin import Columns

MEMORY_EVERY = 1.0  # seconds
Message = tuple[dict[str, Any], Columns]


class Recorded(Protocol):
    """The part of `fastlearn.train.history.History` that a session reads."""

    epochs: list[dict[str, Any]]
    notes: list[Any]
    fits: list[Any]

    def steps(self, start: int = 0) -> dict[str, NDArray[Any]]:
        """Columns by name from step `start` on."""


class MonitorSession:
    """Follows the fits of one learner through their events and its history.

    `take` gives what is new since the last call and `whole` all there is, both as a header in words and an array of
    shape `(6, n)`, float32: step, loss, smoothed loss, learning rate and momentum of the last layer group, learning
    rate of the first (NaN where it is the same). Losses are in the loss's own unit. Steps are numbered by how many are
    done. `limit` is about how many points of one fit are sent, however many steps it has.
    """

    def __init__(
        self,
        history: Recorded,
        limit: int = 1600,
        now: Callable[[], float] = time.monotonic,
        memory: Callable[[], Memory | None] = memory_held,
        today: Callable[[], datetime] = datetime.now,
    ) -> None:
        self.history, self._limit, self._now, self._memory, self._today = history, limit, now, memory, today
        self.status = "idle"  # running, paused, done, stopped
        self.reason = ""
        self.n_fits = 0
        self.starts: list[int] = []  # steps of the history before each fit that is shown
        self.began: datetime | None = None  # on the clock on the wall
        self.metric_names: tuple[str, ...] = ()
        self.first_step = 0
        self.fit = self._new_fit(n_epoch=0, n_batches=0, start_step=0)
        # Rows of the history before them belong to runs not shown.
        self._first_epoch, self._first_note = len(history.epochs), len(history.notes)
        self._sent_epochs = self._sent_notes = 0
        self._sent: list[Columns] = []
        self._measured: tuple[float, Memory | None] = (-np.inf, None)
        self._adopted_seconds: float | None = None

    @property
    def over(self) -> bool:
        """Whether the fit has ended."""
        return self.status in ("done", "stopped")

    # Following a run

    def on(self, event: object) -> bool:
        """Take note of an event; True when it should be shown at once, False when a tenth of a second can pass."""
        if isinstance(event, (BatchEnded, ValidationProgress)):
            self.fit.advance(event)
            return False
        if isinstance(event, FitStarted):
            self._fit_started(event)
        elif isinstance(event, EpochStarted):
            self.fit.begin_epoch(event.epoch)
        elif isinstance(event, EpochEnded):
            self.fit.clock.epoch_ended()
        elif isinstance(event, NoteAdded):
            self._note(event.note.kind, event.note.value)
        elif isinstance(event, FitEnded):
            self.fit.clock.stop()
            self.status, self.reason = ("done" if event.completed else "stopped"), event.reason
        return isinstance(event, (FitStarted, EpochEnded, NoteAdded, FitEnded))

    def adopt(self) -> None:
        """Show the last fit of the history, which this session did not see running."""
        if not self.history.fits:
            return
        last = self.history.fits[-1]
        rows = self.history.epochs[last.start_row :]
        self._show_from(last)
        self.n_fits, self.starts = 1, [last.start_step]
        self.metric_names = tuple(last.metric_names)
        n_batches = rows[0]["step"] - last.start_step if rows else 0
        self.fit = self._new_fit(last.n_epoch, n_batches, last.start_step, first_share=first_share(last.settings))
        self.fit.epoch = max(len(rows) - 1, 0)
        self._adopted_seconds = float(sum(row["seconds"] for row in rows))
        self.reason = last.reason or ""
        self.status = "running" if last.reason is None else "done" if last.completed else "stopped"

    # What the browser is told

    def take(self) -> Message:
        """The message for what has come since the last one."""
        fresh = self.fit.read(self.history.steps(self.fit.read_to), last=self.over)
        self._sent.append(fresh)
        epochs, notes = self.epochs(self._sent_epochs), self.notes(self._sent_notes)
        self._sent_epochs += len(epochs)
        self._sent_notes += len(notes)
        return self._message(epochs, notes, reset=False), fresh

    def whole(self) -> Message:
        """The message for all that has been taken so far, for a view that opens later."""
        self._sent = [self.curve()]
        epochs, notes = self.epochs()[: self._sent_epochs], self.notes()[: self._sent_notes]
        return self._message(epochs, notes, reset=True), self._sent[0]

    def plan(self) -> Message:
        """The message for the planned path of the fit: step, rate, momentum, rate of the first group; `(4, n)`."""
        return {"kind": "plan"}, self.fit.planned()

    def curve(self) -> Columns:
        """All points taken so far, shape `(6, n)`."""
        return np.concatenate(self._sent, axis=1) if self._sent else np.empty((len(ROWS), 0), np.float32)

    def columns(self) -> list[str]:
        """Names of the losses and metrics of an epoch, in the order of the table."""
        return ["train_loss", "valid_loss", *(n for n in self.metric_names if n not in ("train_loss", "valid_loss"))]

    def epochs(self, start: int = 0) -> list[dict[str, Any]]:
        """The epochs of the runs shown, from row `start` on; a value that is missing is None, NaN is "nan"."""
        columns = self.columns()
        return [_epoch(row, columns) for row in self.history.epochs[self._first_epoch + start :]]

    def epochs_done(self) -> int:
        """How many epochs of the running or last fit are over, with those that `start_epoch` left out."""
        rows = [row for row in self.history.epochs[self._first_epoch :] if row["step"] > self.fit.start_step]
        return int(rows[-1]["epoch"]) + 1 if rows else 0

    def fit_of(self, row: Mapping[str, Any]) -> int:
        """The number of the fit, from 1, that the epoch `row` belongs to."""
        return sum(start < row["step"] for start in self.starts)

    def notes(self, start: int = 0) -> list[dict[str, Any]]:
        """The markers of the runs shown, from number `start` on."""
        return [
            {"step": note.step, "kind": note.kind, "text": note.text, "value": _plain(note.value)}
            for note in self.history.notes[self._first_note + start :]
        ]

    def progress(self) -> dict[str, Any]:
        """Where the run is and how fast it goes, in plain numbers; times in seconds, memory in bytes."""
        fit, speed, memory = self.fit, self.fit.recent.speed(), self._measure()
        step, loss, smooth, lr, mom, lr_first = map(number_or_none, fit.newest)
        return {
            "status": self.status,
            "phase": fit.phase,
            "reason": self.reason,
            "fit": self.n_fits,
            "epoch": fit.epoch,
            "n_epoch": fit.n_epoch,
            "batch": fit.batch,
            "n_batches": fit.phase_batches,
            "first_step": self.first_step,
            "start_step": fit.start_step,
            "starts": self.starts,
            "step": int(step or 0),
            "total_steps": fit.n_epoch * fit.n_batches,
            "loss": loss,
            "smooth_loss": smooth,
            "lr": lr,
            "mom": mom,
            "lr_first": lr_first,
            "elapsed": self.elapsed(),
            "left": None if self.over else number_or_none(fit.seconds_left()),
            "rate": None if speed is None else speed.rate,
            "wait_share": None if speed is None else speed.wait_share,
            "memory": None if memory is None else memory.held,
            "memory_where": None if memory is None else memory.where,
            "lr_scale": fit.lr_scale,
            "columns": self.columns(),
        }

    def elapsed(self) -> float:
        """Seconds of the running or last fit, without its pauses."""
        return self.fit.clock.elapsed if self._adopted_seconds is None else self._adopted_seconds

    # Inside

    def _new_fit(self, n_epoch: int, n_batches: int, start_step: int, **more: Any) -> FitState:
        return FitState(n_epoch, n_batches, start_step, self._limit, self._now, **more)

    def _fit_started(self, event: FitStarted) -> None:
        if self.n_fits == 0:
            self._show_from(self.history.fits[-1])
        self.n_fits += 1
        self.starts = [*self.starts, event.start_step]
        self.began = self._today()
        self.metric_names = tuple(event.metric_names)
        self.fit = self._new_fit(
            event.n_epoch,
            event.n_batches,
            event.start_step,
            plan_lr=event.planned_lr,
            plan_mom=event.planned_mom,
            first_share=first_share(self.history.fits[-1].settings),
        )
        self.status, self.reason, self._adopted_seconds = "running", "", None

    def _show_from(self, run: Any) -> None:
        self.first_step, self._first_epoch, self._first_note = run.start_step, run.start_row, run.start_note

    def _note(self, kind: str, value: object) -> None:
        if kind == "pause":
            self.status = "paused"
            self.fit.clock.pause()
            self.fit.recent.paused()
        elif kind == "resume":
            self.status = "running"
            self.fit.clock.resume()
        elif kind == "lr" and isinstance(value, (int, float)):
            self.fit.apply_scale(value)

    def _message(self, epochs: list[dict[str, Any]], notes: list[dict[str, Any]], *, reset: bool) -> dict[str, Any]:
        return {"kind": "update", "reset": reset, "progress": self.progress(), "epochs": epochs, "notes": notes}

    def _measure(self) -> Memory | None:
        now = self._now()
        if now - self._measured[0] >= MEMORY_EVERY:
            self._measured = (now, self._memory())
        return self._measured[1]


def _epoch(row: Mapping[str, Any], columns: list[str]) -> dict[str, Any]:
    values = [number_or_word(row.get(name)) for name in columns]
    return {"epoch": row["epoch"], "step": row["step"], "seconds": float(row["seconds"]), "values": values}


def _plain(value: object) -> float | str | None:
    return number_or_none(value) if isinstance(value, (int, float)) else None if value is None else str(value)
