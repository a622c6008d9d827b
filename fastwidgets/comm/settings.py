"""Settings of a widget that nobody knows are refused before it does anything; traitlets would pass them over."""

from __future__ import annotations

import inspect
from collections.abc import Iterable

from fastlearn.keywords import unknown_keyword
from traitlets import HasTraits

__all__ = ["check_settings", "pixels"]

NAMED = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY
LEAST, MOST = 100, 10_000  # pixels of a widget


def check_settings(widget: type[HasTraits], given: Iterable[str]) -> None:
    """Raises: TypeError, with a "did you mean", if one of the names `given` is no setting of `widget`."""
    named = {
        name
        for one in widget.__mro__
        if "__init__" in vars(one)
        for name, parameter in inspect.signature(one.__init__).parameters.items()  # type: ignore[misc]
        if parameter.kind in NAMED
    }
    known = named | set(widget.class_trait_names())
    unknown = next((name for name in given if name not in known), None)
    if unknown is not None:
        raise unknown_keyword(widget.__name__, unknown, named)


def pixels(name: str, value: object) -> int:
    """`value`, a length of a widget. Raises: ValueError if it is none that fits on a page."""
    if isinstance(value, bool) or not isinstance(value, int) or not LEAST <= value <= MOST:
        raise ValueError(f"`{name}` is a whole number of pixels from {LEAST} to {MOST}, but got {value!r}.")
    return value
