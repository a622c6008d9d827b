"""Pillow without its warnings, for work on many files whose faults are reported elsewhere."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image


@contextmanager
def quiet_pillow() -> Iterator[None]:
    """No warnings of Pillow: what they say is in the table, and they come by the thousand."""
    Image.init()  # here, and not in several threads at once
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL(\.|$)")
        yield
