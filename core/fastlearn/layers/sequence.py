"""Layers one after the other, where a layer can also see what went into the sequence."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor, nn


def sequential(*args: Any) -> nn.Sequential:
    """An `nn.Sequential` of the layers `args` without those that do nothing; an OrderedDict is taken as it is."""
    if len(args) == 1 and isinstance(args[0], OrderedDict):
        return nn.Sequential(*args)
    return nn.Sequential(*(layer for layer in args if not isinstance(layer, nn.Identity)))


class SeesInput(nn.Module):
    """A layer that `SequentialEx` calls with two tensors: what comes from the layer before it, and its own input."""


class SequentialEx(nn.Module):
    """Layers one after the other; those that derive from `SeesInput` get the input of the whole as well."""

    made_of: ClassVar = ()

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def forward(self, x: Tensor) -> Tensor:
        y = x
        for layer in self.layers:
            y = layer(y, x) if isinstance(layer, SeesInput) else layer(y)
        return y

    def __getitem__(self, i: Any) -> Any:
        return self.layers[i]

    def __len__(self) -> int:
        return len(self.layers)

    def __iter__(self) -> Iterator[nn.Module]:
        return iter(self.layers)

    def append(self, layer: nn.Module) -> SequentialEx:
        """Add `layer` at the end."""
        self.layers.append(layer)
        return self

    def extend(self, layers: Iterable[nn.Module]) -> SequentialEx:
        """Add `layers` at the end."""
        self.layers.extend(layers)
        return self

    def insert(self, i: int, layer: nn.Module) -> SequentialEx:
        """Put `layer` before the one at `i`."""
        self.layers.insert(i, layer)
        return self


class MergeLayer(SeesInput):
    """Adds the input of the sequence, a shortcut as in ResNet; with `dense` puts it beside, as in DenseNet."""

    def __init__(self, dense: bool = False) -> None:
        super().__init__()
        self.dense = dense

    def forward(self, x: Tensor, orig: Tensor) -> Tensor:
        return torch.cat((x, orig), dim=1) if self.dense else x + orig

    def extra_repr(self) -> str:
        return f"dense={self.dense}"


class ProdLayer(SeesInput):
    """Multiplies by the input of the sequence."""

    def forward(self, x: Tensor, orig: Tensor) -> Tensor:
        return x * orig


class Cat(nn.ModuleList):
    """What each of `layers` makes of the same input, side by side along axis `dim`."""

    made_of: ClassVar = ("dim",)

    def __init__(self, layers: Sequence[nn.Module], dim: int = 1) -> None:
        super().__init__(layers)
        self.dim = dim

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([layer(x) for layer in self], dim=self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"
