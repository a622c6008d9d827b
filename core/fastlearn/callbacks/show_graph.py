"""Draws the losses of a fit as it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastlearn.train.callback import Callback

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["ShowGraphCallback"]


class ShowGraphCallback(Callback):
    """Draws training and validation loss after each epoch into `figure`, which a notebook shows when the cell ends.

    While a fit runs, the training monitor is the live view; this is for a picture that stays.
    """

    order = 65
    in_lr_find = False
    first_process_only = True
    run_valid = False
    figure: Figure | None = None

    def before_fit(self) -> None:
        self.figure = None

    def after_epoch(self) -> None:
        if self.learn.cleaning_up:
            return
        recorder = self.recorder
        if self.figure is None:
            self.figure = recorder.plot_loss(skip_start=0).figure
            return
        (axes,) = self.figure.axes
        axes.clear()
        recorder.plot_loss(skip_start=0, ax=axes)
