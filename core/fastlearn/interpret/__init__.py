"""Look at what a trained model gets wrong."""

from __future__ import annotations

from fastlearn.interpret.classification import ClassificationInterpretation
from fastlearn.interpret.interpretation import Interpretation

__all__ = ["ClassificationInterpretation", "Interpretation"]
