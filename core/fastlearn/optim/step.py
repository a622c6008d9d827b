"""The pieces that optimizers are put together from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import torch
from torch import Tensor

from fastlearn.keywords import unknown_keyword

__all__ = ["State", "Step", "step"]

State: TypeAlias = dict[str, Any]
Work: TypeAlias = Callable[[list[Tensor], list[Tensor], list[State], dict[str, Any]], None]


class Step:
    """A piece of an optimizer: `work(params, grads, states, hypers)` changes tensors and states in place.

    `keeps` names what it remembers in the state of a parameter. `settings` are what it reads: numbers are
    hyper-parameters (`defaults`), yes or no is an option, which `partial(step, option=True)` sets.
    """

    def __init__(self, work: Work, keeps: tuple[str, ...], settings: dict[str, Any]) -> None:
        self.work, self.keeps, self.settings = work, keeps, settings
        self.options = {name: value for name, value in settings.items() if isinstance(value, bool)}
        self.defaults = {name: value for name, value in settings.items() if name not in self.options}
        self.__name__, self.__doc__ = work.__name__, work.__doc__

    def having(self, **settings: Any) -> Step:
        """The same step with other options, or other usual values of its hyper-parameters."""
        for name in settings:
            if name not in self.settings:
                raise unknown_keyword(self.__name__, name, self.settings)
        return Step(self.work, self.keeps, {**self.settings, **settings})

    def on_group(self, params: list[Tensor], grads: list[Tensor], states: list[State], hypers: dict[str, Any]) -> None:
        """Do it to all tensors of a group."""
        try:
            self.work(params, grads, states, {**hypers, **self.options} if self.options else hypers)
        except KeyError as missing:
            raise ValueError(
                f"{self.__name__} reads {missing}, which is neither a hyper-parameter nor kept by a step before it. "
                "Among ours, average_grad keeps 'grad_avg', average_sqr_grad 'sqr_avg' and step_stat 'step'."
            ) from missing

    def __call__(self, p: Tensor, **given: Any) -> State:
        """Do it to one parameter; `given` are its state and the hyper-parameters. Returns what is to be remembered."""
        if p.grad is None:
            raise ValueError(
                f"{self.__name__} needs a gradient, but the parameter has none. Try loss.backward() before."
            )
        options = {name: given[name] for name in self.options if name in given}
        state: State = {name: given[name] for name in given if name not in self.settings}
        with torch.no_grad():
            (self.having(**options) if options else self).on_group([p], [p.grad], [state], {**self.defaults, **given})
        return {name: state[name] for name in self.keeps}

    def __repr__(self) -> str:
        chosen = [name for name, on in self.options.items() if on]
        return f"{self.__name__}({', '.join(chosen)})" if chosen else self.__name__


def step(*keeps: str, **settings: Any) -> Callable[[Work], Step]:
    """Make a `Step` of a function, as a decorator: what it keeps, and what it reads with its usual values."""
    return lambda work: Step(work, keeps, settings)
