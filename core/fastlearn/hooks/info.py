"""How large a model is, layer by layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from torch import nn

from fastlearn.train.showing import LayerRow, ModelSummary, summary_of

if TYPE_CHECKING:
    from fastlearn.train.learner import Learner

__all__ = ["layer_info", "module_summary", "total_params"]


def total_params(m: nn.Module) -> tuple[int, bool]:
    """How many parameters `m` has, with those of its children, and whether any of them trains.

    A parameter that several layers share counts once.
    """
    parameters = list(m.parameters())
    return sum(p.numel() for p in parameters), any(p.requires_grad for p in parameters)


def layer_info(learn: Learner, *xb: Any) -> list[LayerRow]:
    """The layers that the inputs `xb` run through, in order: class, output shape, parameters, whether they train."""
    return list(module_summary(learn, *xb).layers)


def module_summary(learn: Learner, *xb: Any) -> ModelSummary:
    """What `learn.summary()` says, for the inputs `xb` in place of a batch of the training data."""
    return summary_of(learn, xb)
