"""Freezing one side of a GAN while the other one learns."""

from __future__ import annotations

from torch import nn

from fastlearn.models.freeze import set_trainable

__all__ = ["set_freeze_model"]


def set_freeze_model(m: nn.Module, rg: bool) -> None:
    """Let every parameter of `m` train (`rg=True`), or freeze all and drop their gradients."""
    for p in m.parameters():
        set_trainable(p, rg)
