"""Numbers by which pictures are compared: of a model where there is one, else colours and edges."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from fastlearn.vision.decode import explained, read_picture
from fastlearn.vision.modes import to_mode
from numpy.typing import NDArray
from PIL import Image

__all__ = ["N_PLAIN", "learner_answers", "plain_features"]

SIDE = 32  # pixels that a picture is made small to
CELLS = 4  # a side of the grid of histograms
TURNS = 8  # directions that edges are told apart by
COLOURS = 6  # a side of the small colour picture
N_PLAIN = CELLS * CELLS * TURNS + COLOURS * COLOURS * 3


def plain_features(path: str) -> NDArray[np.float16]:
    """Where a picture has which colours, and edges of which direction, `(N_PLAIN,)`; zeros if it is unreadable.

    The edges are histograms of gradient directions in 4 × 4 cells, weighed by their strength, of length 1 in each cell.
    Source: Dalal and Triggs 2005, "Histograms of Oriented Gradients for Human Detection", without overlapping blocks.
    """
    try:
        with explained(path):
            picture, _ = read_picture(path, at_least=(SIDE, SIDE))
            small = to_mode(picture, "RGB").resize((SIDE, SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0)
    except Exception:
        return np.zeros(N_PLAIN, np.float16)
    pixels = np.asarray(small, np.float32) / 255  # (H, W, 3)
    colours = np.asarray(small.resize((COLOURS, COLOURS), Image.Resampling.BOX), np.float32) / 255
    return np.concatenate((_edges(pixels.mean(2)), colours.ravel())).astype(np.float16)


def learner_answers(
    learn: Any, paths: Sequence[str], progress: Callable[[int, int], object] | None = None
) -> tuple[NDArray[np.float16], NDArray[np.float32]]:
    """What `learn` sees in pictures that have no labels: its features, `(N, D)`, and its probabilities, `(N, C)`.

    Raises: ValueError for a network that has no place with one vector of features an item.
    """
    import torch
    from fastlearn.interpret.feature_point import find_feature_point, tapped
    from fastlearn.losses.reading import activation_of
    from fastlearn.models.sizes import evaluating

    loader = learn.dls.test_dl([str(path) for path in paths])
    first = next(iter(loader))
    inputs = first if isinstance(first, tuple | list) else (first,)
    with torch.no_grad(), evaluating(learn.model):
        point = find_feature_point(learn.model, (inputs[0],))
        if point is None:
            raise ValueError("The model has no place with one vector of features an item. Try features= of your own.")
        features, probs = [], []
        with tapped(learn.model, point) as latest:
            for batch in loader:
                output = learn.model(batch[0] if isinstance(batch, tuple | list) else batch)
                probs.append(activation_of(learn.loss_func)(output).float().cpu().numpy())
                seen = latest()
                assert seen is not None
                features.append(seen.half().cpu().numpy())
                if progress is not None:
                    progress(sum(map(len, features)), len(paths))
    return np.concatenate(features), np.concatenate(probs)


def _edges(gray: NDArray[np.float32]) -> NDArray[np.float32]:
    down, right = np.gradient(gray)
    strength = np.hypot(down, right)
    turn = ((np.arctan2(down, right) % np.pi) / np.pi * TURNS).astype(int) % TURNS
    cell = np.arange(SIDE) * CELLS // SIDE
    place = (cell[:, None] * CELLS + cell[None, :]) * TURNS + turn
    found = np.bincount(place.ravel(), strength.ravel(), CELLS * CELLS * TURNS).reshape(-1, TURNS)
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    return np.asarray(found / (lengths + 0.1), np.float32).ravel()
