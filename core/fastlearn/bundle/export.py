"""From a learner to a bundle."""

from __future__ import annotations

import platform
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from fastlearn.bundle.archive import write_files
from fastlearn.bundle.data import data_spec
from fastlearn.bundle.metrics import metrics_specs
from fastlearn.bundle.modules import module_from_spec, module_spec
from fastlearn.bundle.names import CannotExport, Trust, own_class_of, path_of
from fastlearn.bundle.specs import names_in, to_spec
from fastlearn.distributed.processes import rank_distrib
from fastlearn.install import package_version

if TYPE_CHECKING:
    from fastlearn.train.learner import Learner

__all__ = ["VERSION", "export"]

VERSION = 1  # of what bundle.json says; load.py reads this one and all before it


def export(learn: Learner, path: str | Path = "export.zip", build: Callable[[], nn.Module] | None = None) -> Path:
    """See `Learner.export`; of several processes the first writes."""
    where = Path(path) if Path(path).is_absolute() else learn.path / path
    if rank_distrib():
        return where
    tensors: dict[str, Tensor] = {}
    model = {"build": path_of(build)} if build is not None else module_spec(learn.model, tensors)
    content: dict[str, Any] = {
        "format": "fastwidgets bundle",
        "version": VERSION,
        "made_with": {
            "fastwidgets": package_version("fastwidgets"),
            "torch": torch.__version__,
            "python": platform.python_version(),
        },
        "learner": path_of(own_class_of(learn)),
        "model": model,
        "loss": _loss_spec(learn.loss_func, tensors),
        "input_tfms": [to_spec(step, tensors, f"input_tfms.{i}") for i, step in enumerate(learn.input_tfms.fs)],
        "data": data_spec(learn.dls, tensors),
        "metrics": metrics_specs(learn.metrics, tensors),
    }
    _check_model(learn.model, model, tensors, Trust(names_in_bundle(content)))
    weights = {f"model.{name}": value for name, value in learn.model.state_dict().items() if isinstance(value, Tensor)}
    return write_files(where, content, {**{f"spec.{name}": value for name, value in tensors.items()}, **weights})


def names_in_bundle(content: dict[str, Any]) -> set[str]:
    """Every import path that a bundle holds and predictions need; metrics that are not trusted are left out."""
    model = content["model"]
    own = {model["build"]} if "build" in model else _makes(model)
    own |= {content["learner"]} if "learner" in content else set()
    return own | names_in([content["loss"], content["input_tfms"], content["data"], model])


def _makes(spec: Any) -> set[str]:
    if isinstance(spec, list):
        return set().union(*map(_makes, spec)) if spec else set()
    if not isinstance(spec, dict):
        return set()
    own = {spec["make"]} if isinstance(spec.get("make"), str) else set()
    return own.union(*map(_makes, spec.values()))


def _loss_spec(loss: Any, tensors: dict[str, Tensor]) -> Any:
    if isinstance(loss, nn.Module):
        return {"module": module_spec(loss, tensors, "loss")}
    return {"function": to_spec(loss, tensors, "loss")}


def _check_model(model: nn.Module, spec: Any, tensors: dict[str, Tensor], trust: Trust) -> None:
    """Make the model from its spec, as a reader will, and compare: better now than when it is needed.

    Raises: CannotExport if it is another one.
    """
    with torch.random.fork_rng():
        made = trust.get(spec["build"])() if "build" in spec else module_from_spec(spec, tensors, trust)
    want = {name: tuple(value.shape) for name, value in model.state_dict().items() if isinstance(value, Tensor)}
    got = {name: tuple(value.shape) for name, value in made.state_dict().items() if isinstance(value, Tensor)}
    if want == got and repr(model) == repr(made):
        return
    differing = sorted(map(str, set(want.items()) ^ set(got.items())))[:3] or "its layers without weights"
    raise CannotExport(
        f"The model made anew differs from this one, in {differing}: it was changed after it was built. Try "
        "export(..., build=make_model) with a function, at the top of a module, that makes it as it is now."
    )
