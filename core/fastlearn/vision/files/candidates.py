"""Pairs of signatures that look alike, found among many without comparing each with each."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from fastlearn.vision.files.signature import CHUNK, CONTRAST, Turn, brightness_and_contrast, keys

NEIGHBOURS = 48  # signatures of one key that each is compared with: all of them, where they are not more
PAIRS = 20  # for each picture, on average, before the search is ended; a film has that many
ALIKE = 0.2  # root mean square difference of two signatures, as a share of the standard deviation of the paler one
CLOSE = 8.0  # the same, in grey levels of 0..255


def alike_pairs(signatures: np.ndarray, turn: Turn | None = None, stopped: Callable[[], bool] = bool) -> np.ndarray:
    """Which of `signatures`, `(N, SIDE, SIDE)` uint8, look alike, as pairs of places `(P, 2)`.

    With `turn`, the first of a pair looks like the second one turned. Takes time in proportion to `N log N`: only
    those are compared that share a key, and of very many with one key the `NEIGHBOURS` nearest in brightness.
    Source: Hernández and Stolfo 1995, "The merge/purge problem" (sorted neighbourhood).
    """
    brightness, contrast = brightness_and_contrast(signatures)
    seen = np.flatnonzero(contrast >= CONTRAST)
    shown, n = signatures[seen], len(seen)
    all_keys, brightness, contrast = keys(shown), brightness[seen], contrast[seen]
    if turn is not None:
        turned = np.ascontiguousarray(turn(shown))
        shown, all_keys = np.concatenate([shown, turned]), np.concatenate([all_keys, keys(turned)])
        brightness, contrast = np.tile(brightness, 2), np.tile(contrast, 2)
    limit = np.minimum(CLOSE, ALIKE * contrast)  # what others may differ by: two pictures, by the lower one of theirs
    found = np.zeros(0, np.int64)
    for first, second in _neighbours(all_keys, brightness, limit, stopped):
        if turn is not None:  # one as it is, the other turned; a symmetrical picture does not meet itself
            wanted = (first < n) & (second >= n) & (second - n != first)
            first, second = first[wanted], second[wanted]
        kept = _look_alike(shown, first, second, limit)
        found = np.union1d(found, first[kept] * n + second[kept] % n)
        if len(found) > PAIRS * n:
            break
    return np.stack([seen[found // max(n, 1)], seen[found % max(n, 1)]], axis=1)


def _neighbours(
    all_keys: np.ndarray, brightness: np.ndarray, limit: np.ndarray, stopped: Callable[[], bool]
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Rows of `all_keys`, `(N, K)`, that share a key, the lower one first; those nearest in brightness come first.

    Whose brightness alone differs by more than `limit` are left out. A pair that shares several keys may come again.
    """
    n = len(all_keys)
    owner = np.repeat(np.arange(n, dtype=np.int32), all_keys.shape[1])
    flat = all_keys.ravel()
    order = np.lexsort((brightness[owner], flat))
    flat, owner = flat[order], owner[order]
    for distance in range(1, NEIGHBOURS + 1):
        starts = np.flatnonzero(flat[:-distance] == flat[distance:])
        if stopped() or not len(starts):
            return
        one, other = owner[starts].astype(np.int64), owner[starts + distance].astype(np.int64)
        near = np.abs(brightness[one] - brightness[other]) <= np.minimum(limit[one], limit[other])
        pairs = np.unique(np.minimum(one, other)[near] * n + np.maximum(one, other)[near])
        yield pairs // n, pairs % n


def _look_alike(signatures: np.ndarray, first: np.ndarray, second: np.ndarray, limit: np.ndarray) -> np.ndarray:
    """Which of the pairs of signatures differ by no more than `limit`, as bools `(P,)`."""
    squared = np.square(np.minimum(limit[first], limit[second]))
    kept = np.zeros(len(first), bool)
    for start in range(0, len(first), CHUNK):
        part = slice(start, start + CHUNK)
        apart = signatures[first[part]].astype(np.int16) - signatures[second[part]]
        kept[part] = np.square(apart, dtype=np.int32).mean(axis=(1, 2)) <= squared[part]
    return kept
