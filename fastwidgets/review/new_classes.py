"""A network that has learnt some classes gets outputs for more, and keeps what it knows of the others."""

from __future__ import annotations

from typing import Any

import torch
from fastlearn.data.problems import DataError
from torch import nn

__all__ = ["add_outputs"]

UNLIKELY = 2.0  # nats by which the score of a new class starts below the mean of the others


def add_outputs(model: nn.Module, n_old: int, n_new: int) -> None:
    """Widen the last linear layer of `model` from `n_old` to `n_new` outputs, in place.

    The old outputs stay as they are. A new one starts as the mean of them, lowered, so that at first the network hardly
    ever answers with it, and learns it from the items that have it.
    Raises: DataError where the last layer with weights is no linear one with `n_old` outputs.
    """
    name, last = _last_layer(model)
    if not isinstance(last, nn.Linear) or last.out_features != n_old:
        found = "none" if last is None else str(last)
        raise DataError(f"There are {n_new} classes by now, and the model's last layer cannot be given more outputs: a "
                        f"linear layer with {n_old} outputs is expected, but got {found}. Make data and learner anew "
                        "with all classes, and decide as the code says.")  # fmt: skip
    _put(model, name, _widened(last, n_new))


def _last_layer(model: nn.Module) -> tuple[str, nn.Module | None]:
    found = [(name, layer) for name, layer in model.named_modules()
             if name and next(layer.parameters(recurse=False), None) is not None]  # fmt: skip
    return found[-1] if found else ("", None)


def _widened(old: nn.Linear, n: int) -> nn.Linear:
    new = nn.Linear(old.in_features, n, bias=old.bias is not None, device=old.weight.device, dtype=old.weight.dtype)
    with torch.no_grad():
        new.weight[: old.out_features] = old.weight
        new.weight[old.out_features :] = old.weight.mean(0)
        if old.bias is not None:
            new.bias[: old.out_features] = old.bias
            new.bias[old.out_features :] = old.bias.mean() - UNLIKELY
    new.requires_grad_(old.weight.requires_grad)
    return new.train(old.training)


def _put(model: nn.Module, name: str, layer: nn.Module) -> None:
    owner: Any = model.get_submodule(name.rpartition(".")[0])
    setattr(owner, name.rpartition(".")[2], layer)
