"""Reproducible initial weights that leave the caller's random numbers alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def seeded(seed: int | None) -> Iterator[None]:
    """Build layers under `seed`; afterwards torch's random state is what it was. None leaves everything as it is.

    Layers draw their first weights from torch's CPU generator and take no generator of their own, so that one is set
    and put back; those of other devices are not touched.
    """
    if seed is None:
        yield
        return
    state = torch.get_rng_state()
    torch.default_generator.manual_seed(seed)
    try:
        yield
    finally:
        torch.set_rng_state(state)
