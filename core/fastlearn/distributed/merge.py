"""One value of a metric from the parts that several processes have counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Any

from torch import Tensor

from fastlearn.data.batch import map_tensors
from fastlearn.distributed.processes import Processes

__all__ = ["check_mergeable", "merge_metrics"]


def check_mergeable(metrics: Iterable[Any]) -> None:
    """Raises: TypeError for a metric that does not say how its parts come together."""
    for metric in metrics:
        if not (getattr(metric, "alike", False) or _names(metric, "summed") or _names(metric, "joined")):
            raise TypeError(
                f"The metric {metric.name!r} does not say how the parts that several processes have counted come "
                f"together. Try a line in {type(metric).__name__} such as summed = ('total', 'count') with the "
                "attributes that are added up, or joined = (...) for lists, or alike = True if the value is the same "
                "in every process."
            )


def merge_metrics(processes: Processes, metrics: Sequence[Any]) -> None:
    """Let each metric hold what all processes have counted in this pass; called by all of them."""
    parts = processes.gather([_counted(metric) for metric in metrics])
    for metric, states in zip(metrics, zip(*parts, strict=True), strict=True):
        for name in _names(metric, "summed"):
            setattr(metric, name, reduce(_sum, (state[name] for state in states)))
        for name in _names(metric, "joined"):
            setattr(metric, name, [entry for state in states for entry in state[name]])


def _names(metric: Any, kind: str) -> tuple[str, ...]:
    return tuple(getattr(metric, kind, ()))


def _counted(metric: Any) -> dict[str, Any]:
    names = (*_names(metric, "summed"), *_names(metric, "joined"))
    return {name: map_tensors(Tensor.cpu, getattr(metric, name)) for name in names}


def _sum(a: Any, b: Any) -> Any:
    return [_sum(x, y) for x, y in zip(a, b, strict=True)] if isinstance(a, list) else a + b
