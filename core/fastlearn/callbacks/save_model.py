"""Saves the best weights and brings them back at the end."""

from __future__ import annotations

import sys
from pathlib import Path

from fastlearn.callbacks.tracker import Compare, TrackerCallback
from fastlearn.train.boundary import add_note

__all__ = ["SaveModelCallback"]


class SaveModelCallback(TrackerCallback):
    """Save the learner as `fname` whenever `monitor` gets better, and load the best at the end of the fit.

    `every_epoch` saves after each epoch instead (or after every so many) as `fname_<epoch>` and loads nothing; `at_end`
    saves once more when the fit is over, as `fname_end` beside the best (as `fname` where no epoch was a best one), and
    loads nothing: the best is not overwritten. `with_opt` saves the optimizer too. The best is also loaded after a stop
    and after Ctrl-C, not after an error. `last_saved_path` is the newest file.
    """

    order = 61  # after the trackers

    def __init__(
        self,
        monitor: str = "valid_loss",
        comp: Compare | None = None,
        min_delta: float = 0.0,
        fname: str = "model",
        every_epoch: bool | int = False,
        at_end: bool = False,
        with_opt: bool = False,
        reset_on_fit: bool = True,
    ) -> None:
        super().__init__(monitor, comp, min_delta, reset_on_fit)
        if every_epoch and at_end:
            raise ValueError("`every_epoch` saves epochs and `at_end` only the end: give one of the two.")
        self.fname, self.every_epoch, self.at_end, self.with_opt = fname, every_epoch, at_end, with_opt
        self.last_saved_path: Path | None = None

    def after_epoch(self) -> None:
        if self.learn.cleaning_up:
            return
        if self.every_epoch:
            if self.epoch % int(self.every_epoch) == 0:
                self._save(f"{self.fname}_{self.epoch}")
            return
        super().after_epoch()
        if self.new_best:
            self._save(self.fname)

    def after_fit(self) -> None:
        if self._failed():
            return
        if self.at_end:
            self._save(f"{self.fname}_end" if self.best_epoch >= 0 else self.fname)
        elif not self.every_epoch and 0 <= self.best_epoch < self.epoch:
            if self.learn.processes is not None:
                self.learn.processes.wait()  # for the first, which writes
            self.learn.load(self.fname, with_opt=self.with_opt)
            text = f"the weights of epoch {self.best_epoch + 1} are back ({self.monitor} {self.best:.4g})"
            add_note(self.learn, "stop", text)

    def _save(self, name: str) -> None:
        self.last_saved_path = self.learn.save(name, with_opt=self.with_opt)

    def _failed(self) -> bool:
        """Whether the fit ends with an error: then nothing is touched any more."""
        return self.learn.cleaning_up and not isinstance(sys.exc_info()[1], KeyboardInterrupt)
