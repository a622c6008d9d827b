"""How samples with a picture are shown: by what their target is, and with predictions beside it for results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from fastlearn.data.show import ANY, View, register_viewer
from fastlearn.vision.draw import draw_boxes, draw_mask, draw_points
from fastlearn.vision.plots import get_grid, set_title, show_image, to_pixels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RIGHT, WRONG = ("#1a7f37", "✓"), ("#cf222e", "✗")
DRAWN_TARGETS = ("mask", "points", "boxes", "image")  # shown on a picture of their own, next to the prediction's
DRAWN = (*DRAWN_TARGETS, "boxlabels")  # all that is not told in words
IMAGE_INCHES = 3.0

Parts = Sequence[tuple[int, str, Any]]  # number in the sample, kind and value


def register_viewers() -> None:
    """Tell `show_batch` and `show_results` about pictures."""
    register_viewer("image", ANY, show_pictures)
    register_viewer("mask", ANY, show_pictures)


def show_pictures(view: View) -> list[Axes]:
    """Draw the samples of `view` in a grid: labels as titles, masks, points and boxes on the picture."""
    if view.predictions is not None and view.target_kind in DRAWN_TARGETS:
        return _targets_beside_predictions(view)
    axes = _axes(view, len(view.samples))
    for i, (sample, ax) in enumerate(zip(view.samples, axes, strict=False)):
        _draw_sample(view, sample, ax)
        inputs, targets = _input_words(view, sample), _target_words(view, sample)
        if view.predictions is None:
            if inputs or targets:
                set_title(ax, "\n".join([*inputs, *targets]))
            continue
        predicted = _prediction_words(view, view.predictions[i])
        if len(targets) == len(predicted) > 1:
            pairs = [f"{target} → {guess}" for target, guess in zip(targets, predicted, strict=True)]
            set_title(ax, "\n".join([*inputs, *pairs]))
            continue
        judged = view.target_kind in ("category", "multicategory") and not inputs
        _title_result(ax, "\n".join([*inputs, *targets]), "\n".join(predicted), judged)
    return axes


def _targets_beside_predictions(view: View) -> list[Axes]:
    axes = _axes(view, len(view.samples), double=True)
    predictions = view.predictions or ()
    n_targets = len(view.kinds) - view.n_inp
    pairs = zip(axes[::2], axes[1::2], view.samples, predictions, strict=False)
    for left, right, sample, prediction in pairs:
        targets = tuple(sample[view.n_inp :])
        several = isinstance(prediction, tuple) and len(prediction) == n_targets > 1
        predicted = tuple(prediction) if several else (prediction, *targets[1:])
        for ax, values, head in ((left, targets, "Target"), (right, predicted, "Prediction")):
            shown = (*sample[: view.n_inp], *values)
            _draw_sample(view, shown, ax)
            set_title(ax, "\n".join([head, *_input_words(view, shown), *_target_words(view, shown)]))
    return axes


def _axes(view: View, n: int, double: bool = False) -> list[Any]:
    if view.ctxs is not None:
        return list(view.ctxs)
    return list(get_grid(n, nrows=view.nrows, ncols=view.ncols, figsize=view.figsize, double=double,
                         imsize=IMAGE_INCHES))  # fmt: skip


def _draw_sample(view: View, sample: Sequence[Any], ax: Axes) -> None:
    """All pictures side by side, those of the targets last; what else is drawn lies over the first."""
    parts = list(zip(range(len(sample)), view.kinds, sample, strict=False))
    pictures = [_pixels(value) for _, kind, value in parts if kind == "image"]
    if pictures:
        show_image(side_by_side(pictures), ax=ax, **{"cmap": "gray", **view.options})
    _draw_over(view, [part for part in parts if part[1] != "image"], ax)


def _draw_over(view: View, parts: Parts, ax: Axes) -> None:
    for i, kind, value in parts:
        if kind == "mask":
            draw_mask(value, ax, view.vocab_of(i))
        elif kind == "points":
            draw_points(np.asarray(_plain(value), dtype=float).reshape(-1, 2), ax)
        elif kind == "boxes":
            labels = next((v for j, k, v in parts if k == "boxlabels" and j > i), None)
            draw_boxes(np.asarray(_plain(value), dtype=float).reshape(-1, 4), ax, _names(labels))


def _pixels(value: Any) -> np.ndarray:
    """A picture as matplotlib wants it; a fourth channel of a tensor is infrared or the like, and no transparency."""
    return to_pixels(value[:3] if isinstance(value, torch.Tensor) and value.ndim == 3 and len(value) > 3 else value)


def _names(labels: Any) -> list[str] | None:
    plain = _plain(labels)
    return None if plain is None else [str(label) for label in plain]


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


def _title_result(ax: Axes, target: str, predicted: str, judged: bool) -> None:
    """Target above prediction; a label in green with ✓ or red with ✗, so that colour alone does not tell."""
    if not target or not judged:
        set_title(ax, f"{target}\n→ {predicted}" if target else predicted)
        return
    colour, mark = RIGHT if target == predicted else WRONG
    set_title(ax, f"{target}\n{mark} {predicted}", color=colour)


def _input_words(view: View, sample: Sequence[Any]) -> list[str]:
    """The inputs beside the pictures, in one line; none where there are only pictures."""
    told = [_words(kind, value) for kind, value in zip(view.kinds[: view.n_inp], sample, strict=False)
            if kind not in DRAWN]  # fmt: skip
    return [" · ".join(told)] if told else []


def _target_words(view: View, sample: Sequence[Any]) -> list[str]:
    """Each target that is not drawn, in a line of its own."""
    targets = zip(view.kinds[view.n_inp :], sample[view.n_inp :], strict=False)
    return [_words(kind, value) for kind, value in targets if kind not in DRAWN]


def _prediction_words(view: View, prediction: Any) -> list[str]:
    kinds = view.kinds[view.n_inp :] or ("value",)
    several = isinstance(prediction, tuple) and len(kinds) == len(prediction) > 1
    parts = prediction if several else (prediction,)
    return [_words(kind, part) for kind, part in zip(kinds, parts, strict=False) if kind not in DRAWN]


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
