"""Hyper-parameters of any torch optimizer under one set of names: lr, mom, sqr_mom, wd, eps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import Tensor

from fastlearn.keywords import did_you_mean
from fastlearn.optim.groups import ParamGroup

HyperValue: TypeAlias = "float | Sequence[float] | np.ndarray[Any, np.dtype[Any]]"

# Our name -> torch's keys, each with the position inside the value (None: the value itself). Any other number that a
# group holds, such as nu_1 or trust_coeff, is a hyper-parameter under its own name.
_KEYS: dict[str, tuple[tuple[str, int | None], ...]] = {
    "lr": (("lr", None),),
    "mom": (("betas", 0), ("momentum", None)),
    "sqr_mom": (("betas", 1), ("alpha", None)),
    "wd": (("weight_decay", None),),
    "eps": (("eps", None),),
}
_NOT_HYPERS = frozenset({"params", "layer_group", "do_wd", "weight_decay", "initial_lr"})


def hyper_setter(opt: torch.optim.Optimizer, name: str) -> Callable[[HyperValue], None]:
    """A function that sets `name` in `opt`, to one value or to one per layer group; where it goes is looked up once.

    Groups that are never decayed (`do_wd=False`) keep their weight decay of 0.
    Raises: ValueError if the optimizer has no such hyper-parameter.
    """
    n = n_layer_groups(opt)
    targets = [(g, layer, _key(opt, g, name)) for g, layer in _layered(opt) if name != "wd" or g.get("do_wd", True)]

    def put(value: HyperValue) -> None:
        values = [value] * n if isinstance(value, (float, int)) else _one_per_layer_group(name, value, n)
        for group, layer, (key, index) in targets:
            current = group[key]
            if index is not None:
                group[key] = (*current[:index], values[layer], *current[index + 1 :])
            elif isinstance(current, Tensor):  # compiled and captured optimizers read the rate from a tensor
                current.fill_(values[layer])
            else:
                group[key] = values[layer]

    return put


def set_hyper(opt: torch.optim.Optimizer, name: str, value: HyperValue) -> None:
    """Set `name` (lr, mom, sqr_mom, wd or eps) in `opt` to one value, or to one per layer group."""
    hyper_setter(opt, name)(value)


def get_hyper(opt: torch.optim.Optimizer, name: str) -> list[float]:
    """The value of `name` in each layer group of `opt`; for wd, that of the parameters that are decayed."""
    values = [0.0] * n_layer_groups(opt)
    for group, layer in _layered(opt):
        key, index = _key(opt, group, name)
        if name != "wd" or group.get("do_wd", True):
            values[layer] = float(group[key] if index is None else group[key][index])
    return values


def has_hyper(opt: torch.optim.Optimizer, name: str) -> bool:
    """Whether every group of `opt` has the hyper-parameter `name` (Adagrad, say, has no momentum)."""
    return all(_find(group, name) is not None for group in opt.param_groups)


def hyper_names(opt: torch.optim.Optimizer) -> list[str]:
    """The hyper-parameters that every group of `opt` has."""
    return [name for name in _names(opt.param_groups[0]) if has_hyper(opt, name)]


def layer_groups_of(opt: torch.optim.Optimizer) -> list[list[Tensor]]:
    """The parameters of each layer group of `opt`."""
    groups: list[list[Tensor]] = [[] for _ in range(n_layer_groups(opt))]
    for group, layer in _layered(opt):
        groups[layer].extend(group["params"])
    return groups


def n_layer_groups(opt: torch.optim.Optimizer) -> int:
    """How many layer groups `opt` was built from."""
    return 1 + max(layer for _, layer in _layered(opt))


def _layered(opt: torch.optim.Optimizer) -> list[tuple[ParamGroup, int]]:
    return [(group, group.get("layer_group", i)) for i, group in enumerate(opt.param_groups)]


def _find(group: ParamGroup, name: str) -> tuple[str, int | None] | None:
    if name in group and name != "params":
        return name, None
    return next((place for place in _KEYS.get(name, ()) if place[0] in group), None)


def _names(group: ParamGroup) -> list[str]:
    own = [n for n, value in group.items() if n not in _NOT_HYPERS and isinstance(value, float | Tensor)]
    own = [n for n in own if not any(n == key for places in _KEYS.values() for key, _ in places)]
    return list(dict.fromkeys([*(n for n in _KEYS if _find(group, n) is not None), *own]))


def _key(opt: torch.optim.Optimizer, group: ParamGroup, name: str) -> tuple[str, int | None]:
    place = _find(group, name)
    if place is None:
        known = _names(group)
        hint = did_you_mean(name, known)
        raise ValueError(f"{type(opt).__name__} has no hyper-parameter {name!r}; it has {', '.join(known)}.{hint}")
    return place


def _one_per_layer_group(name: str, value: Any, n: int) -> list[float]:
    values = [float(v) for v in np.asarray(value, dtype=float).reshape(-1)]
    if len(values) == 1:
        return values * n
    if len(values) != n:
        raise ValueError(
            f"`{name}` takes one value or one per layer group ({n} here), but got {len(values)}: {values}. "
            f"Try a single number, or a list of {n}."
        )
    return values
