"""Ends a fit whose loss is no longer a number, before the weights are spoiled where that can be known in time."""

from __future__ import annotations

import math
from time import perf_counter

import numpy as np
import torch

from fastlearn.train.boundary import add_note
from fastlearn.train.callback import Callback
from fastlearn.train.cancel import CancelFitException

__all__ = ["TerminateOnNaNCallback"]

LOOK_SECONDS = 0.5  # how often the losses that wait on an accelerator are looked at


class TerminateOnNaNCallback(Callback):
    """Stop the fit at a loss that is NaN or infinite, and say at which step; on by default.

    On the CPU each loss is checked before the backward pass, so the weights stay as they were. An accelerator is not
    made to wait: there the optimizer is told to skip such a step by itself where its kernels can (torch's fused ones),
    and the losses are looked at twice a second. Switch it off with `learn.remove_cb(TerminateOnNaNCallback)`.
    """

    order = -9
    run_valid = False
    only_reads = True
    in_lr_find = False

    def before_fit(self) -> None:
        parameter = next(self.model.parameters(), None)
        self._waits = parameter is not None and parameter.device.type != "cpu"
        self._guards = self._waits and bool(getattr(self.opt, "_step_supports_amp_scaling", False))
        self._next_look, self._looked = perf_counter() + LOOK_SECONDS, self.history.n_steps
        self._cancelled: set[int] = set()  # steps without a loss, which the history has as NaN

    def after_loss(self) -> None:
        learn = self.learn
        if not self._waits:
            loss = learn.read_loss()
            if not math.isfinite(loss):
                self._stop(learn.history.n_steps, float(loss), weights_kept=True)
        elif self._guards:
            learn.opt.found_inf = torch.isfinite(learn.loss).logical_not().float()  # type: ignore[attr-defined]

    def after_batch(self) -> None:
        if self._waits:
            if self.learn.loss is None:
                self._cancelled.add(self.history.n_steps)
            if perf_counter() >= self._next_look:
                self._look()

    def after_train(self) -> None:
        if self._waits and not self.learn.cleaning_up:
            self._look()

    def after_fit(self) -> None:
        if self._guards:
            self.opt.found_inf = None  # type: ignore[attr-defined]

    def _look(self) -> None:
        losses = self.history.steps(self._looked)["loss"]
        steps = (np.flatnonzero(~np.isfinite(losses)) + self._looked).tolist()
        bad = next((step for step in steps if step not in self._cancelled), None)
        if bad is not None:
            self._stop(bad, float(losses[bad - self._looked]), weights_kept=self._guards)
        self._looked += len(losses)
        self._next_look = perf_counter() + LOOK_SECONDS

    def _weights_are_numbers(self) -> bool:
        """Whether no gradient has spoiled them before: one may be NaN where the loss is not."""
        return all(bool(torch.isfinite(p).all()) for p in self.model.parameters())

    def _stop(self, step: int, loss: float, weights_kept: bool) -> None:
        """`step` counts from 0, as the history does; in words steps are numbered by how many are done."""
        weights_kept = weights_kept and self._weights_are_numbers()
        reason = f"loss became {'nan' if np.isnan(loss) else 'infinite'} at step {step + 1}"
        weights = (
            "The weights are those before that step"
            if weights_kept
            else "The weights hold NaN or may do so by now (a gradient can be NaN where its loss is not): load saved "
            "ones or build the model again"
        )
        add_note(
            self.learn,
            "problem",
            f"The {reason}, so training was stopped. {weights}. Try a learning rate ten times lower "
            f"(it was {self.opt.param_groups[-1]['lr']:.2g}), and look for NaN or extreme values in that batch: "
            f"learn.history.items({step}), counted from 0, tells its items where the loader knows them.",
            step,
        )
        self.control.stop(reason)
        raise CancelFitException(reason)
