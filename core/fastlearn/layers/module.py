"""Shorter ways to write a module: without `super().__init__()`, from one function, or around one parameter."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

from fastlearn.keywords import unknown_keyword


class Module(nn.Module):
    """An `nn.Module` that is ready before its constructor runs, so that a subclass need not call `super().__init__()`.

    Calling it does no harm.
    """

    def __new__(cls, *args: Any, **kwargs: Any) -> Module:
        made = super().__new__(cls)
        nn.Module.__init__(made)
        return made

    def __init__(self) -> None:
        pass


class ParameterModule(Module):
    """A parameter as a layer of its own, so that whoever walks through the layers of a network meets it."""

    def __init__(self, p: nn.Parameter) -> None:
        self.val = p

    def forward(self, x: Tensor) -> Tensor:
        return x


def module(*flds: str, **defaults: Any) -> Callable[[Callable[..., Any]], type[nn.Module]]:
    """Decorate a function `f(self, x)` to make it the forward of a module class of the same name.

    The constructor takes `flds`, then `defaults` with their values, by position or by keyword, and keeps them as
    attributes.
    """
    names = (*flds, *defaults)

    def decorate(forward: Callable[..., Any]) -> type[nn.Module]:
        name = forward.__name__

        def __init__(self: nn.Module, *args: Any, **kwargs: Any) -> None:
            nn.Module.__init__(self)
            for field, value in _bound(name, names, defaults, args, kwargs).items():
                setattr(self, field, value)

        __init__.__signature__ = _signature(flds, defaults)  # type: ignore[attr-defined]
        body = {
            "__init__": __init__,
            "forward": forward,
            "__doc__": forward.__doc__,
            "__module__": forward.__module__,
            "__qualname__": forward.__qualname__,
            "extra_repr": lambda self: ", ".join(f"{field}={getattr(self, field)!r}" for field in names),
        }
        return type(name, (nn.Module,), body)

    return decorate


def _bound(
    name: str, names: tuple[str, ...], defaults: dict[str, Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> dict[str, Any]:
    """The value of every field of the class `name`."""
    if len(args) > len(names):
        raise TypeError(f"{name}() takes {len(names)} arguments ({', '.join(names) or 'none'}), but got {len(args)}.")
    strange = next((key for key in kwargs if key not in names), None)
    if strange is not None:
        raise unknown_keyword(name, strange, names)
    given = dict(zip(names, args, strict=False))
    twice = next((key for key in kwargs if key in given), None)
    if twice is not None:
        raise TypeError(f"{name}() got `{twice}` by position and by keyword.")
    values = {**defaults, **given, **kwargs}
    missing = [field for field in names if field not in values]
    if missing:
        raise TypeError(f"{name}() needs `{missing[0]}`. Try {name}({', '.join(f'{field}=...' for field in missing)}).")
    return {field: values[field] for field in names}


def _signature(flds: tuple[str, ...], defaults: dict[str, Any]) -> inspect.Signature:
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    own = [inspect.Parameter("self", kind)]
    own += [inspect.Parameter(field, kind) for field in flds]
    own += [inspect.Parameter(field, kind, default=value) for field, value in defaults.items()]
    return inspect.Signature(own)
