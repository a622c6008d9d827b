"""Lending a learner out: whatever is done to it, afterwards everything is as it was. In memory, without files."""

from __future__ import annotations

import copy
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

import torch
from torch import nn

from fastlearn.runs.loader_state import counting, generators
from fastlearn.runs.random_state import get_random_states, set_random_states

if TYPE_CHECKING:
    from fastlearn.train.learner import Learner

__all__ = ["throwaway", "uninterrupted"]

Undo: TypeAlias = Callable[[], None]


@contextmanager
def throwaway(learn: Learner) -> Iterator[None]:
    """Inside, train as you like, with a fresh optimizer; afterwards it never happened.

    Put back are weights, gradients and buffers, the mode of every module, the optimizer or its absence, callbacks and
    their attributes, history, control, random states (torch, numpy, Python) and the position of both loaders.
    """
    learn.place_model()
    undo = [
        _learner(learn),
        *(_module(module) for module in (learn.model, learn.loss_func) if isinstance(module, nn.Module)),
        *(_loader(dl) for dl in (learn.dls.train, learn.dls.valid)),
        *(_own_generator(step) for step in learn.input_tfms.fs),
        _random_state(),
    ]
    try:
        learn.opt = None
        for p in learn.model.parameters():
            p.grad = None  # so that the gradients that are there stay untouched
        yield
    finally:
        with uninterrupted():
            for put_back in undo:
                put_back()


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ctrl-C does nothing inside: half of a restored state would be worse than a late one."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _learner(learn: Learner) -> Undo:
    things = (learn, *learn.cbs)
    attributes = [(thing, dict(thing.__dict__)) for thing in things]
    # Plain containers are often changed in place, and others may hold them: the same object gets its contents back.
    contents = [_contents(value) for thing in things for value in thing.__dict__.values()]

    def put_back() -> None:
        for restore in contents:
            restore()
        for thing, saved in attributes:
            thing.__dict__.clear()
            thing.__dict__.update(saved)

    return put_back


def _contents(value: Any) -> Undo:
    """What gives a plain list, dictionary or set the contents back that it has now."""
    if type(value) not in (list, dict, set):
        return lambda: None
    saved = copy.copy(value)

    def put_back() -> None:
        value.clear()
        (value.extend if isinstance(value, list) else value.update)(saved)

    return put_back


def _module(root: nn.Module) -> Undo:
    modes = [(module, module.training) for module in root.modules()]
    weights = [(p, p.detach().clone(), p.grad) for p in root.parameters()]
    buffers = [
        (module, name, buffer, None if buffer is None else buffer.detach().clone())
        for module in root.modules()
        for name, buffer in module._buffers.items()  # also those that are not persistent
    ]

    def put_back() -> None:
        with torch.no_grad():
            for p, saved, grad in weights:
                p.copy_(saved)
                p.grad = grad
            for module, name, buffer, kept in buffers:
                if buffer is not None and kept is not None:
                    buffer.copy_(kept)
                module._buffers[name] = buffer  # a forward pass may have replaced it
        for module, mode in modes:
            module.training = mode

    return put_back


def _loader(dl: Any) -> Undo:
    saved = [(generator, generator.get_state()) for generator in generators(dl)]
    epochs = [(sampler, sampler.epoch) for sampler in counting(dl)]
    position = dl.state() if hasattr(dl, "state") and hasattr(dl, "restore") else None

    def put_back() -> None:
        for generator, before in saved:
            generator.set_state(before)
        for sampler, epoch in epochs:
            sampler.epoch = epoch
        if position is not None:
            dl.restore(position)

    return put_back


def _own_generator(step: Any) -> Undo:
    generator: torch.Generator | None = step.__dict__.get("_rng")
    saved = None if generator is None else generator.get_state()

    def put_back() -> None:
        if generator is None or saved is None:
            step.__dict__.pop("_rng", None)
        else:
            generator.set_state(saved)
            step.__dict__["_rng"] = generator

    return put_back


def _random_state() -> Undo:
    states = get_random_states()
    return lambda: set_random_states(states)
