"""Static plots of a fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from fastlearn.train.history import History

__all__ = ["plot_columns", "plot_history", "plot_loss"]


def plot_loss(
    losses: NDArray[np.float32],
    epoch_ends: Sequence[int],
    valid_losses: Sequence[float | None],
    skip_start: int = 5,
    log: bool = False,
    show_epochs: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw training losses from step `skip_start` on, and validation losses where their epochs end."""
    ax = ax or _new_axes()
    ax.plot(np.arange(skip_start, len(losses)), losses[skip_start:], label="train")
    valid = [(end, loss) for end, loss in zip(epoch_ends, valid_losses, strict=False) if loss is not None]
    if valid:
        ax.plot([end for end, _ in valid], [loss for _, loss in valid], "o-", markersize=4, label="valid")
    for end in epoch_ends if show_epochs else ():
        ax.axvline(end, color="0.8", linewidth=1, zorder=0)
    if log:
        ax.set_yscale("log")
    ax.set(xlabel="step", ylabel="loss")
    ax.legend()
    return ax


def plot_columns(columns: Mapping[str, NDArray[Any]], figsize: tuple[float, float] | None = None) -> list[Axes]:
    """One panel for each column, over the steps."""
    from matplotlib import pyplot as plt

    _, axes = plt.subplots(1, len(columns), figsize=figsize or (6 * len(columns), 4), squeeze=False)
    for ax, (name, values) in zip(axes.flat, columns.items(), strict=True):
        ax.plot(values)
        ax.set(xlabel="step", ylabel=name)
    return list(axes.flat)


def plot_history(history: History, figsize: tuple[float, float] | None = None) -> list[Axes]:
    """See `History.plot`."""
    from matplotlib import pyplot as plt

    if not history.n_steps:
        raise RuntimeError("There is nothing to plot before the first fit. Try learn.fit_one_cycle(1).")
    names = list(dict.fromkeys(name for fit in history.fits for name in fit.metric_names))
    n = 1 + len(names)
    _, axes = plt.subplots(1, n, figsize=figsize or (5 * n, 3.5), squeeze=False, layout="constrained")
    axes[0][0].plot(history.steps()["smooth_loss"], label="train")
    for ax, name in zip(axes.flat, ["valid_loss", *names], strict=True):
        points = [(row["step"], row[name]) for row in history.epochs if row.get(name) is not None]
        ax.plot([step for step, _ in points], [value for _, value in points], "o-", markersize=4, label="valid")
        ax.set(xlabel="step", ylabel="loss" if name == "valid_loss" else name)
        for fit in history.fits[1:]:
            ax.axvline(fit.start_step, color="0.7", linewidth=1, linestyle=":", zorder=0)
    axes[0][0].legend()
    return list(axes.flat)


def _new_axes() -> Axes:
    from matplotlib import pyplot as plt

    ax: Axes = plt.subplots(figsize=(6, 4))[1]
    return ax
