"""Where a loader stands in its epoch, for our own loaders and for any other torch loader."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

import torch

from fastlearn.runs.random_state import get_random_states, set_random_states

__all__ = ["counting", "generators", "loader_state", "positioned", "restore_loader", "samplers", "starting_state"]


def samplers(dl: Any) -> Iterator[Any]:
    """What a torch loader takes its order from, the outer one first, each once."""
    batch_sampler = getattr(dl, "batch_sampler", None)
    seen: set[int] = set()
    for sampler in (getattr(dl, "sampler", None), batch_sampler, getattr(batch_sampler, "sampler", None)):
        if sampler is not None and id(sampler) not in seen:
            seen.add(id(sampler))
            yield sampler


def generators(dl: Any) -> Iterator[torch.Generator]:
    """The generators that a torch loader and its samplers draw from, each once."""
    seen: set[int] = set()
    for owner in (dl, *samplers(dl)):
        generator = getattr(owner, "generator", None)
        if isinstance(generator, torch.Generator) and id(generator) not in seen:
            seen.add(id(generator))
            yield generator


def counting(dl: Any) -> Iterator[Any]:
    """The samplers that count epochs."""
    return (sampler for sampler in samplers(dl) if isinstance(getattr(sampler, "epoch", None), int))


def starting_state(dl: Any) -> dict[str, Any] | None:
    """What a pass over `dl` that begins now will draw its order from; None for a loader whose seed says it all."""
    if _knows_its_order(dl):
        return None
    return {
        "random": get_random_states(),
        "generators": [g.get_state() for g in generators(dl)],
        "epochs": [sampler.epoch for sampler in counting(dl)],
    }


def loader_state(dl: Any, batch: int, start: dict[str, Any] | None) -> dict[str, Any]:
    """Where `dl` stands after `batch` batches of a pass that began at `start`, which is ignored for 0 batches."""
    state: dict[str, Any] = {"own": dl.state(batch)} if _knows_its_place(dl) else {"batch": batch}
    if not _knows_its_order(dl):
        state["start"] = start if batch else starting_state(dl)
    return state


def positioned(dl: Any, saved: dict[str, Any]) -> Iterator[Any]:
    """An iteration of `dl` that begins after the batches that `saved` counts.

    Our own loaders pass over them unread. Any other loader is set to what it drew its order from and gives them once
    more; this leaves the global random states where they then are.
    """
    restore_loader(dl, saved)
    batches: Iterator[Any] = iter(dl)
    if "own" not in saved:
        for _ in islice(batches, saved.get("batch", 0)):
            pass
        return batches
    return batches if saved.get("start") is None else _begun(batches)


def restore_loader(dl: Any, saved: dict[str, Any]) -> None:
    """Set `dl` to where `loader_state` found it; what an order is drawn from, to where it was when the pass began."""
    if "own" in saved:
        dl.restore(saved["own"])
    start = saved.get("start")
    if start is None:
        return
    set_random_states(start["random"])
    for generator, state in zip(generators(dl), start["generators"], strict=False):
        generator.set_state(state)
    for sampler, epoch in zip(counting(dl), start.get("epochs", ()), strict=False):  # earlier runs have none
        sampler.epoch = epoch


def _begun(batches: Iterator[Any]) -> Iterator[Any]:
    """`batches`, the first of which is read now, as the order is drawn with it."""
    return chain(list(islice(batches, 1)), batches)


def _knows_its_place(dl: Any) -> bool:
    return hasattr(dl, "state") and hasattr(dl, "restore")


def _knows_its_order(dl: Any) -> bool:
    return _knows_its_place(dl) and bool(getattr(dl, "seeded_order", True))
