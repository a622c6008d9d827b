"""What happened in training, step by step and epoch by epoch: append-only, and the single source of every plot."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fastlearn.train.columns import Columns

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["STEP_VALUES", "FitRun", "History", "Note", "NoteKind"]

NoteKind = Literal["pause", "resume", "lr", "stop", "checkpoint", "problem", "interrupt"]
_DTYPES = {
    "step": "int64",
    "epoch": "int64",
    "loss": "float32",
    "smooth_loss": "float32",
    "lr": "float32",
    "mom": "float32",
    "seconds": "float64",
    "wait": "float64",
    "n_items": "int64",
}
STEP_VALUES = tuple(name for name in _DTYPES if name not in ("step", "smooth_loss"))  # what a file needs of each step


@dataclass(frozen=True)
class Note:
    """Something that happened at `step` and deserves a marker on the curve. `value` is e.g. an LR change's factor."""

    step: int
    kind: NoteKind
    text: str
    value: float | str | None = None


@dataclass
class FitRun:
    """One call of `fit` in the history: where it starts, and how it ended (`reason` is None while it runs).

    `settings` is what it was trained with: the call, learner, optimizer, callbacks, data, and versions, all plain data.
    """

    start_step: int
    start_row: int  # of `History.epochs`
    start_note: int  # of `History.notes`
    n_epoch: int
    metric_names: tuple[str, ...]
    reason: str | None = None
    completed: bool = False
    settings: dict[str, Any] = field(default_factory=dict)


