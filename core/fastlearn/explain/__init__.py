"""`explain(learn)`: what a learner is made of and why, in plain words."""

from __future__ import annotations

from fastlearn.explain.page import Explanation
from fastlearn.explain.questions import explain

__all__ = ["Explanation", "explain"]
