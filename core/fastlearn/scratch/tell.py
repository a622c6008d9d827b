"""Telling those who watch: what happens in a fit, as events, and how it ended."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from fastlearn.scratch.callbacks import Callback
from fastlearn.train.events import (
    BatchEnded,
    EpochEnded,
    EpochStarted,
    FitEnded,
    FitStarted,
    NoteAdded,
    ValidationProgress,
)

if TYPE_CHECKING:
    from fastlearn.scratch.learner import Learner
    from fastlearn.train.history import NoteKind

__all__ = ["Tell", "add_note"]


class Tell(Callback):
    """Sends `learn.events`, the same as the full learner does: all that a live display needs beside the history."""

    order = 51  # when `TrackResults` has written down what there is to tell
    in_lr_find = False

    def before_fit(self) -> None:
        learn, fit = self.learn, self.learn.history.fits[-1]
        self._fit, self._reason = fit, "completed"
        lr, mom = learn.planned.get("lr"), learn.planned.get("mom")
        learn.events.send(FitStarted(learn.n_epoch, len(learn.dls.train), fit.start_step, fit.metric_names, lr, mom))

    def before_epoch(self) -> None:
        self.learn.events.send(EpochStarted(self.learn.epoch))

    def after_batch(self) -> None:
        learn = self.learn
        if learn.loss is None and learn.ended_by is not None:
            return  # broken off
        kind = BatchEnded if learn.training else ValidationProgress
        done, total, seconds = learn.num + 1, len(learn.dl), perf_counter() - learn.began
        event = kind(learn.epoch, learn.history.n_steps, done, total, learn.training, seconds)
        # The last batch of a pass is told to everybody, the others as often as a listener wants.
        (learn.events.catch_up if done == total else learn.events.progress)(event)

    def after_epoch(self) -> None:
        learn = self.learn
        if learn.ended_by is None:
            names = ("train_loss", "valid_loss", *self._fit.metric_names)
            values = {name: learn.history.epochs[-1][name] for name in names}
            learn.events.send(EpochEnded(learn.epoch, learn.history.n_steps, values))

    def after_cancel_fit(self) -> None:
        request = self.learn.control.stop_request
        if isinstance(self.learn.ended_by, KeyboardInterrupt):
            self._reason = "interrupted"
            add_note(self.learn, "interrupt", self._reason)
        elif request is not None:
            self._reason = request.reason
            add_note(self.learn, "stop", self._reason)
        else:
            self._reason = "cancelled by a callback"

    def after_fit(self) -> None:
        learn, error = self.learn, self.learn.ended_by
        if not learn.history.fits or learn.history.fits[-1].reason is not None:
            return  # a callback failed before the fit had begun
        if error is not None:
            self._reason = f"{type(error).__name__}: {error}"
            add_note(learn, "problem", self._reason)
        learn.history.end_fit(self._reason, self._reason == "completed")
        learn.events.send(FitEnded(self._reason, self._reason == "completed"))


def add_note(learn: Learner, kind: NoteKind, text: str, value: float | str | None = None) -> None:
    """Put a marker on the curve, here and now."""
    learn.events.send(NoteAdded(learn.history.add_note(kind, text, value)))
