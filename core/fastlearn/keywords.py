"""Keyword arguments that nobody knows: the error says which name was probably meant."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def check_keywords(function: Callable[P, R]) -> Callable[P, R]:
    """Decorate `function` so that a misspelt keyword argument raises a TypeError with a "did you mean".

    A method is named with the class of the object that it was called on. Functions that take `**kwargs` have nothing
    to check and are refused.
    """
    parameters = inspect.signature(function).parameters
    if any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values()):
        raise TypeError(f"{function.__qualname__} takes any keyword argument, so there is nothing to check.")
    known = frozenset(parameters)

    @functools.wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        if not known.issuperset(kwargs):
            raise unknown_keyword(_called(function, args), next(k for k in kwargs if k not in known), known)
        return function(*args, **kwargs)

    return checked


def unknown_keyword(owner: str, keyword: str, known: Iterable[str]) -> TypeError:
    """The error for `keyword`, which `owner` does not take; the caller raises it."""
    names = sorted(set(known) - {"self", "cls"})
    turned = [name for name in names if sorted(name.split("_")) == sorted(keyword.split("_"))]  # max_lr for lr_max
    close = turned or get_close_matches(keyword, names, n=1, cutoff=0.6)
    hint = f" Did you mean {close[0]!r}?" if close else f" It takes: {', '.join(names)}."
    return TypeError(f"{owner}() got an unexpected keyword argument {keyword!r}.{hint}")


def _called(function: Callable[..., Any], args: tuple[Any, ...]) -> str:
    """The name under which the user called `function`: with the class that inherits it, not the one that defines it."""
    if not args or next(iter(inspect.signature(function).parameters)) not in ("self", "cls"):
        return function.__qualname__
    owner = args[0].__name__ if isinstance(args[0], type) else type(args[0]).__name__
    return owner if function.__name__ == "__init__" else f"{owner}.{function.__name__}"
