"""Metrics that read the loss's own parts, tune an argument, or speak torchmetrics' protocol."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fastlearn.losses.reading import activation_of
from fastlearn.metrics.averages import AvgMetric
from fastlearn.metrics.base import LearnerState, Metric, as_number

__all__ = ["LossMetric", "LossMetrics", "TorchMetric", "optim_metric"]


class LossMetric(AvgMetric):
    """The mean of a number that the loss keeps as its attribute `attr`, such as one part of a sum of losses."""

    def __init__(self, attr: str, nm: str | None = None) -> None:
        self.attr = attr
        super().__init__(lambda *args: None, nm or attr)

    def accumulate(self, learn: LearnerState) -> None:
        loss: Any = getattr(learn, "loss_func")  # noqa: B009  # no part of what other metrics read
        self.func = lambda *args: getattr(loss, self.attr)
        super().accumulate(learn)


def LossMetrics(attrs: str | Sequence[str], nms: Sequence[str] | None = None) -> list[LossMetric]:
    """One `LossMetric` for each of `attrs`, a list or names with commas between them."""
    names = [name.strip() for name in attrs.split(",")] if isinstance(attrs, str) else list(attrs)
    return [LossMetric(name, nm) for name, nm in zip(names, nms or names, strict=True)]


def optim_metric(
    f: Callable[..., Any],
    argname: str,
    bounds: tuple[float, float],
    tol: float = 0.01,
    do_neg: bool = True,
    get_x: bool = False,
) -> Callable[[Any, Any], Any]:
    """`f` at the value of its argument `argname`, within `bounds`, at which it is best.

    `do_neg` looks for the largest value, else the smallest; `get_x` returns that argument too.
    """
    from scipy.optimize import minimize_scalar

    def best(preds: Any, targs: Any) -> Any:
        def at(x: float) -> float:
            return (-1 if do_neg else 1) * as_number(f(preds, targs, **{argname: x}))

        found = minimize_scalar(at, bounds=bounds, method="bounded", options={"xatol": tol})
        value = -found.fun if do_neg else found.fun
        return (value, found.x) if get_x else value

    best.__name__ = f"opt_{getattr(f, '__name__', 'metric')}"
    best.over_all_items = True  # type: ignore[attr-defined]
    return best


class TorchMetric(Metric):
    """A metric with torchmetrics' `update`, `compute` and `reset`. It is given activated predictions and targets.

    Its column is called `name`, by default as its class: two of one class need names of their own.
    """

    alike = True  # torchmetrics gathers by itself

    def __init__(self, metric: Any, name: str | None = None) -> None:
        self.metric, self._name = metric, name

    def reset(self) -> None:
        self.metric.reset()
        self._used = False

    def accumulate(self, learn: LearnerState) -> None:
        pred = activation_of(getattr(learn, "loss_func"))(learn.pred.detach())  # noqa: B009
        if not self._used and hasattr(self.metric, "to"):
            self.metric.to(pred.device)
        self._used = True
        self.metric.update(pred, learn.y)

    @property
    def value(self) -> float | None:
        return as_number(self.metric.compute()) if getattr(self, "_used", False) else None

    @property
    def name(self) -> str:
        return self._name or type(self.metric).__name__
