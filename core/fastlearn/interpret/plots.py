"""Static pictures of confusion matrices. matplotlib is imported when something is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fastlearn.interpret.confusion import normalized, worst_classes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_TEXT = 30  # classes: beyond that a number no longer fits its cell
MOST_LABELS = 16  # 2x2 tables in one figure


def draw_confusion(
    counts: NDArray[np.int64],
    labels: Sequence[str],
    normalize: bool = False,
    title: str = "Confusion matrix",
    cmap: str = "Blues",
    norm_dec: int = 2,
    plot_txt: bool = True,
    max_classes: int = 50,
    figsize: tuple[float, float] | None = None,
    dpi: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the matrix `counts`, shape `(C, C)`, and return the axes. See `plot_confusion_matrix` for the arguments."""
    shares = normalized(counts)
    if len(counts) > max_classes:
        kept = worst_classes(counts, max_classes)
        title = f"{title} (the {max_classes} of {len(counts)} classes with the most mistakes)"
        counts, shares, labels = counts[np.ix_(kept, kept)], shares[np.ix_(kept, kept)], [labels[i] for i in kept]
    if ax is None:
        ax = new_figure(figsize or _figsize(len(counts)), dpi).add_subplot()
    values: NDArray[Any] = shares if normalize else counts
    ax.imshow(values, cmap=cmap, interpolation="nearest", vmin=0, vmax=max(float(values.max(initial=0)), 1e-9))
    ax.set_title(title, wrap=True, parse_math=False)  # a label may have dollar signs
    fontsize = max(5.0, 10.0 - len(counts) / 10)
    upright = all(len(label) <= 2 for label in labels)
    ax.set_xticks(range(len(labels)), labels, rotation=0 if upright else 90, fontsize=fontsize, parse_math=False)
    ax.set_yticks(range(len(labels)), labels, fontsize=fontsize, parse_math=False)
    ax.set_ylabel("Actual")
    ax.set_xlabel("Predicted")
    if plot_txt and len(counts) <= MOST_TEXT:
        _write_cells(ax, values, f".{norm_dec}f" if normalize else "d", fontsize)
    return ax


def draw_label_tables(
    counts: NDArray[np.int64],
    labels: Sequence[str],
    normalize: bool = False,
    title: str = "Confusion matrix",
    cmap: str = "Blues",
    norm_dec: int = 2,
    plot_txt: bool = True,
    figsize: tuple[float, float] | None = None,
    dpi: float | None = None,
) -> list[Axes]:
    """Draw one 2x2 table for each label of `counts`, shape `(C, 2, 2)`: the labels with the most mistakes first."""
    mistakes = counts[:, 0, 1] + counts[:, 1, 0]
    order = np.argsort(-mistakes, kind="stable")[:MOST_LABELS]
    columns = min(4, len(order))
    rows = -(-len(order) // columns)
    figure = new_figure(figsize or (2.6 * columns, 2.8 * rows), dpi)
    figure.suptitle(title if len(order) == len(counts) else f"{title} (the worst {len(order)} of {len(counts)} labels)")
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax, label in zip(axes, order, strict=False):
        draw_confusion(counts[label], ["no", "yes"], normalize, labels[label], cmap, norm_dec, plot_txt, ax=ax)
    for ax in axes[len(order) :]:
        ax.set_axis_off()
    return list(axes[: len(order)])


def new_figure(figsize: tuple[float, float], dpi: float | None = None) -> Figure:
    """A figure of pyplot, which notebooks show by themselves."""
    import matplotlib.pyplot as plt

    return plt.figure(figsize=figsize, dpi=dpi, layout="constrained")


def _write_cells(ax: Axes, values: NDArray[Any], form: str, fontsize: float) -> None:
    middle = float(values.max(initial=0)) / 2
    for (row, column), value in np.ndenumerate(values):
        colour = "white" if value > middle else "black" if value else "0.6"  # zeros step back
        ax.text(column, row, format(value, form), ha="center", va="center", color=colour, fontsize=fontsize)


def _figsize(n_classes: int) -> tuple[float, float]:
    side = min(4.0 + 0.3 * n_classes, 14.0)
    return side, side
