"""Callbacks: objects whose methods, named after events, may change training."""

from __future__ import annotations

import difflib
import re
import weakref
from collections.abc import Callable, Sequence
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from fastlearn.keywords import check_keywords, takes_any_keyword

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.optim import Optimizer

    from fastlearn.train.control import FitControl
    from fastlearn.train.history import History
    from fastlearn.train.learner import Learner

__all__ = ["BATCH_EVENTS", "EVENTS", "Callback"]

EVENTS = (
    "after_create",
    "before_fit",
    "before_epoch",
    "before_train",
    "before_batch",
    "after_pred",
    "after_loss",
    "before_backward",
    "after_cancel_backward",
    "after_backward",
    "before_step",
    "after_cancel_step",
    "after_step",
    "after_cancel_batch",
    "after_batch",
    "after_cancel_train",
    "after_train",
    "before_validate",
    "after_cancel_validate",
    "after_validate",
    "after_cancel_epoch",
    "after_epoch",
    "after_cancel_fit",
    "after_fit",
)
_EVENTS = frozenset(EVENTS)
BATCH_EVENTS = frozenset(EVENTS[EVENTS.index("before_batch") : EVENTS.index("after_batch") + 1])

T = TypeVar("T")


class FromLearner(Generic[T]):
    """A read-only property of a callback that is the learner's attribute of the same name."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        self.__doc__ = f"The learner's `{name}`; to change it, assign to `self.learn.{name}`."

    @overload
    def __get__(self, callback: None, owner: type) -> FromLearner[T]: ...
    @overload
    def __get__(self, callback: Callback, owner: type) -> T: ...
    def __get__(self, callback: Callback | None, owner: type) -> FromLearner[T] | T:
        if callback is None:
            return self
        value: T = getattr(callback.learn, self.name)
        return value

    def __set__(self, callback: Callback, value: T) -> None:
        raise AttributeError(
            f"`{self.name}` belongs to the learner and cannot be set on {type(callback).__name__}. "
            f"Try self.learn.{self.name} = ..."
        )


class Fallback:
    """The learner's attribute `source` where the callback has none of its own by this name."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.__doc__ = f"The learner's `{source}`, unless the callback keeps something of its own here."

    def __get__(self, callback: Callback | None, owner: type) -> Any:  # no __set__: an attribute of its own comes first
        return self if callback is None else getattr(callback.learn, self.source)


