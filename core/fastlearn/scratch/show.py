"""A live view of what happens, where one is installed and a front end can draw it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from fastlearn.train.events import Events

__all__ = ["shown_on"]


@contextmanager
def shown_on(listener: Callable[[Any], None] | None, events: Events) -> Iterator[bool]:
    """Send the `events` of what happens inside to `listener`, if there is one; gives whether there is."""
    if listener is None:
        yield False
        return
    unsubscribe = events.subscribe(listener, getattr(listener, "every", 0.1))
    try:
        yield True
    finally:
        unsubscribe()
