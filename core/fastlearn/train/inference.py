"""Passes without training: the state they need is made for them and put back afterwards."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sized
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from fastlearn.data.problems import DataError
from fastlearn.losses.per_item import has_reduction, loss_per_item
from fastlearn.train import loop
from fastlearn.train.events import Events
from fastlearn.train.host import Callbacks
from fastlearn.train.recorder import Recorder

if TYPE_CHECKING:
    from fastlearn.train.learner import Learner

__all__ = ["inference", "loss_not_reduced", "pick_loader", "validate"]

# All that a pass changes: a fit may be in the middle of one of its own.
_STATE = (
    "dl", "xb", "yb", "batch_items", "pred", "loss", "loss_grad", "iter", "n_iter", "n_done", "wait", "training",
    "events", "_metrics", "_device", "_n_inp", "_tfms",
)  # fmt: skip


def validate(learn: Learner, ds_idx: int, dl: Any, cbs: Callbacks) -> list[float | None]:
    """The loss and the metrics over one pass."""
    recorder = Recorder()
    with learn.removed_cbs(Recorder), inference(learn), learn.added_cbs(recorder), learn.added_cbs(cbs):
        loop.validate(learn, pick_loader(learn, ds_idx, dl))
    return recorder.final


@contextmanager
def inference(learn: Learner) -> Iterator[None]:
    """A pass without training inside: leaves the learner, and the mode of every module, as they were.

    It may be opened in the middle of a fit, by a callback: those who listen to the fit do not hear of it, and the
    metrics of the fit's own pass go on where they were.
    """
    state = {name: getattr(learn, name) for name in _STATE}
    modes = [(module, module.training) for module in learn.model.modules()]
    fetch_only = [cb for cb in learn.cbs if cb.remove_on_fetch]
    learn.place_model()
    try:
        if learn.in_fit:
            learn.events, learn.metrics = Events(), [copy.copy(metric) for metric in learn.metrics]
        with learn.removed_cbs(fetch_only):
            yield
    finally:
        for name, value in state.items():
            setattr(learn, name, value)
        for module, mode in modes:
            module.training = mode
        learn.refresh_callbacks()


def pick_loader(learn: Learner, ds_idx: int, dl: Any) -> Any:
    """`dl`, or number `ds_idx` of the learner's loaders.

    Raises: ValueError if there is no such loader; DataError if it has no items.
    """
    if dl is not None:
        return dl
    if ds_idx not in (0, 1):
        return _loader_numbered(learn.dls, ds_idx)
    loader = (learn.dls.train, learn.dls.valid)[ds_idx]
    if loader is None:
        raise ValueError("There is no validation loader. Try ds_idx=0 for the training data, or pass dl=.")
    if isinstance(getattr(loader, "dataset", None), Sized) and not len(loader.dataset):
        raise DataError(
            f"The {('training', 'validation')[ds_idx]} loader has no items, as in a learner from load_learner. Pass "
            "some: dl=learn.dls.test_dl(items), with with_labels=True where targets are needed."
        )
    return loader


def _loader_numbered(dls: Any, ds_idx: Any) -> Any:
    if not hasattr(dls, "__getitem__"):
        raise ValueError(f"`ds_idx` is 0 for the training data or 1 for the validation data, but got {ds_idx!r}.")
    return dls[ds_idx]


@contextmanager
def loss_not_reduced(learn: Learner) -> Iterator[None]:
    """Inside, the learner's loss has one value for each item."""
    loss: Any = learn.loss_func
    reduction = loss.reduction if has_reduction(loss) else None
    try:
        if reduction is not None:
            loss.reduction = "none"
        else:
            learn.loss_func = partial(loss_per_item, loss)
        yield
    finally:
        learn.loss_func = loss
        if reduction is not None:
            loss.reduction = reduction
