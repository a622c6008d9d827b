"""Noise as the input of a data block: each sample draws its own from the loader's generator."""

from __future__ import annotations

from numbers import Integral
from typing import Any, overload

import torch
from torch import Tensor

from fastlearn.data.transform import Kinds, SampleTransform

__all__ = ["NoiseSource", "generate_noise"]

_NO_ITEM = object()


class NoiseSource(SampleTransform):
    """Whatever the item, a vector of `size` numbers from the standard normal distribution.

    As a step of a data block it draws from the generator of each sample, so that the seed of the loaders fixes the
    noise, whatever the number of workers, and every epoch has new noise. Called by hand it draws from its own.
    Called without an item, with a size, it is another source: `get_x=generate_noise(size=64)`.
    """

    kind = "noise"

    def __init__(self, size: int = 100) -> None:
        super().__init__()
        if isinstance(size, bool) or not isinstance(size, Integral) or size < 1:
            raise ValueError(f"`size` is how many numbers the noise has, at least 1, but got {size!r}. Try size=100.")
        self.size: int = int(size)

    @overload  # type: ignore[override]
    def __call__(self, *, size: int | None = None) -> NoiseSource: ...
    @overload
    def __call__(
        self,
        x: Any,
        split_idx: int | None = None,
        kinds: Kinds | None = None,
        rng: torch.Generator | None = None,
        *,
        size: int | None = None,
    ) -> Tensor: ...
    def __call__(
        self,
        x: Any = _NO_ITEM,
        split_idx: int | None = None,
        kinds: Kinds | None = None,
        rng: torch.Generator | None = None,
        *,
        size: int | None = None,
    ) -> Tensor | NoiseSource:
        """Noise for item `x`, shape `(size,)`; without an item another source."""
        size = self.size if size is None else size
        if x is _NO_ITEM:
            return NoiseSource(size)
        return torch.randn(size, generator=self.own_rng() if rng is None else rng)

    def __repr__(self) -> str:
        return f"generate_noise(size={self.size})"


generate_noise = NoiseSource()
