"""What a module consists of, its own parameters included."""

from __future__ import annotations

from torch import nn

from fastlearn.layers.module import ParameterModule


def has_children(m: nn.Module) -> bool:
    """Whether `m` holds other modules."""
    return next(m.children(), None) is not None


def children_and_parameters(m: nn.Module) -> list[nn.Module]:
    """The direct children of `m`, and every parameter that is none of theirs as a module of its own."""
    children = list(m.children())
    theirs = {id(p) for child in children for p in child.parameters()}
    return children + [ParameterModule(p) for p in m.parameters() if id(p) not in theirs]
