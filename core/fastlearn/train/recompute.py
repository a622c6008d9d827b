"""Gradient checkpointing: the activations inside a model's blocks are computed again when they are needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

__all__ = ["blocks_of", "keep_activations", "recompute_activations", "recomputes"]

_MARK = "_keeps_only_inputs"


def recompute_activations(model: nn.Module, device: str) -> None:
    """From now on the blocks of `model` keep only their inputs while training, until `keep_activations`.

    Raises: ValueError if the model has no blocks.
    """
    blocks = blocks_of(model)
    if not blocks:
        raise ValueError(
            f"{type(model).__name__} has no sequence of layers whose activations could be computed again. Try torch's "
            "own checkpoint function inside the model."
        )
    for block in blocks:
        block.__dict__["forward"] = _Recomputed(block, device)
        block.__dict__[_MARK] = True


def keep_activations(model: nn.Module) -> None:
    """Undo `recompute_activations`."""
    for module in model.modules():
        if module.__dict__.pop(_MARK, False):
            del module.__dict__["forward"]


def recomputes(model: nn.Module) -> bool:
    """Whether `recompute_activations` is at work in `model`."""
    return any(module.__dict__.get(_MARK, False) for module in model.modules())


def blocks_of(model: nn.Module) -> list[nn.Module]:
    """The parts with weights of the innermost sequences that have at least two of them.

    In a resnet these are its residual blocks; in a plain sequence of layers, the layers.
    """
    sequences = [m for m in model.modules() if isinstance(m, nn.Sequential) and len(_weighty(m)) > 1]
    inner = [m for m in sequences if not any(o is not m and o in set(m.modules()) for o in sequences)]
    return [child for sequence in inner for child in _weighty(sequence)]


def _weighty(sequence: nn.Sequential) -> list[nn.Module]:
    return [child for child in sequence if next(child.parameters(), None) is not None]


class _Recomputed:
    """A block's forward pass that keeps only its inputs."""

    def __init__(self, block: nn.Module, device: str) -> None:
        self.block, self.device = block, device

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        plain = type(self.block).forward
        if not (self.block.training and torch.is_grad_enabled()):
            return plain(self.block, *args, **kwargs)
        return checkpoint(
            lambda *given: plain(self.block, *given, **kwargs), *args, use_reentrant=False, context_fn=self._contexts
        )

    def _contexts(self) -> tuple[AbstractContextManager[Any], AbstractContextManager[Any]]:
        return nullcontext(), _statistics_kept(self.block)


@contextmanager
def _statistics_kept(block: nn.Module) -> Iterator[None]:
    """Inside, batch norm takes no second look at its batch: what is computed again has been counted already."""
    norms = [m for m in block.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm) and m.track_running_stats]
    saved: list[tuple[Any, dict[str, Tensor]]] = [
        (m, {name: value.clone() for name, value in m.named_buffers(recurse=False)}) for m in norms
    ]
    try:
        yield
    finally:
        with torch.no_grad():
            for norm, buffers in saved:
                for name, value in buffers.items():
                    getattr(norm, name).copy_(value)
