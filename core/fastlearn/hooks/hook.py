"""A function that is called with what goes through a layer, and what it returned."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from torch import nn

from fastlearn.data.batch import map_tensors

__all__ = ["Hook", "Hooks", "hook_output", "hook_outputs"]

Function = Callable[[nn.Module, Any, Any], Any]


class Hook:
    """Calls `hook_func(module, inputs, outputs)` whenever `m` has run, and keeps the result in `stored`.

    With `is_forward=False` it is called in the backward pass, with the gradients of inputs and outputs. Tensors are
    detached, and copied to the CPU with `cpu`. It comes off by `remove()` or at the end of a `with` block.
    """

    def __init__(
        self, m: nn.Module, hook_func: Function, is_forward: bool = True, detach: bool = True, cpu: bool = False
    ) -> None:
        self.hook_func, self.detach, self.cpu = hook_func, detach, cpu
        self.stored: Any = None
        self._handle: Any = (m.register_forward_hook if is_forward else m.register_full_backward_hook)(self._called)

    @property
    def removed(self) -> bool:
        """Whether it has come off."""
        return self._handle is None

    def remove(self) -> None:
        """Take it off; a second time does nothing."""
        handle, self._handle = self._handle, None
        if handle is not None:
            handle.remove()

    def __enter__(self) -> Hook:
        return self

    def __exit__(self, *error: object) -> None:
        self.remove()

    def _called(self, module: nn.Module, inputs: Any, outputs: Any) -> None:
        if self.detach:
            inputs, outputs = (map_tensors(self._prepared, part) for part in (inputs, outputs))
        self.stored = self.hook_func(module, inputs, outputs)

    def _prepared(self, tensor: Any) -> Any:
        return tensor.detach().cpu() if self.cpu else tensor.detach()


class Hooks(Sequence[Hook]):
    """One `Hook` for each of `ms`; `stored` has the results in their order."""

    def __init__(
        self,
        ms: Iterable[nn.Module],
        hook_func: Function,
        is_forward: bool = True,
        detach: bool = True,
        cpu: bool = False,
    ) -> None:
        self.hooks = [Hook(m, hook_func, is_forward, detach, cpu) for m in ms]

    @property
    def stored(self) -> list[Any]:
        """What each hook keeps; None for a layer that has not run."""
        return [hook.stored for hook in self.hooks]

    def remove(self) -> None:
        """Take all off."""
        for hook in self.hooks:
            hook.remove()

    def __getitem__(self, i: Any) -> Any:
        return self.hooks[i]

    def __len__(self) -> int:
        return len(self.hooks)

    def __iter__(self) -> Iterator[Hook]:
        return iter(self.hooks)

    def __enter__(self) -> Hooks:
        return self

    def __exit__(self, *error: object) -> None:
        self.remove()


def hook_output(module: nn.Module, detach: bool = True, cpu: bool = False, grad: bool = False) -> Hook:
    """Keep what `module` returns, or with `grad` the gradient that reaches its output."""
    return Hook(module, _first if grad else _output, is_forward=not grad, detach=detach, cpu=cpu)


def hook_outputs(modules: Iterable[nn.Module], detach: bool = True, cpu: bool = False, grad: bool = False) -> Hooks:
    """Keep what each of `modules` returns, or with `grad` the gradients that reach their outputs."""
    return Hooks(modules, _first if grad else _output, is_forward=not grad, detach=detach, cpu=cpu)


def _output(module: nn.Module, inputs: Any, outputs: Any) -> Any:
    return outputs


def _first(module: nn.Module, grads_in: Any, grads_out: Any) -> Any:
    return grads_out[0]
