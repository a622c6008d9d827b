"""Losses that know how to read the scores they judge."""

from __future__ import annotations

from fastlearn.losses.base import BaseLoss
from fastlearn.losses.bce import BCELossFlat, BCEWithLogitsLossFlat
from fastlearn.losses.combined import CombinedLoss
from fastlearn.losses.cross_entropy import CrossEntropyLossFlat
from fastlearn.losses.dice import DiceLoss
from fastlearn.losses.focal import FocalLoss, FocalLossFlat
from fastlearn.losses.l1 import L1LossFlat
from fastlearn.losses.label_smoothing import LabelSmoothingCrossEntropy, LabelSmoothingCrossEntropyFlat
from fastlearn.losses.mse import MSELossFlat
from fastlearn.losses.points import PointsLossFlat
from fastlearn.losses.reading import activation_of, decodes_of
from fastlearn.losses.several import MultiTargetLoss

__all__ = [
    "BCELossFlat",
    "BCEWithLogitsLossFlat",
    "BaseLoss",
    "CombinedLoss",
    "CrossEntropyLossFlat",
    "DiceLoss",
    "FocalLoss",
    "FocalLossFlat",
    "L1LossFlat",
    "LabelSmoothingCrossEntropy",
    "LabelSmoothingCrossEntropyFlat",
    "MSELossFlat",
    "MultiTargetLoss",
    "PointsLossFlat",
    "activation_of",
    "decodes_of",
]
