"""The training loop: epochs, training and validation, batches, each framed by its events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

import torch

from fastlearn.runs.loader_state import starting_state
from fastlearn.train import cancel
from fastlearn.train.boundary import obey, send_progress, start_fit, tell_last

if TYPE_CHECKING:
    from fastlearn.train.learner import Learner

__all__ = [
    "BACKWARD",
    "BATCH",
    "EPOCH",
    "FIT",
    "STEP",
    "TRAIN",
    "VALIDATE",
    "Stage",
    "run_batch",
    "run_epochs",
    "staged",
    "validate",
]


# Functions that only pass on set `__tracebackhide__`: IPython leaves them out of a traceback, so that the error of a
# user's own callback, model, loss or metric is not buried under them. It costs nothing that can be measured.


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of training: its three events, and the exception by which a callback ends it early."""

    before: str
    cancelled: str
    after: str
    cancel: type[cancel.CancelException]


def _stage(name: str, ends_it: type[cancel.CancelException]) -> Stage:
    return Stage(f"before_{name}", f"after_cancel_{name}", f"after_{name}", ends_it)


FIT = _stage("fit", cancel.CancelFitException)
EPOCH = _stage("epoch", cancel.CancelEpochException)
TRAIN = _stage("train", cancel.CancelTrainException)
VALIDATE = _stage("validate", cancel.CancelValidException)
BATCH = _stage("batch", cancel.CancelBatchException)
BACKWARD = _stage("backward", cancel.CancelBackwardException)
STEP = _stage("step", cancel.CancelStepException)


def staged(learn: Learner, stage: Stage, work: Callable[[Learner], None]) -> bool:
    """Do `work` between the events of `stage`; returns whether it was done to the end.

    Whatever ends it early, its own cancel, another's, an error or Ctrl-C, `after_cancel_…` and `after_…` are fired,
    each once.
    """
    __tracebackhide__ = True
    completed = True
    try:
        try:
            if learn.handlers[stage.before]:
                learn.fire(stage.before)
            work(learn)
        except stage.cancel:
            completed = False
            learn.fire(stage.cancelled)
    except BaseException:
        learn.clean_up(*((stage.cancelled, stage.after) if completed else (stage.after,)))
        raise
    if learn.handlers[stage.after]:
        learn.fire(stage.after)
    return completed


def run_epochs(learn: Learner, start_epoch: int = 0) -> None:
    """All epochs of a fit, from `start_epoch` on."""
    __tracebackhide__ = True
    start_fit(learn)
    for epoch in range(start_epoch, learn.n_epoch):
        _enter_between_epochs(learn, epoch)
        learn.epoch = epoch
        staged(learn, EPOCH, _epoch)
    _enter_between_epochs(learn, learn.n_epoch)


def _epoch(learn: Learner) -> None:
    __tracebackhide__ = True
    _begin_pass(learn, learn.dls.train, training=True)
    staged(learn, TRAIN, _batches)
    validate(learn, learn.dls.valid)


def validate(learn: Learner, dl: Any) -> None:
    """One pass over `dl` without gradients; None counts as empty."""
    __tracebackhide__ = True
    _begin_pass(learn, () if dl is None else dl, training=False)
    with torch.no_grad():
        staged(learn, VALIDATE, _batches)


def _batches(learn: Learner) -> None:
    __tracebackhide__ = True
    work = _train_batch if learn.training else _valid_batch
    events, control, batches = learn.events, learn.control, _first_batches(learn)
    first = learn.n_done  # not 0 where a run goes on
    asked = perf_counter()
    try:
        for learn.iter, batch in enumerate(batches, start=first):
            learn.wait = perf_counter() - asked
            learn.set_batch(batch)
            staged(learn, BATCH, work)
            learn.n_done += 1
            asked = perf_counter()
            if asked >= events.next_due:
                send_progress(learn)
            if control.pending or asked >= control.next_poll or learn.processes is not None:
                obey(learn, learn.epoch if learn.training else None, learn.n_done)
                asked = perf_counter()
    finally:
        tell_last(learn)
        if hasattr(batches, "close"):  # a loader's threads stop now, not when a traceback is forgotten
            batches.close()


def _enter_between_epochs(learn: Learner, epoch: int) -> None:
    """Obey; a run that goes on between two epochs is brought to where it was first."""
    entry = learn.entry
    if entry is None:
        obey(learn, epoch)
    elif entry.batch == 0:
        learn.entry = None
        entry.start(learn)


def _first_batches(learn: Learner) -> Iterator[Any]:
    """The batches of a pass; in the first of a run that goes on in its middle, those that are left of it."""
    entry = learn.entry
    if entry is not None and learn.training:
        learn.entry = None
        left = entry.start(learn)
        assert left is not None
        return left
    if learn.training:
        learn.pass_start = starting_state(learn.dl)
    return iter(learn.dl)


def _train_batch(learn: Learner) -> None:
    __tracebackhide__ = True
    _valid_batch(learn)
    if learn.yb:
        staged(learn, BACKWARD, _backward)
        staged(learn, STEP, _step)
        learn.opt.zero_grad()


def _valid_batch(learn: Learner) -> None:
    __tracebackhide__ = True
    learn.pred = learn.compute_pred()
    if learn.handlers["after_pred"]:
        learn.fire("after_pred")
    if learn.yb:
        learn.loss_grad = loss = learn.compute_loss()
        if learn.loss_may_change:
            learn.loss = loss.detach().clone()
        if learn.handlers["after_loss"]:
            learn.fire("after_loss")


def _backward(learn: Learner) -> None:
    __tracebackhide__ = True
    learn.loss_grad.backward()


def _step(learn: Learner) -> None:
    __tracebackhide__ = True
    (learn.take_step or learn.opt.step)()


def run_batch(learn: Learner) -> None:
    """Train or validate on the batch in hand, between its events."""
    staged(learn, BATCH, _train_batch if learn.training else _valid_batch)


def _begin_pass(learn: Learner, dl: Any, training: bool) -> None:
    learn.training = training
    learn.refresh_callbacks()
    learn.start_pass(dl)
