"""Objects as JSON: a class by name and its constructor's arguments; and objects made from that again."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from fastlearn.bundle.names import CannotExport, Trust, path_of
from fastlearn.data.pipeline import Pipeline
from fastlearn.data.transform import Transform
from fastlearn.runs.packing import CannotPack, pack, unpack

__all__ = ["from_spec", "names_in", "to_spec"]

_RNN = ("input_size", "hidden_size", "num_layers", "bias", "batch_first", "dropout", "bidirectional")  # behind *args

Tensors = dict[str, Tensor]


def to_spec(thing: Any, tensors: Tensors, name: str) -> Any:
    """`thing` as JSON, its tensors in `tensors`; `name` says in errors what it is.

    Raises: CannotExport, naming the part, for what no constructor's arguments or import path describe.
    """
    if isinstance(thing, list | tuple):
        parts = [to_spec(part, tensors, f"{name}.{i}") for i, part in enumerate(thing)]
        return parts if isinstance(thing, list) else {"$tuple": parts}
    if isinstance(thing, re.Pattern):
        return thing.pattern
    try:
        return pack(thing, tensors, name)
    except CannotPack:
        pass
    try:
        return _object_spec(thing, tensors, name)
    except CannotExport as error:
        raise CannotExport(f"{name}: {error}") from None


def from_spec(spec: Any, tensors: Mapping[str, Tensor], trust: Trust) -> Any:
    """The thing that `to_spec` described.

    Raises: UntrustedCode for code that is neither ours nor trusted.
    """
    if isinstance(spec, list):
        return [from_spec(part, tensors, trust) for part in spec]
    if not isinstance(spec, dict):
        return spec
    if "$tuple" in spec:
        return tuple(from_spec(part, tensors, trust) for part in spec["$tuple"])
    if "$code" in spec:
        return trust.get(spec["$code"])
    if "$partial" in spec:
        function, args, options = (from_spec(part, tensors, trust) for part in spec["$partial"])
        return functools.partial(function, *args, **options)
    if "$make" in spec:
        return _made(spec, tensors, trust)
    if any(key.startswith("$") for key in spec):
        return unpack(spec, tensors)
    return {key: from_spec(value, tensors, trust) for key, value in spec.items()}


def names_in(spec: Any) -> set[str]:
    """Every import path that a spec holds."""
    if isinstance(spec, list):
        return set().union(*(names_in(part) for part in spec)) if spec else set()
    if not isinstance(spec, dict):
        return set()
    own = {value for key, value in spec.items() if key in ("$code", "$make") and isinstance(value, str)}
    return own.union(*(names_in(value) for value in spec.values()))


def arguments_of(thing: Any) -> dict[str, Any]:
    """The constructor's arguments of `thing`: what it says itself, or its attributes of the same names.

    Raises: CannotExport, naming them, if some are not kept under their names.
    """
    if hasattr(thing, "constructor_arguments"):
        return dict(thing.constructor_arguments())
    if isinstance(thing, nn.RNNBase):
        return {name: getattr(thing, name) for name in _RNN}
    parameters = inspect.signature(type(thing).__init__).parameters
    wanted = [
        p for name, p in parameters.items() if name not in ("self", "device", "dtype") and p.kind < 4 and p.kind != 2
    ]
    found, missing = {}, []
    for parameter in wanted:
        if _is_kept(thing, parameter.name):
            value = _plain_argument(thing, parameter.name)
            if not _is_torchs_default(thing, value, parameter.default):
                found[parameter.name] = value
        elif parameter.default is inspect.Parameter.empty:
            missing.append(parameter.name)
    for parameter in parameters.values():
        if parameter.kind is parameter.VAR_KEYWORD and isinstance(getattr(thing, parameter.name, None), dict):
            found.update(getattr(thing, parameter.name))
    if missing:
        raise CannotExport(
            f"{type(thing).__name__} does not keep what its constructor takes ({', '.join(missing)}) as attributes of "
            "the same names, so it cannot be made again. Keep them, as in self.size = size."
        )
    return found


def _object_spec(thing: Any, tensors: Tensors, name: str) -> Any:
    if isinstance(thing, functools.partial):
        return {"$partial": [to_spec(part, tensors, name) for part in (thing.func, list(thing.args), thing.keywords)]}
    if isinstance(thing, Pipeline):
        return to_spec(list(thing.fs), tensors, name)
    if isinstance(thing, Mapping):
        return {str(key): to_spec(value, tensors, f"{name}.{key}") for key, value in thing.items()}
    if isinstance(thing, type) or inspect.isroutine(thing):
        return {"$code": path_of(thing)}
    arguments = arguments_of(thing)
    if isinstance(thing, Transform):
        arguments = {**arguments, **_split_and_order(thing)}
    spec = {
        "$make": path_of(type(thing)),
        "args": {k: to_spec(v, tensors, f"{name}.{k}") for k, v in arguments.items()},
    }
    return spec


def _split_and_order(thing: Transform) -> dict[str, Any]:
    """The two settings of every step, where its constructor takes them and they are not the class's own."""
    takes = inspect.signature(type(thing).__init__).parameters
    values = {"split_idx": thing.split_idx, "order": thing.order}
    return {k: v for k, v in values.items() if k in takes and v != getattr(type(thing), k)}


def _made(spec: dict[str, Any], tensors: Mapping[str, Tensor], trust: Trust) -> Any:
    cls = trust.get(spec["$make"])
    return cls(**{name: from_spec(value, tensors, trust) for name, value in spec["args"].items()})


def _is_kept(thing: Any, name: str) -> bool:
    """Whether `name` is an attribute and no method that happens to be called like an argument."""
    return hasattr(thing, name) and getattr(getattr(thing, name), "__self__", None) is not thing


def _is_torchs_default(thing: Any, value: Any, default: Any) -> bool:
    """Whether torch would set `value` anyway: an older torch may not know the argument, so it is better left out."""
    return type(thing).__module__.startswith("torch") and type(value) is type(default) and bool(value == default)


def _plain_argument(thing: Any, name: str) -> Any:
    """The attribute `name`; torch keeps `bias=True` as a tensor of that name, and its weights are saved elsewhere."""
    value = getattr(thing, name)
    if isinstance(thing, nn.Module) and name == "bias" and not isinstance(value, bool):
        return value is not None
    return value
