"""What a scan knows of all files, in columns: about 400 bytes each, and no pixels beyond a signature of 256."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from sys import intern

import numpy as np

from fastlearn.vision.files.measures import Measures
from fastlearn.vision.files.probe import Probe
from fastlearn.vision.files.signature import SIDE

WORDS = 2  # of 64 bits, that a digest is compared as


class Scan:
    """One row for each of `paths`; `seen` says which of them have been looked at."""

    def __init__(self, paths: Sequence[Path], pixels: bool) -> None:
        n = len(paths)
        self.paths = paths
        self.seen = np.zeros(n, bool)
        self.sound = np.zeros(n, bool)  # decoded without a fault
        self.faults: dict[int, tuple[str, str]] = {}  # code and reason
        self.sizes = np.zeros(n, np.int64)  # bytes
        self.shapes = np.zeros((n, 2), np.int32)  # width and height, upright
        self.modes = np.full(n, "", object)
        self.formats = np.full(n, "", object)
        self.digests = np.zeros((n, WORDS), np.uint64)
        self.measures = np.full((n, len(Measures._fields)), np.nan, np.float32)
        self.signatures = np.zeros((n if pixels else 0, SIDE, SIDE), np.uint8)

    def __len__(self) -> int:
        return len(self.paths)

    def put(self, index: int, probe: Probe) -> None:
        """Keep what was found out about file `index`."""
        self.seen[index], self.sound[index] = True, not probe.fault
        if probe.fault:
            self.faults[index] = probe.fault, probe.reason
        self.sizes[index] = probe.size
        self.shapes[index] = probe.width, probe.height
        self.modes[index], self.formats[index] = intern(probe.mode), intern(probe.format)
        if probe.digest:
            self.digests[index] = np.frombuffer(probe.digest, np.uint64)
        self.measures[index] = probe.measures
        if probe.signature and len(self.signatures):
            self.signatures[index] = np.frombuffer(probe.signature, np.uint8).reshape(SIDE, SIDE)

    def measure(self, name: str) -> np.ndarray:
        """One of `Measures` for all files, NaN where it is not known."""
        return np.asarray(self.measures[:, Measures._fields.index(name)])

    def best_first(self, places: Sequence[int]) -> list[int]:
        """`places` with the largest picture first, then the largest file, then by path."""
        chosen = np.asarray(places, np.int64)
        areas = self.shapes[chosen].astype(np.int64).prod(axis=1)
        order = np.lexsort((chosen, -self.sizes[chosen], -areas))
        return [int(place) for place in chosen[order]]
