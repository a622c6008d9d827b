"""Samples as pictures for the page: pixel by pixel as the model gets them, with masks, points and boxes drawn over."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from fastlearn.data.problems import DataError
from fastlearn.data.show import View, show_view
from fastlearn.vision.plots import to_pixels
from PIL import Image

from fastwidgets.thumbnails.render import render

__all__ = ["draw_sample", "png", "thumbnail"]

SIDE = 128  # pixels of a thumbnail
MOST = 512
HELD = 10  # no picture of 0 to 1 spans more, however it was normalised
DRAWN = ("mask", "points", "boxes")
INCHES, DPI = 2.0, 100


def thumbnail(file: Path, side: int = SIDE) -> tuple[bytes, ...]:
    """The picture in a file, small; nothing where it cannot be read."""
    try:
        return (render(str(file), side).data,)
    except (DataError, OSError):
        return ()


def draw_sample(sample: Sequence[Any], kinds: tuple[str, ...], n_inp: int, vocab: Any) -> tuple[bytes, ...]:
    """The decoded parts of a sample as one picture; nothing where there is no picture among them."""
    if "image" not in kinds:
        return ()
    if not set(kinds) & set(DRAWN):
        return (png(sample[kinds.index("image")]),)
    from matplotlib.figure import Figure  # without pyplot, which belongs to the cells of the user

    figure = Figure(figsize=(INCHES, INCHES), dpi=DPI)
    ax = figure.add_axes((0, 0, 1, 1))
    show_view(View([tuple(sample)], kinds[: len(sample)], n_inp, vocab, ctxs=[ax]))
    ax.set_title("")
    figure.legends.clear()
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return (file.getvalue(),)


def png(picture: Any) -> bytes:
    """A picture, or a tensor of 0 to 1 or of bytes, without loss."""
    if isinstance(picture, Image.Image) and max(picture.size) > MOST:
        picture = picture.copy()
        picture.thumbnail((MOST, MOST))  # a file as it is, and no tensor: nobody compares its pixels
    pixels = to_pixels(picture)
    if pixels.dtype != np.uint8 and pixels.max(initial=0) - pixels.min(initial=0) > HELD:
        pixels = (pixels - pixels.min()) / (pixels.max() - pixels.min())  # Hounsfield units, from air to bone
    if pixels.dtype != np.uint8:
        pixels = (np.clip(pixels, 0, 1) * 255).round().astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()
