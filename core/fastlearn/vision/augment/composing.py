"""A function between normalising and its undoing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor


def norm_apply_denorm(x: Tensor, f: Callable[[Tensor], Tensor], nrm: Any) -> Tensor:
    """`f` applied to `x` as `nrm` (a `Normalize`) leaves it, then taken back and clamped to 0 to 1."""
    done: Tensor = nrm.decode(f(nrm(x.clone())))
    return done.clamp(0, 1)
