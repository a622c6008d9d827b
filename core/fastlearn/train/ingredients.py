"""From what users hand to a learner to what it works with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from fastlearn.data.loaders import DataLoaders
from fastlearn.metrics.base import Metric
from fastlearn.metrics.make import mk_metric

__all__ = ["as_loaders", "as_loss", "as_metrics", "default_loss"]


def as_loaders(dls: Any) -> Any:
    """`dls` if it has loaders `train` and `valid`; a pair of loaders is wrapped.

    Raises: TypeError for anything else.
    """
    if isinstance(dls, list | tuple) and len(dls) == 2:
        return DataLoaders(*dls)
    if not (hasattr(dls, "train") and hasattr(dls, "valid")):
        raise TypeError(
            f"`dls` has a training and a validation loader (`.train` and `.valid`), but got {type(dls).__name__}. "
            "Try DataLoaders(train_loader, valid_loader), of any torch loaders."
        )
    return dls


def as_loss(loss: Any, dls: Any) -> Callable[..., Any]:
    """`loss`, or that of the data where it is None.

    Raises: TypeError for a class of losses, or for what cannot be called.
    """
    if loss is None:
        return default_loss(dls)
    if isinstance(loss, type):
        raise TypeError(f"`loss_func` is a loss, but got the class {loss.__name__}. Try loss_func={loss.__name__}().")
    if not callable(loss):
        raise TypeError(
            f"`loss_func` is called with prediction and target, but got {loss!r}. Try loss_func=CrossEntropyLossFlat()."
        )
    found: Callable[..., Any] = loss
    return found


def default_loss(dls: Any) -> Callable[..., Any]:
    """The loss that suits the data.

    Raises: ValueError if the data does not say what its targets mean.
    """
    loss = getattr(dls, "loss_func", None)
    if loss is None:
        raise ValueError(
            "The data does not say which loss it needs, so `loss_func` has to be given. Try "
            "loss_func=CrossEntropyLossFlat() for classes, BCEWithLogitsLossFlat() for several labels per item, "
            "MSELossFlat() for numbers, or any torch loss."
        )
    found: Callable[..., Any] = loss
    return found


def as_metrics(metrics: Any) -> list[Metric]:
    """One metric or several, functions or objects, as a list of metrics.

    Raises: ValueError if two of them have the same name: they would share a column; TypeError for a name in quotes.
    """
    if isinstance(metrics, str):
        raise TypeError(f"A metric is a function or a Metric, but got the text {metrics!r}. Try metrics={metrics}.")
    given = list(metrics) if isinstance(metrics, Iterable) else [] if metrics is None else [metrics]
    made = [mk_metric(metric) for metric in given]
    names = [metric.name for metric in made]
    if len(set(names)) < len(names):
        raise ValueError(
            f"Every metric needs a name of its own, but got {', '.join(names)}. Try AvgMetric(function, name=...), or "
            "TorchMetric(metric, name=...) for those of torchmetrics."
        )
    return made
