"""Each metric, fed batch by batch, equals scikit-learn's function on all items at once."""

import inspect
import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from fastlearn import metrics as M
from fastlearn.losses import CrossEntropyLossFlat
from scipy import stats
from sklearn import metrics as sk

RNG = np.random.default_rng(0)
SCORES = torch.tensor(RNG.normal(size=(53, 4)), dtype=torch.float32)
CLASSES = torch.tensor(RNG.integers(0, 4, 53))
TWO = torch.tensor(RNG.normal(size=(53, 2)), dtype=torch.float32)
BINARY = torch.tensor(RNG.integers(0, 2, 53))
MANY = torch.tensor(RNG.integers(0, 2, (53, 4)))
NUMBERS = torch.tensor(RNG.normal(size=53), dtype=torch.float32)
NEAR = NUMBERS + torch.tensor(RNG.normal(size=53), dtype=torch.float32)


def value(metric, preds, targets, bs=20):
    """In uneven batches."""
    metric.reset()
    for p, y in zip(preds.split(bs), targets.split(bs), strict=True):
        metric.accumulate(SimpleNamespace(pred=p, y=y, yb=(y,), xb=(), loss=None, loss_func=CrossEntropyLossFlat()))
    return metric.value


BEST, PROB, TWO_BEST = SCORES.argmax(1).numpy(), SCORES.softmax(1).numpy(), TWO.argmax(1).numpy()
SECOND, SIG = TWO.softmax(1)[:, 1].numpy(), SCORES.sigmoid().numpy()
YES = SIG >= 0.5


@pytest.mark.parametrize(
    "metric, preds, targets, expected",
    [
        (M.APScoreBinary(), TWO, BINARY, sk.average_precision_score(BINARY, SECOND)),
        (M.BalancedAccuracy(), SCORES, CLASSES, sk.balanced_accuracy_score(CLASSES, BEST)),
        (M.BrierScore(), TWO, BINARY, sk.brier_score_loss(BINARY, SECOND)),
        (M.CohenKappa(weights="quadratic"), SCORES, CLASSES, sk.cohen_kappa_score(CLASSES, BEST, weights="quadratic")),
        (M.F1Score(), TWO, BINARY, sk.f1_score(BINARY, TWO_BEST)),
        (M.F1Score(average="macro"), SCORES, CLASSES, sk.f1_score(CLASSES, BEST, average="macro")),
        (M.FBeta(2.0), TWO, BINARY, sk.fbeta_score(BINARY, TWO_BEST, beta=2.0)),
        (M.HammingLoss(), SCORES, CLASSES, sk.hamming_loss(CLASSES, BEST)),
        (M.Jaccard(), TWO, BINARY, sk.jaccard_score(BINARY, TWO_BEST)),
        (M.MatthewsCorrCoef(), SCORES, CLASSES, sk.matthews_corrcoef(CLASSES, BEST)),
        (M.Precision(average="micro"), SCORES, CLASSES, sk.precision_score(CLASSES, BEST, average="micro")),
        (M.Recall(), TWO, BINARY, sk.recall_score(BINARY, TWO_BEST)),
        (M.RocAuc(), SCORES, CLASSES, sk.roc_auc_score(CLASSES, PROB, multi_class="ovr")),
        (M.RocAucBinary(), TWO, BINARY, sk.roc_auc_score(BINARY, SECOND)),
        (M.APScoreMulti(), SCORES, MANY, sk.average_precision_score(MANY, SIG)),
        (M.BrierScoreMulti(), SCORES, MANY, sk.brier_score_loss(MANY.flatten(), SIG.flatten())),
        (M.F1ScoreMulti(), SCORES, MANY, sk.f1_score(MANY, YES, average="macro")),
        (M.FBetaMulti(0.5, thresh=0.3), SCORES, MANY, sk.fbeta_score(MANY, SIG >= 0.3, beta=0.5, average="macro")),
        (M.HammingLossMulti(), SCORES, MANY, sk.hamming_loss(MANY, YES)),
        (M.JaccardMulti(), SCORES, MANY, sk.jaccard_score(MANY, YES, average="macro")),
        (M.MatthewsCorrCoefMulti(), SCORES, MANY, sk.matthews_corrcoef(MANY.flatten(), YES.flatten())),
        (M.PrecisionMulti(0.0, sigmoid=False), SCORES, MANY, sk.precision_score(MANY, SCORES >= 0, average="macro")),
        (M.RecallMulti(), SCORES, MANY, sk.recall_score(MANY, YES, average="macro")),
        (M.RocAucMulti(), SCORES, MANY, sk.roc_auc_score(MANY, SIG)),
        (M.ExplainedVariance(), NEAR, NUMBERS, sk.explained_variance_score(NUMBERS, NEAR)),
        (M.R2Score(), NEAR[:, None], NUMBERS, sk.r2_score(NUMBERS, NEAR)),
        (M.PearsonCorrCoef(), NEAR, NUMBERS, stats.pearsonr(NEAR, NUMBERS)[0]),
        (M.SpearmanCorrCoef(), NEAR, NUMBERS, stats.spearmanr(NEAR, NUMBERS)[0]),
        (M.mk_metric(M.rmse), NEAR, NUMBERS, math.sqrt(sk.mean_squared_error(NUMBERS, NEAR))),
        (M.mk_metric(M.msle), NEAR.abs(), NUMBERS.abs(), sk.mean_squared_log_error(NUMBERS.abs(), NEAR.abs())),
        (
            M.mk_metric(M.exp_rmspe), NEAR, NUMBERS,
            float((((NUMBERS.exp() - NEAR.exp()) / NUMBERS.exp()) ** 2).mean().sqrt()),
        ),
    ],
    ids=lambda v: v.name if isinstance(v, M.Metric) else "",
)  # fmt: skip
def test_batches_give_what_scikit_learn_gives(metric, preds, targets, expected):
    assert value(metric, preds, targets) == pytest.approx(float(expected), rel=1e-5)


