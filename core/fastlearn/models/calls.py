"""Which parts of a network run, on what, and in which order: found by watching one image go through."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor, nn

from fastlearn.models.sizes import evaluating


@dataclass(eq=False)
class Call:
    """One run of the module at the dotted path `name`: what it was given, what it gave, and the runs inside it.

    A version tells how often a tensor had been changed in place.
    """

    name: str
    module: nn.Module
    given: Tensor | None
    given_version: int
    gave: Any = None
    gave_version: int = -1
    parts: list[Call] = field(default_factory=list)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of what came out; empty if that was no tensor."""
        return tuple(self.gave.shape) if isinstance(self.gave, Tensor) else ()

    @property
    def is_chain(self) -> bool:
        """Whether the run was nothing but those inside it, each on what the one before it gave, unchanged."""
        links = [(self.given, self.given_version), *((part.gave, part.gave_version) for part in self.parts)]
        taken = [*((part.given, part.given_version) for part in self.parts), (self.gave, self.gave_version)]
        same = all(a is not None and a is b and v == w for (a, v), (b, w) in zip(links, taken, strict=True))
        return bool(self.parts) and same and len({part.name for part in self.parts}) == len(self.parts)

    @property
    def changed_later(self) -> bool:
        """Whether a later module wrote into what came out."""
        return isinstance(self.gave, Tensor) and self.gave._version != self.gave_version

    def walk(self) -> Iterator[Call]:
        """This run and all inside it."""
        yield self
        for part in self.parts:
            yield from part.walk()


def watch(m: nn.Module, x: Tensor) -> Call:
    """Send `x` through `m`, in evaluation mode and without gradients, and write down every run of a module in it."""
    names = {module: name for name, module in m.named_modules()}
    top = Call("", m, None, -1)
    with _hooked(names, top), evaluating(m):
        m(x)
    return top.parts[0]


@contextmanager
def _hooked(names: dict[nn.Module, str], top: Call) -> Iterator[None]:
    stack = [top]

    def before(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        alone = args[0] if len(args) == 1 and not kwargs and isinstance(args[0], Tensor) else None
        call = Call(names[module], module, alone, -1 if alone is None else alone._version)
        stack[-1].parts.append(call)
        stack.append(call)

    def after(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any) -> None:
        call = stack.pop()
        call.gave = output
        call.gave_version = output._version if isinstance(output, Tensor) else -1

    handles = [module.register_forward_pre_hook(before, with_kwargs=True) for module in names]
    handles += [module.register_forward_hook(after, with_kwargs=True) for module in names]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
