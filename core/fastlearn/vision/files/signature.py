"""Tiny likenesses of pictures, and keys made of them under which copies of one picture meet."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image

SIDE = 16  # pixels of a signature
FINE_SIDE = 32  # pixels of a fine signature, which has colours
N_SIGNS, N_BANDS = 60, 3  # signs of frequencies, and the keys that they are dealt out to
N_WEAK = 2  # signs of a key that may just as well be the other way round
CONTRAST = 4.0  # standard deviation of a signature below which it is a likeness of nothing
CHUNK = 8192  # signatures worked on at a time

Turn = Callable[[np.ndarray], np.ndarray]
TURNS: dict[str, Turn] = {  # of arrays (..., H, W)
    "mirrored": lambda a: a[..., ::-1],
    "upside down": lambda a: a[..., ::-1, ::-1],
    "upside down and mirrored": lambda a: a[..., ::-1, :],
    "turned to the left": lambda a: a.swapaxes(-1, -2)[..., ::-1, :],
    "turned to the right": lambda a: a.swapaxes(-1, -2)[..., ::-1],
    "mirrored and turned to the left": lambda a: a.swapaxes(-1, -2),
    "mirrored and turned to the right": lambda a: a[..., ::-1, ::-1].swapaxes(-1, -2),
}


def signature(gray: Image.Image) -> bytes:
    """A grey picture as `SIDE * SIDE` bytes, whatever its size and proportions.

    PIL's bilinear filter averages over all pixels and overlaps, so that a copy of odd size gives nearly the same.
    """
    data: bytes = gray.resize((SIDE, SIDE), Image.Resampling.BILINEAR).tobytes()
    return data


def fine_signature(im: Image.Image) -> bytes:
    """A colour picture as `3 * FINE_SIDE * FINE_SIDE` bytes, channels first."""
    small = im.resize((FINE_SIDE, FINE_SIDE), Image.Resampling.BILINEAR)
    data: bytes = np.asarray(small).transpose(2, 0, 1).tobytes()
    return data


def keys(signatures: np.ndarray) -> np.ndarray:
    """Numbers that a picture shares with its resized and recompressed copies, and with few others.

    The signs of the `N_SIGNS` lowest frequencies of a cosine transform are dealt out to `N_BANDS` keys; of each there
    are variants with its `N_WEAK` weakest signs turned round, as they may be in a copy.
    Shapes: `signatures` is `(N, SIDE, SIDE)` uint8; returns `(N, N_BANDS * 2 ** N_WEAK)` uint64.
    Source: Zauner 2010, "Implementation and benchmarking of perceptual image hash functions" (signs of a DCT); Lv et
    al. 2007, "Multi-probe LSH" (the variants).
    """
    parts = [_keys(signatures[start : start + CHUNK]) for start in range(0, len(signatures), CHUNK)]
    return np.concatenate(parts) if parts else np.zeros((0, N_BANDS << N_WEAK), np.uint64)


def brightness_and_contrast(signatures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each of `(N, SIDE, SIDE)`, as `(N,)` float32."""
    means, contrasts = np.zeros((2, len(signatures)), np.float32)
    for start in range(0, len(signatures), CHUNK):
        part = signatures[start : start + CHUNK].astype(np.float32)
        means[start : start + CHUNK], contrasts[start : start + CHUNK] = part.mean(axis=(1, 2)), part.std(axis=(1, 2))
    return means, contrasts


def _keys(signatures: np.ndarray) -> np.ndarray:
    waves = frequencies(signatures)  # (N, N_SIGNS)
    per_band = N_SIGNS // N_BANDS
    dealt = waves.reshape(-1, per_band, N_BANDS).swapaxes(1, 2)  # (N, N_BANDS, per_band), low and high ones in each
    places = np.uint64(1) << np.arange(per_band, dtype=np.uint64)
    plain = ((dealt > 0) * places).sum(-1, dtype=np.uint64)  # (N, N_BANDS)
    plain |= np.arange(N_BANDS, dtype=np.uint64) << np.uint64(per_band)  # bands do not meet each other
    weakest = np.argpartition(np.abs(dealt), N_WEAK, axis=-1)[..., :N_WEAK].astype(np.uint64)
    variants = [plain]
    for nth in range(N_WEAK):
        bit = np.uint64(1) << weakest[..., nth]
        variants += [variant ^ bit for variant in variants]
    return np.stack(variants, axis=-1).reshape(len(signatures), -1)


def frequencies(signatures: np.ndarray) -> np.ndarray:
    """The `N_SIGNS` lowest frequencies of `(N, SIDE, SIDE)`, without the constant one, as `(N, N_SIGNS)`."""
    basis = _cosines()
    waves = basis @ signatures.astype(np.float32) @ basis.T
    rows, columns = _LOWEST
    return np.asarray(waves[:, rows, columns])


def _cosines() -> np.ndarray:
    """The cosine transform (DCT-II) as a matrix `(SIDE, SIDE)`: one row for each frequency."""
    steps = np.arange(SIDE)
    return np.asarray(np.cos(np.pi / SIDE * (steps[None] + 0.5) * steps[:, None]), np.float32)


def _lowest() -> tuple[np.ndarray, np.ndarray]:
    rows, columns = np.indices((SIDE, SIDE)).reshape(2, -1)
    order = np.lexsort((rows, rows + columns))[1 : N_SIGNS + 1]
    return rows[order], columns[order]


_LOWEST = _lowest()
