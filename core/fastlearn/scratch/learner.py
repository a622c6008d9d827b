"""The training loop: epochs, batches, and callbacks that have a say at every turn."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any, cast

import torch
from numpy.typing import NDArray
from torch import Tensor

from fastlearn.scratch.callbacks import SetupLearnerCB, arranged
from fastlearn.scratch.loader import DataLoaders
from fastlearn.scratch.module import Module
from fastlearn.scratch.one_cycle import OneCycle
from fastlearn.scratch.optim import SGD
from fastlearn.scratch.search import lr_find
from fastlearn.scratch.show import shown_on
from fastlearn.scratch.steer import Steer
from fastlearn.scratch.tell import Tell
from fastlearn.scratch.track import TrackResults
from fastlearn.train.cancel import CancelBatchException, CancelEpochException, CancelFitException
from fastlearn.train.control import FitControl
from fastlearn.train.display import open_fit_display
from fastlearn.train.events import Events
from fastlearn.train.history import History

__all__ = ["Learner"]

NEEDED = (SetupLearnerCB, TrackResults, Tell, Steer)  # callbacks of every fit


class Learner:
    """Trains `model` on `dls.train` and measures it on `dls.valid`.

    `loss_func(pred, y)` is a scalar tensor; `opt_func(params, lr)` makes the optimizer of each fit. `cbs` are objects
    with methods named after events, in pairs around the `fit`, each `epoch` and each `batch`: `before_batch`,
    `after_batch`, and `after_cancel_batch` where one was ended early; and `after_pred`, `after_loss` between them.
    A method finds all there is in `self.learn`, and may change it. `history` keeps what happened, `events` tells those
    who watch, and `control` takes the wishes of those who steer, all as in the full learner.
    """

    def __init__(
        self,
        model: Module,
        dls: DataLoaders,
        loss_func: Callable[[Any, Any], Tensor],
        lr: float = 0.1,
        cbs: Iterable[Any] = (),
        opt_func: Callable[..., Any] = SGD,
    ) -> None:
        self.model, self.dls, self.loss_func, self.lr, self.opt_func = model, dls, loss_func, lr, opt_func
        self.cbs: list[Any] = arranged(cbs, NEEDED)
        self.history, self.events, self.control = History(), Events(), FitControl()
        self.planned: dict[str, NDArray[Any]] = {}  # by the callbacks: "lr" and "mom" for each training batch to come
        self.shown = False  # by a widget, so that nobody need print
        self.ended_by: BaseException | None = None  # what is on its way out through the loop
        self.epoch = self.num = self.n_epoch = 0
        self.batch: Any = None
        self.pred: Any = None
        self.loss: Tensor | None = None
        self.loss_grad: Any = None  # the loss that is differentiated; a callback may add to it

    def fit(self, n_epoch: int, lr: float | None = None, cbs: Iterable[Any] = (), display: bool = True) -> None:
        """Train for `n_epoch`; `cbs` are there for this fit only. Ctrl-C and a stop end it like its last epoch."""
        usual = self.cbs
        self.cbs = arranged([*usual, *cbs], NEEDED)
        for cb in self.cbs:
            cb.learn = self
        self.n_epoch, self.epoch, self.planned, self.ended_by = n_epoch, 0, {}, None
        self.began = perf_counter()
        self.opt = self.opt_func(self.model.parameters(), self.lr if lr is None else lr)
        self.opt.zero_grad()  # what a broken-off batch may have left
        self.control.begin()
        try:
            with shown_on(open_fit_display(cast(Any, self)) if display else None, self.events) as self.shown:
                self.staged("fit", (CancelFitException, KeyboardInterrupt), self.all_epochs)
        finally:
            self.cbs, self.ended_by = usual, None
            self.batch = self.pred = self.loss = self.loss_grad = None  # they hold memory
            self.model.train(False)  # ready to be used, however it ended

    def all_epochs(self) -> None:
        """The work of a fit."""
        for epoch in range(self.n_epoch):
            self.epoch = epoch
            self.staged("epoch", CancelEpochException, self.one_epoch)

    def one_epoch(self) -> None:
        """The work of an epoch: learn from the training set, then measure on the validation set."""
        self.one_pass(self.dls.train, training=True)
        self.one_pass(self.dls.valid, training=False)

    def one_pass(self, loader: Any, training: bool) -> None:
        """Each batch of `loader` once."""
        self.dl, self.training = loader, training
        self.model.train(training)
        with torch.set_grad_enabled(training):
            asked = perf_counter()
            for self.num, self.batch in enumerate(loader):
                self.wait = perf_counter() - asked  # seconds in which the model had nothing to do
                self.pred = self.loss = None
                self.staged("batch", CancelBatchException, self.one_batch)
                asked = perf_counter()

    def one_batch(self) -> None:
        """The work of a batch: predict, compare, and in training learn from the difference."""
        x, y = self.batch
        self.pred = self.model(x)
        self("after_pred")
        self.loss_grad = self.loss_func(self.pred, y)
        self.loss = self.loss_grad.detach()  # the number alone, for those who only want to know
        self("after_loss")
        if self.training:
            self.loss_grad.backward()  # type: ignore[no-untyped-call]
            self.opt.step()
            self.opt.zero_grad()

    def staged(
        self, name: str, cancel: type[BaseException] | tuple[type[BaseException], ...], work: Callable[[], None]
    ) -> None:
        """Do `work` between the events of `name`. `after_…` comes whatever happens; a `cancel` ends here, quietly."""
        try:
            self(f"before_{name}")
            work()
        except BaseException as error:
            self.ended_by = error
            if not isinstance(error, cancel):
                raise
            self(f"after_cancel_{name}")
            self.ended_by = None
        finally:
            self(f"after_{name}")

    def __call__(self, event: str) -> None:
        """Tell every callback that has a method of this name. That is all a callback needs: no base class."""
        for cb in self.cbs:
            getattr(cb, event, _nothing)()

    def fit_one_cycle(self, n_epoch: int, lr_max: float | None = None, cbs: Iterable[Any] = ()) -> None:
        """Train along a `OneCycle` whose highest rate is `lr_max`."""
        self.fit(n_epoch, cbs=[*cbs, OneCycle(self.lr if lr_max is None else lr_max)])

    lr_find = lr_find  # a function whose first argument is a learner is as good a method as one written here


def _nothing() -> None:
    """What a callback does at an event for which it has no method."""
