"""Means, spreads and dead shares of activations, layer by layer, batch by batch."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fastlearn.callbacks.hook import HookCallback

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["ActivationStats"]

NEAR_ZERO = 0.05
BINS, LOWEST, HIGHEST = 40, 0.0, 10.0


class ActivationStats(HookCallback):
    """Records, for each hooked layer and training batch, mean, standard deviation and share of outputs near zero.

    Near zero is at most 0.05. `with_hist` also keeps a histogram of 40 bins from 0 to 10 for `color_dim`. The numbers
    stay on the device until they are read. With `is_forward=False` they are those of the gradients that reach a layer's
    output. The other arguments are those of HookCallback.
    """

    order = -20

    def __init__(
        self,
        with_hist: bool = False,
        modules: Iterable[nn.Module] | None = None,
        every: int | None = None,
        include_paramless: bool = False,
        remove_end: bool = True,
        is_forward: bool = True,
        detach: bool = True,
        cpu: bool = False,
    ) -> None:
        super().__init__(modules, every, remove_end, is_forward, detach, cpu, include_paramless)
        self.with_hist = with_hist
        self._rows: list[Tensor] = []  # (layers, 3) for each batch
        self._hists: list[Tensor] = []  # (layers, bins)

    def before_fit(self) -> None:
        super().before_fit()
        self._rows, self._hists = [], []
        self.names = [type(m).__name__ for m in self.hooked]

    def hook(self, m: nn.Module, inputs: Any, outputs: Any) -> tuple[Tensor, Tensor | None]:
        """The three numbers of a layer's output, and its histogram."""
        x = (outputs[0] if isinstance(outputs, tuple | list) else outputs).float()
        numbers = torch.stack((x.mean(), x.std(unbiased=False), (x <= NEAR_ZERO).float().mean()))
        return numbers, _histogram(x) if self.with_hist else None

    def after_batch(self) -> None:
        stored = [] if self.hooks is None else [one for one in self.hooks.stored if one is not None]
        if stored and not self.learn.cleaning_up and not self.hooks_are_off:
            self._rows.append(torch.stack([numbers for numbers, _ in stored]))
            if self.with_hist:
                self._hists.append(torch.stack([hist for _, hist in stored if hist is not None]))
        super().after_batch()

    @property
    def hooks_are_off(self) -> bool:
        """Whether this batch is one that is passed over (`every`)."""
        return self.hooks is None or all(hook.removed for hook in self.hooks)

    @property
    def stats(self) -> NDArray[np.float32]:
        """Shape `(batches, layers, 3)`: mean, standard deviation, share near zero."""
        return _read(self._rows, 3)

    @property
    def hists(self) -> NDArray[np.float32]:
        """Shape `(batches, layers, 40)`: how many outputs fall into each bin; empty without `with_hist`."""
        return _read(self._hists, BINS)

    def layer_stats(self, idx: int) -> NDArray[np.float32]:
        """Means, standard deviations and shares near zero of one layer, each over the batches: shape `(3, batches)`."""
        rows: NDArray[np.float32] = self.stats[:, idx].T
        return rows

    def hist(self, idx: int) -> NDArray[np.float32]:
        """The histogram of one layer over the batches, on a logarithmic scale: shape `(40, batches)`."""
        if not self.with_hist:
            raise ValueError("Histograms were not recorded. Try ActivationStats(with_hist=True).")
        logarithms: NDArray[np.float32] = np.log1p(self.hists[:, idx].T)
        return logarithms

    def plot_layer_stats(self, idx: int) -> list[Axes]:
        """Three panels over the batches, of one layer."""
        from fastlearn.train.plots import plot_columns

        titles = ("mean", "standard deviation", "share near zero")
        return plot_columns(dict(zip(titles, self.layer_stats(idx), strict=True)), figsize=(12, 3))

    def color_dim(self, idx: int, figsize: tuple[float, float] = (10, 5), ax: Axes | None = None) -> Axes:
        """The histograms of one layer as a picture: batches from left to right, small outputs at the bottom.

        Source: Giomo, "The Colorful Dimension", as fastai draws it.
        """
        from matplotlib import pyplot as plt

        picture = self.hist(idx)
        axes: Axes = plt.subplots(figsize=figsize)[1] if ax is None else ax
        axes.imshow(picture, origin="lower", aspect="auto")
        axes.set(xlabel="batch", ylabel="bin", title=self.names[idx])
        return axes


def _histogram(x: Tensor) -> Tensor:
    """How many numbers of `x` lie in each of 40 equal bins from 0 to 10; others are left out, as torch.histc does."""
    inside = x[(x >= LOWEST) & (x <= HIGHEST)]
    bins = ((inside - LOWEST) * (BINS / (HIGHEST - LOWEST))).long().clamp(max=BINS - 1)
    return torch.bincount(bins.reshape(-1), minlength=BINS)


def _read(rows: list[Tensor], width: int) -> NDArray[np.float32]:
    if not rows:
        return np.empty((0, 0, width), np.float32)
    array: NDArray[np.float32] = torch.stack(rows).float().cpu().numpy()
    return array
