"""Everything that training goes on from: taken between two batches, put back before the next one."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from fastlearn.runs.callback_state import callbacks_state, load_callbacks
from fastlearn.runs.loader_state import loader_state, positioned, restore_loader
from fastlearn.runs.optimizer_state import load_optimizer, optimizer_state
from fastlearn.runs.random_state import get_random_states, set_random_states

if TYPE_CHECKING:
    from fastlearn.train.learner import Learner

__all__ = ["put_back", "take"]


def take(learn: Learner, epoch: int, batch: int) -> dict[str, Any]:
    """The state of a fit after `batch` training batches of `epoch`, as `packing.pack` takes it."""
    return {
        "epoch": epoch,
        "batch": batch,
        "n_train_iter": learn.n_train_iter,
        "train_iter": learn.train_iter,
        "seconds": perf_counter() - learn.fit_started,
        "modules": {name: _weights(module) for name, module in _modules(learn)},
        "grads": {
            name: p.grad for name, p in _parameters(learn) if p.grad is not None
        },  # of a step that waits for more
        "frozen": [name for name, p in learn.model.named_parameters() if not p.requires_grad],
        "optimizer": optimizer_state(learn.opt),
        "lr_scale": learn.control.applied_lr_scale,
        "train": loader_state(learn.dls.train, batch, learn.pass_start),
        "valid": None if learn.dls.valid is None else loader_state(learn.dls.valid, 0, None),
        "tfms": [None if generator is None else generator.get_state() for generator in _own_generators(learn)],
        "callbacks": callbacks_state(learn.cbs),
        "random": get_random_states(),
    }


def put_back(learn: Learner, saved: dict[str, Any], source: str) -> Iterator[Any] | None:
    """Bring a learner whose fit has just begun to `saved`; returns the rest of the epoch's batches if it has begun.

    Raises: ValueError, naming `source`, if model, optimizer or loader are not like those that were saved.
    """
    if saved["n_train_iter"] != learn.n_train_iter:
        raise ValueError(
            f"{source} was made with {saved['n_train_iter']} batches an epoch, but the training loader now has "
            f"{learn.n_train_iter}. Try the data, batch size and split of the run."
        )
    for name, module in _modules(learn):
        _load_weights(module, saved["modules"].get(name, {}), source)
    for name, p in learn.model.named_parameters():
        p.requires_grad_(name not in saved["frozen"])
    for name, p in _parameters(learn):
        grad = saved.get("grads", {}).get(name)  # runs of earlier versions have none
        p.grad = None if grad is None else grad.to(p)
    load_optimizer(learn.opt, saved["optimizer"], source)
    learn.control.restore_lr_scale(saved["lr_scale"])
    learn.n_done, learn.train_iter = saved["batch"], saved["train_iter"]
    learn.position = saved["epoch"] * saved["n_train_iter"] + saved["batch"]
    learn.fit_started = perf_counter() - saved["seconds"]
    load_callbacks(learn.cbs, saved["callbacks"])
    for step, state in zip(learn.input_tfms.fs, saved["tfms"], strict=False):
        if state is not None:
            step.__dict__["_rng"] = torch.Generator()
            step.__dict__["_rng"].set_state(state)
    if saved["valid"] is not None and learn.dls.valid is not None:
        restore_loader(learn.dls.valid, saved["valid"])
    batches = _train_loader(learn, saved)
    set_random_states(saved["random"])
    return batches


def _train_loader(learn: Learner, saved: dict[str, Any]) -> Iterator[Any] | None:
    if saved["batch"] == 0:  # the epoch begins in the usual way
        restore_loader(learn.dls.train, saved["train"])
        return None
    learn.pass_start = saved["train"].get("start")
    return positioned(learn.dls.train, saved["train"])


def _modules(learn: Learner) -> Iterator[tuple[str, nn.Module]]:
    for name, module in (("model", learn.model), ("loss", learn.loss_func)):
        if isinstance(module, nn.Module):
            yield name, module


def _parameters(learn: Learner) -> Iterator[tuple[str, nn.Parameter]]:
    for key, module in _modules(learn):
        yield from module.named_parameters(key)


def _weights(module: nn.Module) -> dict[str, Tensor]:
    return {name: value for name, value in module.state_dict().items() if isinstance(value, Tensor)}


def _load_weights(module: nn.Module, weights: dict[str, Tensor], source: str) -> None:
    try:
        module.load_state_dict(weights)
    except RuntimeError as error:
        raise ValueError(
            f"The weights in {source} do not fit the {type(module).__name__}. {error} Try a learner built like the one "
            "of the run."
        ) from error


def _own_generators(learn: Learner) -> Iterator[torch.Generator | None]:
    for step in learn.input_tfms.fs:
        yield step.__dict__.get("_rng")
