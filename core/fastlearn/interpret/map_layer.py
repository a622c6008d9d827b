"""Which layer of a network gives the last maps of a picture: found by sending one through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from fastlearn.data.batch import map_tensors

__all__ = ["MapLayer", "find_map_layer", "held"]


@dataclass(frozen=True)
class MapLayer:
    """The output of the `call`-th run (from 0) of the module at the dotted path `name`: maps of `size` (h, w)."""

    name: str
    call: int
    size: tuple[int, int]


def find_map_layer(model: nn.Module, inputs: tuple[Any, ...], layer: str | None = None) -> MapLayer | None:
    """The layer whose maps `(B, C, h, w)` come last before the answer, by name the last run of that `layer`; or None.

    Its maps have more than one place and reach the answer: its gradient there is not zero. Of a network whose answer is
    itself a map, the layer with the smallest maps, the last of these. The model is in evaluation mode.
    """
    few = tuple(map_tensors(lambda t: t[:2].detach().clone(), part) for part in inputs)
    runs, output = _runs(model, few)
    if output is None:
        return None
    maps = [run for run in runs if layer in (None, run.name)]
    if output.ndim == 4:  # the answer itself is no layer to look at
        maps = [run for run in maps if run.size != tuple(output.shape[2:])] or maps
        maps.sort(key=lambda run: run.size[0] * run.size[1], reverse=True)  # stable: the last smallest one stays last
    return next((run for run in reversed(maps) if _counts(model, few, run)), None)


@contextmanager
def held(model: nn.Module, place: MapLayer) -> Iterator[Callable[[], Tensor | None]]:
    """Inside, the function that this gives returns the maps of the latest pass, with a gradient to be asked for.

    What follows the layer works on a copy, since it may change what it is given in place.
    """
    kept: list[Tensor] = []
    count = 0

    def begin(module: nn.Module, args: tuple[Any, ...]) -> None:
        nonlocal count
        count = 0

    def after(module: nn.Module, args: tuple[Any, ...], output: Any) -> Any:
        nonlocal count
        count += 1
        if count != place.call + 1 or not isinstance(output, Tensor):
            return None
        maps = output if output.requires_grad else output.detach().requires_grad_()  # all before it may be frozen
        kept[:] = [maps]
        return maps.clone()

    handles = [model.register_forward_pre_hook(begin), model.get_submodule(place.name).register_forward_hook(after)]
    try:
        yield lambda: kept.pop() if kept else None
    finally:
        for handle in handles:
            handle.remove()


def _runs(model: nn.Module, inputs: tuple[Any, ...]) -> tuple[list[MapLayer], Tensor | None]:
    """The runs of layers that gave maps of more than one place, in the order in which they ended; and the answer."""
    runs: list[MapLayer] = []
    counts: dict[str, int] = {}

    def note(name: str) -> Callable[..., None]:
        def after(module: nn.Module, args: tuple[Any, ...], output: Any) -> None:
            call = counts[name] = counts.get(name, -1) + 1
            if isinstance(output, Tensor) and output.ndim == 4 and output.shape[2] * output.shape[3] > 1:
                runs.append(MapLayer(name, call, (output.shape[2], output.shape[3])))

        return after

    handles = [module.register_forward_hook(note(name)) for name, module in model.named_modules() if name]
    try:
        with torch.no_grad():
            output = model(*(map_tensors(Tensor.clone, part) for part in inputs))
    finally:
        for handle in handles:
            handle.remove()
    return runs, output if isinstance(output, Tensor) else None


def _counts(model: nn.Module, inputs: tuple[Any, ...], run: MapLayer) -> bool:
    """Whether the answer has a gradient at these maps."""
    with torch.enable_grad(), held(model, run) as kept:
        output = model(*(map_tensors(Tensor.clone, part) for part in inputs))
        maps = kept()
        if maps is None or not output.requires_grad:
            return False
        (gradient,) = torch.autograd.grad(output.float().square().sum(), maps, allow_unused=True)
    return gradient is not None and bool(gradient.any())
