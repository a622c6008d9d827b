"""Reading the type that a function's first argument is annotated with, once, so that calls can test it fast."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable
from typing import Any

Types = tuple[type, ...] | None  # None: any type


def accepts(wanted: Types, value: Any) -> bool:
    """Whether `value` is of one of the types `wanted`."""
    return wanted is None or isinstance(value, wanted)


def first_argument_types(function: Callable[..., Any]) -> Types:
    """The types that the first argument of `function` is annotated with; None where there is no usable annotation.

    Unions give all of their members, generics (`list[int]`) their class. What cannot be resolved or tested (a name
    that exists nowhere, a protocol, a type variable) means any type.
    """
    try:
        names = list(inspect.signature(function).parameters)
    except (TypeError, ValueError):  # builtins without a signature
        return None
    plain = getattr(function, "__func__", function)
    plain = plain if inspect.isroutine(plain) else type(function).__call__
    annotation = getattr(plain, "__annotations__", {}).get(names[0]) if names else None
    if annotation is None:
        return None
    return _flatten(_resolve(annotation, names[0], plain))


def _resolve(annotation: Any, name: str, function: Any) -> Any:
    if not isinstance(annotation, str):
        return annotation
    try:  # other annotations of the function may be unresolvable: look at this one alone
        known = getattr(inspect.unwrap(function), "__globals__", {})
        alone = types.SimpleNamespace(__annotations__={name: annotation})
        return typing.get_type_hints(alone, known, _closure(function))[name]
    except Exception:
        return Any


def _closure(function: Any) -> dict[str, Any]:
    try:
        return dict(inspect.getclosurevars(function).nonlocals)
    except (TypeError, ValueError):
        return {}


def _flatten(annotation: Any) -> Types:
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return _flatten(typing.get_args(annotation)[0])
    if origin is typing.Union or origin is types.UnionType:
        members = [_flatten(member) for member in typing.get_args(annotation)]
        return None if any(m is None for m in members) else tuple(t for m in members if m for t in m)
    candidate = origin or annotation
    if not isinstance(candidate, type):
        return None
    try:
        isinstance(None, candidate)
    except TypeError:  # a protocol that cannot be tested at run time
        return None
    return None if candidate is object else (candidate,)
