"""From what users write in `metrics=` to metrics."""

from __future__ import annotations

import functools
from typing import Any

from fastlearn.metrics.accumulated import AccumMetric
from fastlearn.metrics.averages import AvgMetric, ShareMetric
from fastlearn.metrics.base import Metric, function_name
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
    func, args, settings = _unwrapped(m)
    if getattr(func, "over_all_items", False):
        return AccumMetric(m)
    counts = getattr(func, "counts", None)
    if callable(counts) and not args:
        return ShareMetric(functools.partial(counts, **settings), function_name(m))
    return AvgMetric(m)


def _unwrapped(func: Any) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
    """The function behind partials, and the arguments that they give it."""
    args: tuple[Any, ...] = ()
    settings: dict[str, Any] = {}
    while isinstance(func, functools.partial):
        func, args, settings = func.func, (*func.args, *args), {**func.keywords, **settings}
    return func, args, settings
