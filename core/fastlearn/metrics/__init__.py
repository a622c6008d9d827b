"""Metrics: functions averaged over the items, and objects that accumulate."""

from __future__ import annotations

from fastlearn.metrics.accumulated import AccumMetric, over_all_items
from fastlearn.metrics.averages import AvgLoss, AvgMetric, AvgSmoothLoss, ValueMetric
from fastlearn.metrics.base import Metric
from fastlearn.metrics.classification import accuracy, accuracy_multi, error_rate, top_k_accuracy
from fastlearn.metrics.make import mk_metric
from fastlearn.metrics.regression import mae, mse, rmse

__all__ = [
    "AccumMetric",
    "AvgLoss",
    "AvgMetric",
    "AvgSmoothLoss",
    "Metric",
    "ValueMetric",
    "accuracy",
    "accuracy_multi",
    "error_rate",
    "mae",
    "mk_metric",
    "mse",
    "over_all_items",
    "rmse",
    "top_k_accuracy",
]
