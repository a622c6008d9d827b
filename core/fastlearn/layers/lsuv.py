"""First weights scaled by what one batch shows: every layer's output starts with mean 0 and spread 1."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from fastlearn.models.sizes import evaluating, outputs_of

LAYERS = (nn.modules.conv._ConvNd, nn.Linear)


def lsuv_init(model: nn.Module, batch: Tensor, tol: float = 0.1, max_rounds: int = 10, orthogonal: bool = True) -> int:
    """Layer by layer, from the input on, divide the weights until the spread of the output is 1 within `tol`.

    `batch` is an input of `model`, on its device. Convolutions and linear layers are changed, in place; a bias takes
    away the mean. With `orthogonal` their weights are orthogonal before. Random numbers are torch's; put the call into
    `seeded(seed)` to repeat it.
    Returns: the number of layers that were set. A layer that `batch` does not reach stays.
    Raises: ValueError if a layer gives the same number everywhere, which no scale can change.
    Source: Mishkin & Matas 2016, "All you need is a good init", algorithm 1.
    """
    layers = [(name, m) for name, m in model.named_modules() if isinstance(m, LAYERS) and _is_plain(m)]
    if orthogonal:
        for _, layer in layers:
            nn.init.orthogonal_(layer.weight)  # type: ignore[arg-type]
    return sum(_set_layer(model, batch, name, layer, tol, max_rounds) for name, layer in layers)


def _set_layer(model: nn.Module, batch: Tensor, name: str, layer: Any, tol: float, max_rounds: int) -> bool:
    for _ in range(max_rounds):
        with outputs_of([layer]) as outputs, evaluating(model):
            model(batch)
        if 0 not in outputs:
            return False
        spread, mean = outputs[0].std().item(), outputs[0].mean().item()
        if not spread > 0:
            raise ValueError(f"The layer {name} gives {mean:g} everywhere for this batch. Try a batch of real items.")
        if abs(spread - 1) <= tol and (layer.bias is None or abs(mean) <= tol):
            break
        with torch.no_grad():
            if layer.bias is not None:
                layer.bias.sub_(mean).div_(spread)
            layer.weight.div_(spread)
    return True


def _is_plain(layer: Any) -> bool:
    """Whether the weight is a parameter itself, and not made from others by weight or spectral norm."""
    return isinstance(layer.weight, nn.Parameter) and layer.weight.requires_grad
