"""Hooks on a model for the length of a fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from torch import nn

from fastlearn.hooks.hook import Hooks
from fastlearn.train.callback import Callback

__all__ = ["HookCallback"]


class HookCallback(Callback):
    """Puts the method `hook(module, inputs, outputs)` on `modules` while a fit runs; results are in `hooks.stored`.

    A subclass writes `hook`, or `HookCallback(hook=function)` is given one. By default all layers with parameters of
    their own are hooked, with `include_paramless` all layers. With `every` it is there in one of so many training
    batches only. The other arguments are those of `Hook`. The hooks come off after the fit (`remove_end`), however it
    ends.
    """

    run_valid = False

    def __init__(
        self,
        modules: Iterable[nn.Module] | None = None,
        every: int | None = None,
        remove_end: bool = True,
        is_forward: bool = True,
        detach: bool = True,
        cpu: bool = True,
        include_paramless: bool = False,
        hook: Callable[[nn.Module, Any, Any], Any] | None = None,
        **events: Callable[..., Any],
    ) -> None:
        super().__init__(**events)
        self.modules = None if modules is None else list(modules)
        self.every, self.remove_end, self.is_forward = every, remove_end, is_forward
        self.detached, self.cpu, self.include_paramless = detach, cpu, include_paramless
        self.function = self.hook if hook is None else hook
        self.hooks: Hooks | None = None

    def hook(self, m: nn.Module, inputs: Any, outputs: Any) -> Any:
        """What is kept of a layer that has run."""
        raise NotImplementedError(f"{type(self).__name__} needs a method hook(self, m, inputs, outputs).")

    @property
    def hooked(self) -> list[nn.Module]:
        """The layers that are hooked."""
        if self.modules is not None:
            return self.modules
        leaves = [m for m in self.model.modules() if not list(m.children())]
        return leaves if self.include_paramless else [m for m in leaves if next(m.parameters(), None) is not None]

    def before_fit(self) -> None:
        self._remove()
        if self.every is None:
            self._register()

    def before_batch(self) -> None:
        if self.every is not None and self.train_iter % self.every == 0:
            self._register()

    def after_batch(self) -> None:
        if self.every is not None:
            self._remove()

    def after_fit(self) -> None:
        if self.remove_end:
            self._remove()

    def _register(self) -> None:
        self._remove()
        self.hooks = Hooks(self.hooked, self.function, self.is_forward, self.detached, self.cpu)

    def _remove(self) -> None:
        if self.hooks is not None:
            self.hooks.remove()
