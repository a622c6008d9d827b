"""Memory that a fit on the processor frees is kept for its next batch, and given back at its end."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock

import torch

__all__ = ["kept_memory"]

# The names and numbers of glibc's malloc.h
TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
NEVER = -1
LARGEST = 32 << 20  # the largest MMAP_THRESHOLD that glibc takes
SETTINGS = ("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TOP_PAD_", "GLIBC_TUNABLES")

_lock = Lock()
_users = 0


@contextmanager
def kept_memory(device: torch.device) -> Iterator[None]:
    """Inside, memory that is freed stays with the process; all that is free goes back to the system at the end.

    Each step frees its activations, and glibc gives large pieces back at once: the system then has to clear and map
    the same pages again at the next step, which took a seventh of the time of a language model. Tensors of
    more than 32 MB are mapped singly in any case. Without effect on other devices and C libraries, and where the
    environment sets malloc's thresholds itself.
    """
    global _users
    libc = _glibc()
    if libc is None or device.type != "cpu":
        yield
        return
    with _lock:
        _users += 1
        libc.mallopt(MMAP_THRESHOLD, LARGEST)
        libc.mallopt(TRIM_THRESHOLD, NEVER)
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if not _users:
                libc.mallopt(TRIM_THRESHOLD, 2 * LARGEST)  # as glibc itself does once so large a piece was freed
                libc.malloc_trim(0)


@cache
def _glibc() -> ctypes.CDLL | None:
    if sys.platform != "linux" or any(name in os.environ for name in SETTINGS):
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "gnu_get_libc_version") else None
