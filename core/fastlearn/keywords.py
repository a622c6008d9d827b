"""Keyword arguments that make no sense: a name that nobody knows, or a number that is too small."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from numbers import Integral
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

# What other libraries call a thing -> what it is called here.
SYNONYMS = {
    "momentum": "mom", "weight_decay": "wd", "learning_rate": "lr", "epsilon": "eps", "alpha": "sqr_mom",
    "beta1": "mom", "beta2": "sqr_mom", "betas": "mom", "batch_size": "bs", "epochs": "n_epoch",
}  # fmt: skip


def check_keywords(function: Callable[P, R]) -> Callable[P, R]:
    """Decorate `function` so that a misspelt keyword argument raises a TypeError with a "did you mean".

    A method is named with the class of the object that it was called on. Functions that take `**kwargs` have nothing
    to check and are refused.
    """
    parameters = inspect.signature(function).parameters
    if takes_any_keyword(function):
        raise TypeError(f"{function.__qualname__} takes any keyword argument, so there is nothing to check.")
    known = frozenset(parameters)

    @functools.wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        __tracebackhide__ = True
        if not known.issuperset(kwargs):
            raise unknown_keyword(_called(function, args), next(k for k in kwargs if k not in known), known)
        return function(*args, **kwargs)

    return checked


def takes_any_keyword(function: Callable[..., Any]) -> bool:
    """Whether `function` takes `**kwargs`."""
    return any(p.kind is inspect.Parameter.VAR_KEYWORD for p in inspect.signature(function).parameters.values())


def unknown_keyword(owner: str, keyword: str, known: Iterable[str]) -> TypeError:
    """The error for `keyword`, which `owner` does not take; the caller raises it."""
    names = sorted(set(known) - {"self", "cls"})
    hint = did_you_mean(keyword, names) or f" It takes: {', '.join(names)}."
    return TypeError(f"{owner}() got an unexpected keyword argument {keyword!r}.{hint}")


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """The end of a message: which of `names` was probably meant by `word`; empty where none is close."""
    known = list(names)
    turned = [name for name in known if sorted(name.split("_")) == sorted(word.split("_"))]  # max_lr for lr_max
    close = turned or _meant(word, known) or get_close_matches(word, known, n=1, cutoff=0.6)
    return f" Did you mean {close[0]!r}?" if close else ""


def _meant(keyword: str, names: list[str]) -> list[str]:
    """What `keyword`, or the word of another library that it is close to, is called among `names`."""
    if get_close_matches(keyword, names, n=1, cutoff=0.8):
        return []
    words = get_close_matches(keyword, SYNONYMS, n=1, cutoff=0.8)
    return [SYNONYMS[word] for word in words if SYNONYMS[word] in names]


def _called(function: Callable[..., Any], args: tuple[Any, ...]) -> str:
    """The name under which the user called `function`: with the class that inherits it, not the one that defines it."""
    if not args or next(iter(inspect.signature(function).parameters)) not in ("self", "cls"):
        return function.__qualname__
    owner = args[0].__name__ if isinstance(args[0], type) else type(args[0]).__name__
    return owner if function.__name__ == "__init__" else f"{owner}.{function.__name__}"


def at_least(name: str, value: int, least: int) -> int:
    """`value`, a whole number from `least` up. Raises: ValueError if it is none."""
    if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
        raise ValueError(f"`{name}` is a whole number from {least} up, but got {value!r}. Try {name}={max(least, 5)}.")
    return int(value)
