"""Where a loader stands in its epoch, for our own loaders and for any other torch loader."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import torch

from fastlearn.runs.random_state import get_random_states, set_random_states

__all__ = ["generators", "loader_state", "positioned", "starting_state"]


def generators(dl: Any) -> Iterator[torch.Generator]:
    """The generators that a torch loader and its samplers draw from, each once."""
    sampler, batch_sampler = getattr(dl, "sampler", None), getattr(dl, "batch_sampler", None)
    seen: set[int] = set()
    for owner in (dl, sampler, batch_sampler, getattr(batch_sampler, "sampler", None)):
        generator = getattr(owner, "generator", None)
        if isinstance(generator, torch.Generator) and id(generator) not in seen:
            seen.add(id(generator))
            yield generator


def starting_state(dl: Any) -> dict[str, Any] | None:
    """What a pass over `dl` that begins now will draw its order from; None for a loader that knows it by itself."""
    if _knows_itself(dl):
        return None
    return {"random": get_random_states(), "generators": [g.get_state() for g in generators(dl)]}


def loader_state(dl: Any, batch: int, start: dict[str, Any] | None) -> dict[str, Any]:
    """Where `dl` stands after `batch` batches of a pass that began at `start`, which is ignored for 0 batches."""
    if _knows_itself(dl):
        return {"own": dl.state(batch)}
    return {"start": start if batch else starting_state(dl), "batch": batch}


def positioned(dl: Any, saved: dict[str, Any]) -> Iterator[Any]:
    """An iteration of `dl` that begins after the batches that `saved` counts.

    Our own loaders pass over them unread. Any other loader is set to what it drew its order from and gives them once
    more; this leaves the global random states where they then are.
    """
    restore_loader(dl, saved)
    batches: Iterator[Any] = iter(dl)
    for _ in islice(batches, saved.get("batch", 0)):
        pass
    return batches


def restore_loader(dl: Any, saved: dict[str, Any]) -> None:
    """Set `dl` to where `loader_state` found it, at the beginning of the pass for loaders that are not our own."""
    if "own" in saved:
        dl.restore(saved["own"])
        return
    set_random_states(saved["start"]["random"])
    for generator, state in zip(generators(dl), saved["start"]["generators"], strict=False):
        generator.set_state(state)


def _knows_itself(dl: Any) -> bool:
    return hasattr(dl, "state") and hasattr(dl, "restore")
