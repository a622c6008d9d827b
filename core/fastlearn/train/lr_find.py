"""The learning rate search: a short run over rising rates on a state that is thrown away, and what it suggests."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

import numpy as np
import torch
from numpy.typing import NDArray

from fastlearn.optim.hypers import hyper_setter
from fastlearn.train.batch import count_train_batches
from fastlearn.train.callback import Callback
from fastlearn.train.cancel import CancelFitException, CancelValidException
from fastlearn.train.control import FitControl
from fastlearn.train.dispatch import order_callbacks
from fastlearn.train.display import open_lr_find_display
from fastlearn.train.events import Events, LRFindEnded, LRFindProgress, LRFindStarted
from fastlearn.train.fitting import report_set_aside, seeded
from fastlearn.train.history import History
from fastlearn.train.loop import FIT, run_epochs, staged
from fastlearn.train.snapshot import throwaway, uninterrupted
from fastlearn.train.suggest import MIN_POINTS, Suggestion, suggest, usable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from fastlearn.train.learner import Learner

__all__ = ["LRFindResult", "LRFinder", "lr_find"]

Stopped: TypeAlias = Literal["finished", "diverged", "nan", "stopped", "interrupted", "error"]
DIVERGED = 4  # times the lowest loss so far
MIN_STEPS = 6


class LRFindResult:
    """What a search found. Each suggestion is an attribute under its function's name, None where there is no basis.

    It unpacks to the suggestions in the order in which they were asked for: `low, high = learn.lr_find(...)`. `lrs` and
    `losses` (smoothed, in the loss's own unit) are the curve, `stopped` says how the search ended and `message` says it
    in words; `error` is the exception if there was one.
    """

    valley: float | None
    slide: float | None
    minimum: float | None
    steep: float | None

    def __init__(
        self,
        lrs: NDArray[np.float64],
        losses: NDArray[np.float64],
        num_it: int,
        stopped: Stopped,
        message: str,
        suggestions: dict[str, float | None],
        error: Exception | None = None,
    ) -> None:
        self.lrs, self.losses, self.num_it = lrs, losses, num_it
        self.stopped, self.message, self.error = stopped, message, error
        self.suggestions = suggestions
        for name, rate in suggestions.items():
            setattr(self, name, rate)

    def __iter__(self) -> Iterator[float | None]:
        return iter(self.suggestions.values())

    def __len__(self) -> int:
        return len(self.suggestions)

    def __getitem__(self, index: int) -> float | None:
        return list(self.suggestions.values())[index]

    def __repr__(self) -> str:
        rates = [f"{name}={'None' if rate is None else format(rate, '.2e')}" for name, rate in self.suggestions.items()]
        return f"LRFindResult({', '.join([*rates, f'stopped={self.stopped!r}'])}): {self.message}"

    def plot(self, skip_end: int = 5, ax: Axes | None = None) -> Axes:
        """Draw the curve without its last `skip_end` points, with a dot at each suggestion."""
        if ax is None:
            from matplotlib import pyplot as plt

            ax = plt.subplots(figsize=(6, 4))[1]
        end = max(len(self.lrs) - skip_end, 0)
        lrs, losses = self.lrs[:end], self.losses[:end]
        ax.plot(lrs, losses)
        ax.set(xscale="log", xlabel="learning rate", ylabel="loss")
        for name, rate in self.suggestions.items():
            if rate is not None and len(lrs):
                ax.plot(rate, np.interp(np.log(rate), np.log(lrs), losses), "o", label=f"{name} {rate:.2e}")
        if any(rate is not None for rate in self.suggestions.values()):
            ax.legend()
        return ax


class LRFinder(Callback):
    """Raises the learning rate from batch to batch and ends the run when it has seen enough.

    A display reads `start_lr`, `end_lr`, `num_it`, the `curve` so far and, when the search is over, `result`; it may
    call `control.stop()` from any thread.
    """

    order = 60
    run_valid = False
    control: FitControl = FitControl()  # type: ignore[assignment]  # its own, not the learner's

    def __init__(
        self, start_lr: float = 1e-7, end_lr: float = 10, num_it: int = 100, stop_div: bool = True, beta: float = 0.98
    ) -> None:
        if not (math.isfinite(end_lr) and 0 < start_lr < end_lr):
            raise ValueError(
                f"A search goes from a positive rate up to a higher one, but got start_lr={start_lr!r} and "
                f"end_lr={end_lr!r}. Try the defaults, 1e-7 and 10."
            )
        self.start_lr, self.end_lr, self.num_it, self.stop_div = start_lr, end_lr, max(MIN_STEPS, num_it), stop_div
        self.beta = beta
        self.control = FitControl(keep_best=False)
        self.stopped: Stopped = "finished"
        self.result: LRFindResult | None = None
        self._events = Events()
        self._lrs: list[float] = []
        self._losses: list[float] = []
        self._average = 0.0

    def curve(self, start: int = 0) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Rates and smoothed losses from step `start` on; may be called from any thread."""
        n = len(self._losses)
        return np.array(self._lrs[start:n]), np.array(self._losses[start:n])

    def tell(self, events: Events) -> None:
        """Send the search's progress there."""
        self._events = events

    def before_fit(self) -> None:
        self._set_rate = hyper_setter(self.opt, "lr")

    def before_batch(self) -> None:
        self._rate = self.start_lr * (self.end_lr / self.start_lr) ** (len(self._losses) / self.num_it)
        self._set_rate(self._rate)

    def after_batch(self) -> None:
        if self.learn.cleaning_up or self.learn.loss is None:
            return
        loss = float(self.learn.loss)
        if not math.isfinite(loss):
            self._end("nan")
        self._average = self.beta * self._average + (1 - self.beta) * loss
        self._lrs.append(self._rate)
        self._losses.append(self._average / (1 - self.beta ** (len(self._losses) + 1)))
        if perf_counter() >= self._events.next_due:
            self._events.progress(LRFindProgress(len(self._losses)))
        if len(self._losses) >= self.num_it:
            self._end("finished")
        best = min(self._losses)
        if self.stop_div and self._losses[-1] > best + (DIVERGED - 1) * abs(best):  # a loss may be below 0
            self._end("diverged")

    def before_validate(self) -> None:
        raise CancelValidException

    def _end(self, stopped: Stopped) -> None:
        self.stopped = stopped
        raise CancelFitException


def lr_find(
    learn: Learner,
    start_lr: float,
    end_lr: float,
    num_it: int,
    stop_div: bool,
    show_plot: bool,
    suggest_funcs: Suggestion | Sequence[Suggestion],
    display: bool,
) -> LRFindResult:
    """See `Learner.lr_find`."""
    finder = LRFinder(start_lr, end_lr, num_it, stop_div)
    functions = [suggest_funcs] if callable(suggest_funcs) else list(suggest_funcs)
    n_batches = count_train_batches(learn.dls)
    shown = open_lr_find_display(learn, finder) if display else None
    listener = _console_bar(learn) if shown is None else shown
    unsubscribe: Callable[[], None] | None = None
    if listener is not None:
        unsubscribe = learn.events.subscribe(listener, getattr(listener, "every", 0.1))
    finder.tell(learn.events)
    try:
        error = _search(learn, finder, n_batches)
        with uninterrupted():
            finder.result = result = _result(finder, functions, n_batches, error, learn.lr)
            learn.events.send(LRFindEnded(result))
    finally:
        if unsubscribe is not None:
            unsubscribe()
    if shown is None:
        _show(result, show_plot)
    report_set_aside(learn)
    return result


def _console_bar(learn: Learner) -> Callable[[object], None] | None:
    """What shows the search in a terminal, unless the learner has no bars."""
    from fastlearn.callbacks.progress import ProgressCallback, SearchBar

    wanted = sys.stdout.isatty() and any(isinstance(cb, ProgressCallback) for cb in learn.cbs)
    return cast("Callable[[object], None]", SearchBar()) if wanted else None


def _search(learn: Learner, finder: LRFinder, n_batches: int) -> Exception | None:
    """Run the search; returns the error that ended it, if any."""
    try:
        learn.events.send(LRFindStarted(finder.start_lr, finder.end_lr, finder.num_it))
        with throwaway(learn):
            learn.history, learn.control, learn.events = History(), finder.control, Events()
            learn.cbs = order_callbacks([*(cb for cb in learn.cbs if cb.in_lr_find), finder])
            finder.attach(learn)
            learn.refresh_callbacks()
            setattr(learn, finder.name, finder)  # by this a callback can tell a search from a fit
            learn.n_epoch, learn.n_train_iter = math.ceil(finder.num_it / n_batches), n_batches
            learn.planned, learn.in_fit = {}, True
            learn.history.begin_fit(learn.n_epoch, ())
            with seeded(learn):
                staged(learn, FIT, run_epochs)
            if finder.control.stopping and finder.stopped == "finished" and len(finder.curve()[0]) < finder.num_it:
                finder.stopped = "stopped"
    except KeyboardInterrupt:
        finder.stopped = "interrupted"
    except Exception as error:
        finder.stopped = "error"
        return error
    return None


def _result(
    finder: LRFinder, functions: list[Suggestion], n_batches: int, error: Exception | None, own_rate: Any
) -> LRFindResult:
    lrs, losses = finder.curve()
    early = finder.stopped not in ("finished", "diverged") and len(losses) < finder.num_it / 2
    rates: dict[str, float | None] = {}
    failed = ""
    for function in functions:
        name = _name(function)
        try:
            rates[name] = None if early else suggest(function, lrs, losses, finder.num_it)
        except Exception as broken:  # the curve and the other suggestions are worth having
            rates[name] = None
            failed += f" {name} suggests nothing: it raised {type(broken).__name__}: {broken}."
    message = _message(finder, lrs.tolist(), n_batches, error) + failed
    if functions and not failed and all(rate is None for rate in rates.values()):
        few = early or len(usable(lrs, losses, finder.num_it)[1]) < MIN_POINTS
        message += (
            " There are too few points to suggest a rate." if few else " The loss never fell, so no rate is suggested."
        )
        message += f" A fit that is given None takes the learner's own, {own_rate!r}."
    return LRFindResult(lrs, losses, finder.num_it, finder.stopped, message, rates, error)


def _message(finder: LRFinder, lrs: list[float], n_batches: int, error: Exception | None) -> str:
    n, rate = len(lrs), lrs[-1] if lrs else finder.start_lr
    here = f"at step {n} of {finder.num_it} (learning rate {rate:.2g})"
    words = {
        "finished": f"The search went through all {finder.num_it} steps.",
        "diverged": f"The loss diverged {here}, so the search ended there.",
        "nan": f"The loss was not a number {here}, so the search ended there. Look for NaN in the data.",
        "stopped": f"The search was stopped {here}.",
        "interrupted": f"The search was interrupted {here}.",
        "error": f"The search ended {here} with {type(error).__name__}: {_sentence(str(error))}",
    }[finder.stopped]
    if isinstance(error, torch.cuda.OutOfMemoryError):
        words += " The device is out of memory: try a smaller batch size."
    if n > n_batches:
        batches = "one batch was" if n_batches == 1 else f"{n_batches} batches were"
        words += f" The data's {batches} used {_times(n // n_batches)}{', some once more' if n % n_batches else ''}."
    if finder.stopped in ("stopped", "interrupted", "error"):
        words += " The model is as it was before."
    return words


def _times(n: int) -> str:
    return {1: "once", 2: "twice"}.get(n, f"{n} times")


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _name(function: Suggestion) -> str:
    while isinstance(function, partial):
        function = function.func
    return getattr(function, "__name__", type(function).__name__.lower())


def _show(result: LRFindResult, show_plot: bool) -> None:
    if result.stopped not in ("finished", "diverged"):
        print(result.message)
    in_use = "IPython" in sys.modules or "matplotlib.pyplot" in sys.modules  # a plain script draws nothing unasked
    if show_plot and in_use and len(result.losses) > 1:
        result.plot()
