"""An optimizer put together from small steps, each of which works on all tensors of a group at once."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import torch
from torch import Tensor

from fastlearn.keywords import did_you_mean
from fastlearn.optim.groups import Params, to_param_groups
from fastlearn.optim.hyper_methods import HyperMethods

__all__ = ["Optimizer", "Step", "step"]

State: TypeAlias = dict[str, Any]
Work: TypeAlias = Callable[[list[Tensor], list[Tensor], list[State], dict[str, Any]], None]


class Step:
    """A piece of an optimizer: `work(params, grads, states, hypers)` changes tensors and states in place.

    `defaults` are the hyper-parameters that it reads, with their usual values. Called on one parameter,
    `step(p, **hypers)`, it does the same to that one and returns its state.
    """

    def __init__(self, work: Work, defaults: dict[str, Any]) -> None:
        self.work, self.defaults = work, defaults
        self.__name__, self.__doc__ = work.__name__, work.__doc__

    def __call__(self, p: Tensor, **hypers: Any) -> State:
        state: State = dict(hypers)
        assert p.grad is not None
        with torch.no_grad():
            self.work([p], [p.grad], [state], {**self.defaults, **hypers})
        return {name: value for name, value in state.items() if name not in self.defaults}

    def __repr__(self) -> str:
        return self.__name__


def step(**defaults: Any) -> Callable[[Work], Step]:
    """Make a `Step` of a function, as a decorator, with the hyper-parameters that it reads."""
    return lambda work: Step(work, defaults)


class Optimizer(HyperMethods, torch.optim.Optimizer):
    """Runs `cbs`, one after the other, over the parameters that have a gradient. It is a torch optimizer.

    `params` are tensors, lists of tensors (one per layer group) or torch's own group dicts. Each of `cbs` is a `Step`,
    or a function of one parameter, `f(p, **state_and_hypers)`, that changes it and may return what to remember in its
    state; its arguments, or the attribute `defaults`, name its hyper-parameters. `hypers` sets their values.
    """

    def __init__(self, params: Params, cbs: Any, lr: float = 1e-3, train_bn: bool = True, **hypers: Any) -> None:
        self.cbs: list[Any] = list(cbs) if isinstance(cbs, Sequence) else [cbs]
        known: dict[str, Any] = {"lr": lr, "do_wd": True}
        for cb in self.cbs:
            known.update({name: value for name, value in getattr(cb, "defaults", {}).items() if name not in known})
        unknown = set(hypers) - set(known).union(*map(_arguments, self.cbs))
        if unknown:
            names = [name for name in known if name != "do_wd"]
            raise ValueError(
                f"No step of this optimizer reads {', '.join(sorted(unknown))}; its hyper-parameters are "
                f"{', '.join(names)}.{did_you_mean(min(unknown), [*names, 'train_bn'])}"
            )
        self.train_bn = train_bn
        super().__init__(to_param_groups(params), {**known, **hypers})

    @property
    def kind(self) -> str:
        """The steps by name: what tells optimizers of this one class apart, in files too."""
        return f"Optimizer({', '.join(getattr(cb, '__name__', type(cb).__name__) for cb in self.cbs)})"

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
                cb.work(params, grads, states, hypers)
                continue
            for p, state in zip(params, states, strict=True):
                state.update(cb(p, **{**state, **hypers}) or {})


def _arguments(cb: Any) -> set[str]:
    """The names by which a function of one parameter takes state and hyper-parameters."""
    return set() if isinstance(cb, Step) else set(list(inspect.signature(cb).parameters)[1:])


def _dense(p: Tensor) -> Tensor:
    grad = p.grad
    assert grad is not None
    if grad.is_sparse:
        raise RuntimeError(
            "This optimizer works on dense gradients, but one is sparse. Try nn.Embedding(..., sparse=False), or "
            "opt_func=torch.optim.SparseAdam."
        )
    return grad
