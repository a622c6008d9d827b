"""Metrics that scikit-learn computes, once all predictions of a pass are there."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from fastlearn.metrics.accumulated import AccumMetric
from fastlearn.warn import warn_user

__all__ = [
    "APScoreBinary", "APScoreMulti", "BalancedAccuracy", "BrierScore", "BrierScoreMulti", "CohenKappa",
    "ExplainedVariance", "F1Score", "F1ScoreMulti", "FBeta", "FBetaMulti", "HammingLoss", "HammingLossMulti", "Jaccard",
    "JaccardMulti", "MatthewsCorrCoef", "MatthewsCorrCoefMulti", "PearsonCorrCoef", "Precision", "PrecisionMulti",
    "R2Score", "Recall", "RecallMulti", "RocAuc", "RocAucBinary", "RocAucMulti", "SpearmanCorrCoef", "skm_to_fastai",
]  # fmt: skip

Weights = Any


def skm_to_fastai(
    func: Callable[..., Any],
    is_class: bool = True,
    thresh: float | None = None,
    axis: int = -1,
    activation: str | None = None,
    name: str | None = None,
    flatten: bool = True,
    **kwargs: Any,
) -> AccumMetric:
    """A metric of `func(targets, predictions)`, as scikit-learn's functions are.

    With `is_class` and no `thresh` the predictions are the best class along `axis`; with `thresh` they are yes or no,
    of probabilities ("sigmoid", unless `activation` says otherwise). Without `is_class` they are the scores themselves,
    through `activation` if one is given. Further arguments go to `func`.
    """
    dim = axis if is_class and thresh is None else None
    if activation is None:
        activation = "sigmoid" if is_class and thresh is not None else "no"
    if activation == "softmax":
        dim = axis
    return AccumMetric(
        _Guarded(func, activation == "binarysoftmax"), dim_argmax=dim, activation=activation, thresh=thresh,
        to_np=True, invert_arg=True, flatten=flatten, name=name or func.__name__, **kwargs,
    )  # fmt: skip


class _Guarded:
    """`func`; where it is not defined, as for a single class, the value is NaN and the training goes on. Said once.

    Raises: ValueError, with what to write instead, if it is the setting that does not suit the data: no validation set
    would make it right.
    """

    def __init__(self, func: Callable[..., Any], one_column: bool = False) -> None:
        self.func, self.__name__, self.one_column = func, func.__name__, one_column
        self._said = False

    def __call__(self, *args: Any, **kwargs: Any) -> float:
        try:
            return float(self.func(*args, **kwargs))
        except ValueError as error:
            self._refuse_setting(error, *args, **kwargs)
            if not self._said:
                self._said = True
                warn_user(f"{self.__name__} is not defined on this validation set, so it is NaN: {error}")
            return math.nan

    def _refuse_setting(self, error: ValueError, *args: Any, **kwargs: Any) -> None:
        if isinstance(error, TypeError):  # scikit-learn's own check of its arguments
            raise ValueError(f"{self.__name__} does not take this setting: {error}") from error
        instead = _instead(self.__name__, args[0], args[1], self.one_column, kwargs) if len(args) == 2 else None
        if instead is not None:
            raise ValueError(f"{instead} (scikit-learn says: {error})") from error


_NAMES = {
    "f1_score": "F1Score", "fbeta_score": "FBeta", "precision_score": "Precision", "recall_score": "Recall",
    "jaccard_score": "Jaccard", "roc_auc_score": "RocAucBinary", "average_precision_score": "APScoreBinary",
    "brier_score_loss": "BrierScore",
}  # fmt: skip


def _instead(func: str, targets: Any, preds: Any, one_column: bool, settings: dict[str, Any]) -> str | None:
    """What is wrong with the setting, and what to write; None where it is not the setting."""
    n_targets, name = len(np.unique(targets)), _NAMES.get(func, func)
    if settings.get("average") == "binary":
        n_classes = len(np.union1d(targets, preds))
        extra = f"beta={settings['beta']!r}, " if "beta" in settings else ""
        if n_classes > 2:
            return (
                f"{name} with average='binary' is for two classes, but there are {n_classes}. "
                f"Try {name}({extra}average='macro')."
            )
    if one_column and n_targets > 2:
        return f"{name} is for two classes, but there are {n_targets}. Try RocAuc(), or F1Score(average='macro')."
    if func == "roc_auc_score" and preds.ndim == 2 and preds.shape[1] == 2 and targets.ndim == 1:
        return "RocAuc is for three classes or more, but there are 2. Try RocAucBinary()."
    return None


# Classes, one for each item


def APScoreBinary(
    axis: int = -1, average: str | None = "macro", pos_label: int = 1, sample_weight: Weights = None
) -> AccumMetric:
    """Average precision, of two classes: from the probability of the second."""
    from sklearn.metrics import average_precision_score as func

    options = {"average": average, "pos_label": pos_label, "sample_weight": sample_weight}
    return skm_to_fastai(func, is_class=False, axis=axis, activation="binarysoftmax", **options)


def BalancedAccuracy(axis: int = -1, sample_weight: Weights = None, adjusted: bool = False) -> AccumMetric:
    """The mean of the recalls of the classes."""
    from sklearn.metrics import balanced_accuracy_score as func

    return skm_to_fastai(func, axis=axis, sample_weight=sample_weight, adjusted=adjusted)


def BrierScore(axis: int = -1, sample_weight: Weights = None, pos_label: int | None = None) -> AccumMetric:
    """The mean squared error of the probability of the second of two classes."""
    from sklearn.metrics import brier_score_loss as func

    options = {"sample_weight": sample_weight, "pos_label": pos_label}
    return skm_to_fastai(func, is_class=False, axis=axis, activation="binarysoftmax", **options)


def CohenKappa(
    axis: int = -1, labels: Any = None, weights: str | None = None, sample_weight: Weights = None
) -> AccumMetric:
    """Agreement beyond chance."""
    from sklearn.metrics import cohen_kappa_score as func

    return skm_to_fastai(func, axis=axis, labels=labels, weights=weights, sample_weight=sample_weight)


def F1Score(
    axis: int = -1,
    labels: Any = None,
    pos_label: int = 1,
    average: str | None = "binary",
    sample_weight: Weights = None,
) -> AccumMetric:
    """The harmonic mean of precision and recall."""
    from sklearn.metrics import f1_score as func

    return _averaged(func, axis, labels, pos_label, average, sample_weight)


def FBeta(
    beta: float,
    axis: int = -1,
    labels: Any = None,
    pos_label: int = 1,
    average: str | None = "binary",
    sample_weight: Weights = None,
) -> AccumMetric:
    """F1 with recall counted `beta` times as much as precision."""
    from sklearn.metrics import fbeta_score as func

    return _averaged(func, axis, labels, pos_label, average, sample_weight, beta=beta)


def HammingLoss(axis: int = -1, sample_weight: Weights = None) -> AccumMetric:
    """The share of labels that are wrong."""
    from sklearn.metrics import hamming_loss as func

    return skm_to_fastai(func, axis=axis, sample_weight=sample_weight)


def Jaccard(
    axis: int = -1,
    labels: Any = None,
    pos_label: int = 1,
    average: str | None = "binary",
    sample_weight: Weights = None,
) -> AccumMetric:
    """Intersection over union of predicted and true items of a class."""
    from sklearn.metrics import jaccard_score as func

    return _averaged(func, axis, labels, pos_label, average, sample_weight)


def MatthewsCorrCoef(sample_weight: Weights = None, axis: int = -1) -> AccumMetric:
    """The correlation of predicted and true classes."""
    from sklearn.metrics import matthews_corrcoef as func

    return skm_to_fastai(func, axis=axis, sample_weight=sample_weight)


def Precision(
    axis: int = -1,
    labels: Any = None,
    pos_label: int = 1,
    average: str | None = "binary",
    sample_weight: Weights = None,
) -> AccumMetric:
    """The share of items predicted as a class that are of it."""
    from sklearn.metrics import precision_score as func

    return _averaged(func, axis, labels, pos_label, average, sample_weight)


def Recall(
    axis: int = -1,
    labels: Any = None,
    pos_label: int = 1,
    average: str | None = "binary",
    sample_weight: Weights = None,
) -> AccumMetric:
    """The share of items of a class that are predicted as it."""
    from sklearn.metrics import recall_score as func

    return _averaged(func, axis, labels, pos_label, average, sample_weight)


def RocAuc(
    axis: int = -1,
    average: str | None = "macro",
    sample_weight: Weights = None,
    max_fpr: float | None = None,
    multi_class: str = "ovr",
) -> AccumMetric:
    """The area under the ROC curve, of several classes."""
    from sklearn.metrics import roc_auc_score as func

    options = {"average": average, "sample_weight": sample_weight, "max_fpr": max_fpr, "multi_class": multi_class}
    return skm_to_fastai(func, is_class=False, activation="softmax", flatten=False, axis=axis, **options)


def RocAucBinary(
    axis: int = -1,
    average: str | None = "macro",
    sample_weight: Weights = None,
    max_fpr: float | None = None,
    multi_class: str = "raise",
) -> AccumMetric:
    """The area under the ROC curve, of two classes: from the probability of the second."""
    from sklearn.metrics import roc_auc_score as func

    options = {"average": average, "sample_weight": sample_weight, "max_fpr": max_fpr, "multi_class": multi_class}
    return skm_to_fastai(func, is_class=False, activation="binarysoftmax", axis=axis, **options)


def _averaged(
    func: Callable[..., Any],
    axis: int,
    labels: Any,
    pos_label: int,
    average: str | None,
    sample_weight: Weights,
    **kwargs: Any,
) -> AccumMetric:
    options = {"labels": labels, "pos_label": pos_label, "average": average, "sample_weight": sample_weight}
    return skm_to_fastai(func, axis=axis, **options, **kwargs)


# Any number of labels for each item


def APScoreMulti(
    sigmoid: bool = True, average: str | None = "macro", pos_label: int = 1, sample_weight: Weights = None
) -> AccumMetric:
    """Average precision of each label, averaged."""
    from sklearn.metrics import average_precision_score as func

    options = {"average": average, "pos_label": pos_label, "sample_weight": sample_weight}
    return skm_to_fastai(func, is_class=False, flatten=False, activation=_activation(sigmoid), **options)


def BrierScoreMulti(sigmoid: bool = True, sample_weight: Weights = None, pos_label: int | None = None) -> AccumMetric:
    """The mean squared error of all probabilities."""
    from sklearn.metrics import brier_score_loss as func

    options = {"sample_weight": sample_weight, "pos_label": pos_label}
    return skm_to_fastai(func, is_class=False, activation=_activation(sigmoid), **options)


def F1ScoreMulti(
    thresh: float = 0.5,
    sigmoid: bool = True,
    labels: Any = None,
    pos_label: int = 1,
    average: str | None = "macro",
    sample_weight: Weights = None,
) -> AccumMetric:
    """F1 of each label, averaged."""
    from sklearn.metrics import f1_score as func

    return _multi(func, thresh, sigmoid, labels, pos_label, average, sample_weight)


def FBetaMulti(
    beta: float,
    thresh: float = 0.5,
    sigmoid: bool = True,
    labels: Any = None,
    pos_label: int = 1,
    average: str | None = "macro",
    sample_weight: Weights = None,
) -> AccumMetric:
    """F-beta of each label, averaged."""
    from sklearn.metrics import fbeta_score as func

    return _multi(func, thresh, sigmoid, labels, pos_label, average, sample_weight, beta=beta)


def HammingLossMulti(thresh: float = 0.5, sigmoid: bool = True, sample_weight: Weights = None) -> AccumMetric:
    """The share of yes-or-no decisions that are wrong."""
    from sklearn.metrics import hamming_loss as func

    return skm_to_fastai(
        func, thresh=thresh, flatten=False, activation=_activation(sigmoid), sample_weight=sample_weight
    )


def JaccardMulti(
    thresh: float = 0.5,
    sigmoid: bool = True,
    labels: Any = None,
    pos_label: int = 1,
    average: str | None = "macro",
    sample_weight: Weights = None,
) -> AccumMetric:
    """Intersection over union of each label, averaged."""
    from sklearn.metrics import jaccard_score as func

    return _multi(func, thresh, sigmoid, labels, pos_label, average, sample_weight)


def MatthewsCorrCoefMulti(thresh: float = 0.5, sigmoid: bool = True, sample_weight: Weights = None) -> AccumMetric:
    """The correlation of all decisions with the truth."""
    from sklearn.metrics import matthews_corrcoef as func

    return skm_to_fastai(func, thresh=thresh, activation=_activation(sigmoid), sample_weight=sample_weight)


def PrecisionMulti(
    thresh: float = 0.5,
    sigmoid: bool = True,
    labels: Any = None,
    pos_label: int = 1,
    average: str | None = "macro",
    sample_weight: Weights = None,
) -> AccumMetric:
    """Precision of each label, averaged."""
    from sklearn.metrics import precision_score as func

    return _multi(func, thresh, sigmoid, labels, pos_label, average, sample_weight)


def RecallMulti(
    thresh: float = 0.5,
    sigmoid: bool = True,
    labels: Any = None,
    pos_label: int = 1,
    average: str | None = "macro",
    sample_weight: Weights = None,
) -> AccumMetric:
    """Recall of each label, averaged."""
    from sklearn.metrics import recall_score as func

    return _multi(func, thresh, sigmoid, labels, pos_label, average, sample_weight)


def RocAucMulti(
    sigmoid: bool = True, average: str | None = "macro", sample_weight: Weights = None, max_fpr: float | None = None
) -> AccumMetric:
    """The area under the ROC curve of each label, averaged."""
    from sklearn.metrics import roc_auc_score as func

    options = {"average": average, "sample_weight": sample_weight, "max_fpr": max_fpr}
    return skm_to_fastai(func, is_class=False, flatten=False, activation=_activation(sigmoid), **options)


def _multi(
    func: Callable[..., Any],
    thresh: float,
    sigmoid: bool,
    labels: Any,
    pos_label: int,
    average: str | None,
    sample_weight: Weights,
    **kwargs: Any,
) -> AccumMetric:
    options = {"labels": labels, "pos_label": pos_label, "average": average, "sample_weight": sample_weight}
    return skm_to_fastai(func, thresh=thresh, flatten=False, activation=_activation(sigmoid), **options, **kwargs)


def _activation(sigmoid: bool) -> str:
    return "sigmoid" if sigmoid else "no"


# Numbers


def ExplainedVariance(sample_weight: Weights = None) -> AccumMetric:
    """The share of the targets' variance that the predictions explain."""
    from sklearn.metrics import explained_variance_score as func

    return skm_to_fastai(func, is_class=False, sample_weight=sample_weight)


def R2Score(sample_weight: Weights = None) -> AccumMetric:
    """The coefficient of determination."""
    from sklearn.metrics import r2_score as func

    return skm_to_fastai(func, is_class=False, sample_weight=sample_weight)


def PearsonCorrCoef(dim_argmax: int | None = None) -> AccumMetric:
    """The linear correlation of predictions and targets."""
    return _correlation("pearsonr", dim_argmax)


def SpearmanCorrCoef(dim_argmax: int | None = None) -> AccumMetric:
    """The correlation of their ranks."""
    return _correlation("spearmanr", dim_argmax)


def _correlation(name: str, dim_argmax: int | None) -> AccumMetric:
    def correlation(x: Any, y: Any) -> float:
        from scipy import stats

        if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
            raise ValueError("a correlation needs two different values on both sides")
        return float(getattr(stats, name)(x, y)[0])

    correlation.__name__ = name
    return AccumMetric(_Guarded(correlation), dim_argmax=dim_argmax, to_np=True, name=name)
