"""The bqplot figure of the finder: one line on a logarithmic axis, at most a thousand points."""

from __future__ import annotations

import math

import bqplot
import numpy as np

from fastwidgets.lr_finder.curve import Curve, decimals, finite, thin, ticks

HEIGHT = 260  # pixels; base.css gives the plot the same height
MARGIN = {"top": 10, "right": 18, "bottom": 44, "left": 64}  # pixels; the markers are laid over what is inside
Range = tuple[float, float]


class Chart:
    """Holds `figure` and brings it up to date with whole arrays, which is how bqplot sends them."""

    def __init__(self, lr_range: Range, loss_range: Range) -> None:
        # Padding would shift the line under the markers, which know only the ranges.
        self._lr = bqplot.LogScale(min=lr_range[0], max=lr_range[1], allow_padding=False)
        self._loss = bqplot.LinearScale(min=loss_range[0], max=loss_range[1], allow_padding=False)
        self._line = bqplot.Lines(
            x=np.empty(0), y=np.empty(0), scales={"x": self._lr, "y": self._loss}, colors=["#1976d2"], stroke_width=2
        )
        self._lr_axis = bqplot.Axis(scale=self._lr, label="learning rate", tick_format=".0e", grid_lines="solid")
        self._loss_axis = bqplot.Axis(scale=self._loss, orientation="vertical", label="loss", label_offset="46px")
        self._lr_axis.tick_values = decades(lr_range)
        self._name_losses(loss_range)
        self._lr_axis.visible = self._loss_axis.visible = False  # numbers on an empty plot would be made up
        self.figure = bqplot.Figure(
            marks=[self._line],
            axes=[self._lr_axis, self._loss_axis],
            fig_margin=MARGIN,
            padding_y=0,
            display_toolbar=False,
            layout={"height": f"{HEIGHT}px", "width": "100%", "min_width": "0"},
        )
        self.figure.add_class("fw-chart")

    def draw(self, curve: Curve, lr_range: Range, loss_range: Range) -> None:
        """Show `curve`, shape `(2, n)`, on axes of these ranges."""
        if lr_range != (self._lr.min, self._lr.max):
            self._lr.min, self._lr.max = lr_range
            self._lr_axis.tick_values = decades(lr_range)
        if loss_range != (self._loss.min, self._loss.max):
            with self._loss.hold_sync():
                self._loss.min, self._loss.max = loss_range
            self._name_losses(loss_range)
        lrs, losses = thin(finite(curve))
        self._lr_axis.visible = self._loss_axis.visible = bool(lrs.size)
        with self._line.hold_sync():  # one message for both, so that they never differ in length
            self._line.x, self._line.y = lrs, losses

    def _name_losses(self, loss_range: Range) -> None:
        named = ticks(*loss_range)
        # The format goes first, in a message of its own: bqplot writes the numbers anew only when the values change.
        self._loss_axis.tick_format = f".{decimals(named)}f"
        self._loss_axis.tick_values = named

    def close(self) -> None:
        """Free the figure and its parts, in Python and in the browser."""
        for part in (self.figure, *self.figure.marks, *self.figure.axes, self._lr, self._loss):
            part.close()
        for default in (self.figure.scale_x, self.figure.scale_y, self.figure.layout):
            default.close()


def decades(lr_range: Range) -> np.ndarray:
    """The powers of ten inside `lr_range`, every second one where they would be crowded."""
    low, high = math.ceil(math.log10(lr_range[0]) - 1e-9), math.floor(math.log10(lr_range[1]) + 1e-9)
    exponents = np.arange(low, high + 1, 1 if high - low <= 9 else 2)
    return np.power(10.0, exponents) if exponents.size else np.array(lr_range)