def test_axis_0_and_threshold_0_are_honoured():
    metric = M.AccumMetric(sk.accuracy_score, dim_argmax=0, to_np=True, invert_arg=True)
    assert metric(SCORES.T, CLASSES) == sk.accuracy_score(CLASSES, BEST)
    metric = M.AccumMetric(sk.accuracy_score, thresh=0.0, to_np=True, invert_arg=True)
    assert metric(NUMBERS, BINARY.bool()) == sk.accuracy_score(BINARY, NUMBERS >= 0)


@pytest.mark.parametrize("metric", [M.RocAucBinary(), M.RocAuc()])
def test_a_validation_set_of_one_class_is_nan_and_said_once(metric):
    scores = TWO if metric.name == "roc_auc_score" and metric.activation == "binarysoftmax" else SCORES
    with pytest.warns(Warning) as said:
        assert math.isnan(value(metric, scores, torch.zeros(53, dtype=torch.long)))
        assert math.isnan(value(metric, scores, torch.zeros(53, dtype=torch.long)))
    assert len([w for w in said if "is not defined on this validation set" in str(w.message)]) <= 1


def test_correlations_of_a_constant_are_nan():
    with pytest.warns(RuntimeWarning, match="two different values on both sides"):
        assert math.isnan(value(M.PearsonCorrCoef(), torch.ones(53), NUMBERS))


def test_an_argument_can_be_tuned():
    def at(preds, targs, thresh):
        return -((thresh - 0.3) ** 2)

    best = M.optim_metric(at, "thresh", (0.0, 1.0), get_x=True)
    top, x = best(None, None)
    assert top == pytest.approx(0, abs=1e-4) and x == pytest.approx(0.3, abs=0.02)
    assert value(M.mk_metric(M.optim_metric(M.accuracy_multi, "thresh", (0.1, 0.9))), SCORES, MANY) > 0.5


def test_any_metric_with_update_compute_and_reset_works():
    class Theirs:
        """As torchmetrics' are."""

        def __init__(self):
            self.reset()

        def reset(self):
            self.right, self.n = 0, 0

        def update(self, preds, target):
            assert preds.sum(1).allclose(torch.ones(len(preds)))  # probabilities
            self.right += int((preds.argmax(1) == target).sum())
            self.n += len(target)

        def compute(self):
            return torch.tensor(self.right / self.n)

    metric = M.mk_metric(Theirs())
    assert value(metric, SCORES, CLASSES) == pytest.approx(sk.accuracy_score(CLASSES, BEST))
    assert metric.name == "Theirs"


def test_parts_of_a_loss_are_averaged_over_the_items():
    class Loss:
        def __call__(self, pred, target):
            self.size = pred.abs().mean()
            self.gap = (pred - target).abs().mean()
            return self.size + self.gap

    metrics, loss = M.LossMetrics("size, gap"), Loss()
    for p, y in zip(NEAR.split(20), NUMBERS.split(20), strict=True):
        loss(p, y)
        for metric in metrics:
            metric.accumulate(SimpleNamespace(pred=p, y=y, yb=(y,), xb=(), loss=None, loss_func=loss))
    assert [metric.name for metric in metrics] == ["size", "gap"]
    assert metrics[1].value == pytest.approx(float((NEAR - NUMBERS).abs().mean()))


@pytest.mark.parametrize(
    "name, defaults",
    [
        ("F1Score", {"axis": -1, "average": "binary", "pos_label": 1}),
        ("RocAuc", {"average": "macro", "multi_class": "ovr"}),
        ("F1ScoreMulti", {"thresh": 0.5, "sigmoid": True, "average": "macro"}),
        ("accuracy_multi", {"thresh": 0.5, "sigmoid": True}),
        ("top_k_accuracy", {"k": 5, "axis": -1}),
        ("foreground_acc", {"bkg_idx": 0, "axis": 1}),
        ("CorpusBLEUMetric", {"vocab_sz": 5000, "axis": -1}),
        ("optim_metric", {"tol": 0.01, "do_neg": True, "get_x": False}),
        ("skm_to_fastai", {"is_class": True, "thresh": None, "axis": -1, "activation": None}),
    ],
)
def test_published_defaults(name, defaults):
    parameters = inspect.signature(getattr(M, name)).parameters
    assert {key: parameters[key].default for key in defaults} == defaults
