"""What listeners are told while a model trains: frozen plain data, sent at most as often as each listener asks."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fastlearn.warn import warn_user

if TYPE_CHECKING:
    from fastlearn.train.history import Note
    from fastlearn.train.lr_find import LRFindResult

__all__ = [
    "BatchEnded",
    "EpochEnded",
    "EpochStarted",
    "Event",
    "Events",
    "FitEnded",
    "FitStarted",
    "LRFindEnded",
    "LRFindProgress",
    "LRFindStarted",
    "Listener",
    "NoteAdded",
    "ValidationProgress",
]


@dataclass(frozen=True, eq=False)
class FitStarted:
    """A fit begins. `start_step` is the number of training steps the history already holds.

    `planned_lr` and `planned_mom` hold one float32 value for each training batch of the whole fit (of the last layer
    group), or None where nothing is scheduled.
    """

    n_epoch: int
    n_batches: int
    start_step: int
    metric_names: tuple[str, ...]
    planned_lr: NDArray[np.float32] | None = None
    planned_mom: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class EpochStarted:
    """An epoch begins; `epoch` counts from 0."""

    epoch: int


@dataclass(frozen=True)
class BatchEnded:
    """A training batch is done. `step` counts the training batches of the whole history, `batch` those of this epoch.

    Both are the number of batches finished so far. `seconds` is the time since the fit began.
    """

    epoch: int
    step: int
    batch: int
    n_batches: int
    training: bool
    seconds: float


@dataclass(frozen=True)
class ValidationProgress:
    """A validation batch is done; the fields mean what they mean in `BatchEnded`."""

    epoch: int
    step: int
    batch: int
    n_batches: int
    training: bool
    seconds: float


@dataclass(frozen=True)
class EpochEnded:
    """An epoch is done. `values` has train_loss, valid_loss and the metrics by name; None where one is missing."""

    epoch: int
    step: int
    values: dict[str, float | None]


@dataclass(frozen=True)
class NoteAdded:
    """Something worth a marker on the curve was written to the history."""

    note: Note


@dataclass(frozen=True)
class FitEnded:
    """The fit is over. `completed` is False if it was stopped, interrupted or failed; `reason` says which."""

    reason: str
    completed: bool


@dataclass(frozen=True)
class LRFindStarted:
    """A learning rate search begins: `num_it` batches from `start_lr` up to `end_lr`."""

    start_lr: float
    end_lr: float
    num_it: int


@dataclass(frozen=True)
class LRFindProgress:
    """A batch of a learning rate search is done; `step` counts those finished."""

    step: int


@dataclass(frozen=True, eq=False)
class LRFindEnded:
    """The learning rate search is over, however it ended."""

    result: LRFindResult


Event: TypeAlias = (
    FitStarted
    | EpochStarted
    | BatchEnded
    | ValidationProgress
    | EpochEnded
    | NoteAdded
    | FitEnded
    | LRFindStarted
    | LRFindProgress
    | LRFindEnded
)
Progress: TypeAlias = BatchEnded | ValidationProgress | LRFindProgress
Listener: TypeAlias = Callable[[Any], None]


class _Subscription:
    """One listener, how often it wants progress, and the progress that it has not been told yet."""

    def __init__(self, listener: Listener, every: float) -> None:
        self.listener, self.every = listener, every
        self.due = -math.inf
        self.waiting: Progress | None = None  # not told yet
        self.told: Progress | None = None


class Events:
    """Passes events on to listeners. A listener watches; one that raises is reported once and dropped.

    `next_due` is when (`time.perf_counter`) some listener next wants progress: before that the loop need not even make
    the event. With nobody listening it is infinite.
    """

    def __init__(self) -> None:
        self._subscriptions: tuple[_Subscription, ...] = ()  # replaced, never changed: safe to read from any thread
        self.next_due = math.inf

    def subscribe(self, listener: Listener, every: float = 0.0) -> Callable[[], None]:
        """Send each event to `listener`, progress at most once in `every` seconds; returns a function that ends it.

        The last progress before an epoch, a fit or a search ends always arrives, so a listener is never left behind.
        """
        if every < 0:
            raise ValueError(
                f"`every` is the least number of seconds between two deliveries, but got {every!r}. "
                "Try every=0.1 for ten a second, or 0 for all."
            )
        subscription = _Subscription(listener, every)
        self._subscriptions = (*self._subscriptions, subscription)
        self.next_due = -math.inf
        return lambda: self._drop(subscription)

    def send(self, event: Event) -> None:
        """Deliver `event` to everyone, after the progress that they have not seen yet."""
        for subscription in self._subscriptions:
            self._deliver_waiting(subscription)
            self._deliver(subscription, event)

    def progress(self, event: Progress) -> None:
        """Deliver `event` to those whose time has come; for the others it waits, replacing an older one."""
        now = time.perf_counter()
        for subscription in self._subscriptions:
            subscription.waiting = event
            if now >= subscription.due:
                subscription.due = now + subscription.every
                self._deliver_waiting(subscription)
        self.next_due = min((s.due for s in self._subscriptions), default=math.inf)

    def catch_up(self, event: Progress) -> None:
        """Deliver the last progress of a pass to those that were not told of it."""
        for subscription in self._subscriptions:
            if not _same_batch(subscription.told, event):
                subscription.waiting = event
                self._deliver_waiting(subscription)

    @property
    def has_listeners(self) -> bool:
        """Whether anybody listens."""
        return bool(self._subscriptions)

    def _deliver_waiting(self, subscription: _Subscription) -> None:
        event, subscription.waiting = subscription.waiting, None
        if event is not None:
            subscription.told = event
            self._deliver(subscription, event)

    def _deliver(self, subscription: _Subscription, event: Event) -> None:
        if subscription not in self._subscriptions:  # it failed a moment ago
            return
        try:
            subscription.listener(event)
        except Exception as error:
            self._drop(subscription)
            name = getattr(subscription.listener, "__qualname__", type(subscription.listener).__qualname__)
            warn_user(
                f"The listener {name} raised {type(error).__name__} at {type(event).__name__} and is not called "
                f"again; training goes on. It said: {error}",
            )

    def _drop(self, subscription: _Subscription) -> None:
        self._subscriptions = tuple(s for s in self._subscriptions if s is not subscription)
        self.next_due = min((s.due for s in self._subscriptions), default=math.inf)


def _same_batch(told: Progress | None, event: Progress) -> bool:
    if isinstance(told, LRFindProgress) or isinstance(event, LRFindProgress) or type(told) is not type(event):
        return told == event
    assert told is not None
    return (told.epoch, told.step, told.batch) == (event.epoch, event.step, event.batch)
