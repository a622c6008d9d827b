"""Learners in a file that holds no code and no rows of the data: JSON and safetensors."""

from __future__ import annotations

from fastlearn.bundle.export import export
from fastlearn.bundle.load import load_learner
from fastlearn.bundle.names import UntrustedCode

__all__ = ["UntrustedCode", "export", "load_learner"]
