"""The exact check behind the fast search: are two pictures one and the same, or do they only resemble each other?"""

from __future__ import annotations

import numpy as np

from fastlearn.vision.files.signature import FINE_SIDE

BLOCKS = 8  # along each side; something small that has moved shows in its block
SMALL = 3 * FINE_SIDE  # pixels of the shorter side below which a picture has no detail that fills a fine signature
SHARE = 0.2  # of the pictures' standard deviation that two copies may differ by, as a root mean square


def differences(one: np.ndarray, other: np.ndarray, shorter_side: np.ndarray) -> np.ndarray:
    """How much pictures differ where they differ most, in `[0, 1]`.

    That is the mean absolute difference in the worst of `BLOCKS * BLOCKS` blocks; it is 1 for pictures that as a whole
    differ by more than a new size and a new compression explain.
    Shapes: `one` and `other` are fine signatures, `(N, 3, FINE_SIDE, FINE_SIDE)` uint8; `shorter_side`, `(N,)`, is that
    of the smaller picture of each pair in pixels: a small one has lost its details, so both are compared without.
    """
    result = np.ones(len(one), np.float32)
    small = shorter_side < SMALL
    result[~small] = _differences(one[~small].astype(np.float32), other[~small].astype(np.float32))
    result[small] = _differences(_halved(one[small]), _halved(other[small]))
    return result


def _differences(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    apart = np.abs(one - other)
    overall = np.sqrt(np.square(apart).mean(axis=(1, 2, 3)))
    contrast = np.minimum(one.std(axis=(1, 2, 3)), other.std(axis=(1, 2, 3)))
    side = apart.shape[-1] // BLOCKS
    blocks = apart.mean(axis=1).reshape(-1, BLOCKS, side, BLOCKS, side).mean(axis=(2, 4))
    return np.where(overall > SHARE * contrast, 1.0, blocks.max(axis=(1, 2)) / 255)


def _halved(pictures: np.ndarray) -> np.ndarray:
    n, channels, height, width = pictures.shape
    parts = pictures.reshape(n, channels, height // 2, 2, width // 2, 2).astype(np.float32)
    return np.asarray(parts.mean(axis=(3, 5)))
