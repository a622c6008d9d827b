"""Doing what was asked for through `learn.control`, between two batches, where it is safe."""

from __future__ import annotations

import math
from time import perf_counter

from torch import Tensor

from fastlearn.scratch.callbacks import Callback
from fastlearn.scratch.tell import add_note
from fastlearn.train.cancel import CancelFitException

__all__ = ["Steer"]


class Steer(Callback):
    """Pauses, stops and changes the rate; keeps a copy of the best epoch's model for `stop(keep="best")`."""

    order = 60  # when a batch is done and written down
    in_lr_find = False

    def before_fit(self) -> None:
        self._best, self._best_epoch, self._state = math.inf, 0, list[Tensor]()

    def after_batch(self) -> None:
        self._obey()

    def after_epoch(self) -> None:
        learn = self.learn
        if learn.ended_by is None and learn.control.keep_best:
            loss = learn.history.last("valid_loss")
            if loss < self._best:
                self._best, self._best_epoch, self._state = loss, learn.epoch, learn.model.state()
        self._obey()

    def after_cancel_fit(self) -> None:
        request = self.learn.control.stop_request
        if request is not None and request.keep == "best" and self._state:
            self.learn.model.load(self._state)
            add_note(self.learn, "stop", f"the model is that of epoch {self._best_epoch + 1}, the best so far")

    def after_fit(self) -> None:
        self._state = []

    def _obey(self) -> None:
        learn, control = self.learn, self.learn.control
        control.poll()  # those who ask may have to be asked, where the kernel is busy
        if not control.pending or learn.ended_by is not None:
            return
        control.acknowledge()
        self._change_rate()
        if control.paused:
            self._pause()
            self._change_rate()  # what was asked for in the pause
        if control.take_checkpoint():
            add_note(learn, "problem", "no checkpoint: this learner writes none, the full one does")
        if control.stop_request is not None:
            raise CancelFitException(control.stop_request.reason)

    def _change_rate(self) -> None:
        factor = self.learn.control.take_lr_factor()
        if factor != 1:
            self.learn.opt.lr *= factor
            add_note(self.learn, "lr", f"learning rate times {factor:g}", factor)

    def _pause(self) -> None:
        began = perf_counter()
        add_note(self.learn, "pause", "paused")
        self.learn.control.hold()
        add_note(self.learn, "resume", f"resumed after {perf_counter() - began:.1f} s")