class Callback:
    """Base class: define methods named after events (`EVENTS`) and attach an instance to a learner.

    `order` sorts the callbacks of a learner, lower first; `before` and `after` name classes that this one must precede
    or follow whatever the order says: a class, its name in quotes, or several of them (`run_before` and `run_after` are
    older words for the two). `run=False` silences a callback, `run_train=False` and `run_valid=False` silence
    its per-batch events in training or validation; a change counts from the next training or validation part on.
    `remove_on_fetch=True` leaves a callback out when predictions are gathered, `in_lr_find=False` out of searches for a
    learning rate: one that moves the rate itself, or writes files. `first_process_only=True` leaves it to the first of
    several processes that train together: one that prints or writes. `only_reads=True` promises that
    tensors are not changed in place, which spares a copy of each loss.

    Functions can be given instead of a subclass: `Callback(after_batch=lambda self: print(self.iter))`.
    """

    order: int = 0
    before: type | str | Sequence[type | str] = ()
    after: type | str | Sequence[type | str] = ()
    run: bool = True
    run_train: bool = True
    run_valid: bool = True
    remove_on_fetch: bool = False
    in_lr_find: bool = True
    first_process_only: bool = False
    only_reads: bool = False
    _learn: weakref.ReferenceType[Learner] | None = None  # weak: a learner that is dropped frees its model at once

    model: FromLearner[nn.Module] = FromLearner()
    dls: FromLearner[Any] = FromLearner()
    dl: FromLearner[Any] = FromLearner()
    opt: FromLearner[Optimizer] = FromLearner()
    opt_func: FromLearner[Callable[..., Optimizer]] = FromLearner()
    cbs: FromLearner[list[Callback]] = FromLearner()
    loss_func: FromLearner[Any] = FromLearner()
    xb: FromLearner[tuple[Any, ...]] = FromLearner()
    yb: FromLearner[tuple[Any, ...]] = FromLearner()
    x: FromLearner[Any] = FromLearner()
    y: FromLearner[Any] = FromLearner()
    pred: FromLearner[Any] = FromLearner()
    loss: FromLearner[Tensor] = FromLearner()
    loss_grad: FromLearner[Tensor] = FromLearner()
    smooth_loss: FromLearner[float] = FromLearner()
    epoch: FromLearner[int] = FromLearner()
    n_epoch: FromLearner[int] = FromLearner()
    iter: FromLearner[int] = FromLearner()
    n_iter: FromLearner[int] = FromLearner()
    train_iter: FromLearner[int] = FromLearner()
    pct_train: FromLearner[float] = FromLearner()
    training: FromLearner[bool] = FromLearner()
    metrics: FromLearner[Any] = FromLearner()
    recorder: FromLearner[Any] = FromLearner()
    control: FromLearner[FitControl] = FromLearner()
    history: FromLearner[History] = FromLearner()
    lr: Any = Fallback("lr")
    path: Any = Fallback("path")
    data: Any = Fallback("dls")

    def __init__(self, **events: Callable[..., Any]) -> None:
        for event, function in events.items():
            if event not in EVENTS:
                raise TypeError(f"{event!r} is not an event of the training loop.{_did_you_mean(event)}")
            setattr(self, event, MethodType(function, self))

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """A misspelt keyword argument of any callback is said, with a "did you mean"."""
        super().__init_subclass__(**kwargs)
        own = vars(cls).get("__init__")
        if isinstance(own, FunctionType) and not takes_any_keyword(own):
            cls.__init__ = check_keywords(own)  # type: ignore[method-assign]

    if not TYPE_CHECKING:  # a checker would take every attribute for known

        def __getattr__(self, name: str) -> Any:
            """No attribute: the error says where it is, if the learner has it."""
            if name in _EVENTS or name.startswith("_"):
                raise AttributeError(name)
            if hasattr(type(self), name):  # a property that failed: its own error
                return object.__getattribute__(self, name)
            learn = None if self._learn is None else self._learn()
            there = learn is not None and (name in vars(learn) or hasattr(type(learn), name))
            hint = f" The learner has: try self.learn.{name}." if there else ""
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}.{hint}")

    @property
    def learn(self) -> Learner:
        """The learner that this callback is attached to.

        Raises: RuntimeError if it is not attached, or if the learner is gone.
        """
        learn = None if self._learn is None else self._learn()
        if learn is None:
            raise RuntimeError(
                f"{type(self).__name__} is not attached to a learner. Try learn.add_cb(...), or keep a "
                "reference to the learner while you use its callbacks."
            )
        return learn

    @property
    def name(self) -> str:
        """Class name in snake_case without the word callback: the attribute under which the learner offers it."""
        stem = type(self).__name__.removesuffix("Callback") or "Callback"
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", stem).lower()

    def __repr__(self) -> str:
        return type(self).__name__

    def attach(self, learn: Learner) -> None:
        """Belong to `learn` from now on.

        Raises: TypeError if a method is almost named like an event: it would never be called.
        """
        for attribute in dir(type(self)):
            if attribute.startswith(("before_", "after_")) and attribute not in EVENTS and _did_you_mean(attribute):
                raise TypeError(
                    f"{type(self).__name__}.{attribute} is named like an event but there is none of that name."
                    f"{_did_you_mean(attribute)} Or begin the name with an underscore."
                )
        self._learn = weakref.ref(learn)

    def belongs_to(self, learn: Any) -> bool:
        """Whether it was attached to `learn` last."""
        return self._learn is not None and self._learn() is learn

    def detach(self) -> None:
        """Belong to no learner."""
        self._learn = None


def _did_you_mean(event: str) -> str:
    close = difflib.get_close_matches(event, EVENTS, n=1, cutoff=0.85)
    return f" Did you mean {close[0]!r}?" if close else ""
