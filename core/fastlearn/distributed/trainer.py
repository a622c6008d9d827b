"""Training of one model by several processes: each computes its part of a batch, all take the same step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

from fastlearn.callbacks.half_precision import NonNativeMixedPrecision
from fastlearn.callbacks.terminate_on_nan import TerminateOnNaNCallback
from fastlearn.distributed.batchnorm import sync_batchnorm
from fastlearn.distributed.merge import check_mergeable
from fastlearn.distributed.processes import Processes
from fastlearn.metrics.base import batch_size
from fastlearn.train.callback import Callback

__all__ = ["DistributedTrainer"]


class DistributedTrainer(Callback):
    """Makes training steps of several processes equal those of one process with the joint batch.

    Gradients are averaged by torch's DistributedDataParallel, which gets `options`; the loss of a part is weighted by
    its number of items, so that a last batch that is not split evenly counts right. That is exact for losses that are
    means over the items. `sync_bn` gives batch norms the statistics of the joint batch.
    `learn.distrib_ctx` attaches it.
    """

    order = 11
    before = (TerminateOnNaNCallback,)  # one process must not stop alone

    def __init__(self, processes: Processes, sync_bn: bool = True, **options: Any) -> None:
        self.processes, self.sync_bn, self.options = processes, sync_bn, options
        self._undo: Callable[[], None] | None = None

    def before_fit(self) -> None:
        check_mergeable(self.metrics)
        if any(isinstance(cb, NonNativeMixedPrecision) and cb.run for cb in self.learn.cbs):
            raise ValueError("Master weights and several processes do not go together. Try to_fp16() or to_bf16().")
        if self.sync_bn:
            self._undo = sync_batchnorm(self.model)
        device = self.processes.device
        ids = None if device.type == "cpu" else [device]
        # Made for each fit: what is frozen is settled when it is made.
        self.learn.parallel = DistributedDataParallel(self.learn.forward, device_ids=ids, **self.options)

    def after_loss(self) -> None:
        """The loss becomes that of the joint batch, so that all processes decide alike, on NaN too."""
        if not self.training or not self.learn.in_fit:
            return
        n, loss = batch_size(self.yb), self.loss
        sums = self.processes.add_up(torch.stack([loss * n, torch.full_like(loss, n)]))
        self.learn.loss = sums[0] / sums[1]
        self.learn.loss_grad = self.loss_grad * (n * self.processes.size / sums[1])

    def after_train(self) -> None:
        """Without shared statistics each process has followed its own: those of the first are used from here on."""
        if not self.sync_bn and not self.learn.cleaning_up:
            for buffer in self.model.buffers():
                dist.broadcast(buffer, src=0)

    def after_fit(self) -> None:
        self.learn.parallel = None
        if self._undo is not None:
            self._undo()
            self._undo = None

    def state_dict(self) -> dict[str, Any]:
        """Nothing: every process has the whole state."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Nothing to load."""
