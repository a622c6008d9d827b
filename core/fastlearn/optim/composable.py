"""An optimizer put together from small steps, each of which works on all tensors of a group at once."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any

import torch
from torch import Tensor

from fastlearn.keywords import unknown_keyword
from fastlearn.models.freeze import freeze_to
from fastlearn.optim.groups import Params, to_param_groups
from fastlearn.optim.hypers import HyperValue, layer_groups_of, set_hyper
from fastlearn.optim.step import Step

__all__ = ["Optimizer"]


class Optimizer(torch.optim.Optimizer):
    """Runs `cbs`, one after the other, over the parameters that have a gradient. It is a torch optimizer.

    `params` are tensors, lists of tensors (one per layer group) or torch's own group dicts. Each of `cbs` is a `Step`,
    or a function of one parameter, `f(p, **state_and_hypers)`, that changes it and may return what to remember in its
    state; the attribute `defaults` of such a function gives its hyper-parameters usual values. `hypers` sets values.
    Raises: TypeError for a hyper-parameter that none of `cbs` reads.
    """

    def __init__(self, params: Params, cbs: Any, lr: float = 1e-3, **hypers: Any) -> None:
        self.cbs = [_bound(cb) for cb in (cbs if isinstance(cbs, Iterable) else [cbs])]
        known: dict[str, Any] = {"lr": lr, "do_wd": True}
        for cb in self.cbs:
            known = {**_defaults(cb), **known}
        _check_read(hypers, self.cbs, known)
        super().__init__(to_param_groups(params), {**known, **hypers})

    @property
    def kind(self) -> str:
        """What is told of it where its state is saved: the state of another kind does not fit."""
        return f"Optimizer({', '.join(_name(cb) for cb in self.cbs)})"

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """Update every parameter that has a gradient."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            params = [p for p in group["params"] if p.grad is not None]
            if params:
                self._step_group(params, group)
        return loss

    def _step_group(self, params: list[Tensor], group: dict[str, Any]) -> None:
        grads = [_dense(p) for p in params]
        states = [self.state[p] for p in params]
        hypers = {name: value for name, value in group.items() if name != "params"}
        for cb in self.cbs:
            if isinstance(cb, Step):
                cb.on_group(params, grads, states, hypers)
                continue
            for p, state in zip(params, states, strict=True):
                state.update(cb(p, **{**state, **hypers}) or {})

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "cbs": self.cbs}  # torch would leave them out of a copy

    # fastai's ways to change it

    def freeze_to(self, n: int) -> None:
        """Train layer groups `n` and later only. (`learn.freeze_to` also keeps norm layers training.)"""
        freeze_to(layer_groups_of(self), n)

    def freeze(self) -> None:
        """Train only the last layer group."""
        self.freeze_to(-1)

    def unfreeze(self) -> None:
        """Train all layer groups."""
        self.freeze_to(0)

    def set_hyper(self, name: str, value: HyperValue) -> None:
        """Set a hyper-parameter, to one value or to one per layer group."""
        set_hyper(self, name, value)

    def set_hypers(self, **values: HyperValue) -> None:
        """Set several hyper-parameters."""
        for name, value in values.items():
            self.set_hyper(name, value)

    def clear_state(self) -> None:
        """Forget what was learnt of each parameter."""
        self.state.clear()


def _bound(cb: Any) -> Any:
    """`partial(step, option=True)` as a step of its own, so that it works on whole groups too."""
    if isinstance(cb, functools.partial) and isinstance(cb.func, Step):
        return cb.func.having(**cb.keywords)
    if not callable(cb):
        raise TypeError(f"`cbs` are steps or functions of one parameter, but got a {type(cb).__name__}: {cb!r}.")
    return cb


def _name(cb: Any) -> str:
    return repr(cb) if isinstance(cb, Step) else getattr(cb, "__name__", type(cb).__name__)


def _defaults(cb: Any) -> dict[str, Any]:
    inner = cb.func if isinstance(cb, functools.partial) else cb
    return dict(getattr(inner, "defaults", {}))


def _check_read(hypers: Iterable[str], cbs: Iterable[Any], known: Iterable[str]) -> None:
    """A function's own parameters are read; behind its `**kwargs` can be anything that is not a slip of the pen."""
    plain = [p for cb in cbs if not isinstance(cb, Step) for p in inspect.signature(cb).parameters.values()]
    readable = {*known, *(p.name for p in plain)}
    anything = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in plain)
    for name in hypers:
        if name not in readable and not (anything and not get_close_matches(name, readable, n=1)):
            raise unknown_keyword("Optimizer", name, readable - {"p", "kwargs", "do_wd"})


def _dense(p: Tensor) -> Tensor:
    grad = p.grad
    assert grad is not None
    if grad.is_sparse:
        raise RuntimeError(
            "This optimizer works on dense gradients, but one is sparse. Try nn.Embedding(..., sparse=False), or "
            "opt_func=torch.optim.SparseAdam."
        )
    return grad
