"""Parts that models are built from, and functions that take models apart."""

from __future__ import annotations

from fastlearn.models.freeze import freeze_to, is_frozen
from fastlearn.models.groups import has_params, norm_bias_params, params, trainable_params

__all__ = ["freeze_to", "has_params", "is_frozen", "norm_bias_params", "params", "trainable_params"]
