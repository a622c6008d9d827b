"""From a model and a splitter to an optimizer with layer groups, and learning rates for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim import Optimizer

from fastlearn.optim.groups import make_param_groups

__all__ = ["check_rates", "make_optimizer", "optimizer_to", "rates_for_groups", "split_params"]


def split_params(model: nn.Module, splitter: Callable[[nn.Module], Any]) -> list[list[Tensor]]:
    """The parameters of each layer group: `splitter` may return parameters (one group) or lists of them."""
    parts = list(splitter(model))
    return [parts] if all(isinstance(part, Tensor) for part in parts) else [list(part) for part in parts]


def make_optimizer(
    model: nn.Module,
    splitter: Callable[[nn.Module], Any],
    opt_func: Callable[..., Optimizer],
    lr: float | NDArray[np.float64],
    wd_bn_bias: bool,
) -> Optimizer:
    """`opt_func` over the layer groups of `model`.

    Raises: ValueError if nothing trains; TypeError if `opt_func` does not return a torch optimizer.
    """
    groups = make_param_groups(split_params(model, splitter), model, wd_bn_bias)
    groups = [group for group in groups if group["params"]]
    if not groups:
        raise ValueError(
            "The model has no trainable parameters: every one is frozen or there are none. Try learn.unfreeze(), or "
            "check that the layers are attributes of the model."
        )
    opt = opt_func(groups, lr=float(np.max(lr)))
    if not isinstance(opt, Optimizer):
        raise TypeError(
            f"`opt_func` returns a torch optimizer for (parameter groups, lr=...), but got {type(opt).__name__}. "
            "Try opt_func=Adam, or functools.partial(torch.optim.SGD, momentum=0.9)."
        )
    return opt


def optimizer_to(opt: Optimizer, device: torch.device) -> None:
    """Move the averages of `opt` to where its parameters went; step counters stay where the optimizer keeps them."""
    for state in opt.state.values():
        for key, value in state.items():
            if isinstance(value, Tensor) and key != "step" and value.device != device:
                state[key] = value.to(device)


def check_rates(lr: Any) -> None:
    """Raise TypeError if `lr` is not made of numbers: a text would be found out only when the optimizer is made."""
    parts = [part for part in (lr.start, lr.stop) if part is not None] if isinstance(lr, slice) else [lr]
    if any(np.asarray(part).dtype.kind not in "iuf" for part in parts):
        raise TypeError(
            f"A learning rate is a number, a slice of numbers, or a list with one for each layer group, but got {lr!r}."
            " Try lr=1e-3 or slice(1e-5, 1e-3)."
        )


def rates_for_groups(lr: float | slice | Sequence[float] | NDArray[Any], n: int) -> float | NDArray[np.float64]:
    """A learning rate for each of `n` layer groups, from what users write.

    A number is for all; `slice(high)` gives the last group `high` and the others a tenth; `slice(low, high)` spreads
    them by a constant factor; a sequence has one for each group.
    Raises: ValueError for a sequence of another length or a rate that is negative; TypeError for other things.
    """
    check_rates(lr)
    if isinstance(lr, slice):
        rates = _spread(lr, n)
    else:
        rates = np.asarray(lr, dtype=np.float64).reshape(-1)
        if len(rates) not in (1, n):
            raise ValueError(
                f"`lr` takes one value or one for each of the {n} layer groups, but got {len(rates)}. "
                "Try slice(1e-5, 1e-3) to spread two values over the groups."
            )
    if not (np.isfinite(rates).all() and (rates >= 0).all()):
        raise ValueError(f"A learning rate is a number of at least 0, but got {lr!r}. Try lr=1e-3.")
    return float(rates[0]) if len(rates) == 1 else rates


def _spread(lr: slice, n: int) -> NDArray[np.float64]:
    high = lr.stop
    if high is None or lr.step is not None:
        raise ValueError(f"A slice of learning rates is slice(high) or slice(low, high), but got {lr!r}.")
    if lr.start is not None:
        return np.geomspace(lr.start, high, n) if n > 1 else np.array([float(high)])
    return np.array([high / 10] * (n - 1) + [float(high)])
