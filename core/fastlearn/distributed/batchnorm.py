"""Batch normalisation with the statistics of all processes' batches together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.autograd import Function
from torch.nn.modules.batchnorm import _BatchNorm

__all__ = ["sync_batchnorm"]


def sync_batchnorm(model: nn.Module) -> Callable[[], None]:
    """Let the batch norms of `model` share their statistics in training; returns what undoes it.

    The modules stay the same objects, with their parameters, buffers and hooks. Torch's own SyncBatchNorm runs on
    accelerators only, so that on the CPU a slower one takes its place.
    """
    found = [module for module in model.modules() if isinstance(module, _BatchNorm) and not _is_synced(module)]
    before = [type(module) for module in found]
    for module in found:
        on_cpu = all(p.device.type == "cpu" for p in (*module.parameters(), *module.buffers()))
        module.__class__ = _SyncedOnCPU if on_cpu else nn.SyncBatchNorm
        module.process_group = None  # type: ignore[assignment]  # torch's word for all processes

    def undo() -> None:
        for module, kind in zip(found, before, strict=True):
            module.__class__ = kind
            del module.process_group

    return undo


def _is_synced(module: nn.Module) -> bool:
    return isinstance(module, nn.SyncBatchNorm | _SyncedOnCPU)


class _SyncedOnCPU(_BatchNorm):
    """Mean and variance over the batches of all processes, `(N, C, ...)`, by a sum that gradients flow through.

    Source: Ioffe & Szegedy 2015, "Batch Normalization", algorithms 1 and 2, over the joint batch.
    """

    def _check_input_dim(self, x: Tensor) -> None:
        if x.ndim < 2:
            raise ValueError(f"Batch norm takes (N, C, ...), but got {x.ndim} dimensions.")

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return super().forward(x)
        self._check_input_dim(x)
        others = [0, *range(2, x.ndim)]
        n = torch.tensor([x.numel() // x.shape[1]], dtype=x.dtype)
        dist.all_reduce(n)
        mean = _total(x.sum(others)) / n
        centred = x - _over_channels(mean, x)
        var = _total(centred.square().sum(others)) / n
        self._follow(mean.detach(), var.detach() * n / (n - 1))
        scaled = centred * _over_channels(torch.rsqrt(var + self.eps), x)
        if self.weight is None:
            return scaled
        return scaled * _over_channels(self.weight, x) + _over_channels(self.bias, x)

    def _follow(self, mean: Tensor, var: Tensor) -> None:
        """Move the running statistics towards those of this batch."""
        if self.running_mean is None or self.running_var is None:
            return
        rate = self.momentum
        if self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            rate = 1 / float(self.num_batches_tracked) if rate is None else rate
        assert rate is not None
        self.running_mean.lerp_(mean.to(self.running_mean.dtype), rate)
        self.running_var.lerp_(var.to(self.running_var.dtype), rate)


class _Total(Function):
    """The sum over the processes, in both directions: each process's loss depends on the values of all."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        x = x.clone()
        dist.all_reduce(x)
        return x

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Tensor:
        return _Total.forward(None, grads[0])


def _total(x: Tensor) -> Tensor:
    total: Tensor = _Total.apply(x)  # type: ignore[no-untyped-call]
    return total


def _over_channels(values: Tensor, x: Tensor) -> Tensor:
    return values.view(1, -1, *[1] * (x.ndim - 2))
