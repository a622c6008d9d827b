"""Numbers as people read them: times, sizes, losses."""

from __future__ import annotations

import math


def duration(seconds: float) -> str:
    """`75` as `1:15`, `3725` as `1:02:05`."""
    whole = round(max(seconds, 0.0))
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02d}:{whole % 60:02d}" if hours else f"{minutes}:{whole % 60:02d}"


def size(n_bytes: int) -> str:
    """`1200000000` as `1.2 GB`."""
    return f"{n_bytes / 1e9:.1f} GB" if n_bytes >= 1e9 else f"{n_bytes / 1e6:.0f} MB"


def short(value: float | str | None) -> str:
    """A loss, metric or rate in at most eight characters: a dash for what is not known, NaN and infinities by name."""
    if value is None:
        return "–"  # noqa: RUF001
    if isinstance(value, str) or not math.isfinite(value):
        return str(value)
    if value != 0 and not 1e-3 <= abs(value) < 1e5:
        mantissa, exponent = f"{value:.2e}".split("e")
        return f"{mantissa}e{int(exponent):+d}"  # as JavaScript writes it: the live view shows the same
    return f"{value:.4f}" if abs(value) < 10 else f"{value:.5g}"


def count(n: int, what: str) -> str:
    """`1 epoch`, `2 epochs`."""
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
