"""What `run.json` says of a run when it begins."""

from __future__ import annotations

import platform
import reprlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from fastlearn.data.transform import constructor_arguments
from fastlearn.install import package_version
from fastlearn.metrics.base import function_name
from fastlearn.runs.packing import CannotPack, pack
from fastlearn.train.host import as_callbacks

if TYPE_CHECKING:
    from fastlearn.train.learner import Learner

__all__ = ["describe"]


def describe(learn: Learner) -> dict[str, Any]:
    """The call, as code and in parts, and the settings of learner, data and versions; JSON-ready."""
    call = learn.call
    assert call is not None
    arguments = {name: value for name, value in call.arguments.items() if name not in ("cbs", "display")}
    return {
        "code": call.code,
        "call": {
            "method": call.method,
            "arguments": {name: _json(value) for name, value in arguments.items()},
            "cbs": _described(as_callbacks(call.arguments.get("cbs"))),
        },
        "seed": learn.seed,
        "learner": _learner(learn),
        "data": {"train": _loader(learn.dls.train), "valid": _loader(learn.dls.valid)},
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "fastwidgets": package_version("fastwidgets"),
        },
    }


def _learner(learn: Learner) -> dict[str, Any]:
    groups = [{k: _json(v) for k, v in group.items() if k != "params"} for group in learn.opt.param_groups]
    return {
        "model": type(learn.model).__name__,
        "n_params": sum(p.numel() for p in learn.model.parameters()),
        "loss": function_name(learn.loss_func),
        "optimizer": {"class": type(learn.opt).__name__, "groups": groups},
        "lr": _json(learn.lr),
        "wd": learn.wd,
        "moms": list(learn.moms),
        "metrics": [metric.name for metric in learn.metrics],
        "callbacks": _described(learn.cbs),
        "device": str(next((p.device for p in learn.model.parameters()), "cpu")),
    }


def _loader(dl: Any) -> dict[str, Any] | None:
    if dl is None:
        return None
    dataset: Any = getattr(dl, "dataset", None)
    return {
        "batch_size": getattr(dl, "batch_size", None),
        "n_items": len(dataset) if hasattr(dataset, "__len__") else None,
        "seed": getattr(dl, "seed", None),
    }


def _described(cbs: Sequence[Any]) -> list[dict[str, Any]]:
    return [{"class": type(cb).__name__, "settings": _settings(cb)} for cb in cbs]


def _settings(cb: Any) -> dict[str, Any]:
    """What it was made with; not what it has gathered, which may be much."""
    return {name: _json(value) for name, value in constructor_arguments(cb).items()}


def _json(value: Any) -> Any:
    """`value` as `unpack` reads it without tensors; of what no file can hold, a description."""
    try:
        return pack(value.tolist() if isinstance(value, np.ndarray | np.generic) else value, _NoTensors())
    except CannotPack:
        return {"$unknown": reprlib.repr(value)[:200]}


class _NoTensors(dict[str, Any]):
    def __setitem__(self, name: str, value: Any) -> None:
        raise CannotPack("A tensor has no place in a JSON file.")
