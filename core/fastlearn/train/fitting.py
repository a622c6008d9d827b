"""One call of `fit` from the outside: it begins, it ends in one of four ways, and it says which."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import torch

from fastlearn.seed import mix_seed
from fastlearn.train.boundary import add_note
from fastlearn.train.events import FitEnded
from fastlearn.train.loop import FIT, run_epochs, staged
from fastlearn.warn import warn_user

if TYPE_CHECKING:
    from fastlearn.train.history import Note
    from fastlearn.train.learner import Learner

__all__ = ["report_set_aside", "run_fit", "seeded"]


MEMORY = (
    "There is not enough memory for this batch. Try a smaller bs (learn.find_batch_size() finds the largest), "
    "GradientAccumulation for the same step in smaller parts, learn.to_fp16(), or learn.recompute_activations()."
)


class Outcome(NamedTuple):
    """How a fit ended, and what to tell the user (nothing when it simply completed)."""

    reason: str
    completed: bool
    message: str = ""


def run_fit(learn: Learner, start_epoch: int) -> None:
    """Run the loop; a stop, a cancel and Ctrl-C end it normally, an error is raised after the cleaning up."""
    __tracebackhide__ = True
    outcome = Outcome("completed", True)
    try:
        if not staged(learn, FIT, partial(run_epochs, start_epoch=start_epoch)):
            outcome = _stopped(learn)
    except KeyboardInterrupt:
        outcome = _interrupted(learn)
        if learn.processes is not None:
            raise  # the others may be at another batch: there is no going on together
    except BaseException as error:
        outcome = _failed(learn, error)
        raise
    finally:
        learn.history.end_fit(outcome.reason, outcome.completed)
        learn.events.send(FitEnded(outcome.reason, outcome.completed))
        learn.forget_batch()
        learn.model.eval()  # ready to predict, however the fit ended
        _report(learn, outcome)
        report_set_aside(learn)


@contextmanager
def seeded(learn: Learner) -> Iterator[None]:
    """With a seed, draw torch's random numbers (dropout, shuffling) from it; the global state is put back after.

    Of several processes each draws its own, with or without a seed.
    """
    rank = 0 if learn.processes is None else learn.processes.rank
    if learn.seed is None and rank == 0:
        yield
        return
    seed = torch.initial_seed() if learn.seed is None else learn.seed
    device = next((p.device for p in learn.model.parameters()), torch.device("cpu"))
    devices = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(mix_seed(seed, len(learn.history.fits), *([rank] if rank else [])))
        yield


def _stopped(learn: Learner) -> Outcome:
    request = learn.control.stop_request
    if request is None:
        return Outcome("cancelled by a callback", False)
    add_note(learn, "stop", request.reason)
    said = [note.text for note in _notes(learn) if note.kind == "stop"]  # a callback may have said what it put back
    return Outcome(request.reason, False, f"Stopped {_where(learn)}: {'; '.join(reversed(said))}.")


def _interrupted(learn: Learner) -> Outcome:
    message = (
        f"Interrupted {_where(learn)}. The model keeps the weights it has reached, the history keeps every step; "
        "another fit begins with them, on a plan of its own. Cells and lines after this one still run."
    )
    add_note(learn, "interrupt", "interrupted")
    return Outcome("interrupted", False, message)


def _failed(learn: Learner, error: BaseException) -> Outcome:
    reason = f"{type(error).__name__}: {error}"
    add_note(learn, "problem", reason)
    if isinstance(error, torch.cuda.OutOfMemoryError):
        error.args = (f"{error} {MEMORY}",)
    return Outcome(reason, False)


def _where(learn: Learner) -> str:
    if learn.dl is None:
        return "before the first batch"
    if not learn.training and learn.n_done == learn.n_iter:
        return f"after epoch {learn.epoch + 1} of {learn.n_epoch}"
    part = "training" if learn.training else "validation"
    of = f" of {learn.n_iter}" if learn.n_iter else ""
    return f"in epoch {learn.epoch + 1} of {learn.n_epoch}, {part} batch {learn.iter + 1}{of}"


def _report(learn: Learner, outcome: Outcome) -> None:
    problems = [note.text for note in _notes(learn) if note.kind == "problem"]
    if outcome.message and problems:
        warn_user(problems[-1])
    elif outcome.message and (learn.processes is None or learn.processes.first):
        print(outcome.message)


def _notes(learn: Learner) -> list[Note]:
    return learn.history.notes[learn.history.fits[-1].start_note :]


def _set_aside(dl: Any) -> list[Any]:
    return list(getattr(dl, "set_aside", None) or ())


def report_set_aside(learn: Learner) -> None:
    """Say which items the loaders could not read, also before this fit; each is said once."""
    for dl, name in ((learn.dls.train, "training"), (learn.dls.valid, "validation")):
        items = {
            _name(entry): str(getattr(entry, "reason", "")) for entry in _set_aside(dl)[getattr(dl, "n_told", 0) :]
        }
        if items:
            dl.n_told = len(_set_aside(dl))
            named = "; ".join(f"{item} ({why})" if why else item for item, why in list(items.items())[:3])
            more = f"; and {len(items) - 3} more" if len(items) > 3 else ""
            warn_user(
                f"{len(items)} {name} {'item' if len(items) == 1 else 'items'} could not be read and "
                f"{'was' if len(items) == 1 else 'were'} left out: "
                f"{named}{more}. All are listed in the loader's `set_aside`.",
            )


def _name(entry: Any) -> str:
    item = getattr(entry, "item", entry)
    return item.name if isinstance(item, Path) else str(item)
