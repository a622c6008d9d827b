"""Which callback handles which event, in which order: worked out once, then a lookup."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from typing import TypeAlias

from fastlearn.train.callback import BATCH_EVENTS, EVENTS, Callback

__all__ = ["CLEAN_UP_EVENTS", "Handlers", "name_error", "order_callbacks", "resolve"]

Handler: TypeAlias = Callable[[], None]
Handlers: TypeAlias = dict[str, tuple[Handler, ...]]

# Where callbacks put things back: every one of them gets its turn, also after another has raised.
CLEAN_UP_EVENTS = frozenset(
    event
    for event in EVENTS
    if event.startswith("after_") and event not in ("after_create", "after_pred", "after_loss")
)


def order_callbacks(cbs: Sequence[Callback]) -> list[Callback]:
    """`cbs` sorted by `order`, then by position, except where `before` and `after` of one name the class of another.

    Raises: ValueError if those declarations contradict each other.
    """
    followers: list[set[int]] = [set() for _ in cbs]
    for i, cb in enumerate(cbs):
        for j, other in enumerate(cbs):
            if i != j and isinstance(other, tuple(cb.before)):
                followers[i].add(j)
            if i != j and isinstance(other, tuple(cb.after)):
                followers[j].add(i)
    waiting_for = [sum(i in f for f in followers) for i in range(len(cbs))]
    ready = [(cb.order, i) for i, cb in enumerate(cbs) if waiting_for[i] == 0]
    heapq.heapify(ready)
    ordered: list[int] = []
    while ready:
        _, i = heapq.heappop(ready)
        ordered.append(i)
        for j in followers[i]:
            waiting_for[j] -= 1
            if waiting_for[j] == 0:
                heapq.heappush(ready, (cbs[j].order, j))
    if len(ordered) < len(cbs):
        left = [cb.name for i, cb in enumerate(cbs) if i not in ordered]
        raise ValueError(
            f"The callbacks {', '.join(left)} cannot be put in order: what they declare as `before` and `after` goes "
            "round in a circle. Try removing one of those declarations."
        )
    return [cbs[i] for i in ordered]


def resolve(cbs: Sequence[Callback], training: bool, first_process: bool = True) -> Handlers:
    """The bound methods to call at each event; what each callback says of when it runs is obeyed."""

    def hears(cb: Callback, event: str) -> bool:
        wanted = (cb.run_train if training else cb.run_valid) or event not in BATCH_EVENTS
        here = first_process or not cb.first_process_only
        return cb.run and here and wanted and callable(getattr(cb, event, None))

    return {event: tuple(getattr(cb, event) for cb in cbs if hears(cb, event)) for event in EVENTS}


def name_error(error: BaseException, where: str) -> None:
    """Put `where` in front of the message of `error`, once; the error keeps its type and its traceback."""
    if getattr(error, "_fastlearn_named", False):
        return
    error._fastlearn_named = True  # type: ignore[attr-defined]
    if len(error.args) == 1 and isinstance(error.args[0], str) and not isinstance(error, KeyError):
        error.args = (f"{where}: {error.args[0]}",)
    elif hasattr(error, "add_note"):  # Python 3.11; other arguments carry a meaning of their own
        error.add_note(where)
