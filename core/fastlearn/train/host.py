"""The part of a learner that holds callbacks and fires events at them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

from fastlearn.train.callback import EVENTS, Callback
from fastlearn.train.cancel import CancelException
from fastlearn.train.dispatch import CLEAN_UP_EVENTS, Handlers, name_error, order_callbacks, resolve
from fastlearn.warn import warn_user

if TYPE_CHECKING:
    from fastlearn.distributed.processes import Processes
    from fastlearn.train.learner import Learner

__all__ = ["CallbackHost", "Callbacks"]

Callbacks: TypeAlias = "Callback | type[Callback] | Iterable[Callback | type[Callback]] | None"
Host = TypeVar("Host", bound="CallbackHost")


class CallbackHost:
    """Callbacks by position (`cbs`) and by name (`learn.recorder`), and the events that reach them.

    Calling the host fires an event: `learn("before_batch")`.
    """

    cbs: list[Callback]
    handlers: Handlers  # by event; an event without any need not be fired
    training: bool
    loss_may_change: bool  # a callback handles the loss before the backward pass, so `loss` is a copy of it
    processes: Processes | None = None  # those that train the model together; None where this one is alone
    cleaning_up: bool  # an error, an interrupt or an outer stage's cancel is passing through

    def __init__(self) -> None:
        self.cbs, self.training, self.cleaning_up = [], False, False
        self.refresh_callbacks()

    # Attaching

    def add_cbs(self: Host, cbs: Callbacks) -> Host:
        """Attach callbacks, given as instances or classes. Each also becomes an attribute, `learn.<its name>`.

        Those that are attached already stay as they are.
        Raises: ValueError if their declared order has a contradiction; then none is attached.
        """
        new = self._not_attached(cbs)
        ordered = order_callbacks([*self.cbs, *new])
        for cb in new:
            self._check_name_is_free(cb)
            cb.attach(cast("Learner", self))
            setattr(self, cb.name, cb)
        self.cbs = ordered
        self.refresh_callbacks()
        return self

    def add_cb(self: Host, cb: Callback | type[Callback]) -> Host:
        """Attach one callback."""
        return self.add_cbs([cb])

    def remove_cbs(self: Host, cbs: Callbacks) -> Host:
        """Detach callbacks; a class stands for all attached callbacks of that class. Those not attached are skipped."""
        for cb in [cbs] if isinstance(cbs, Callback | type) else list(cbs or ()):
            for attached in [a for a in self.cbs if (isinstance(a, cb) if isinstance(cb, type) else a is cb)]:
                self._detach(attached)
        self.refresh_callbacks()
        return self

    def remove_cb(self: Host, cb: Callback | type[Callback]) -> Host:
        """Detach one callback, or all of a class."""
        return self.remove_cbs([cb])

    @contextmanager
    def added_cbs(self: Host, cbs: Callbacks) -> Iterator[Host]:
        """Attach callbacks for the length of a `with` block; those that are attached already stay afterwards."""
        new = self._not_attached(cbs)
        self.add_cbs(new)
        try:
            yield self
        finally:
            self.remove_cbs(new)

    @contextmanager
    def removed_cbs(self: Host, cbs: Callbacks) -> Iterator[Host]:
        """Detach callbacks for the length of a `with` block; they come back at the same place."""
        before = list(self.cbs)
        self.remove_cbs(cbs)
        away = [cb for cb in before if cb not in self.cbs]
        try:
            yield self
        finally:
            added = [cb for cb in self.cbs if cb not in before]
            for cb in away:
                cb.attach(cast("Learner", self))
                setattr(self, cb.name, cb)
            self.cbs = order_callbacks([*before, *added])
            self.refresh_callbacks()

    def ordered_cbs(self, event: str) -> list[Callback]:
        """The callbacks that handle `event`, in the order in which they are called."""
        return [cb for cb in self.cbs if callable(getattr(cb, event, None))]

    def refresh_callbacks(self) -> None:
        """Look up again who handles what: after adding, removing, or switching a callback's `run` in a running fit."""
        for cb in self.cbs:
            if not cb.belongs_to(self):  # it was given to another learner meanwhile
                cb.attach(cast("Learner", self))
        self.handlers = resolve(self.cbs, self.training, self.processes is None or self.processes.first)
        near_loss = (*self.handlers["after_loss"], *self.handlers["before_backward"])
        self.loss_may_change = not all(getattr(_owner(handler), "only_reads", False) for handler in near_loss)

    # Firing

    def __call__(self, event: str) -> None:
        """Fire `event`."""
        self.fire(event)

    def fire(self, event: str) -> None:
        """Call every handler of `event`. An error is named after callback and event; clean-up events reach all."""
        __tracebackhide__ = True
        handlers = self.handlers[event]
        if not handlers:
            return
        left = iter(handlers)
        try:
            for handler in left:
                handler()
        except BaseException as error:
            if not isinstance(error, CancelException):
                name_error(error, _place(handler, event))
            if event in CLEAN_UP_EVENTS:
                self._finish_quietly(left, event)
            raise

    def clean_up(self, *events: str) -> None:
        """Fire `events` while an error or interrupt passes through: what they raise is reported and never hides it."""
        outer, self.cleaning_up = self.cleaning_up, True
        try:
            for event in events:
                self._finish_quietly(self.handlers[event], event)
        finally:
            self.cleaning_up = outer

    def _finish_quietly(self, handlers: Iterable[Callable[[], None]], event: str) -> None:
        for handler in handlers:
            try:
                handler()
            except CancelException:
                pass  # the stage is ending anyway
            except Exception as error:
                warn_user(
                    f"While cleaning up, {_place(handler, event)} raised {type(error).__name__}: {error}",
                )

    def _not_attached(self, cbs: Callbacks) -> list[Callback]:
        return [cb for cb in dict.fromkeys(as_callbacks(cbs)) if cb not in self.cbs]

    def _detach(self, cb: Callback) -> None:
        self.cbs = [other for other in self.cbs if other is not cb]
        cb.detach()
        if getattr(self, cb.name, None) is cb:
            delattr(self, cb.name)
            for namesake in self.cbs:
                if namesake.name == cb.name:
                    setattr(self, cb.name, namesake)

    def _check_name_is_free(self, cb: Callback) -> None:
        taken = getattr(type(self), cb.name, None) is not None or cb.name in EVENTS
        if taken or not isinstance(getattr(self, cb.name, cb), Callback):
            raise ValueError(
                f"{type(cb).__name__} would become the attribute {cb.name!r}, which a learner already has for something"
                " else. Try another class name."
            )


def as_callbacks(cbs: Callbacks) -> list[Callback]:
    """`cbs` as a list of instances; classes are called without arguments.

    Raises: TypeError for anything that is not a callback.
    """
    given = [cbs] if isinstance(cbs, Callback | type) else list(cbs or ())
    made = [cb() if isinstance(cb, type) else cb for cb in given]
    for cb in made:
        if not isinstance(cb, Callback):
            raise TypeError(f"A callback is a Callback or a subclass of it, but got {cb!r}. Try cbs=[MyCallback()].")
    return made


def _owner(handler: Any) -> Any:
    return getattr(handler, "__self__", None)


def _place(handler: Any, event: str) -> str:
    owner = _owner(handler)
    return f"{type(owner).__name__}.{event}" if owner is not None else f"{handler!r} at {event}"
