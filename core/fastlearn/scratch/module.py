"""What every layer is: something that can be called, that knows its parameters, and that can be looked into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

__all__ = ["Module", "Parameter"]


class Parameter(Tensor):
    """A tensor that training changes."""

    # What is computed from parameters is a plain tensor; without this line it would be a Parameter again.
    __torch_function__ = torch._C._disabled_torch_function_impl  # type: ignore[assignment]

    def __new__(cls, data: Tensor) -> Parameter:
        return Tensor._make_subclass(cls, data.detach(), True)  # type: ignore[no-any-return, attr-defined]


class Module:
    """A layer, or a network of layers: write `forward`, and keep parameters and layers as attributes.

    There is nothing to register: a module looks through its own attributes, lists of them too, when it is asked. A
    tensor that is no `Parameter` belongs to its state and is not trained.
    """

    training = True
    hooks: tuple[Callable[[Module, Any, Any], object], ...] = ()

    def forward(self, *inputs: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no `forward` yet.")

    def __call__(self, *inputs: Any) -> Any:
        output = self.forward(*inputs)
        for hook in self.hooks:
            hook(self, inputs, output)
        return output

    def _attributes(self) -> Iterator[Any]:
        for value in vars(self).values():
            yield from value if isinstance(value, list | tuple) else (value,)

    def children(self) -> list[Module]:
        """The modules directly inside this one."""
        return [value for value in self._attributes() if isinstance(value, Module)]

    def modules(self) -> Iterator[Module]:
        """This module and all inside it, the outer before the inner."""
        yield self
        for child in self.children():
            yield from child.modules()

    def tensors(self) -> list[Tensor]:
        """All tensors of this module and those inside it, each once: parameters, and state that is not trained."""
        found = [value for module in self.modules() for value in module._attributes() if isinstance(value, Tensor)]
        return list({id(tensor): tensor for tensor in found}.values())

    def parameters(self) -> list[Parameter]:
        """All that is trained."""
        return [tensor for tensor in self.tensors() if isinstance(tensor, Parameter)]

    def train(self, training: bool = True) -> Module:
        """Switch to training, or with False to use; some layers do different things there."""
        for module in self.modules():
            module.training = training
        return self

    def to(self, device: torch.device | str) -> Module:
        """Move to `device`. The tensors stay the same objects, so an optimizer made before still trains them."""
        for tensor in self.tensors():
            tensor.data = tensor.data.to(device)
        return self

    def state(self) -> list[Tensor]:
        """A copy of all tensors, for `load`."""
        return [tensor.detach().clone() for tensor in self.tensors()]

    def load(self, state: list[Tensor]) -> None:
        """Become what `state` says, as it came from `state()` of a module built alike."""
        for tensor, saved in zip(self.tensors(), state, strict=True):
            tensor.data.copy_(saved)

    def __repr__(self) -> str:
        inside = ", ".join(repr(child) for child in self.children())
        return f"{type(self).__name__}({inside})"
