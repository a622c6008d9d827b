"""Searching for a learning rate: a short run over rising rates, then everything is put back."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, cast

from fastlearn.scratch.loader import DataLoaders
from fastlearn.scratch.lr_finder import LRFinder
from fastlearn.scratch.show import shown_on
from fastlearn.scratch.track import TrackResults
from fastlearn.train.display import open_lr_find_display
from fastlearn.train.events import LRFindEnded, LRFindStarted
from fastlearn.train.lr_find import LRFindResult, Stopped
from fastlearn.train.suggest import suggest, valley

if TYPE_CHECKING:
    from fastlearn.scratch.learner import Learner

__all__ = ["lr_find"]

WORDS: dict[Stopped, str] = {
    "finished": "The search went through all its steps.",
    "diverged": "The loss grew to four times its lowest value, so the search ended.",
    "nan": "The loss was not a number any more, so the search ended.",
    "stopped": "The search was stopped.",
    "interrupted": "The search was interrupted.",
}


def lr_find(
    learn: Learner,
    start_lr: float = 1e-7,
    end_lr: float = 10,
    num_it: int = 100,
    show_plot: bool = True,
    display: bool = True,
) -> LRFindResult:
    """Try rates from `start_lr` to `end_lr` in `num_it` batches, and put the model back as it was.

    An error ends the search and stands in the result.
    """
    finder = LRFinder(start_lr, end_lr, num_it)
    view = open_lr_find_display(cast(Any, learn), cast(Any, finder)) if display else None
    with shown_on(view, learn.events) as shown:
        finder.events = learn.events
        learn.events.send(LRFindStarted(start_lr, end_lr, num_it))
        finder.result = result = _result(finder, _try_out(learn, finder))
        learn.events.send(LRFindEnded(result))
    if show_plot and not shown and len(result.lrs) > 1:
        result.plot()
    return result


def _try_out(learn: Learner, finder: LRFinder) -> Exception | None:
    """Train the model with `finder` in a learner that nobody watches, then put it back; the error, if there was one."""
    from fastlearn.scratch.learner import Learner as Another  # which has this search as a method

    cbs = [cb for cb in learn.cbs if getattr(cb, "in_lr_find", True)]
    loader: Any = learn.dls.train
    trial = Another(
        learn.model, DataLoaders(loader, []), learn.loss_func, learn.lr, [*cbs, finder, TrackResults((), log=None)],
        learn.opt_func,
    )  # fmt: skip
    trial.control = finder.control
    weights, training = learn.model.state(), learn.model.training
    order = loader.rng.get_state() if hasattr(loader, "rng") else None
    try:
        trial.fit(math.ceil(finder.num_it / len(loader)), display=False)
        if trial.history.reason == "interrupted":
            finder.stopped = "interrupted"
        elif finder.control.stopping and len(finder.lrs) < finder.num_it:
            finder.stopped = "stopped"
    except Exception as error:
        finder.stopped = "error"
        return error
    finally:
        learn.model.load(weights)
        learn.model.train(training)
        for cb in cbs:
            cb.learn = learn
        if order is not None:
            loader.rng.set_state(order)
    return None


def _result(finder: LRFinder, error: Exception | None) -> LRFindResult:
    lrs, losses = finder.curve()
    rate = suggest(valley, lrs, losses, finder.num_it) if finder.stopped in ("finished", "diverged") else None
    message = WORDS.get(finder.stopped, f"The search ended with {type(error).__name__}: {error}")
    if rate is None:
        message += " There is no basis for a suggestion."
    return LRFindResult(lrs, losses, finder.num_it, finder.stopped, message, {"valley": rate}, error)
