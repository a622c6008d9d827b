"""Pictures beside their attributions, drawn by Captum. matplotlib is imported when something is drawn."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fastlearn.interpret.attribution_choices import METRICS, one_of
from fastlearn.interpret.attribution_methods import captum_module

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from fastlearn.interpret.attributions import Attribution

METHODS = ("original_image", "heat_map", "blended_heat_map", "masked_image", "alpha_scaling")
SIGNS = ("all", "positive", "negative", "absolute_value")
ONE_SIGN_ONLY = ("masked_image", "alpha_scaling")
WORDS = {"all": "for and against", "positive": "for", "negative": "against", "absolute_value": "for or against"}
LIKELIEST = 5  # classes with a bar
INCHES = 3.2


def check_drawing(methods: Sequence[str], signs: Sequence[str], outlier_perc: float) -> None:
    """Raises: ValueError, naming what is valid, for what Captum cannot draw."""
    for name, words, valid in (("methods", methods, METHODS), ("signs", signs, SIGNS)):
        if isinstance(words, str) or not words:
            raise ValueError(f"`{name}` is a list of {one_of(valid)}, but got {words!r}.")
        for word in words:
            if word not in valid:
                raise ValueError(f"Each of `{name}` is {one_of(valid)}, but got {word!r}.")
    if len(methods) != len(signs):
        raise ValueError(f"Each of `methods` has its sign, but got {len(methods)} methods and {len(signs)} signs.")
    for method, sign in zip(methods, signs, strict=True):
        if method in ONE_SIGN_ONLY and sign == "all":
            raise ValueError(f"{method!r} cannot show both directions at once. Try the sign 'positive' for it.")
    if not 0 <= outlier_perc < 100:
        raise ValueError(f"`outlier_perc` is a percentage from 0 to below 100, but got {outlier_perc!r}. Try 1.")


def colour_map(name: str | None, n: int, sign: str) -> Any:
    """`n` colours of matplotlib's map `name`; without a name blue, or red to blue for a sign of both directions."""
    maps: Any = importlib.import_module("matplotlib").colormaps
    if name is not None and name not in maps:
        raise ValueError(
            f"`cmap_name` is the name of a colour map of matplotlib, but got {name!r}. Try 'Blues', 'viridis' or "
            "'RdBu', or leave it out."
        )
    return maps[name or ("RdBu" if sign == "all" else "Blues")].resampled(n)


def picture_of(dls: Any, batch: Any) -> NDArray[np.float32]:
    """The picture of a batch of one, with the transforms of the loaders undone: `(H, W, 3)` in `[0, 1]`."""
    from fastlearn.vision.plots import to_pixels

    loader = dls.train if dls.valid is None else dls.valid
    image = loader.decode_batch(batch, max_n=1)[0][0] if hasattr(loader, "decode_batch") else batch[0][0]
    pixels = to_pixels(image)
    values: NDArray[np.float32] = pixels.astype(np.float32) / np.float32(255 if pixels.dtype == np.uint8 else 1)
    low, high = float(values.min()), float(values.max())
    if low < 0 or high > 1:  # one channel of any range; colours are within it already
        values = (values - low) / max(high - low, 1e-12)
    return np.repeat(values[..., None], 3, axis=2) if values.ndim == 2 else values[..., :3]


def draw_page(
    rows: Sequence[Attribution],
    methods: Sequence[str],
    signs: Sequence[str],
    colours: Sequence[Any],
    outlier_perc: float,
    class_names: Sequence[str],
    with_probabilities: bool = False,
    debug: bool = False,
) -> Figure:
    """One row of plots for each of `rows`: what `methods` say and, `with_probabilities`, bars of the likeliest classes.

    `debug` writes below each map what it explains. The figure is not pyplot's, which would keep it.
    """
    from matplotlib.figure import Figure

    columns = len(methods) + with_probabilities
    figure = Figure(figsize=(INCHES * columns, (INCHES + 0.6) * len(rows)), layout="compressed")
    grid = figure.subplots(len(rows), columns, squeeze=False)
    for found, axes in zip(rows, grid, strict=True):
        for method, sign, cmap, ax in zip(methods, signs, colours, axes, strict=False):
            if method == "original_image":
                _draw_original(found, ax)
                continue
            _draw_map(found, method, sign, cmap, outlier_perc, ax)
            if debug:
                ax.set_xlabel(_checked(found), fontsize=7)
        if with_probabilities:
            _draw_probabilities(found, class_names, axes[-1])
    return figure


def _draw_original(found: Attribution, ax: Axes) -> None:
    _draw_picture(found.picture, ax)
    _title(ax, f"{found.name or 'original image'}\npredicted {found.label} ({found.probability:.2f})")


def _draw_map(found: Attribution, method: str, sign: str, cmap: Any, outlier_perc: float, ax: Axes) -> None:
    """One map by Captum. One in which nothing has the sign, which Captum refuses, says so."""
    values = found.values.numpy().transpose(1, 2, 0)  # (H, W, C)
    figure: Any = ax.get_figure()
    _title(ax, f"{METRICS[found.metric]}: {WORDS[sign]} {found.target_name}")
    if not _anything(values.sum(2), sign):
        _draw_picture(np.ones_like(found.picture), ax)
        ax.text(0.5, 0.5, f"nothing speaks\n{WORDS[sign]} it", ha="center", va="center", transform=ax.transAxes)
        return
    captum_module().visualization.visualize_image_attr(
        values,
        found.picture,
        method,
        sign,
        plt_fig_axis=(figure, ax),
        outlier_perc=outlier_perc,
        cmap=cmap,
        use_pyplot=False,
    )
    if method.endswith("heat_map"):
        figure.colorbar(ax.images[-1], ax=ax, orientation="horizontal", fraction=0.05, pad=0.02)


def _anything(values: NDArray[np.float32], sign: str) -> bool:
    if sign == "positive":
        return bool((values > 0).any())
    return bool((values < 0).any()) if sign == "negative" else bool((values != 0).any())


def _checked(found: Attribution) -> str:
    scores = f"score {found.score:.3g}, of the baseline {found.baseline_score:.3g}"
    return scores + (f"\nthe sum misses their difference by {found.gap:.2g}" if found.metric == "IG" else "")


def _draw_probabilities(found: Attribution, class_names: Sequence[str], ax: Axes) -> None:
    values = found.probabilities.numpy()
    order = np.argsort(-values, kind="stable")[:LIKELIEST]
    bars = ax.barh(range(len(order)), values[order], color="tab:blue")
    ax.bar_label(bars, [f"{value:.2f}" for value in values[order]], padding=2, fontsize=8)
    ax.set_yticks(range(len(order)), [class_names[i][:20] for i in order], fontsize=8, parse_math=False)
    ax.set_xlim(min(0.0, float(values.min())), max(1.0, float(values.max())) * 1.15)
    ax.invert_yaxis()
    ax.spines[["top", "right"]].set_visible(False)
    _title(ax, "predicted")


def _draw_picture(picture: NDArray[np.float32], ax: Axes) -> None:
    ax.imshow(picture)
    ax.set_xticks([])
    ax.set_yticks([])


def _title(ax: Axes, text: str) -> None:
    ax.set_title(text, fontsize=9, parse_math=False)  # a $ in a label or a file name is a $
