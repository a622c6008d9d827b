"""Masks with a legend, points, and boxes with their labels, drawn over a picture that is on matplotlib axes already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from fastlearn.vision.plots import show_image, to_pixels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap

FEW_CLASSES = 20  # that matplotlib's tab20 tells apart
PALETTES = ("tab20", "tab20b", "tab20c")
LEGEND = "fastlearn-classes"  # how a legend of ours is found again
LEGEND_COLUMNS = 4
MOST_NAMED = 24  # classes in a legend
NA = "#na#"
TINT = 0.6  # how much of a class's colour lies over the picture
EDGE = 0.5  # matplotlib counts from the middle of the first pixel, boxes from its edge


def draw_mask(mask: Any, ax: Axes, codes: Sequence[Any] | None = None) -> None:
    """Lay class ids `(H, W)` over a picture; with `codes`, the figure's legend names those that occur."""
    ids = to_pixels(mask)
    top = max(1, len(codes) - 1 if codes else int(ids.max()))
    cmap = class_colours(top + 1)
    show_image(ids, ax=ax, cmap=cmap, alpha=TINT, vmin=0, vmax=top, interpolation="nearest")
    if codes:
        there = [int(i) for i in np.unique(ids) if 0 <= i < len(codes)]
        add_to_legend(ax, {str(codes[i]): cmap(i / top) for i in there}, order=[str(code) for code in codes])


def class_colours(n: int) -> Colormap:
    """A colour map of `n` classes, up to 60 of them different."""
    import matplotlib as mpl
    from matplotlib.colors import ListedColormap

    if n <= FEW_CLASSES:
        return mpl.colormaps["tab20"]
    colours = [colour for name in PALETTES for colour in mpl.colormaps[name](np.arange(FEW_CLASSES))]
    return ListedColormap([colours[i % len(colours)] for i in range(n)])


def add_to_legend(ax: Axes, names: dict[str, Any], order: Sequence[str] = ()) -> None:
    """Name the colours `names` in one legend below all axes of the figure, beside those that it names already.

    Names come as in `order`, those that are not in it last.
    """
    from matplotlib.patches import Patch

    figure = ax.get_figure(root=True)
    if figure is None or not names:
        return
    old = next((legend for legend in figure.legends if legend.get_gid() == LEGEND), None)
    known: dict[str, Any] = {}
    if old is not None:
        known = {text.get_text(): patch for text, patch in zip(old.get_texts(), old.legend_handles, strict=True)}
        if all(name in known for name in names):
            return
        old.remove()
    for name, colour in names.items():
        known.setdefault(name, Patch(facecolor=colour, edgecolor="0.3", label=name))
    known = {name: known[name] for name in (*order, *known) if name in known}
    handles = list(known.values())[:MOST_NAMED]
    columns = min(len(handles), max(2, round(LEGEND_COLUMNS * float(figure.get_figwidth()) / 9)))
    made = figure.legend(handles=handles, labels=list(known)[:MOST_NAMED], loc="outside lower center", ncols=columns,
                         frameon=False, fontsize="small")  # fmt: skip
    made.set_gid(LEGEND)
    for text in made.get_texts():
        text.set_parse_math(False)


def draw_points(points: np.ndarray, ax: Axes) -> None:
    """Dots at points `(N, 2)` in pixels of the picture; missing ones (NaN) are left out."""
    there = points[~np.isnan(points).any(axis=1)]
    limits = ax.get_xlim(), ax.get_ylim()
    ax.scatter(there[:, 0], there[:, 1], s=18, c="red", edgecolors="white", linewidths=0.8)
    _keep_limits(ax, limits)


def draw_boxes(boxes: np.ndarray, ax: Axes, labels: Sequence[str] | None = None) -> None:
    """Frames of boxes `(N, 4)` in pixels of the picture, each with its label; padding is left out."""
    from matplotlib.patches import Rectangle
    from matplotlib.patheffects import withStroke

    limits = ax.get_xlim(), ax.get_ylim()
    for i, (x1, y1, x2, y2) in enumerate(boxes - EDGE):
        if x2 <= x1 or y2 <= y1:
            continue
        for width, colour in ((3.0, "black"), (1.5, "white")):
            ax.add_patch(Rectangle((x1, y1), x2 - x1, y2 - y1, fill=False, edgecolor=colour, linewidth=width))
        if labels is not None and i < len(labels) and labels[i] != NA:
            text = ax.text(x1, y1, labels[i], color="white", fontsize=8, va="top", ha="left", clip_on=True,
                           parse_math=False)  # fmt: skip
            text.set_path_effects([withStroke(linewidth=2.0, foreground="black")])
    _keep_limits(ax, limits)


def _keep_limits(ax: Axes, limits: tuple[Any, Any]) -> None:
    """What lies outside must not shrink the picture."""
    if ax.get_images():
        ax.set_xlim(limits[0])
        ax.set_ylim(limits[1])
