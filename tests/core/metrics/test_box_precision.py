"""Average precision of boxes: by hand, against a count written out below, and put together from several processes."""

from __future__ import annotations

import math
import types

import numpy as np
import pytest
import torch
from fastlearn.distributed.merge import check_mergeable, merge_metrics
from fastlearn.metrics.box_precision import COCO_LIMITS, BoxAP, average_precision, right_boxes
from hypothesis import example, given, settings
from hypothesis import strategies as st

LEFT, RIGHT, PAD = [-1.0, -1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0], [0.0] * 4


def batch(boxes, labels, scores, true_boxes, true_labels):
    """A batch of one picture, as a metric meets it."""
    pred = (torch.tensor([boxes]).view(1, -1, 4), torch.tensor([labels]), torch.tensor([scores]))
    return types.SimpleNamespace(pred=pred, yb=(torch.tensor([true_boxes]).view(1, -1, 4), torch.tensor([true_labels])))


def value(*pictures, limits=0.5):
    metric = BoxAP(limits)
    for picture in pictures:
        metric.accumulate(batch(*picture))
    return metric.value


def test_found_missed_and_made_up_boxes_by_hand():
    assert value(([LEFT, PAD], [1, 0], [0.9, 0.0], [LEFT, PAD], [1, 0])) == 1
    assert value(([LEFT], [1], [0.9], [LEFT, RIGHT], [1, 1])) == pytest.approx(
        51 / 101
    )  # recalls up to 0.5 are reached
    assert value(([RIGHT, LEFT], [1, 1], [0.9, 0.8], [LEFT], [1])) == pytest.approx(0.5)  # a surer one is made up
    assert value(([LEFT, RIGHT], [1, 1], [0.9, 0.8], [LEFT], [1])) == 1  # a less sure one costs nothing
    assert value(([LEFT, LEFT], [1, 1], [0.9, 0.8], [LEFT, RIGHT], [1, 1])) == pytest.approx(51 / 101)  # found once
    assert value(([LEFT], [2], [0.9], [LEFT], [1])) == 0  # another label


def test_the_order_goes_over_all_pictures():
    wrong, right = ([RIGHT], [1], [0.9], [LEFT], [1]), ([LEFT], [1], [0.8], [LEFT], [1])
    # Sorted: wrong, right; precision 1/2 up to a recall of 1/2, then nothing.
    assert value(wrong, right) == value(right, wrong) == pytest.approx(51 / 101 / 2)


def test_labels_count_alike_however_many_boxes_they_have():
    pictures = [([LEFT], [1], [0.9], [LEFT], [1])] * 3 + [([], [], [], [LEFT], [2])]
    assert value(*pictures) == 0.5
    metric = BoxAP(0.5)
    for picture in pictures:
        metric.accumulate(batch(*picture))
    assert metric.by_label == {1: 1.0, 2: 0.0}


def test_limits_are_reached_by_equality_and_averaged():
    half = ([[0.0, 0.0, 1.0, 0.5]], [1], [0.9], [[0.0, 0.0, 1.0, 1.0]], [1])  # an overlap of exactly 0.5
    assert value(half) == 1 and value(half, limits=0.55) == 0
    assert value(half, limits=COCO_LIMITS) == pytest.approx(0.1)
    assert (BoxAP().name, BoxAP(0.5).name, BoxAP(0.75).name) == ("box_ap", "box_ap50", "box_ap75")


def test_without_true_boxes_there_is_no_number():
    assert BoxAP().value is None
    assert math.isnan(value(([LEFT], [1], [0.9], [PAD], [0])))
    assert value(([LEFT], [2], [0.9], [PAD], [0]), ([LEFT], [1], [0.9], [LEFT], [1])) == 1  # label 2 has no true box
    training = BoxAP()
    training.accumulate(types.SimpleNamespace(pred=(), yb=()))
    assert training.value is None


@pytest.mark.parametrize("limits", [0, 1.5, -0.5, [], [0.5, 2], float("nan")])
def test_limits_that_are_none_are_refused(limits):
    with pytest.raises(ValueError, match=r"above 0 and at most 1.*Try BoxAP\(0.5\)"):
        BoxAP(limits)


