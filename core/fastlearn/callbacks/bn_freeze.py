"""Keeps frozen batch-norm layers as they were when they were trained."""

from __future__ import annotations

from torch import nn

from fastlearn.callbacks.train_eval import TrainEvalCallback
from fastlearn.train.callback import Callback

__all__ = ["BnFreeze", "set_bn_eval"]


def set_bn_eval(model: nn.Module, use_eval: bool = True) -> None:
    """Put batch-norm layers whose weights are frozen into evaluation mode (or, without `use_eval`, training mode)."""
    for module in model.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm) and not _trains(module):
            module.train(not use_eval)


class BnFreeze(Callback):
    """While training, batch-norm layers with frozen weights keep their running statistics."""

    after = (TrainEvalCallback,)

    def before_train(self) -> None:
        set_bn_eval(self.model)


def _trains(module: nn.Module) -> bool:
    return any(p.requires_grad for p in module.parameters())
