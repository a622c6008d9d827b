"""The training half of a learner: its optimizer, and the ways to fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.optim import Optimizer

from fastlearn.keywords import check_keywords
from fastlearn.models.freeze import freeze_to as freeze_groups_to
from fastlearn.models.groups import norm_bias_params
from fastlearn.optim.hypers import layer_groups_of, n_layer_groups, set_hyper
from fastlearn.runs.describe import describe
from fastlearn.train import fit_policies
from fastlearn.train.batch import count_train_batches
from fastlearn.train.call import as_one_call
from fastlearn.train.fitting import run_fit, seeded
from fastlearn.train.host import Callbacks, as_callbacks
from fastlearn.train.kept_memory import kept_memory
from fastlearn.train.lr_find import LRFindResult, lr_find
from fastlearn.train.optimizer import check_rates, make_optimizer, optimizer_to, rates_for_groups
from fastlearn.train.run_state import RunState, model_device
from fastlearn.train.suggest import Suggestion, valley

if TYPE_CHECKING:
    from pathlib import Path

    from fastlearn.runs.recording import Recording
    from fastlearn.runs.run import Run
    from fastlearn.train.learner import Learner

__all__ = ["Fitter", "Rate"]

Rate: TypeAlias = "float | slice | Sequence[float] | NDArray[Any]"


class Fitter(RunState):
    """Fits: at a constant rate, along schedules, in two steps for fine-tuning; and searches for a rate."""

    opt_func: Callable[..., Optimizer]
    lr: float | slice
    splitter: Callable[[nn.Module], Any]
    wd: float | None
    wd_bn_bias: bool
    train_bn: bool
    moms: tuple[float, float, float]
    _opt: Optimizer | None = None
    _completed: bool = False  # the latest fit was not stopped

    # Fitting

    @check_keywords
    @as_one_call
    def fit(
        self,
        n_epoch: int,
        lr: Rate | None = None,
        wd: float | None = None,
        cbs: Callbacks = None,
        reset_opt: bool = False,
        start_epoch: int = 0,
        display: bool = True,
    ) -> None:
        """Train for `n_epoch` epochs at a constant rate; `start_epoch` skips the first ones and counts from there.

        `lr` is one rate, `slice(high)`, `slice(low, high)` or one rate for each layer group. The optimizer and what it
        has learned are kept between fits unless `reset_opt`. Ctrl-C ends a fit normally, with the history kept.
        """
        __tracebackhide__ = True
        self._check_idle()
        _check_epochs(n_epoch, start_epoch)
        if self._is_behind_us():
            return
        self.n_epoch, self.n_train_iter = n_epoch, count_train_batches(self.dls)
        self.place_model()
        if reset_opt:
            self.create_opt()
        set_hyper(self.opt, "lr", self.rates(self.lr if lr is None else lr))
        if wd is not None or self.wd is not None:
            set_hyper(self.opt, "wd", wd if wd is not None else self.wd)  # type: ignore[arg-type]
        self.planned, self.display = {}, display
        self.epoch, self.dl = start_epoch, None
        self.control.begin()
        learn = cast("Learner", self)
        try:
            self.in_fit = True
            with self.added_cbs(cbs), seeded(learn), kept_memory(model_device(self.model)):
                if self.entry is None:
                    self.history.begin_fit(n_epoch, [metric.name for metric in self.metrics], describe(learn))
                run_fit(learn, start_epoch if self.entry is None else self.entry.epoch)
                self._completed = self.history.fits[-1].completed
        finally:
            self.in_fit, self.entry = False, None
            self.control.end()

    def _is_behind_us(self) -> bool:
        """Count the fits of this call; of those that a resumed run has done already, nothing is left to do."""
        call = self.call
        assert call is not None
        number, entry = call.n_fits, call.resume
        call.n_fits += 1
        if entry is not None and number < entry.fit:
            self._completed = True
            return True
        self.entry = entry if entry is not None and number == entry.fit else None
        return False

    @check_keywords
    @as_one_call
    def fit_one_cycle(
        self,
        n_epoch: int,
        lr_max: Rate | None = None,
        div: float = 25.0,
        div_final: float = 1e5,
        pct_start: float = 0.25,
        wd: float | None = None,
        moms: tuple[float, float, float] | None = None,
        cbs: Callbacks = None,
        reset_opt: bool = False,
        start_epoch: int = 0,
        display: bool = True,
    ) -> None:
        """Train with the one-cycle policy: the rate rises from `lr_max / div` over the share `pct_start`, then falls.

        It ends at `lr_max / div_final`; momentum goes the other way, through the three `moms`. Both along cosines.
        Source: Smith & Topin 2017, "Super-Convergence", with cosine ramps.
        """
        rates = self.rates(self.lr if lr_max is None else lr_max)
        scheds = fit_policies.one_cycle(rates, div, div_final, pct_start, self.moms if moms is None else moms)
        self._fit_scheduled(n_epoch, rates, scheds, wd, cbs, reset_opt, start_epoch, display)

    @check_keywords
    @as_one_call
    def fit_flat_cos(
        self,
        n_epoch: int,
        lr: Rate | None = None,
        div_final: float = 1e5,
        pct_start: float = 0.75,
        wd: float | None = None,
        cbs: Callbacks = None,
        reset_opt: bool = False,
        start_epoch: int = 0,
        display: bool = True,
    ) -> None:
        """Train at a flat rate for the share `pct_start`, then let it fall along a cosine to `lr / div_final`."""
        rates = self.rates(self.lr if lr is None else lr)
        scheds = fit_policies.flat_cos(rates, div_final, pct_start)
        self._fit_scheduled(n_epoch, rates, scheds, wd, cbs, reset_opt, start_epoch, display)

    @check_keywords
    @as_one_call
    def fit_sgdr(
        self,
        n_cycles: int,
        cycle_len: int,
        lr_max: Rate | None = None,
        cycle_mult: int = 2,
        cbs: Callbacks = None,
        reset_opt: bool = False,
        wd: float | None = None,
        start_epoch: int = 0,
        display: bool = True,
    ) -> None:
        """Train in `n_cycles` cosine cycles that restart at `lr_max`; each is `cycle_mult` times as long as the last.

        Source: Loshchilov & Hutter 2017, "SGDR: Stochastic Gradient Descent with Warm Restarts".
        """
        rates = self.rates(self.lr if lr_max is None else lr_max)
        n_epoch, scheds = fit_policies.warm_restarts(rates, n_cycles, cycle_len, cycle_mult)
        self._fit_scheduled(n_epoch, rates, scheds, wd, cbs, reset_opt, start_epoch, display)

    @check_keywords
    @as_one_call
    def fine_tune(
        self,
        epochs: int,
        base_lr: float = 2e-3,
        freeze_epochs: int = 1,
        lr_mult: float = 100,
        pct_start: float = 0.3,
        div: float = 5.0,
        wd: float | None = None,
        moms: tuple[float, float, float] | None = None,
        div_final: float = 1e5,
        cbs: Callbacks = None,
        reset_opt: bool = False,
        display: bool = True,
    ) -> None:
        """Train the head for `freeze_epochs`, then everything for `epochs` with rates that rise from group to group.

        The second part runs at half of `base_lr`, down to that divided by `lr_mult` in the first layer group. It is
        left out when the first was stopped or interrupted.
        """
        self._check_idle()
        _check_epochs(epochs, 0)
        _check_epochs(freeze_epochs, 0)
        check_rates(base_lr)
        self.freeze()
        self.fit_one_cycle(
            freeze_epochs, slice(base_lr), div_final=div_final, pct_start=0.99, wd=wd, moms=moms, cbs=cbs,
            reset_opt=reset_opt, display=display,
        )  # fmt: skip
        if not self._completed:
            return
        self.unfreeze()
        self.fit_one_cycle(
            epochs, slice(base_lr / 2 / lr_mult, base_lr / 2), div=div, div_final=div_final, pct_start=pct_start, wd=wd,
            moms=moms, cbs=cbs, display=display,
        )  # fmt: skip

    @check_keywords
    def lr_find(
        self,
        start_lr: float = 1e-7,
        end_lr: float = 10,
        num_it: int = 100,
        stop_div: bool = True,
        show_plot: bool = True,
        suggest_funcs: Suggestion | Sequence[Suggestion] = (valley,),
        display: bool = True,
    ) -> LRFindResult:
        """Try `num_it` batches at rates from `start_lr` to `end_lr` and suggest one; then all is as it was before.

        The suggestions are attributes of the result (`.valley`), which also unpacks to them; `.message` says how the
        search went. It never raises for NaN, divergence, a stop, Ctrl-C or an error in model or loss.
        """
        return lr_find(cast("Learner", self), start_lr, end_lr, num_it, stop_div, show_plot, suggest_funcs, display)

    @check_keywords
    def resume(self, run: str | Path | Run | None = None, cbs: Callbacks = None, display: bool = True) -> Run:
        """Go on with a run that was stopped or killed, from its latest checkpoint, as if nothing had happened.

        `run` is the folder of a run, a name in `path/runs`, or None for the latest one with a checkpoint. The learner
        is built as it was for the run; its weights, optimizer, history and random states come from the checkpoint, in
        the middle of an epoch too. Callbacks that the fit was called with are given again as `cbs`, except for the
        CheckpointCallback, which goes on by itself. A run that was complete is loaded, and nothing is trained.
        Returns: the run.
        Raises: FileNotFoundError without a checkpoint; ValueError if model, data or callbacks are not those of the run;
        RunInUse while another process writes to it.
        """
        from fastlearn.runs.resume import resume

        self._check_idle()
        return resume(cast("Learner", self), run, cbs, display)

    def record_run(self) -> Recording:
        """The recording of the call that is under way: a folder for it is made when this is first asked for."""
        from fastlearn.runs.recording import begin_recording

        if self.call is None:
            raise RuntimeError("Only a fit that is under way can be recorded. Try cbs=CheckpointCallback() in the fit.")
        self.call.recording = self.call.recording or begin_recording(cast("Learner", self))
        return self.call.recording

    def _fit_scheduled(
        self,
        n_epoch: int,
        rates: float | NDArray[np.float64],
        scheds: dict[str, Callable[[Any], Any]],
        wd: float | None,
        cbs: Callbacks,
        reset_opt: bool,
        start_epoch: int,
        display: bool,
    ) -> None:
        __tracebackhide__ = True
        scheduler = fit_policies.scheduler_for(self.opt, scheds)
        self.fit(n_epoch, rates, wd, [scheduler, *as_callbacks(cbs)], reset_opt, start_epoch, display)

    # Optimizer and layer groups

    @property
    def opt(self) -> Optimizer:
        """The torch optimizer; made when it is first needed."""
        if self._opt is None:
            self.create_opt()
        assert self._opt is not None
        return self._opt

    @opt.setter
    def opt(self, opt: Optimizer | None) -> None:
        self._opt = opt

    def create_opt(self) -> None:
        """Make a new optimizer; what the old one has learned is forgotten."""
        rate = self.lr.stop if isinstance(self.lr, slice) else self.lr
        self._opt = make_optimizer(self.model, self.splitter, self.opt_func, rate, self.wd_bn_bias)

    def rates(self, lr: Rate) -> float | NDArray[np.float64]:
        """`lr` as one rate, or as one for each layer group."""
        return rates_for_groups(lr, n_layer_groups(self.opt))

    def freeze_to(self, n: int) -> None:
        """Train layer groups `n` and later only, and norm layers if `train_bn`; resets the optimizer's averages."""
        kept = norm_bias_params(self.model, with_bias=False) if self.train_bn else []
        freeze_groups_to(layer_groups_of(self.opt), n, kept)
        self.opt.state.clear()

    def freeze(self) -> None:
        """Train only the last layer group."""
        self.freeze_to(-1)

    def unfreeze(self) -> None:
        """Train all layer groups."""
        self.freeze_to(0)

    def _check_idle(self) -> None:
        if self.in_fit:
            raise RuntimeError(
                "This learner is in a fit or a learning rate search already, and a second one inside it would undo its "
                "state. Try the second fit after the first, or a learner of its own for it."
            )

    def place_model(self) -> None:
        """Move model, loss and optimizer to the device of the data."""
        device = getattr(self.dls, "device", None)
        if device is None or model_device(self.model) == torch.device(device):
            return
        self.model.to(device)
        if isinstance(self.loss_func, nn.Module):
            self.loss_func.to(device)
        if self._opt is not None:
            optimizer_to(self._opt, torch.device(device))


def _check_epochs(n_epoch: int, start_epoch: int) -> None:
    for name, value in (("n_epoch", n_epoch), ("start_epoch", start_epoch)):
        if not isinstance(value, Integral):
            raise TypeError(f"`{name}` is a whole number of epochs, but got {value!r}. Try fit(1).")
    if n_epoch < 0 or not 0 <= start_epoch <= max(n_epoch, 0):
        raise ValueError(
            f"A fit runs from `start_epoch` up to `n_epoch`, but got start_epoch={start_epoch} and n_epoch={n_epoch}. "
            "n_epoch counts the skipped epochs too: try fit(5, start_epoch=2) for the last three of five."
        )
