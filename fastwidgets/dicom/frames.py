"""Pictures that were read lately, in bounded memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from fastwidgets.dicom.frame import Frame

__all__ = ["MOST_BYTES", "FrameStore"]

MOST_BYTES = 64 * 2**20  # 128 slices of 512 x 512


class FrameStore:
    """Keeps the pictures asked for last, up to `most` bytes; the one asked for last is always kept. Safe in threads."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self.most, self.nbytes = most, 0
        self._kept: OrderedDict[Hashable, Frame] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Hashable, read: Callable[[], Frame]) -> Frame:
        """The picture of `key`, by `read` where it is not kept; what `read` raises goes on."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        frame = read()  # outside the lock: it takes milliseconds
        with self._lock:
            if key not in self._kept:
                self._kept[key] = frame
                self.nbytes += frame.nbytes
            while self.nbytes > self.most and len(self._kept) > 1:
                self.nbytes -= self._kept.popitem(last=False)[1].nbytes
        return frame

    def clear(self) -> None:
        """Keep none any more."""
        with self._lock:
            self._kept.clear()
            self.nbytes = 0
