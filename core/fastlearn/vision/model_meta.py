"""What is known of each architecture, under the name and the words that it has in the book."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from fastlearn.vision import models, xresnets
from fastlearn.vision.arch import Arch

_LISTED = [arch for module in (models, xresnets) for arch in vars(module).values() if isinstance(arch, Arch)]

model_meta: Mapping[Arch, dict[str, Any]] = MappingProxyType(
    {arch: {"cut": arch.info.cut, "split": arch.info.split, "stats": arch.info.stats} for arch in _LISTED}
)
"""`model_meta[resnet50]` says where `vision_learner` cuts it, how it groups its parameters, and the pixels' statistics.

To read only: `register_arch` tells of an architecture of your own.
"""