class History:
    """All fits of one learner. Losses on an accelerator stay there, and become numbers in blocks when somebody reads.

    `beta` is the weight of the past in the smoothed loss, a debiased moving average that starts anew with each fit.
    Reading is safe from any thread while training goes on.
    """

    def __init__(self, beta: float = 0.98) -> None:
        self.beta = beta
        self.epochs: list[dict[str, float | int | None]] = []
        self.notes: list[Note] = []
        self.fits: list[FitRun] = []
        self._columns = Columns(_DTYPES)
        self._rows: list[tuple[Tensor | float | None, int, float, float, float, float, int]] = []  # steps not read yet
        self._items: list[NDArray[np.int64] | None] = []
        self._average, self._weight = 0.0, 0.0
        self._lock = threading.RLock()

    def __repr__(self) -> str:
        return (
            f"History({self.n_steps} steps, {len(self.epochs)} epochs, {len(self.fits)} fits, reason={self.reason!r})"
        )

    # Reading

    @property
    def n_steps(self) -> int:
        """Training batches so far, over all fits."""
        return len(self._items)

    @property
    def reason(self) -> str | None:
        """Why the latest fit ended; None while it runs or before the first."""
        return self.fits[-1].reason if self.fits else None

    def steps(self, start: int = 0) -> dict[str, NDArray[Any]]:
        """Columns by name from step `start` on, one value for each training batch.

        step (from 0), epoch (from 0 in each fit), loss and smooth_loss (the loss's own unit), lr and mom (of the last
        layer group; NaN where the optimizer has none), seconds (since the fit began), wait (seconds spent waiting for
        the batch), n_items.
        """
        with self._lock:
            self._settle()
            return self._columns.read(start)

    def items(self, step: int) -> NDArray[np.int64] | None:
        """Positions in the training set of the items of batch `step`; None where the loader does not tell."""
        if not -self.n_steps <= step < self.n_steps:
            raise IndexError(f"`step` is a training batch so far, 0 to {self.n_steps - 1}, but got {step}.")
        return self._items[step]

    def last(self, name: str) -> float:
        """The latest value of an epoch's `name` in the latest fit, e.g. "valid_loss"; NaN while no epoch of it has one.

        Raises: KeyError if no epoch of this history and no running fit knows the name.
        """
        for row in reversed(self.epochs[self.fits[-1].start_row if self.fits else 0 :]):
            value = row.get(name)
            if value is not None:
                return float(value)
        known = {"train_loss", "valid_loss", "seconds"}.union(*self.epochs, *(run.metric_names for run in self.fits))
        if name not in known:
            raise KeyError(f"{name!r} is not recorded; the history has {', '.join(sorted(known))}.")
        return math.nan

    def to_frame(self, what: Literal["steps", "epochs"] = "steps") -> pd.DataFrame:
        """A dataframe with one row for each training step, or for each epoch."""
        import pandas as pd

        frame: pd.DataFrame = pd.DataFrame(self.steps() if what == "steps" else self.epochs)
        return frame

    def plot(self, figsize: tuple[float, float] | None = None) -> list[Axes]:
        """Draw the losses of all fits over the training steps, and a panel for each metric; dotted lines part fits.

        Raises: RuntimeError before the first step.
        """
        from fastlearn.train.plots import plot_history

        return plot_history(self, figsize)

    def to_json(self, items: bool = True) -> str:
        """Everything as JSON text that `from_json` reads; `items=False` leaves out which items were in each batch."""
        steps = {name: [_plain(v) for v in column.tolist()] for name, column in self.steps().items()}
        ids = [None if i is None else i.tolist() for i in self._items] if items else None
        epochs = [{name: _plain(value) for name, value in row.items()} for row in self.epochs]
        return json.dumps(
            {
                "version": 1,
                "beta": self.beta,
                "steps": steps,
                "items": ids,
                "epochs": epochs,
                "notes": [asdict(n) for n in self.notes],
                "fits": [asdict(f) for f in self.fits],
            }
        )

    @classmethod
    def from_json(cls, text: str) -> History:
        """The history that `to_json` wrote."""
        data = json.loads(text)
        if not isinstance(data, dict) or data.get("version") != 1:
            raise ValueError("This text is not a history of version 1. Try the text that `History.to_json` returned.")
        history = cls(data["beta"])
        ids = data["items"] or [None] * len(data["steps"]["step"])
        history.fill(
            [FitRun(**{**run, "metric_names": tuple(run["metric_names"])}) for run in data["fits"]],
            {name: [math.nan if v is None else v for v in data["steps"][name]] for name in STEP_VALUES},
            [None if i is None else np.asarray(i, np.int64) for i in ids],
            data["epochs"],
            [Note(**note) for note in data["notes"]],
        )
        return history

    # Writing, in the training thread

    def fill(
        self,
        fits: list[FitRun],
        steps: dict[str, list[float]],
        items: list[NDArray[np.int64] | None],
        epochs: list[dict[str, float | int | None]],
        notes: list[Note],
    ) -> None:
        """Hold what another history held, in place of what is here. `steps` has the columns of `STEP_VALUES`."""
        with self._lock:
            self.fits, self.epochs, self.notes, self._items = fits, epochs, notes, items
            self._columns, self._rows = Columns(_DTYPES), []
            n, smooth = len(items), []
            losses = np.asarray(steps["loss"], np.float32)
            for start, stop in pairwise([*([fit.start_step for fit in fits] or [0]), n]):
                self._average = self._weight = 0.0  # each fit's curve is smoothed by itself
                smooth += self._smooth(losses[start:stop])
            self._columns.extend({"step": np.arange(n), "smooth_loss": smooth, **steps})

    def cut(self, n_steps: int, n_epochs: int, n_notes: int, n_fits: int) -> None:
        """Forget what came after a point at which there were so many of each; the last fit is then under way again."""
        steps = {name: column[:n_steps].tolist() for name, column in self.steps().items() if name in STEP_VALUES}
        fits = self.fits[:n_fits]
        self.fill(fits, steps, self._items[:n_steps], self.epochs[:n_epochs], self.notes[:n_notes])
        self.reopen_fit()

    def reopen_fit(self) -> None:
        """The last fit goes on: it has not ended."""
        self.fits[-1].reason, self.fits[-1].completed = None, False

    def take_over(self, other: History) -> None:
        """Hold what `other` holds: a listener that knows this history sees the same run go on."""
        steps = {name: column.tolist() for name, column in other.steps().items() if name in STEP_VALUES}
        self.beta = other.beta
        self.fill(other.fits, steps, list(other._items), other.epochs, other.notes)

    def begin_fit(self, n_epoch: int, metric_names: Sequence[str], settings: dict[str, Any] | None = None) -> None:
        """Start a fit; the smoothed loss starts anew."""
        with self._lock:
            self._settle()
            self._average = self._weight = 0.0
        names = tuple(metric_names)
        run = FitRun(self.n_steps, len(self.epochs), len(self.notes), n_epoch, names, settings=settings or {})
        self.fits.append(run)

    def end_fit(self, reason: str, completed: bool) -> None:
        """Record why the running fit ended."""
        self.fits[-1].reason, self.fits[-1].completed = reason, completed

    def add_step(
        self,
        loss: Tensor | float | None,
        epoch: int,
        lr: float,
        mom: float,
        seconds: float,
        wait: float,
        n_items: int,
        items: NDArray[np.int64] | None = None,
    ) -> None:
        """Append a training batch. `loss` is a scalar; one on an accelerator is not read here, nor changed by anybody.

        On the CPU its number is taken at once: thousands of tensors kept alive scatter the memory that batches reuse.
        """
        if isinstance(loss, Tensor):
            loss = loss.item() if loss.is_cpu else loss.detach()
        self._rows.append((loss, epoch, lr, mom, seconds, wait, n_items))
        self._items.append(items)

    def add_epoch(self, epoch: int, values: dict[str, float | None], seconds: float) -> None:
        """Append an epoch with its losses and metrics."""
        self.epochs.append({"epoch": epoch, "step": self.n_steps, **values, "seconds": seconds})

    def add_note(self, kind: NoteKind, text: str, value: float | str | None = None) -> Note:
        """Append a note at the current step."""
        note = Note(self.n_steps, kind, text, value)
        self.notes.append(note)
        return note

    def smooth_loss(self) -> float:
        """The smoothed loss after the latest step of this fit; NaN before its first."""
        with self._lock:
            self._settle()
            return self._average / self._weight if self._weight else math.nan

    def _settle(self) -> None:
        """Turn the steps that were appended since the last reading into numbers: one copy from the device for all."""
        n = len(self._rows)  # the training thread may append more meanwhile; those wait for the next reading
        if n == 0:
            return
        losses, epoch, lr, mom, seconds, wait, n_items = zip(*self._rows[:n], strict=True)
        loss = _numbers(losses)
        first = len(self._columns)
        self._columns.extend(
            {
                "step": np.arange(first, first + n),
                "epoch": np.array(epoch),
                "loss": loss,
                "smooth_loss": self._smooth(loss),
                "lr": np.array(lr),
                "mom": np.array(mom),
                "seconds": np.array(seconds),
                "wait": np.array(wait),
                "n_items": np.array(n_items),
            }
        )
        del self._rows[:n]

    def _smooth(self, losses: NDArray[np.float32]) -> list[float]:
        smooth = []
        for loss in losses.tolist():
            if math.isfinite(loss):  # one NaN must not blank the rest of the curve
                self._average = self.beta * self._average + (1 - self.beta) * loss
                self._weight = self.beta * self._weight + (1 - self.beta)
            smooth.append(self._average / self._weight if self._weight else math.nan)
        return smooth


def _numbers(losses: Sequence[Tensor | float | None]) -> NDArray[np.float32]:
    numbers = np.array([loss if isinstance(loss, float) else np.nan for loss in losses], np.float32)
    away = [i for i, loss in enumerate(losses) if isinstance(loss, Tensor)]
    if away:
        numbers[away] = torch.stack([loss.float() for loss in losses if isinstance(loss, Tensor)]).cpu().numpy()
    return numbers


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
