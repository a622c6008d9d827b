"""The global random states of torch, NumPy and Python: taken, and put back."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

__all__ = ["get_random_states", "set_random_states"]


def get_random_states() -> dict[str, Any]:
    """The states of the global generators: "torch", "numpy", "python" and, where they are in use, "cuda", "mps"."""
    states: dict[str, Any] = {
        "torch": torch.get_rng_state(),
        "numpy": np.random.get_state(),
        "python": random.getstate(),
    }
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        states["cuda"] = torch.cuda.get_rng_state_all()
    if torch.backends.mps.is_available():
        states["mps"] = torch.mps.get_rng_state()
    return states


def set_random_states(states: dict[str, Any]) -> None:
    """Go back to what `get_random_states` found. States of devices that this machine does not have are passed over."""
    setters: dict[str, tuple[Callable[[Any], object], bool]] = {
        "torch": (torch.set_rng_state, True),
        "numpy": (np.random.set_state, True),
        "python": (random.setstate, True),
        "cuda": (_set_cuda, torch.cuda.is_available()),
        "mps": (torch.mps.set_rng_state, torch.backends.mps.is_available()),
    }
    for name, (put, there) in setters.items():
        if there and name in states:
            put(states[name])


def _set_cuda(states: list[torch.Tensor]) -> None:
    torch.cuda.set_rng_state_all(states[: torch.cuda.device_count()])
