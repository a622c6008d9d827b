"""What is laid over a picture: heat maps and boxes, as images that the browser stretches over it."""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = ["Boxes", "Heat", "Overlay"]

# From cold to hot in steps that differ in brightness too (black, purple, orange, yellow), so that no colour is needed.
HEAT = np.array([(0, 0, 4), (87, 16, 110), (188, 55, 84), (249, 142, 9), (252, 255, 164)], float)
MOST = 200  # of 255: how much of the picture the hottest place hides
SIDE = 56  # pixels that the map is made up to, smoothly


@dataclass(frozen=True)
class Heat:
    """A heat map: `values`, shape `(H, W)`, 0 (cold, see-through) to 1 (hot); it covers the whole picture."""

    values: NDArray[np.floating]

    def uri(self) -> str:
        """A PNG as a data URI. Raises: ValueError for another shape, or for values that are no numbers."""
        values = np.asarray(self.values, float)
        if values.ndim != 2 or not np.isfinite(values).all():
            raise ValueError(f"A heat map has the shape (H, W) and finite values, but got {values.shape}.")
        small = Image.fromarray((255 * values.clip(0, 1)).astype(np.uint8))
        scale = max(1.0, SIDE / max(small.size))
        grown = small.resize((round(small.width * scale), round(small.height * scale)), Image.Resampling.BICUBIC)
        heat = np.asarray(grown, float) / 255  # (H, W)
        at = np.linspace(0, 1, len(HEAT))
        colour = np.stack([np.interp(heat, at, HEAT[:, c]) for c in range(3)] + [MOST * heat**0.7], axis=-1)
        file = io.BytesIO()
        Image.fromarray(colour.astype(np.uint8), "RGBA").save(file, "PNG")
        return f"data:image/png;base64,{b64encode(file.getvalue()).decode()}"


@dataclass(frozen=True)
class Boxes:
    """Boxes `(x1, y1, x2, y2, text)` in pixels of a picture of `width` × `height`."""

    boxes: Sequence[tuple[float, float, float, float, str]]
    width: int
    height: int

    def uri(self) -> str:
        """An SVG as a data URI; each box has a light and a dark line, so that it shows on any picture."""
        unit = max(self.width, self.height) / 128
        drawn = "".join(self._box(box, unit) for box in self.boxes)
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{self.height}" '
            f'viewBox="0 0 {self.width} {self.height}">{drawn}</svg>'
        )
        return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"

    def _box(self, box: tuple[float, float, float, float, str], unit: float) -> str:
        x1, y1, x2, y2 = (float(v) for v in box[:4])
        rect = f'<rect x="{x1:g}" y="{y1:g}" width="{x2 - x1:g}" height="{y2 - y1:g}" fill="none"'
        lines = f'{rect} stroke="#000" stroke-width="{3 * unit:g}"/>{rect} stroke="#fff" stroke-width="{unit:g}"/>'
        words = f'x="{x1 + 2 * unit:g}" y="{y1 + 10 * unit:g}" font-size="{9 * unit:g}" font-family="sans-serif"'
        halo = f'stroke="#000" stroke-width="{2 * unit:g}" paint-order="stroke" fill="#fff"'
        return f"{lines}<text {words} {halo}>{escape(box[4])}</text>"


class Overlay(Protocol):
    """Anything that is laid over a picture."""

    def uri(self) -> str:
        """An image as a data URI; it is stretched over the whole picture."""
