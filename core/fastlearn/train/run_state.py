"""Where a run is: the data, the model and the batch in hand, as callbacks and metrics see them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fastlearn.data.loaders import DataLoaders
from fastlearn.data.pipeline import Pipeline
from fastlearn.data.problems import describe
from fastlearn.metrics.base import Metric, batch_size
from fastlearn.train.batch import as_parts, count_batches, item_positions, known_batches, to_device
from fastlearn.train.class_ids import class_ids_beyond
from fastlearn.train.control import FitControl
from fastlearn.train.dispatch import name_error
from fastlearn.train.events import Events
from fastlearn.train.history import History
from fastlearn.train.host import CallbackHost
from fastlearn.train.ingredients import as_loaders, as_metrics
from fastlearn.train.single_item import check_not_single

if TYPE_CHECKING:
    from fastlearn.runs.resume import Resume
    from fastlearn.runs.run import Run
    from fastlearn.train.call import FitCall

__all__ = ["RunState", "model_device"]


class RunState(CallbackHost):
    """The state of a run. `xb`, `yb` are the inputs and targets of the batch; `loss` is detached, `loss_grad` is not.

    `epoch` and `iter` count from 0, `n_done` counts the batches of the pass that are done, `train_iter` the training
    batches of the fit, `n_iter` those of the pass (0 in a validation whose loader cannot tell), `position` those that
    its schedules have behind them. `wait` is how many seconds the loader took for the batch, `batch_items` which items
    of the data set are in it. `planned` holds the schedule of the fit, by hyper-parameter.
    """

    model: nn.Module
    loss_func: Callable[..., Any]
    input_tfms: Pipeline
    seed: int | None
    logger: Callable[[list[Any]], None]
    _dls: Any
    _metrics: list[Metric]

    def __init__(self) -> None:
        super().__init__()
        self.events, self.history, self.control = Events(), History(), FitControl()
        self.planned: dict[str, NDArray[np.float32]] = {}
        self.display, self.in_fit = True, False
        self.call: FitCall | None = None  # the fit method under way
        self.last_run: Run | None = None  # the folder of the latest fit, if it was recorded
        self.entry: Resume | None = None  # where the fit that begins goes on
        self.resume_next: Resume | None = None  # where the next call goes on
        self.take_step: Callable[[], None] | None = None  # what steps in place of the optimizer: a gradient scaler
        self.compiled: Any = None  # what computes the same as the model it was made from
        self._compiled_from: nn.Module | None = None
        self.parallel: Callable[..., Any] | None = None  # what trains together with other processes
        self.pass_start: dict[str, Any] | None = None  # what the training pass under way drew its order from
        self.epoch, self.n_epoch, self.iter, self.n_iter, self.n_train_iter = 0, 1, 0, 0, 0
        self.train_iter, self.position, self.fit_started, self.wait = 0, 0, 0.0, 0.0
        self.n_done = 0
        self.batch_items: NDArray[np.int64] | None = None
        self.pred_positions: NDArray[np.int64] | None = None  # which items the latest predictions are of
        self.dl: Any = None
        self.pred: Any = None
        self._loss: Any = None
        self.loss_grad: Any = None
        self.xb: tuple[Any, ...] = ()
        self.yb: tuple[Any, ...] = ()
        self._device = torch.device("cpu")
        self._n_inp: int | None = None
        self._tfms: Pipeline | None = None

    @property
    def dls(self) -> Any:
        """The loaders `train` and `valid`; a pair of loaders can be assigned too."""
        return self._dls

    @dls.setter
    def dls(self, dls: Any) -> None:
        self._dls = as_loaders(dls)

    @property
    def metrics(self) -> list[Metric]:
        """The metrics; one or several, functions or objects, can be assigned."""
        return self._metrics

    @metrics.setter
    def metrics(self, metrics: Any) -> None:
        self._metrics = as_metrics(metrics)

    @property
    def x(self) -> Any:
        """The input of the batch, or the tuple of them where the model takes several."""
        return self.xb[0] if len(self.xb) == 1 else self.xb

    @property
    def y(self) -> Any:
        """The target of the batch, or the tuple of them where there are several."""
        return self.yb[0] if len(self.yb) == 1 else self.yb

    @property
    def loss(self) -> Any:
        """The loss of the batch without its graph, made when somebody asks for it; None before it is computed."""
        if self._loss is None and self.loss_grad is not None:
            self._loss = self.loss_grad.detach()
        return self._loss

    @loss.setter
    def loss(self, loss: Any) -> None:
        self._loss = loss

    def read_loss(self) -> Any:
        """The loss as a number on the CPU, where nothing waits for that; else as a tensor, which is not read."""
        loss = self.loss_grad if self._loss is None else self._loss
        return loss.item() if loss is not None and loss.is_cpu else self.loss

    @property
    def pct_train(self) -> float:
        """The fraction of the fit's training batches that are done."""
        return self.position / max(1, self.n_epoch * self.n_train_iter)

    @property
    def smooth_loss(self) -> float:
        """The smoothed training loss so far; reading it waits for the device."""
        return self.history.smooth_loss()

    @property
    def forward(self) -> Callable[..., Any]:
        """What makes predictions of inputs: the model, its compiled form, or the one that trains in parallel."""
        if self.parallel is not None and self.training:
            return self.parallel
        compiled: Callable[..., Any] | None = self.compiled if self._compiled_from is self.model else None
        return self.model if compiled is None else compiled

    def start_pass(self, dl: Any) -> None:
        """Get ready for a pass over `dl`."""
        self.dl = dl if self.processes is None else self.processes.shared(dl)
        self.iter, self.n_done = 0, 0
        self.n_iter = (count_batches if self.training else known_batches)(self.dl)
        self._device = model_device(self.model)
        self._n_inp = n_inputs(self.dls)
        self._tfms = self.input_tfms.with_split(0 if self.training else 1) if len(self.input_tfms) else None

    def set_batch(self, batch: Any) -> None:
        """Take a batch from the loader: on the model's device, split into inputs and targets, inputs transformed.

        What was computed from the batch before is gone: where this one is cancelled early, `pred` and `loss` are None.
        """
        self.pred = self._loss = self.loss_grad = None
        parts = to_device(batch if isinstance(batch, tuple) else as_parts(batch), self._device)
        n = self._n_inp or max(1, len(parts) - 1)
        self.xb, self.yb, self.batch_items = parts[:n], parts[n:], item_positions(batch)
        if self._tfms is not None:
            kinds = getattr(batch, "kinds", None)
            self.xb = self._tfms(self.xb, kinds=None if kinds is None else kinds[:n])

    def count_items(self) -> int:
        """How many items the batch in hand has, with those of all processes that train together."""
        n = batch_size(self.yb)
        return n if self.processes is None else int(self.processes.add_up(torch.tensor(n, device=self._device)))

    def compute_pred(self) -> Any:
        """What the model makes of the batch. Raises: DataError where it cannot learn from a single item."""
        __tracebackhide__ = True
        try:
            return self.forward(*self.xb)
        except (ValueError, RuntimeError) as error:  # the latter from a compiled model
            check_not_single(error, self.xb, self.dl)
            raise

    def compute_loss(self) -> Any:
        """The loss of the batch; an error in it is told with what it was given."""
        try:
            return self.loss_func(self.pred, *self.yb)
        except Exception as error:
            given = ", ".join(describe(part) for part in (self.pred, *self.yb))
            why = class_ids_beyond(self.loss_func, self.pred, self.yb) if isinstance(error, IndexError) else ""
            name_error(error, f"The loss failed on {given}{f'. {why} The error' if why else ''}")
            raise

    def forget_batch(self) -> None:
        """Let go of the batch and what was computed from it."""
        self.dl = self.pred = self._loss = self.loss_grad = self.batch_items = None
        self.xb, self.yb = (), ()


def model_device(model: nn.Module) -> torch.device:
    """Where the first parameter or buffer of `model` is; the CPU if it has none."""
    tensor: Tensor | None = next(model.parameters(), None)
    tensor = next(model.buffers(), None) if tensor is None else tensor
    return torch.device("cpu") if tensor is None else tensor.device


def n_inputs(dls: Any) -> int | None:
    """How many parts of a batch are inputs, where the data says so; a plain torch loader does not."""
    n = getattr(dls.train, "n_inp", None)
    return getattr(dls, "n_inp", None) if n is None and not isinstance(dls, DataLoaders) else n
