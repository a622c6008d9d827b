"""Where in a network its features are: found by sending items through it, and proved by swapping them there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from fastlearn.data.batch import map_tensors
from fastlearn.models.sizes import evaluating

__all__ = ["FeaturePoint", "find_feature_point", "tapped"]

MOST = 4096  # numbers an item: a wider vector is passed over if a narrower one follows it
PROBED = 4  # items that are sent through


@dataclass(frozen=True)
class FeaturePoint:
    """The input of the `call`-th run (from 0) of the module at the dotted path `name`: `size` numbers an item.

    `pooled`: it is a map of features, whose means over the places are taken.
    """

    name: str
    call: int
    size: int
    pooled: bool


@dataclass(frozen=True)
class _Run:
    """One run of a layer without children, in the order in which they came."""

    name: str
    call: int
    shape: tuple[int, ...]
    learned: bool  # whether a layer with parameters had run before it
    weight: int  # axes of its weight: 2 of a linear layer, 4 of a convolution of pictures, 0 of no such layer

    def as_point(self) -> FeaturePoint:
        return FeaturePoint(self.name, self.call, self.shape[1], len(self.shape) > 2)


def find_feature_point(model: nn.Module, inputs: tuple[Any, ...]) -> FeaturePoint | None:
    """Where `model` has one vector of features an item, before the linear layers at its end.

    It is the input of the first of the last layers that take vectors `(B, D)`; in a network of linear layers alone that
    of the last one. Proved by swapping: when the vectors at that place change their items, so do the answers; a place
    where that fails holds only a part of what counts, and the next one is tried. Where a convolution comes last, it is
    what that takes, averaged over the places; in a network that answers for every place, the smallest map that a
    convolution takes, which is not proved. None where there is no such place.
    """
    few = _few(inputs)
    with torch.no_grad(), evaluating(model):
        runs, output = _watch(model, few)
        n = _length(few)
        vectors = _at_the_end(runs, n)
        for run in vectors:
            if _decides(model, few, run, output):
                return run.as_point()
        maps = [run for run in runs if len(run.shape) == 4 == run.weight and run.shape[0] == n and run.learned]
        if output is not None and output.ndim == 4 and maps:
            return min(reversed(maps), key=lambda run: run.shape[2] * run.shape[3]).as_point()
        return next((run.as_point() for run in reversed(maps) if _decides(model, few, run, output)), None)


@contextmanager
def tapped(model: nn.Module, point: FeaturePoint) -> Iterator[Callable[[], Tensor | None]]:
    """Inside, the function that this gives returns the features of the latest pass, `(B, size)`, on their device."""
    found: list[Tensor] = []

    def keep(given: Tensor) -> None:
        found[:] = [given.detach().flatten(2).mean(2) if point.pooled else given.detach().clone()]

    with _at(model, point.name, point.call, keep):
        yield lambda: found.pop() if found else None


def _few(inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """At most `PROBED` items of a batch, at least two: a lone one gets a mirrored copy beside it."""
    if _length(inputs) > 1:
        return tuple(map_tensors(lambda t: t[:PROBED].clone(), part) for part in inputs)
    return tuple(map_tensors(lambda t: torch.cat((t, t.flip(-1) if t.ndim > 1 else t)), part) for part in inputs)


def _length(inputs: Any) -> int:
    first = _first_tensor(inputs)
    return 0 if first is None or first.ndim == 0 else len(first)


def _watch(model: nn.Module, inputs: tuple[Any, ...]) -> tuple[list[_Run], Tensor | None]:
    """The runs of all layers without children that take a tensor, and the output."""
    runs: list[_Run] = []
    counts: dict[str, int] = {}
    learned = False

    def note(name: str) -> Callable[..., None]:
        def before(module: nn.Module, args: tuple[Any, ...]) -> None:
            nonlocal learned
            if args and isinstance(args[0], Tensor):
                weight = getattr(module, "weight", None)
                axes = weight.ndim if isinstance(weight, Tensor) else 0
                runs.append(_Run(name, counts.get(name, 0), tuple(args[0].shape), learned, axes))
            counts[name] = counts.get(name, 0) + 1
            learned = learned or next(module.parameters(recurse=False), None) is not None

        return before

    leaves = [(name, module) for name, module in model.named_modules() if not list(module.children())]
    handles = [module.register_forward_pre_hook(note(name)) for name, module in leaves]
    try:
        return runs, _first_tensor(_run(model, inputs))
    finally:
        for handle in handles:
            handle.remove()


def _at_the_end(runs: Sequence[_Run], n: int) -> list[_Run]:
    """The last runs that take vectors, in the order in which they are to be tried."""
    last: list[_Run] = []
    for run in reversed(runs):
        if len(run.shape) != 2 or run.shape[0] != n or run.shape[1] == 0:
            break
        last.insert(0, run)
    while last and last[-1].weight != 2:  # an activation at the end takes scores, not features
        last.pop()
    learned = [run for run in last if run.learned]
    if learned and learned[0] is last[0]:  # something came before the vectors
        return sorted(last, key=lambda run: run.shape[1] > MOST)
    return [run for run in reversed(last) if run.weight == 2]  # vectors all the way: what the last layer takes


def _decides(model: nn.Module, inputs: tuple[Any, ...], run: _Run, output: Tensor | None) -> bool:
    """Whether the answers follow when the items are swapped at the input of `run`, and nowhere else."""
    if output is None or output.ndim == 0 or len(output) != run.shape[0]:
        return False
    with _at(model, run.name, run.call, lambda given: given.roll(1, 0)):
        swapped = _first_tensor(_run(model, inputs))
    if swapped is None or swapped.shape != output.shape:
        return False
    finite = output[output.isfinite()].float()
    scale = float(finite.abs().max()) if finite.numel() else 1.0
    return torch.allclose(swapped, output.roll(1, 0), rtol=1e-3, atol=1e-4 * max(scale, 1e-6), equal_nan=True)


@contextmanager
def _at(model: nn.Module, name: str, call: int, act: Callable[[Tensor], Tensor | None]) -> Iterator[None]:
    """Inside, `act` gets the input of that run, and what it returns goes in instead."""
    count = 0

    def begin(module: nn.Module, args: tuple[Any, ...]) -> None:
        nonlocal count
        count = 0  # a new pass

    def before(module: nn.Module, args: tuple[Any, ...]) -> tuple[Any, ...] | None:
        nonlocal count
        count += 1
        changed = act(args[0]) if count == call + 1 else None
        return None if changed is None else (changed, *args[1:])

    layers = ((model, begin), (model.get_submodule(name), before))  # in this order, if they are one
    handles = [layer.register_forward_pre_hook(hook) for layer, hook in layers]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _run(model: nn.Module, inputs: tuple[Any, ...]) -> Any:
    # Copies go in, since a model may work in place on what it is given.
    return model(*(map_tensors(Tensor.clone, part) for part in inputs))


def _first_tensor(value: Any) -> Tensor | None:
    if isinstance(value, Tensor):
        return value
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return next((found for part in parts if (found := _first_tensor(part)) is not None), None)
