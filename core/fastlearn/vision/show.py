"""How samples with a picture are shown: by what their target is, and with predictions beside it for results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from fastlearn.data.show import ANY, View, register_viewer
from fastlearn.vision.plots import get_grid, set_title, show_image, to_pixels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RIGHT, WRONG = ("#1a7f37", "✓"), ("#cf222e", "✗")
DRAWN_TARGETS = ("mask", "points", "boxes", "image")  # shown on a picture of their own, next to the prediction's
IMAGE_INCHES = 3.0


def register_viewers() -> None:
    """Tell `show_batch` and `show_results` about pictures."""
    register_viewer("image", ANY, show_pictures)
    register_viewer("mask", ANY, show_pictures)


def show_pictures(view: View) -> list[Axes]:
    """Draw the samples of `view` in a grid: labels as titles, masks, points and boxes on the picture."""
    n = len(view.samples)
    if view.predictions is not None and view.target_kind in DRAWN_TARGETS:
        return _targets_beside_predictions(view)
    axes = _axes(view, n)
    for i, (sample, ax) in enumerate(zip(view.samples, axes, strict=False)):
        _draw_inputs(view, sample, ax)
        targets = list(zip(view.kinds[view.n_inp :], sample[view.n_inp :], strict=False))
        for kind, value in targets:
            _draw(kind, value, ax, view)
        words = [_words(kind, value) for kind, value in targets if kind not in DRAWN_TARGETS]
        if view.predictions is not None:
            judged = view.target_kind in ("category", "multicategory")
            _title_result(ax, "\n".join(words), _prediction_words(view, view.predictions[i]), judged)
        elif words:
            set_title(ax, "\n".join(words))
    return axes


def _targets_beside_predictions(view: View) -> list[Axes]:
    axes = _axes(view, len(view.samples), double=True)
    predictions = view.predictions or ()
    pairs = zip(axes[::2], axes[1::2], view.samples, predictions, strict=False)
    for left, right, sample, prediction in pairs:
        for ax, value, head in ((left, sample[view.n_inp], "Target"), (right, prediction, "Prediction")):
            _draw_inputs(view, sample, ax)
            _draw(view.target_kind or "value", value, ax, view)
            set_title(ax, head)
    return axes


def _axes(view: View, n: int, double: bool = False) -> list[Any]:
    if view.ctxs is not None:
        return list(view.ctxs)
    return list(get_grid(n, nrows=view.nrows, ncols=view.ncols, figsize=view.figsize, double=double,
                         imsize=IMAGE_INCHES))  # fmt: skip


def _draw_inputs(view: View, sample: tuple[Any, ...], ax: Axes) -> None:
    """All picture inputs side by side, with masks among the inputs over the first picture."""
    pairs = list(zip(view.kinds[: view.n_inp], sample, strict=False))
    pictures = [to_pixels(value) for kind, value in pairs if kind == "image"]
    if pictures:
        show_image(side_by_side(pictures), ax=ax, **{"cmap": "gray", **view.options})
    for kind, value in pairs:
        if kind != "image":
            _draw(kind, value, ax, view)


def side_by_side(pictures: Sequence[np.ndarray]) -> np.ndarray:
    """Pictures `(H, W)` or `(H, W, 3)` in one row, white between them and below the lower ones."""
    if len(pictures) == 1:
        return pictures[0]
    colour = [_bytes_in_colour(p) for p in pictures]
    height, gap = max(p.shape[0] for p in colour), max(2, colour[0].shape[1] // 20)
    cells = [np.pad(p, ((0, height - p.shape[0]), (0, gap), (0, 0)), constant_values=255) for p in colour]
    return np.concatenate(cells, axis=1)[:, :-gap]


def _bytes_in_colour(pixels: np.ndarray) -> np.ndarray:
    values = pixels if pixels.dtype == np.uint8 else (np.clip(pixels, 0, 1) * 255).astype(np.uint8)
    return values[..., :3] if values.ndim == 3 else np.repeat(values[..., None], 3, axis=2)


def _draw(kind: str, value: Any, ax: Axes, view: View) -> None:
    if kind == "image":
        show_image(value, ax=ax, cmap="gray")
    elif kind == "mask":
        ids = to_pixels(value)
        top = len(view.vocab) - 1 if view.vocab else max(1, int(ids.max()))
        show_image(ids, ax=ax, cmap="tab20", alpha=0.5, vmin=0, vmax=max(1, top), interpolation="nearest")
    elif kind == "points":
        points = np.asarray(_plain(value), dtype=float).reshape(-1, 2)
        ax.scatter(points[:, 0], points[:, 1], s=18, c="red", edgecolors="white", linewidths=0.8)
    elif kind == "boxes":
        _draw_boxes(np.asarray(_plain(value), dtype=float).reshape(-1, 4), ax)


def _draw_boxes(boxes: np.ndarray, ax: Axes) -> None:
    from matplotlib.patches import Rectangle

    for x1, y1, x2, y2 in boxes:
        if x2 > x1 and y2 > y1:  # the others are padding
            for width, colour in ((3.0, "black"), (1.5, "white")):
                ax.add_patch(Rectangle((x1, y1), x2 - x1, y2 - y1, fill=False, edgecolor=colour, linewidth=width))


def _title_result(ax: Axes, target: str, predicted: str, judged: bool) -> None:
    """Target above prediction; a label in green with ✓ or red with ✗, so that colour alone does not tell."""
    if not target or not judged:
        set_title(ax, f"{target}\n→ {predicted}" if target else predicted)
        return
    colour, mark = RIGHT if target == predicted else WRONG
    set_title(ax, f"{target}\n{mark} {predicted}", color=colour)


def _prediction_words(view: View, prediction: Any) -> str:
    kinds = view.kinds[view.n_inp :] or ("value",)
    parts = prediction if isinstance(prediction, tuple) and len(kinds) == len(prediction) > 1 else (prediction,)
    return "\n".join(_words(kind, part) for kind, part in zip(kinds, parts, strict=False))


def _words(kind: str, value: Any) -> str:
    """A target in words: labels joined by `;`, numbers to four digits."""
    value = _plain(value)
    if isinstance(value, str):
        return value
    if isinstance(value, np.ndarray | list | tuple):
        return "; ".join(_words(kind, part) for part in value) if len(value) else "(none)"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _plain(value: Any) -> Any:
    """A tensor as numbers or (nested) lists; anything else as it is."""
    return value.detach().cpu().tolist() if isinstance(value, torch.Tensor) else value
