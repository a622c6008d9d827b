"""Compiling a learner's model, and the way back."""

from __future__ import annotations

import os
import shutil
from typing import Any

import torch
from torch import nn

__all__ = ["best_backend", "compiled"]


def best_backend(device: torch.device) -> str:
    """ "inductor" where what it generates can be compiled on this machine, else "aot_eager"."""
    if device.type == "cuda":
        from torch.utils._triton import has_triton

        return "inductor" if has_triton() else "aot_eager"
    compilers = (os.environ.get("CXX"), "g++", "clang++", "cl")
    return "inductor" if any(name and shutil.which(name) for name in compilers) else "aot_eager"


def compiled(model: nn.Module, backend: str | None, **options: Any) -> Any:
    """What computes the same as `model`, with its weights; compiled when it is first called."""
    tensor = next(model.parameters(), None)
    device = torch.device("cpu") if tensor is None else tensor.device
    return torch.compile(model, backend=backend or best_backend(device), **options)
