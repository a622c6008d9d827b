"""Layers whose weight is made from others, by torch's weight or spectral norm, as JSON."""

from __future__ import annotations

from typing import Any

from torch import nn
from torch.nn.utils.parametrizations import spectral_norm, weight_norm
from torch.nn.utils.parametrize import is_parametrized, type_before_parametrizations

from fastlearn.bundle.names import CannotExport

__all__ = ["parametrized_from_spec", "parametrized_spec", "type_of"]

# The functions of torch, by the class of what they put in, and the settings that they are called with again.
KNOWN: dict[str, tuple[Any, tuple[str, ...]]] = {
    "_WeightNorm": (weight_norm, ("dim",)),
    "_SpectralNorm": (spectral_norm, ("dim", "n_power_iterations", "eps")),
}


def type_of(module: nn.Module) -> type[nn.Module]:
    """The class of `module`, as it was before torch made one of its own for the weight's sake."""
    return type_before_parametrizations(module)


def parametrized_spec(module: nn.Module) -> dict[str, Any]:
    """What its weights were put under; nothing for most modules. Raises: CannotExport for what is not known."""
    if not is_parametrized(module):
        return {}
    puts = []
    for tensor, steps in module.parametrizations.items():  # type: ignore[operator, union-attr]
        for step in steps:
            kind = type(step).__name__
            if kind not in KNOWN:
                raise CannotExport(f"Its {tensor} is put under {kind}, which is neither weight nor spectral norm.")
            puts.append([tensor, kind, {key: getattr(step, key) for key in KNOWN[kind][1]}])
    return {"parametrized": puts}


def parametrized_from_spec(module: nn.Module, spec: dict[str, Any]) -> nn.Module:
    """`module` with its weights put under what `parametrized_spec` said."""
    for tensor, kind, settings in spec.get("parametrized", ()):
        if kind not in KNOWN:
            raise ValueError(f"The bundle puts a weight under {kind!r}, which is not known here.")
        KNOWN[kind][0](module, tensor, **settings)
    return module
