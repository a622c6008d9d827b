"""The metrics of a bundle: those that the library can make again, and the names of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from fastlearn.bundle.names import CannotExport, Trust
from fastlearn.bundle.specs import Tensors, from_spec, names_in, to_spec
from fastlearn.warn import warn_user

__all__ = ["metrics_from_specs", "metrics_specs"]


def metrics_specs(metrics: Sequence[Any], tensors: Tensors) -> list[Any]:
    """Name and making of each metric; of one that no constructor's arguments or import path describe, the name."""
    specs: list[Any] = []
    for i, metric in enumerate(metrics):
        own: Tensors = {}
        try:
            specs.append({"name": metric.name, "spec": to_spec(metric, own, f"metrics.{i}")})
        except CannotExport:
            specs.append(metric.name)
        else:
            tensors.update(own)
    return specs


def metrics_from_specs(specs: Sequence[Any], tensors: Mapping[str, Tensor], trust: Trust) -> list[Any]:
    """The metrics that can be made here. Predictions need none, so the others are named in a warning and left out."""
    made: list[Any] = []
    missing: list[str] = []
    for spec in specs:
        if isinstance(spec, str):  # one that could not be described
            missing.append(spec)
            continue
        refused = sorted(name for name in names_in(spec["spec"]) if not trust.covers(name))
        try:
            made.append(from_spec(spec["spec"], tensors, trust))
        except Exception:  # another version of its code may take other arguments
            missing.append(f"{spec['name']} (trust={refused})" if refused else str(spec["name"]))
    if missing:
        warn_user(
            f"The learner comes without these metrics, which the bundle only names: {', '.join(missing)}. Predictions "
            "do not need them; for validate(dl=...) set learn.metrics."
        )
    return made
