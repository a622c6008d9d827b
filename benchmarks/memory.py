"""How much memory a piece of work takes at its peak, above what lay there before (Linux: others see the whole peak)."""

from __future__ import annotations

import gc
import resource
from pathlib import Path

MB = 2**20


def resting() -> float:
    """MB in use now; the highest mark is set back to here where the system allows it."""
    gc.collect()
    try:
        Path("/proc/self/clear_refs").write_text("5")
        return _status("VmRSS")
    except OSError:
        return _whole_peak()


def peak_since(before: float) -> float:
    """MB at the highest mark above `before`."""
    try:
        return _status("VmHWM") - before
    except OSError:
        return _whole_peak() - before


def _status(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return float(next(line for line in lines if line.startswith(name)).split()[1]) * 1024 / MB


def _whole_peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MB
