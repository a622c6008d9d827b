"""Pictures on matplotlib axes: one, several, or a grid for others to draw on."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from PIL import Image

from fastlearn.data.problems import DataError, describe

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLE_LINES = 4
CHARACTERS_PER_INCH = 11  # of a title in matplotlib's default font and size
USUAL_POINTS = 12.0  # that size


def show_image(
    im: Any,
    ax: Axes | None = None,
    figsize: tuple[float, float] | None = None,
    title: Any = None,
    ctx: Axes | None = None,
    **kwargs: Any,
) -> Axes:
    """Draw `im` on the axes `ax` (or `ctx`, the same thing), or on new ones, and return them.

    Shapes: a tensor or array `(H, W)`, `(C, H, W)` or `(H, W, C)`, or a PIL image. `kwargs` go to `Axes.imshow`
    (`cmap`, `alpha`, `vmin`, …). A long title is wrapped to the width of the axes.
    """
    pixels = to_pixels(im)
    axes = ax if ax is not None else ctx
    if axes is None:
        axes = subplots(figsize=figsize or _size_for(pixels))[1][0]
    if pixels.ndim == 3:
        kwargs.pop("cmap", None)
    axes.imshow(pixels, **kwargs)
    axes.set_axis_off()
    if title is not None:
        set_title(axes, title)
    return axes


def show_titled_image(o: Sequence[Any], **kwargs: Any) -> Axes:
    """Draw the picture `o[0]` under the title `o[1]`."""
    return show_image(o[0], title=str(o[1]), **kwargs)


def show_images(
    ims: Sequence[Any],
    nrows: int = 1,
    ncols: int | None = None,
    titles: Sequence[Any] | None = None,
    figsize: tuple[float, float] | None = None,
    imsize: float = 3,
    suptitle: str | None = None,
    **kwargs: Any,
) -> None:
    """Draw the pictures `ims` in `nrows` rows, each with its title; `kwargs` as for `show_image`."""
    columns = ncols or math.ceil(len(ims) / nrows)
    _, axes = subplots(nrows, columns, figsize=figsize, imsize=imsize, suptitle=suptitle)
    flat = axes.ravel()
    for i, ax in enumerate(flat):
        if i < len(ims):
            show_image(ims[i], ax=ax, title=None if titles is None else titles[i], **kwargs)
        else:
            ax.set_axis_off()


def subplots(
    nrows: int = 1,
    ncols: int = 1,
    figsize: tuple[float, float] | None = None,
    imsize: float = 3,
    suptitle: str | None = None,
    **kwargs: Any,
) -> tuple[Figure, np.ndarray]:
    """A figure and an array of `nrows × ncols` axes of `imsize` inches each, laid out so that titles have room."""
    import matplotlib.pyplot as plt

    kwargs.setdefault("layout", "constrained")
    fig, axes = plt.subplots(nrows, ncols, figsize=figsize or (ncols * imsize, nrows * imsize), squeeze=False, **kwargs)
    if suptitle is not None:
        fig.suptitle(suptitle)
    return fig, axes.ravel() if 1 in (nrows, ncols) else axes


def get_grid(
    n: int,
    nrows: int | None = None,
    ncols: int | None = None,
    figsize: tuple[float, float] | None = None,
    double: bool = False,
    title: str | None = None,
    return_fig: bool = False,
    flatten: bool = True,
    add_vert: float = 0,
    imsize: float = 3,
    **kwargs: Any,
) -> Any:
    """Axes for `n` pictures in about as many rows as columns; `double` gives each picture two, side by side.

    Returns: a list of the axes (an array of rows with `flatten=False`), after the figure with `return_fig`.
    """
    nrows, ncols = _rows_and_columns(n, nrows, ncols)
    columns = ncols * (2 if double else 1)
    size = figsize or (columns * imsize, nrows * imsize + add_vert)
    fig, axes = subplots(nrows, columns, figsize=size, suptitle=title, **kwargs)
    cells = list(axes.ravel())
    for spare in cells[n * (2 if double else 1) :]:
        spare.set_axis_off()
    result = cells[: n * (2 if double else 1)] if flatten else axes.reshape(nrows, columns)
    return (fig, result) if return_fig else result


def set_title(ax: Axes, title: Any, **kwargs: Any) -> None:
    """Put `title` above `ax`, wrapped to its width, at most four lines of it."""
    columns = characters_across(ax)
    text = str(title.item() if isinstance(title, torch.Tensor) and title.numel() == 1 else title)
    lines = [piece for line in text.split("\n") for piece in textwrap.wrap(line, columns) or [""]]
    if len(lines) > TITLE_LINES:
        lines = [*lines[: TITLE_LINES - 1], lines[TITLE_LINES - 1][: columns - 1] + "…"]
    ax.set_title("\n".join(lines), parse_math=False, **kwargs)  # a $ in a label or a file name is a $


def characters_across(ax: Axes, points: float = USUAL_POINTS) -> int:
    """How many characters of that size fit above `ax`; at least 8."""
    figure = ax.get_figure()
    inches = 3.0 if figure is None else float(ax.get_window_extent().width / figure.dpi)
    return max(8, int(inches * CHARACTERS_PER_INCH * USUAL_POINTS / points))


def to_pixels(im: Any) -> np.ndarray:
    """`im` as matplotlib wants it: `(H, W)`, or `(H, W, 3 or 4)` in uint8 or in floats of 0..1.

    Colour floats beyond 1 are read as 0..255, and those beyond that are scaled; what is left outside is clipped. Of
    other numbers of channels the first three (or the first) are shown.
    """
    if isinstance(im, torch.Tensor):
        array = im.detach().cpu().float().numpy() if im.dtype == torch.bfloat16 else im.detach().cpu().numpy()
        array = array.transpose(1, 2, 0) if array.ndim == 3 else array
    else:
        array = np.asarray(im.convert("RGB") if isinstance(im, Image.Image) and im.mode in ("P", "CMYK") else im)
        if array.ndim == 3 and array.shape[2] > 4 and array.shape[0] in (1, 3, 4):
            array = array.transpose(1, 2, 0)
    if array.ndim == 3 and array.shape[2] not in (3, 4):
        array = array[:, :, :3] if array.shape[2] > 4 else array[:, :, 0]
    if array.ndim not in (2, 3) or array.dtype.kind not in "buif":
        raise DataError("A picture of shape (H, W), (C, H, W) or (H, W, C) can be shown, but got "
                        f"{describe(im)}. Try show_image(batch[0]).")  # fmt: skip
    return _displayable(array) if array.ndim == 3 else array


def _displayable(array: np.ndarray) -> np.ndarray:
    if array.dtype == np.uint8:
        return array
    values = array.astype(np.float32)
    most = float(values.max())
    if most > 255:  # measured values: 16 bit, reflectances, Hounsfield units
        least = min(0.0, float(values.min()))
        return np.asarray((values - least) / (most - least), np.float32)
    return np.clip(values / 255 if most > 1.5 and values.min() >= 0 else values, 0, 1)


def _rows_and_columns(n: int, nrows: int | None, ncols: int | None) -> tuple[int, int]:
    if n < 1:
        raise DataError(f"A grid has at least one picture, but got n={n}. Check that there is something to show.")
    if nrows is None and ncols is None:
        nrows = int(math.sqrt(n))
    if nrows is None:
        nrows = math.ceil(n / (ncols or 1))
    return nrows, ncols or math.ceil(n / nrows)


def _size_for(pixels: np.ndarray) -> tuple[float, float]:
    """Inches for one picture: 2 to 5 on its longer side, and no side so short that a title is squeezed."""
    height, width = pixels.shape[:2]
    longer = min(5.0, max(2.0, max(height, width) / 48))
    scale = longer / max(height, width, 1)
    return max(1.5, width * scale), max(1.5, height * scale)
