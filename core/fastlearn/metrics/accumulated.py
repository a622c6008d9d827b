"""Metrics that need all predictions at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import torch
from torch import Tensor
from torch.nn import functional as F

from fastlearn.metrics.base import LearnerState, Metric, as_number, function_name
from fastlearn.metrics.flat import flat_pair

ACTIVATIONS = ("no", "sigmoid", "softmax", "binarysoftmax")
MetricFunc = TypeVar("MetricFunc", bound=Callable[..., Any])


class AccumMetric(Metric):
    """`func(preds, targets)` over all items of a pass, called once at its end.

    The scores of each batch become probabilities if an `activation` is given ("sigmoid", "softmax", or "binarysoftmax":
    of the last class alone); without one, `dim_argmax` is the axis along which the best class is picked. With a softmax
    it is the softmax's axis. Then `thresh` turns numbers into yes or no. `flatten` makes both one-dimensional; `to_np`
    and `invert_arg` suit scikit-learn's functions, which take `(targets, preds)` as arrays. Further keyword arguments
    go to `func`.
    """

    joined = ("_preds", "_targets")

    def __init__(
        self,
        func: Callable[..., Any],
        dim_argmax: int | None = None,
        activation: str = "no",
        thresh: float | None = None,
        to_np: bool = False,
        invert_arg: bool = False,
        flatten: bool = True,
        name: str | None = None,
        **func_kwargs: Any,
    ) -> None:
        if activation not in ACTIVATIONS:
            raise ValueError(f"`activation` is one of {', '.join(ACTIVATIONS)}, but got {activation!r}.")
        self.func, self.dim_argmax, self.activation, self.thresh = func, dim_argmax, activation, thresh
        self.to_np, self.invert_arg, self.flatten = to_np, invert_arg, flatten
        self._name, self.func_kwargs = name, func_kwargs
        self.reset()

    def reset(self) -> None:
        self._preds: list[Tensor] = []
        self._targets: list[Tensor] = []

    def accumulate(self, learn: LearnerState) -> None:
        preds, targets = self._prepared(learn.pred.detach()), learn.y.detach()
        if self.flatten:
            preds, targets = flat_pair(preds, targets)
        self._preds.append(preds)
        self._targets.append(targets)

    @property
    def value(self) -> float | None:
        return as_number(self._call(torch.cat(self._preds), torch.cat(self._targets))) if self._preds else None

    @property
    def name(self) -> str:
        return self._name or function_name(self.func)

    def __call__(self, preds: Tensor, targets: Tensor) -> float:
        """The metric of these scores, without a learner."""
        preds = self._prepared(preds)
        return as_number(self._call(*(flat_pair(preds, targets) if self.flatten else (preds, targets))))

    def _prepared(self, scores: Tensor) -> Tensor:
        if self.activation in ("softmax", "binarysoftmax"):
            scores = F.softmax(scores, dim=-1 if self.dim_argmax is None else self.dim_argmax)
            if self.activation == "binarysoftmax":
                scores = scores[:, -1]
        elif self.activation == "sigmoid":
            scores = torch.sigmoid(scores)
        elif self.dim_argmax is not None:
            scores = scores.argmax(dim=self.dim_argmax)
        return scores if self.thresh is None else scores >= self.thresh

    def _call(self, preds: Any, targets: Any) -> Any:
        if self.to_np:
            preds, targets = preds.cpu().numpy(), targets.cpu().numpy()
        return self.func(*((targets, preds) if self.invert_arg else (preds, targets)), **self.func_kwargs)


def over_all_items(func: MetricFunc) -> MetricFunc:
    """Mark a metric function as wrong when averaged over batches: `mk_metric` gives it all items at once."""
    func.over_all_items = True  # type: ignore[attr-defined]
    return func
