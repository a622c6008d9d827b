"""From layer groups to the parameter groups of a torch optimizer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from torch import Tensor, nn

from fastlearn.models.groups import norm_bias_params

ParamGroup: TypeAlias = dict[str, Any]
Params: TypeAlias = Iterable[Tensor] | Iterable[Sequence[Tensor]] | Iterable[ParamGroup]

_FUSED_DEVICES = frozenset({"cpu", "cuda", "mps", "xpu"})


def make_param_groups(
    layer_groups: Iterable[Iterable[Tensor]], model: nn.Module, wd_bn_bias: bool = False
) -> list[ParamGroup]:
    """One or two optimizer groups per layer group: norm and bias parameters are not decayed unless `wd_bn_bias`.

    Every group carries `"layer_group"` (its position, used for learning rates per group) and `"do_wd"`. A parameter
    named twice (tied weights) stays in its first group.
    """
    undecayed = set() if wd_bn_bias else {id(p) for p in norm_bias_params(model)}
    seen: set[int] = set()
    groups: list[ParamGroup] = []
    for i, layer_group in enumerate(layer_groups):
        fresh = _first_time(layer_group, seen)
        without = [p for p in fresh if id(p) in undecayed]
        groups.append({"params": [p for p in fresh if id(p) not in undecayed], "layer_group": i, "do_wd": True})
        if without:
            groups.append({"params": without, "layer_group": i, "do_wd": False, "weight_decay": 0.0})
    return groups


def to_param_groups(params: Params) -> list[ParamGroup]:
    """`params` as torch's group dicts, each with its `"layer_group"`.

    Raises: TypeError if the list holds anything but tensors, lists of tensors or dicts with a `"params"` list.
    """
    given: list[Any] = [params] if isinstance(params, Tensor) else list(params)
    if not given:
        raise ValueError("An optimizer needs at least one parameter, but got none. Does the model have layers?")
    if all(isinstance(p, Tensor) for p in given):
        given = [given]
    groups = [dict(g) if isinstance(g, dict) else {"params": g} for g in given]
    for i, group in enumerate(groups):
        group["params"] = _tensors(group.get("params"), i)
        group.setdefault("layer_group", i)
    return groups


def can_fuse(groups: Iterable[ParamGroup]) -> bool:
    """Whether torch's fused kernels take every parameter: floating point, on a device that has such kernels."""
    return all(p.is_floating_point() and p.device.type in _FUSED_DEVICES for g in groups for p in g["params"])


def _first_time(layer_group: Iterable[Tensor], seen: set[int]) -> list[Tensor]:
    fresh = []
    for p in layer_group:
        if id(p) not in seen:
            seen.add(id(p))
            fresh.append(p)
    return fresh


def _tensors(value: Any, position: int) -> list[Tensor]:
    tensors = [value] if isinstance(value, Tensor) else list(value) if isinstance(value, Iterable) else [value]
    for p in tensors:
        if not isinstance(p, Tensor):
            raise TypeError(
                f"Parameter group {position} should be a list of tensors, but holds a {type(p).__name__}. "
                "Try list(model.parameters()), or one such list per layer group."
            )
    return tensors
