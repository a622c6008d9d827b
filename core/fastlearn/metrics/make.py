"""From what users write in `metrics=` to metrics."""

from __future__ import annotations

import functools
from typing import Any

from fastlearn.metrics.accumulated import AccumMetric
from fastlearn.metrics.averages import AvgMetric
from fastlearn.metrics.base import Metric
from fastlearn.metrics.extra import TorchMetric

_PROTOCOL = ("reset", "accumulate", "value", "name")


def mk_metric(m: Any) -> Metric:
    """`m` as a metric: a metric or its class stays, a function of predictions and targets is averaged over the items.

    Anything with `reset`, `accumulate`, `value` and `name` counts as a metric, and any metric of torchmetrics.
    Raises: TypeError for anything else.
    """
    if isinstance(m, type) and all(hasattr(m, word) for word in _PROTOCOL):
        m = m()
    if all(hasattr(m, word) for word in _PROTOCOL):
        return m  # type: ignore[no-any-return]
    if all(callable(getattr(m, word, None)) for word in ("update", "compute", "reset")):
        return TorchMetric(m)
    if not callable(m) or isinstance(m, type):
        raise TypeError(
            f"A metric is a function of predictions and targets or a Metric, but got {m!r}. Try metrics=[accuracy]."
        )
    return AccumMetric(m) if _needs_all_items(m) else AvgMetric(m)


def _needs_all_items(func: Any) -> bool:
    while isinstance(func, functools.partial):
        func = func.func
    return bool(getattr(func, "over_all_items", False))
