"""Losses that know how to read the scores they judge."""

from __future__ import annotations

from fastlearn.losses.base import BaseLoss
from fastlearn.losses.bce import BCELossFlat, BCEWithLogitsLossFlat
from fastlearn.losses.cross_entropy import CrossEntropyLossFlat
from fastlearn.losses.l1 import L1LossFlat
from fastlearn.losses.mse import MSELossFlat
from fastlearn.losses.reading import activation_of, decodes_of

__all__ = [
    "BCELossFlat",
    "BCEWithLogitsLossFlat",
    "BaseLoss",
    "CrossEntropyLossFlat",
    "L1LossFlat",
    "MSELossFlat",
    "activation_of",
    "decodes_of",
]
