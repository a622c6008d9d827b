"""One layer applied at every step of a sequence."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class TimeDistributed(nn.Module):
    """Apply `module` to every step along axis `tdim`, with the same weights.

    Shapes: each tensor `(N, T, ...)` (for the usual `tdim=1`) gives `(N, T, ...)`; a tuple that the module returns
    stays one. Keyword arguments go to the module as they are.
    The steps run at once, as one batch of N * T items. With `low_mem`, or along another axis, they run one after the
    other: less memory at a time while predicting, and batch norm sees single steps.
    """

    def __init__(self, module: nn.Module, low_mem: bool = False, tdim: int = 1) -> None:
        super().__init__()
        self.module, self.low_mem, self.tdim = module, low_mem, tdim

    def forward(self, *tensors: Tensor, **kwargs: Any) -> Any:
        _check_steps(tensors, self.tdim)
        if self.low_mem or self.tdim != 1:
            return self._one_by_one(tensors, kwargs)
        n, steps = tensors[0].shape[:2]
        outputs = self.module(*(x.reshape(n * steps, *x.shape[2:]) for x in tensors), **kwargs)
        return _each(outputs, lambda output: output.reshape(n, steps, *output.shape[1:]))

    def _one_by_one(self, tensors: tuple[Tensor, ...], kwargs: dict[str, Any]) -> Any:
        steps = zip(*(x.unbind(self.tdim) for x in tensors), strict=True)
        outputs = [self.module(*step, **kwargs) for step in steps]
        if isinstance(outputs[0], tuple):
            return tuple(torch.stack(parts, dim=self.tdim) for parts in zip(*outputs, strict=True))
        return torch.stack(outputs, dim=self.tdim)

    def extra_repr(self) -> str:
        return f"low_mem={self.low_mem}, tdim={self.tdim}"


def _each(outputs: Any, change: Any) -> Any:
    return tuple(map(change, outputs)) if isinstance(outputs, tuple) else change(outputs)


def _check_steps(tensors: tuple[Tensor, ...], tdim: int) -> None:
    if not tensors:
        raise TypeError("TimeDistributed needs at least one tensor, of shape (N, T, ...).")
    shapes = [tuple(x.shape) for x in tensors]
    if any(x.ndim <= tdim or x.shape[tdim] != tensors[0].shape[tdim] for x in tensors) or not shapes[0][tdim]:
        raise ValueError(
            f"TimeDistributed goes along axis {tdim}, whose length is the same in all tensors and not 0, but got "
            f"tensors of the shapes {', '.join(map(str, shapes))}. Try (N, T, ...), or set tdim."
        )