def test_only_the_surest_boxes_of_a_picture_count():
    metric = BoxAP(0.5, max_boxes=1)
    metric.accumulate(batch([LEFT, RIGHT], [1, 1], [0.8, 0.9], [LEFT, RIGHT], [1, 1]))
    assert metric.value == pytest.approx(51 / 101)


def test_a_box_takes_the_best_of_those_that_are_left():
    overlaps = np.array([[0.9, 0.6], [0.8, 0.7], [0.8, 0.0]])
    assert right_boxes(overlaps, [0.5, 0.75]).tolist() == [[True, True], [True, False], [False, False]]
    # At 0.75 the second box finds nothing, but the third finds nothing either: the first has taken its true box.
    assert average_precision(np.array([0.2, 0.9]), np.array([True, False]), 1) == 0.5


def independent(pictures, limit):
    """The same number from loops and a table, written without looking at the metric."""
    labels = sorted({n for _, _, _, _, names in pictures for n in names})
    each = []
    for label in labels:
        rows = [(-s, p, i) for p, (_, names, scores, _, _) in enumerate(pictures)
                for i, (n, s) in enumerate(zip(names, scores, strict=True)) if n == label]  # fmt: skip
        taken, outcome = set(), []
        for _, p, i in sorted(rows):
            best, where = -1.0, None
            for j, (true, n) in enumerate(zip(pictures[p][3], pictures[p][4], strict=True)):
                if n == label and (p, j) not in taken and iou(pictures[p][0][i], true) > best:
                    best, where = iou(pictures[p][0][i], true), (p, j)
            outcome.append(best >= limit)
            if best >= limit:
                taken.add(where)
        n_true = sum(names.count(label) for *_, names in pictures)
        curve = [(sum(outcome[: k + 1]), sum(outcome[: k + 1]) / (k + 1)) for k in range(len(outcome))]
        reached = [max([p for hits, p in curve if hits * 100 >= r * n_true], default=0.0) for r in range(101)]
        each.append(sum(reached) / 101)
    return sum(each) / len(each)


def iou(a, b):
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    both = max(width, 0) * max(height, 0)
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


def made_up(seed):
    """Pictures whose predictions lie near some true boxes, beside others, with any label and different scores."""
    rng, pictures = np.random.default_rng(seed), []
    scores = list(rng.permutation(200) / 200)  # no two are equal
    for _ in range(int(rng.integers(1, 6))):
        corners = rng.uniform(-1, 0.5, (int(rng.integers(1, 5)), 2))
        true = np.concatenate((corners, corners + rng.uniform(0.1, 0.5, corners.shape)), axis=1)
        near = np.repeat(true, 2, axis=0) + rng.normal(0, 0.04, (2 * len(true), 4))
        near[:, 2:] = np.maximum(near[:, 2:], near[:, :2] + 0.02)
        names = rng.integers(1, 3, len(true))
        guessed = np.where(rng.random(len(near)) < 0.8, names.repeat(2), 3 - names.repeat(2))
        pictures.append((near.tolist(), guessed.tolist(), [scores.pop() for _ in near], true.tolist(), names.tolist()))
    return pictures


@example(seed=4036, limit=0.5)  # a recall that is reached exactly, and not in floating point
@given(seed=st.integers(0, 10**6), limit=st.sampled_from(COCO_LIMITS))
@settings(max_examples=40)
def test_it_agrees_with_an_independent_count(seed, limit):
    pictures = made_up(seed)
    assert value(*pictures, limits=limit) == pytest.approx(independent(pictures, limit), abs=1e-9)


def test_parts_of_several_processes_come_together():
    pictures = made_up(3) + made_up(4)
    parts = [BoxAP(), BoxAP()]
    for i, picture in enumerate(pictures):
        parts[i % 2].accumulate(batch(*picture))
    states = [[{name: getattr(part, name) for name in BoxAP.joined}] for part in parts]
    check_mergeable(parts)
    merge_metrics(types.SimpleNamespace(gather=lambda mine: states), parts[:1])
    assert parts[0].value == pytest.approx(value(*pictures, limits=COCO_LIMITS))
