"""Metrics that keep counts: masks and sentences."""

import math
from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from fastlearn.metrics import (
    CorpusBLEUMetric,
    Dice,
    DiceMulti,
    JaccardCoeff,
    JaccardCoeffMulti,
    Perplexity,
    foreground_acc,
)
from sklearn.metrics import f1_score, jaccard_score

RNG = np.random.default_rng(1)


def feed(metric, preds, targets, loss=None, bs=3):
    metric.reset()
    for p, y in zip(preds.split(bs), targets.split(bs), strict=True):
        metric.accumulate(SimpleNamespace(pred=p, y=y, yb=(y,), xb=(), loss=loss))
    return metric


def masks(k, n=7):
    return torch.tensor(RNG.normal(size=(n, k, 5, 6)), dtype=torch.float32), torch.tensor(RNG.integers(0, k, (n, 5, 6)))


def test_masks_of_two_classes_are_as_scikit_learn_scores_their_pixels():
    scores, truth = masks(2)
    pixels = truth.flatten(), scores.argmax(1).flatten()
    assert feed(Dice(), scores, truth).value == pytest.approx(f1_score(*pixels))
    assert feed(JaccardCoeff(), scores, truth).value == pytest.approx(jaccard_score(*pixels))


def test_means_over_classes_leave_out_those_that_occur_nowhere():
    scores, truth = masks(4)
    scores[:, 3] = -100
    truth[truth == 3] = 0
    pixels = truth.flatten(), scores.argmax(1).flatten()
    dice = feed(DiceMulti(), scores, truth)
    assert dice.value == pytest.approx(f1_score(*pixels, average="macro"))
    assert math.isnan(dice.per_class[3])
    assert feed(JaccardCoeffMulti(), scores, truth).value == pytest.approx(jaccard_score(*pixels, average="macro"))


def test_pixels_without_a_class_count_nowhere():
    scores, truth = masks(2)
    marked = truth.clone()
    marked[:, 0] = 255
    assert feed(Dice(), scores, marked).value == feed(Dice(), scores[:, :, 1:], truth[:, 1:]).value


def test_foreground_accuracy_by_hand():
    truth = torch.tensor([[[0, 1], [2, 2]]])
    scores = torch.nn.functional.one_hot(torch.tensor([[[1, 1], [2, 0]]]), 3).movedim(-1, 1).float()
    assert foreground_acc(scores, truth).item() == pytest.approx(2 / 3)
    assert foreground_acc(scores, truth, bkg_idx=2).item() == pytest.approx(1 / 2)


def test_perplexity_is_the_exponential_of_the_mean_loss():
    scores, truth = torch.zeros(6, 4), torch.zeros(6, dtype=torch.long)
    assert feed(Perplexity(), scores, truth, loss=torch.tensor(math.log(4))).value == pytest.approx(4)


def bleu(predictions, references):
    """The formula of the paper, on lists."""
    precisions = []
    for n in range(1, 5):
        matched = total = 0
        for p, r in zip(predictions, references, strict=True):
            mine, theirs = (Counter(tuple(s[i : i + n]) for i in range(len(s) - n + 1)) for s in (p, r))
            matched += sum(min(count, theirs[gram]) for gram, count in mine.items())
            total += sum(mine.values())
        precisions.append(matched / total)
    lengths = sum(map(len, predictions)), sum(map(len, references))
    brevity = 1 if lengths[0] >= lengths[1] else math.exp(1 - lengths[1] / lengths[0])
    return 0.0 if 0 in precisions else brevity * math.exp(sum(map(math.log, precisions)) / 4)


def test_bleu_is_the_papers():
    truth = torch.tensor(RNG.integers(0, 5, (8, 12)))
    ids = torch.where(torch.tensor(RNG.random((8, 12)) < 0.7), truth, torch.tensor(RNG.integers(0, 5, (8, 12))))
    scores = torch.nn.functional.one_hot(ids, 6).float()
    assert feed(CorpusBLEUMetric(vocab_sz=6), scores, truth).value == pytest.approx(bleu(ids.tolist(), truth.tolist()))
    assert feed(CorpusBLEUMetric(vocab_sz=6), scores.movedim(-1, 1), truth).value != 1
    assert feed(CorpusBLEUMetric(vocab_sz=6, axis=1), scores.movedim(-1, 1), truth).value == pytest.approx(
        bleu(ids.tolist(), truth.tolist())
    )
    exact = torch.nn.functional.one_hot(truth, 6).float()
    assert feed(CorpusBLEUMetric(vocab_sz=6), exact, truth).value == pytest.approx(1.0)
    short = feed(CorpusBLEUMetric(vocab_sz=6), exact[:, :8], truth)
    assert short.value == pytest.approx(math.exp(1 - 12 / 8))
