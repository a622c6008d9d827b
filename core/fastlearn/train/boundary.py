"""What happens between two batches: telling the listeners, and obeying those who steer."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from fastlearn.train.cancel import CancelFitException
from fastlearn.train.events import BatchEnded, FitStarted, NoteAdded, ValidationProgress
from fastlearn.warn import warn_user

if TYPE_CHECKING:
    from fastlearn.train.history import NoteKind
    from fastlearn.train.learner import Learner

__all__ = ["add_note", "obey", "send_progress", "start_fit", "tell_last"]


def start_fit(learn: Learner) -> None:
    """Tell the listeners that a fit begins, with the plan that the callbacks have made for it."""
    plan, run = learn.planned, learn.history.fits[-1]
    learn.fit_started = perf_counter()
    learn.events.send(
        FitStarted(
            n_epoch=learn.n_epoch,
            n_batches=learn.n_train_iter,
            start_step=run.start_step,
            metric_names=run.metric_names,
            planned_lr=plan.get("lr"),
            planned_mom=plan.get("mom"),
        )
    )


def send_progress(learn: Learner) -> None:
    """Tell the listeners which batch is done."""
    learn.events.progress(_progress(learn))


def tell_last(learn: Learner) -> None:
    """Tell the listeners that have not heard of the last batch of a pass."""
    if learn.n_done and learn.events.has_listeners:
        learn.events.catch_up(_progress(learn))


def obey(learn: Learner, epoch: int | None = None, batch: int = 0) -> None:
    """Do what was asked through `learn.control` since the last look.

    `batch` training batches of `epoch` are done; without `epoch`, in a validation, a checkpoint waits for the next one.
    Raises: CancelFitException if a stop was asked for.
    """
    control = learn.control
    control.poll()
    if learn.processes is not None and not learn.processes.agree(control, epoch, batch):
        return
    if not (control.pending and learn.in_fit):
        return
    control.acknowledge()
    _change_rate(learn)
    if control.paused:
        _hold(learn)
        _change_rate(learn)  # what was asked for during the pause counts from the next batch on
    if epoch is not None:
        _checkpoint(learn, epoch, batch)
    if control.stop_request is not None:
        raise CancelFitException(control.stop_request.reason)


def _progress(learn: Learner) -> BatchEnded | ValidationProgress:
    kind = BatchEnded if learn.training else ValidationProgress
    return kind(
        epoch=learn.epoch,
        step=learn.history.n_steps,
        batch=learn.n_done,
        n_batches=learn.n_iter,
        training=learn.training,
        seconds=perf_counter() - learn.fit_started,
    )


def add_note(learn: Learner, kind: NoteKind, text: str, value: float | str | None = None) -> None:
    """Write a note to the history at the current step and tell the listeners."""
    learn.events.send(NoteAdded(learn.history.add_note(kind, text, value)))


def _change_rate(learn: Learner) -> None:
    factor = learn.control.take_lr_factor()
    if factor == 1:
        return
    for group in learn.opt.param_groups:
        group["lr"] *= factor
    add_note(learn, "lr", f"learning rate times {factor:g}", factor)


def _checkpoint(learn: Learner, epoch: int, batch: int) -> None:
    """Write a checkpoint if one was asked for; a run that is recorded gets one before it stops."""
    control, call = learn.control, learn.call
    wanted = control.take_checkpoint()
    if control.stopping and call is not None and call.recording is not None:
        wanted = wanted or "due"
    if wanted is None:
        return
    try:
        path = learn.record_run().checkpoint(learn, epoch, batch, by_hand=wanted == "asked")
    except OSError as error:
        text = f"no checkpoint could be written: {error}"
        add_note(learn, "problem", text)
        warn_user(f"At step {learn.history.n_steps} {text}. Training goes on; the checkpoints before it are untouched.")
        return
    if wanted == "asked":
        add_note(learn, "checkpoint", f"checkpoint saved as {path.name}", str(path))


def _hold(learn: Learner) -> None:
    began = perf_counter()
    add_note(learn, "pause", "paused")
    try:
        learn.control.hold()
    finally:
        learn.control.held += perf_counter() - began
    add_note(learn, "resume", f"resumed after {perf_counter() - began:.1f} s")
