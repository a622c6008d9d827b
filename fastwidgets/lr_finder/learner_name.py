"""What the user calls a learner, for the line of code that is shown."""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["learner_name"]

USUAL = "learn"


def learner_name(learn: Any) -> str:
    """The name of `learn` in the user's notebook; "learn" where it has several and that is one, or has none."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    names = [name for name, value in getattr(shell, "user_ns", {}).items() if value is learn and name[0] != "_"]
    return USUAL if USUAL in names or not names else str(names[0])
