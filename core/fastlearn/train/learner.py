"""The learner: data, model, loss and optimizer together, and everything that is done with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

from fastlearn.callbacks.check_outputs import CheckOutputs
from fastlearn.callbacks.keep_best import KeepBest
from fastlearn.callbacks.progress import ProgressCallback, TableLogger, silent
from fastlearn.callbacks.terminate_on_nan import TerminateOnNaNCallback
from fastlearn.callbacks.train_eval import TrainEvalCallback
from fastlearn.data.pipeline import Pipeline
from fastlearn.keywords import check_keywords
from fastlearn.models.groups import trainable_params
from fastlearn.optim.adam import Adam
from fastlearn.train import checkpoint, inference, loop, predict, showing
from fastlearn.train.callback import Callback
from fastlearn.train.host import Callbacks
from fastlearn.train.ingredients import as_loss
from fastlearn.train.optimizer import check_rates
from fastlearn.train.recorder import Recorder
from fastlearn.train.switches import Switches

__all__ = ["Learner"]

DEFAULT_CBS: tuple[type[Callback], ...] = (
    TrainEvalCallback,
    TerminateOnNaNCallback,
    CheckOutputs,
    Recorder,
    ProgressCallback,
    KeepBest,
)


class Learner(Switches):
    """Trains `model` on `dls` and predicts with it.

    `dls` has loaders `train` and `valid`: DataLoaders of ours around any torch loaders, or a pair of loaders.
    `loss_func` is any callable of (prediction, *targets) and defaults to the data's own. `opt_func` takes (parameter
    groups, lr=...) and returns a torch optimizer. `splitter` returns the model's parameters, or one list for each layer
    group. `wd=None` leaves the optimizer's weight decay; `wd_bn_bias` decays norm layers and biases too; with
    `train_bn` norm layers train while their group is frozen. `moms` are the momentums of the one-cycle policy.
    `input_tfms` are applied here to the inputs of every batch, after what the loaders do, which stay as they are.
    `seed` fixes dropout and other random numbers of training.

    What may be read while training: `xb`, `yb` (tuples), `x`, `y`, `pred`, `loss` (detached), `loss_grad`, `dl`,
    `iter`, `n_iter`, `epoch`, `n_epoch`, `train_iter`, `pct_train`, `training`, `opt`, `history`, `control`, `events`.
    """

    @check_keywords
    def __init__(
        self,
        dls: Any,
        model: nn.Module,
        loss_func: Callable[..., Any] | None = None,
        opt_func: Callable[..., Optimizer] = Adam,
        lr: float | slice = 1e-3,
        splitter: Callable[[nn.Module], Any] = trainable_params,
        cbs: Callbacks = None,
        metrics: Any = None,
        path: str | Path | None = None,
        model_dir: str | Path = "models",
        wd: float | None = None,
        wd_bn_bias: bool = False,
        train_bn: bool = True,
        moms: tuple[float, float, float] = (0.95, 0.85, 0.95),
        default_cbs: bool = True,
        seed: int | None = None,
        input_tfms: Any = None,
    ) -> None:
        super().__init__()
        if not isinstance(model, nn.Module):
            raise TypeError(f"`model` is a torch module, but got {type(model).__name__}. Try an instance, e.g. Net().")
        self.dls, self.model = dls, model
        self.loss_func = as_loss(loss_func, self.dls)
        check_rates(lr)
        self.opt_func, self.lr, self.splitter = opt_func, lr, splitter
        self.metrics = metrics
        self.path = Path(path if path is not None else getattr(self.dls, "path", "."))
        self.model_dir = model_dir
        self.wd, self.wd_bn_bias, self.train_bn, self.moms, self.seed = wd, wd_bn_bias, train_bn, moms, seed
        self.input_tfms = Pipeline(input_tfms)
        self.logger = TableLogger()
        if default_cbs:
            self.add_cbs(DEFAULT_CBS)
        self.add_cbs(cbs)
        self("after_create")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({type(self.model).__name__}, {self.loss_func}, {self.history})"

    # Passes without training

    @check_keywords
    def validate(self, ds_idx: int = 1, dl: Any = None, cbs: Callbacks = None) -> list[float | None]:
        """The loss and the metrics over loader number `ds_idx` (0 training, 1 validation) or over `dl`."""
        return inference.validate(self, ds_idx, dl, cbs)

    @check_keywords
    def get_preds(
        self,
        ds_idx: int = 1,
        dl: Any = None,
        with_input: bool = False,
        with_decoded: bool = False,
        with_loss: bool = False,
        act: Callable[[Any], Any] | None = None,
        inner: bool = False,
        reorder: bool = True,
        save_preds: str | Path | None = None,
        save_targs: str | Path | None = None,
        with_preds: bool = True,
        with_targs: bool = True,
        concat_dim: int = 0,
        cbs: Callbacks = None,
    ) -> tuple[Any, ...]:
        """Predictions and targets over a loader: `[inputs,] predictions, targets, [decoded,] [losses]`, on the CPU.

        Predictions went through `act`, by default the loss's activation. Rows follow the data set, whatever the order
        of the batches (`reorder`); `pred_positions` tells which items they are, as unreadable ones have no row. What is
        switched off by `with_preds` or `with_targs` is None. `save_preds` and `save_targs` are folders for one `.npy`
        file a batch. `inner` draws no progress bar, for a pass inside a fit.
        """
        return predict.get_preds(
            self, ds_idx, dl, with_input, with_decoded, with_loss, act, inner, reorder, save_preds, save_targs,
            with_preds, with_targs, concat_dim, cbs,
        )  # fmt: skip

    def predict(self, item: Any, rm_type_tfms: int | None = None, with_input: bool = False) -> Any:
        """What the model says of one item: (decoded label, decoded tensor, probabilities), quietly.

        A list of items gives a list of such results, computed in batches. `with_input` puts the input, as the
        loader gave it, in front. `rm_type_tfms` is how many type transforms to leave out, as in `test_dl`.
        """
        return predict.predict(self, item, rm_type_tfms, with_input)

    @check_keywords
    def tta(
        self,
        ds_idx: int = 1,
        dl: Any = None,
        n: int = 4,
        item_tfms: Any = None,
        batch_tfms: Any = None,
        beta: float | None = 0.25,
        use_max: bool = False,
    ) -> tuple[Any, Any]:
        """Predictions of `n` augmented passes, averaged and blended: `(1 - beta) * mean + beta * plain`.

        `use_max` takes the largest of each instead; `beta=None` returns (augmented, plain) unblended. `item_tfms` and
        `batch_tfms` replace the augmentation of the training data; what validation does as well stays.
        Returns: predictions and targets. Raises: ValueError if the augmentation moves targets such as masks.
        """
        return predict.tta(self, ds_idx, dl, n, item_tfms, batch_tfms, beta, use_max)

    def one_batch(self, i: int, b: Any) -> None:
        """Train (if `training`) or validate on batch `b`, as number `i` of the pass that is running."""
        self.iter = i
        self.set_batch(b)
        loop.run_batch(self)

    # Showing

    def show_results(
        self, ds_idx: int = 1, dl: Any = None, max_n: int = 9, shuffle: bool = True, **options: Any
    ) -> Any:
        """Show up to `max_n` samples with target and prediction; `options` go to the viewer."""
        return showing.show_results(self, ds_idx, dl, max_n, shuffle, **options)

    def summary(self) -> showing.ModelSummary:
        """The layers of the model with output shapes and parameters, as a batch of the training data meets them."""
        return showing.summary(self)

    def show_training_loop(self) -> None:
        """Print the events of a fit, indented by stage, each with the callbacks that handle it."""
        showing.show_training_loop(self)

    # Saving

    def save(self, file: str | Path, with_opt: bool = True) -> Path:
        """Save the weights and, `with_opt`, the optimizer to `path/model_dir/file.safetensors`; returns that path."""
        return checkpoint.save(self, file, with_opt)

    def load(
        self,
        file: str | Path,
        with_opt: bool | None = None,
        device: str | torch.device | None = None,
        strict: bool = True,
    ) -> Learner:
        """Load what `save` wrote. `with_opt=None` takes the optimizer if the file has one, True insists on it.

        Raises: FileNotFoundError, naming what is there; ValueError if the file does not fit model or optimizer.
        """
        return checkpoint.load(self, file, with_opt, device, strict)

    @check_keywords
    def export(self, path: str | Path = "export.zip", build: Callable[[], nn.Module] | None = None) -> Path:
        """Write what predicts, model, loss, transforms and vocabulary, as a bundle that `load_learner` reads.

        `path` is a folder, or ends in .zip; a relative one begins at `learn.path`. A bundle is JSON and safetensors: it
        holds no code, no pickle and no rows of the data. Functions and classes of your own are named by import path.
        `build` makes the model anew where its layers do not say how: a function at the top of a module.
        Returns: where it was written.
        Raises: CannotExport, naming the part, for a lambda or a layer that another process could not make again.
        """
        from fastlearn.bundle.export import export

        return export(self, path, build)

    # For the length of a `with` block

    @contextmanager
    def no_bar(self) -> Iterator[Learner]:
        """Inside, no display and no progress bar; the table's rows are still printed."""
        with self.removed_cbs(ProgressCallback):
            yield self

    no_mbar = no_bar

    @contextmanager
    def no_logging(self) -> Iterator[Learner]:
        """Inside, no rows are printed."""
        before, self.logger = self.logger, silent
        try:
            yield self
        finally:
            self.logger = before

    @contextmanager
    def loss_not_reduced(self) -> Iterator[Learner]:
        """Inside, `loss_func` gives one value for each item."""
        with inference.loss_not_reduced(self):
            yield self

    @contextmanager
    def distrib_ctx(self, sync_bn: bool = True, in_notebook: bool = False, **options: Any) -> Iterator[Learner]:
        """Inside, all processes that `torchrun` or `accelerate launch` has started train this model together.

        Every process runs the same script. Each computes its part of every batch, so that a step is that of one
        process with `bs` times the number of processes; metrics and predictions are gathered; only the first prints and
        writes. In an ordinary process nothing is different. `sync_bn` gives batch norms the statistics of the joint
        batch; `options` go to torch's DistributedDataParallel. `in_notebook` is for code written for fastai, and
        changes nothing. See docs/distributed.md.
        Raises: ValueError if the processes have different items; TypeError for loaders or metrics that cannot be shared
        out; ImportError without the extra `fastwidgets[distributed]`.
        """
        from fastlearn.distributed.context import distributed

        with distributed(self, sync_bn, options):
            yield self

    @contextmanager
    def validation_context(self, cbs: Callbacks = None, inner: bool = False) -> Iterator[Learner]:
        """Inside, the learner is silent and ready to predict; afterwards everything is as before.

        The model is in evaluation mode, unless `inner`: then the one who calls says when by `with learn:`.
        """
        with self.no_logging(), self.no_bar(), inference.inference(self), self.added_cbs(cbs):
            if inner:
                yield self
            else:
                with self:
                    yield self

    def __enter__(self) -> Learner:
        """Get ready for passes without training: fires `before_validate`."""
        self.training = False
        self.refresh_callbacks()
        self("before_validate")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> None:
        """Fires `after_validate`."""
        if error is None:
            self("after_validate")
        else:
            self.clean_up("after_cancel_validate", "after_validate")
