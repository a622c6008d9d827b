"""Which callback handles which event, in which order: worked out once, then a lookup."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches
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

    Raises: ValueError if those declarations contradict each other; TypeError if they are no classes and no names.
    """
    followers: list[set[int]] = [set() for _ in cbs]
    for i, cb in enumerate(cbs):
        before, after = declared(cb, "before"), declared(cb, "after")
        if not (before or after):
            continue
        for j, other in enumerate(cbs):
            if i != j and _is_one_of(other, before):
                followers[i].add(j)
            if i != j and _is_one_of(other, after):
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


def declared(cb: Callback, word: str) -> list[type | str]:
    """What `cb` declares as `before` or `after` (or as `run_before`, `run_after`): classes, and names of classes.

    Raises: TypeError for anything else; ValueError for a name that is almost that of a callback.
    """
    found: list[type | str] = []
    for attribute in (word, f"run_{word}"):
        value = getattr(cb, attribute, ())
        for one in value if isinstance(value, list | tuple | set | frozenset) else [value]:
            if not isinstance(one, type | str):
                raise TypeError(
                    f"`{attribute}` of {type(cb).__name__} is a callback class, its name, or a list of those, but got "
                    f"{one!r}. Try {attribute} = Recorder."
                )
            if isinstance(one, str):
                _check_name(one, f"`{attribute}` of {type(cb).__name__}")
            found.append(one)
    return found


def _is_one_of(cb: Callback, classes: Sequence[type | str]) -> bool:
    names = {base.__name__ for base in type(cb).__mro__}
    return any(one in names if isinstance(one, str) else isinstance(cb, one) for one in classes)


def _check_name(name: str, where: str) -> None:
    """Raise ValueError if no callback is called `name` but one almost is; one that is not imported may come later."""
    known = {cls.__name__ for cls in _subclasses(Callback)}
    close = get_close_matches(name, known, n=1, cutoff=0.8)
    if name not in known and close:
        raise ValueError(f"{where} names {name!r}, but no callback is called that. Did you mean {close[0]!r}?")


def _subclasses(cls: type[Callback]) -> Iterator[type[Callback]]:
    for sub in cls.__subclasses__():
        yield sub
        yield from _subclasses(sub)


def resolve(cbs: Sequence[Callback], training: bool, first_process: bool = True) -> Handlers:
    """The bound methods to call at each event; what each callback says of when it runs is obeyed."""

    def hears(cb: Callback, event: str) -> bool:
        wanted = (cb.run_train if training else cb.run_valid) or event not in BATCH_EVENTS
        here = first_process or not cb.first_process_only
        there = hasattr(type(cb), event) or event in vars(cb)  # without asking `Callback.__getattr__`, which takes time
        return cb.run and here and wanted and there and callable(getattr(cb, event))

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
