"""Looking into a network while it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

from fastlearn.scratch.module import Module

__all__ = ["Hook", "Hooks", "print_shapes"]


class Hook:
    """Calls `function(module, inputs, output)` whenever `module` has run, and keeps the result in `stored`.

    It comes off at the end of a `with` block, or by `remove()`. A module may have several.
    """

    def __init__(self, module: Module, function: Callable[[Module, Any, Any], Any]) -> None:
        self.module, self.function = module, function
        self.stored: Any = None
        module.hooks = (*module.hooks, self)

    def __call__(self, module: Module, inputs: Any, output: Any) -> None:
        self.stored = self.function(module, inputs, output)

    def remove(self) -> None:
        """Take it off; a second time does nothing."""
        self.module.hooks = tuple(hook for hook in self.module.hooks if hook is not self)

    def __enter__(self) -> Hook:
        return self

    def __exit__(self, *error: object) -> None:
        self.remove()


class Hooks(list[Hook]):
    """One `Hook` on each of `modules`."""

    def __init__(self, modules: Iterable[Module], function: Callable[[Module, Any, Any], Any]) -> None:
        super().__init__(Hook(module, function) for module in modules)

    @property
    def stored(self) -> list[Any]:
        """What each of them keeps."""
        return [hook.stored for hook in self]

    def __enter__(self) -> Hooks:
        return self

    def __exit__(self, *error: object) -> None:
        for hook in self:
            hook.remove()


def print_shapes(model: Module, x: Tensor) -> list[tuple[str, tuple[int, ...]]]:
    """Send `x` through `model` and print the shape that each innermost layer returns; also returned, by name."""
    shapes: list[tuple[str, tuple[int, ...]]] = []

    def note(module: Module, inputs: Any, output: Tensor) -> None:
        shapes.append((type(module).__name__, tuple(output.shape)))
        print(f"{shapes[-1][0]:<14} {' x '.join(map(str, shapes[-1][1]))}")

    innermost = [module for module in model.modules() if not module.children()]
    was_training = model.training
    model.train(False)  # only looking: a norm layer should not learn from it
    with torch.no_grad(), Hooks(innermost, note):
        model(x)
    model.train(was_training)
    return shapes
