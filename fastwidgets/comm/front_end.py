"""Is there a front end that can show our widgets, and which cell is running?"""

from __future__ import annotations

import os
import sys
from typing import Any

# Front ends that run an IPython kernel but do not load our front-end bundle.
_WITHOUT_BUNDLE = "VSCODE_PID"


def running_kernel() -> Any | None:
    """The IPython kernel this process is, or None (a script, a terminal, IPython without a notebook)."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None)


def can_show_widgets() -> bool:
    """True in a Jupyter kernel whose front end loads this package's bundle.

    Colab and VS Code take widgets from elsewhere and would show an error instead. `FASTWIDGETS_DISPLAY=off` says no,
    `FASTWIDGETS_DISPLAY=on` says yes wherever there is a kernel.
    """
    if running_kernel() is None:
        return False
    wish = os.environ.get("FASTWIDGETS_DISPLAY", "").lower()
    if wish in ("on", "off"):
        return wish == "on"
    if "google.colab" in sys.modules:
        return False
    return _WITHOUT_BUNDLE not in os.environ or "JPY_SESSION_NAME" in os.environ  # the second: a Jupyter server's


def running_cell() -> str | None:
    """An id of the cell execution under way, or None."""
    kernel = running_kernel()
    if kernel is None:
        return None
    header: dict[str, str] = (kernel.get_parent("shell") or {}).get("header") or {}
    return header.get("msg_id")
