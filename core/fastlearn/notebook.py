"""The notebook that this code may be running in, found without importing anything of Jupyter."""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["notebook_display"]


def notebook_display() -> Any:
    """The `display` of a running notebook, which was imported long before us; None in a script or a terminal."""
    if "ipykernel" not in sys.modules:
        return None
    return getattr(sys.modules.get("IPython.display"), "display", None)
