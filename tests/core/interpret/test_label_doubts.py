"""Planted wrong labels are found, explained and told apart from classes that are too small to judge."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from fastlearn.data.problems import DataError
from fastlearn.interpret import LabelDoubts, find_label_doubts
from fastlearn.interpret.confident import confident_classes, confident_joint, thresholds
from fastlearn.interpret.cross_fit import cross_fit, stratified_folds
from fastlearn.interpret.linear_head import fit_linear_head, standardized
from hypothesis import given
from hypothesis import strategies as st


def blobs(n=240, n_classes=3, spread=1.0, seed=0):
    """Points about the corners of a simplex, in 8 dimensions, of which half say nothing."""
    rng = np.random.default_rng(seed)
    ids = np.arange(n) % n_classes
    centres = 4 * np.eye(n_classes, 8)
    return (centres[ids] + spread * rng.normal(size=(n, 8))).astype(np.float32), ids


def planted(ids, n_classes, share, seed=1, pairwise=False):
    rng = np.random.default_rng(seed)
    rows = rng.choice(len(ids), round(share * len(ids)), replace=False)
    wrong = ids.copy()
    wrong[rows] = (ids[rows] + (1 if pairwise else rng.integers(1, n_classes, len(rows)))) % n_classes
    return wrong, rows


# The parts, by hand.

PROBS = np.array([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8], [0.4, 0.6], [0.8, 0.2]])
LABELS = np.array([0, 0, 1, 1, 1])


def test_thresholds_are_the_mean_of_a_classes_own_probability():
    assert thresholds(PROBS, LABELS) == pytest.approx([0.7, (0.8 + 0.6 + 0.2) / 3])
    assert thresholds(np.ones((1, 2)), np.array([0]))[1] == np.inf  # a class without items is never reached


def test_confident_classes_and_joint_by_hand():
    limits = thresholds(PROBS, LABELS)  # 0.7 and 0.533
    assert confident_classes(PROBS, LABELS, limits).tolist() == [0, 0, 1, 1, 0]
    assert confident_joint(PROBS, LABELS).tolist() == [[1, 0], [1, 2]]  # row 1 is confident of nothing


@given(ids=st.lists(st.integers(0, 4), min_size=1, max_size=80), n=st.integers(2, 6), seed=st.integers(0, 9))
def test_folds_spread_every_class_evenly(ids, n, seed):
    labels = np.asarray(ids)
    folds = stratified_folds(labels, n, np.random.default_rng(seed))
    for label in set(ids):
        counts = np.bincount(folds[labels == label], minlength=n)
        assert counts.max() - counts.min() <= 1


@given(groups=st.lists(st.integers(0, 12), min_size=1, max_size=60), seed=st.integers(0, 9))
def test_groups_are_never_parted(groups, seed):
    folds = stratified_folds(np.zeros(len(groups), int), 4, np.random.default_rng(seed), np.asarray(groups))
    assert all(len({f for f, g in zip(folds, groups, strict=True) if g == group}) == 1 for group in set(groups))


def test_linear_head_is_scikits_logistic_regression():
    from sklearn.linear_model import LogisticRegression

    x, ids = blobs(90)
    mine = fit_linear_head(torch.from_numpy(x), torch.from_numpy(ids), 3, decay=0.05, max_iter=300)
    theirs = LogisticRegression(C=1 / (0.05 * len(x)), tol=1e-8, max_iter=2000).fit(x, ids)
    assert np.allclose(mine[:-1].T, theirs.coef_, atol=2e-3)


def test_standardized_columns_and_constant_ones():
    x = standardized(torch.tensor([[1.0, 5.0], [3.0, 5.0]]))
    assert x.tolist() == [[-1, 0], [1, 0]]


def test_an_item_does_not_vouch_for_its_own_label():
    x, ids = blobs(60)
    folds = stratified_folds(ids, 5, np.random.default_rng(0))
    probs = cross_fit(x, ids, 3, folds, 0.01)
    other = ids.copy()
    other[folds == 2] = (other[folds == 2] + 1) % 3
    changed = cross_fit(x, other, 3, folds, 0.01)
    assert np.allclose(changed[folds == 2], probs[folds == 2], atol=1e-5)


# The whole.


@pytest.mark.parametrize("pairwise", [False, True])
@pytest.mark.parametrize("share", [0.05, 0.1, 0.2])
def test_planted_wrong_labels_come_first(share, pairwise):
    x, ids = blobs()
    wrong, rows = planted(ids, 3, share, pairwise=pairwise)
    doubts = find_label_doubts(x, wrong)
    assert len(np.intersect1d(doubts.order[: len(rows)], rows)) >= 0.8 * len(rows)
    suspected = doubts.suspected()
    assert np.isin(suspected, rows).mean() > 0.75 and np.isin(rows, suspected).mean() > 0.75
    assert (doubts.suggested[rows] == ids[rows]).mean() > 0.85


def test_the_same_answer_on_every_call_and_another_seed_may_differ():
    x, ids = blobs(90)
    wrong, _ = planted(ids, 3, 0.1)
    state = np.random.get_state()[1].copy(), torch.get_rng_state()
    first, second = find_label_doubts(x, wrong), find_label_doubts(x, wrong)
    assert (first.probs == second.probs).all() and (first.order == second.order).all()
    assert (np.random.get_state()[1] == state[0]).all() and torch.equal(torch.get_rng_state(), state[1])
    assert not (find_label_doubts(x, wrong, seed=1).probs == first.probs).all()


def test_clean_labels_are_hardly_doubted():
    x, ids = blobs(spread=0.5)
    assert find_label_doubts(x, ids).n_doubtful == 0


def test_reasons_are_words_and_the_table_has_them():
    x, ids = blobs(spread=0.8)
    labels = np.array(["cat", "dog", "<b>"])[ids]
    labels[3] = "dog"
    doubts = find_label_doubts(x, labels)
    assert doubts.classes == ["<b>", "cat", "dog"] and doubts.suspected().tolist() == [3]
    assert doubts.suggestion(3) == "cat" and doubts.reason(0) == "label not doubted"
    assert doubts.reason(3).startswith("label doubtful: looks like cat (") and "not dog (0.0" in doubts.reason(3)
    table = doubts.table()
    assert table.loc[0, ["row", "label", "suggestion"]].tolist() == [3, "dog", "cat"]


def test_class_with_too_few_items_is_not_judged():
    x, ids = blobs(60)
    ids[:2] = 3
    doubts = find_label_doubts(x, ids)
    assert not doubts.judged[:2].any() and not doubts.wrong[:2].any() and np.isnan(doubts.quality[:2]).all()
    assert doubts.reason(0) == "too few items of its class to tell" and set(doubts.order[-2:]) == {0, 1}


def test_several_labels_an_item():
    rng = np.random.default_rng(0)
    yes = rng.random((300, 3)) < 0.4
    x = (3 * yes @ np.eye(3, 6) + 0.6 * rng.normal(size=(300, 6))).astype(np.float32)
    given_labels = yes.copy()
    given_labels[5, 1] ^= True
    given_labels[9, 2] ^= True
    doubts = find_label_doubts(x, given_labels, classes=["a", "b", "c"])
    assert set(doubts.order[:2].tolist()) == {5, 9} <= set(doubts.suspected().tolist())
    assert doubts.label_wrong[5].tolist() == [False, True, False] and (doubts.suggested[5] == yes[5]).all()
    assert ("b seems to be missing" if yes[5, 1] else "b seems not to be there") in doubts.reason(5)
    assert doubts.suggestion(9) == tuple(np.array(["a", "b", "c"])[yes[9]])


def test_features_of_any_function():
    x, ids = blobs(60, spread=0.8)
    doubts = find_label_doubts(lambda i: x[i], ids, items=range(60))
    assert (doubts.probs == find_label_doubts(x, ids).probs).all()
    with pytest.raises(DataError, match=r"Item 0 .* failed in `features`.*ZeroDivisionError"):
        find_label_doubts(lambda i: 1 / 0, ids, items=range(60))


def test_progress_ends_and_cancel_stops():
    x, ids = blobs(60)
    told = []
    find_label_doubts(x, ids, progress=lambda done, total: told.append((done, total)))
    assert told == sorted(told) and told[-1][0] == told[-1][1]
    with pytest.raises(InterruptedError, match="cancelled"):
        find_label_doubts(x, ids, cancel=lambda: True)


@pytest.mark.parametrize(
    "features, labels, told",
    [
        (np.full((4, 2), np.nan), [0, 1, 0, 1], "features of row 0 are not all finite"),
        (np.zeros(4), [0, 1, 0, 1], r"one row an item, \(N, D\)"),
        (np.zeros((4, 2)), [0, 1, 0], "3 labels and 4 items"),
        (np.zeros((4, 2)), [1, 1, 1, 1], "all items are of one"),
        (np.zeros((4, 2)), [0, 1, 0, -1], r"go from 0 to 1, but row 3 has -1"),
        (np.zeros((4, 2)), np.full((4, 3), 2), "there are other numbers"),
    ],
)
def test_bad_input_is_named(features, labels, told):
    with pytest.raises(DataError, match=told):
        find_label_doubts(features, labels)


def test_too_few_folds_and_tasks_without_classes_are_told():
    with pytest.raises(ValueError, match="`folds` is a whole number from 2 up"):
        find_label_doubts(np.zeros((4, 2)), [0, 1, 0, 1], folds=1)

    class Numbers:
        task, targets = "regression", None

    with pytest.raises(DataError, match="the task is 'regression'"):
        LabelDoubts.of(Numbers())


def test_a_label_that_another_class_beats_clearly_is_more_doubtful_than_one_between_several():
    probs = np.array(
        [[0.30, 0.36, 0.34], [0.32, 0.66, 0.02], [0.9, 0.05, 0.05], [0.1, 0.8, 0.1], [0, 0, 1]], np.float32
    )
    doubts = LabelDoubts(probs, np.array([0, 0, 0, 1, 2]), ["a", "b", "c"], np.ones(5, bool))
    assert doubts.quality == pytest.approx([0.47, 0.33, 0.925, 0.85, 1.0])
    assert doubts.order.tolist() == [1, 0, 3, 2, 4]
