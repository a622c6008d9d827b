"""Parts that models are built from, and functions that take models apart."""

from __future__ import annotations

from fastlearn.models.body import create_body
from fastlearn.models.cut_report import CutReport, report_of
from fastlearn.models.first_layer import change_first_layer, in_channels
from fastlearn.models.freeze import freeze_to, is_frozen
from fastlearn.models.groups import has_params, norm_bias_params, params, trainable_params
from fastlearn.models.head import create_head
from fastlearn.models.init import apply_init
from fastlearn.models.lin_bn_drop import LinBnDrop
from fastlearn.models.pool import AdaptiveConcatPool2d
from fastlearn.models.ranges import SigmoidRange, sigmoid_range
from fastlearn.models.seed import seeded
from fastlearn.models.simple import Flatten, Identity, Lambda
from fastlearn.models.sizes import dummy_eval, model_sizes, num_features_model

__all__ = [
    "AdaptiveConcatPool2d",
    "CutReport",
    "Flatten",
    "Identity",
    "Lambda",
    "LinBnDrop",
    "SigmoidRange",
    "apply_init",
    "change_first_layer",
    "create_body",
    "create_head",
    "dummy_eval",
    "freeze_to",
    "has_params",
    "in_channels",
    "is_frozen",
    "model_sizes",
    "norm_bias_params",
    "num_features_model",
    "params",
    "report_of",
    "seeded",
    "sigmoid_range",
    "trainable_params",
]
