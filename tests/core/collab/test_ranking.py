"""Ranking: measures worked by hand and against scikit-learn, lists of the best items, metrics beside the loss."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import torch
from fastlearn.collab import (
    CollabDataLoaders,
    NDCGAtK,
    PrecisionAtK,
    RecallAtK,
    collab_learner,
    ndcg_at_k,
    precision_at_k,
    recall_at_k,
)
from fastlearn.collab.ranking import hits_of, liked_items
from fastlearn.collab.rated import RatedItems
from fastlearn.collab.top import by_model, by_popularity, top_items
from fastlearn.metrics import rmse
from fastlearn.tabular import Categorify, TabularDataLoaders, tabular_learner
from sklearn.metrics import ndcg_score
from torch import nn

HITS = np.array([[True, False, True], [False, False, False], [False, True, False]])
N_LIKED = np.array([2, 1, 5])


def test_measures_worked_by_hand():
    assert precision_at_k(HITS, N_LIKED) == pytest.approx((2 / 3 + 0 + 1 / 3) / 3)
    assert recall_at_k(HITS, N_LIKED) == pytest.approx((2 / 2 + 0 + 1 / 5) / 3)
    second, third = 1 / math.log2(3), 1 / math.log2(4)
    assert ndcg_at_k(HITS, N_LIKED) == pytest.approx(
        ((1 + third) / (1 + second) + 0 + second / (1 + second + third)) / 3
    )
    assert ndcg_at_k(np.ones((4, 3), bool), np.full(4, 3)) == 1
    assert all(math.isnan(f(np.zeros((0, 3)), np.zeros(0, int))) for f in (precision_at_k, recall_at_k, ndcg_at_k))


@pytest.mark.parametrize("k", [1, 5, 12])
def test_ndcg_is_scikit_learns(k):
    rng = np.random.default_rng(k)
    likes, scores = rng.random((30, 12)) < 0.3, rng.random((30, 12))
    likes[:, 0] |= ~likes.any(1)
    hits = np.take_along_axis(likes, np.argsort(-scores, axis=1), axis=1)[:, :k]
    assert ndcg_at_k(hits, likes.sum(1)) == pytest.approx(ndcg_score(likes, scores, k=k))


def test_the_best_items_are_those_of_a_full_sort(monkeypatch):
    monkeypatch.setattr("fastlearn.collab.top.PAIRS_AT_ONCE", 50)  # several users at once, and several times
    rng = np.random.default_rng(0)
    scores = torch.from_numpy(rng.random((9, 20), dtype=np.float32))
    seen = RatedItems(rng.integers(1, 9, 60), rng.integers(1, 20, 60), 9)
    users = np.array([3, 8, 1, 5])
    found, values = top_items(lambda codes: scores[codes].clone(), users, 20, 4, seen)
    for user, items, worth in zip(users, found, values, strict=True):
        left = set(range(1, 20)) - set(seen.of(np.array([user]))[1].tolist())
        best = sorted(left, key=lambda item: -scores[user, item].item())[:4]
        assert items.tolist() == best and worth == pytest.approx(scores[user, best].numpy())


def test_few_items_are_left():
    rated = RatedItems(np.array([1, 1, 2]), np.array([1, 2, 3]), 3)
    scorer = by_popularity(np.array([9, 4, 5, 6]))
    found, values = top_items(scorer, np.array([1, 2]), 4, 3, seen=rated)
    assert found.tolist() == [[3, 0, 0], [2, 1, 0]] and np.isnan(values).tolist() == [[0, 1, 1], [0, 0, 1]]
    found, _ = top_items(scorer, np.array([1, 2]), 4, 6, only=rated)
    assert found.tolist() == [[2, 1, 0, 0, 0, 0], [3, 0, 0, 0, 0, 0]]


def test_any_model_of_pairs_can_rank():
    class Sum(nn.Module):
        def __init__(self):
            super().__init__()
            self.factor = nn.Parameter(torch.tensor(10.0))
            self.drop = nn.Dropout(0.9)

        def forward(self, x):
            return self.drop(x[:, :1] * self.factor + x[:, 1:])

    model = Sum().train()
    scores = by_model(model, 4)(np.array([2, 5]))
    assert scores.tolist() == [[20, 21, 22, 23], [50, 51, 52, 53]] and model.training and not scores.requires_grad


def test_what_is_liked():
    codes = np.array([[1, 2], [1, 3], [2, 2], [3, 1], [0, 2], [3, 0], [1, 2]])
    ratings = np.array([5.0, 2.0, 4.0, 1.0, 5.0, 5.0, 4.5])
    liked = liked_items(codes, ratings, 4, relevant=4)
    assert (liked.users.tolist(), liked.n.tolist(), liked.keys.tolist()) == ([1, 2], [1, 1], [6, 10])
    assert liked_items(codes, ratings, 4).users.tolist() == [1, 2]  # by the mean, 3.8
    hits = hits_of(by_popularity(np.array([0, 1, 3, 2])), liked, 2, None)
    assert hits.tolist() == [[True, False], [True, False]]
    seen = RatedItems(np.array([2]), np.array([2]), 4)
    assert hits_of(by_popularity(np.array([0, 1, 3, 2])), liked, 2, seen).tolist() == [[True, False], [False, False]]


def test_some_users_are_drawn_and_always_the_same():
    codes, ratings = np.stack([np.arange(1, 101), np.ones(100, int)], 1), np.ones(100)
    few = liked_items(codes, ratings, 2, n_users=7)
    assert len(few.users) == 7 == len(set(few.users)) and few.users.tolist() != list(range(1, 8))
    assert few.users.tolist() == liked_items(codes, ratings, 2, n_users=7).users.tolist()


# Beside the loss.


def test_metrics_of_a_fit_are_those_of_the_ranking(trained):
    before = list(trained.metrics)
    trained.metrics = [rmse, PrecisionAtK(5, relevant=4.0), RecallAtK(5, relevant=4.0), NDCGAtK(5, relevant=4.0)]
    try:
        assert [metric.name for metric in trained.metrics][1:] == ["precision@5", "recall@5", "ndcg@5"]
        with trained.no_bar():
            found = trained.validate()
    finally:
        trained.metrics = before
    table = trained.ranking(5, relevant=4.0)
    assert found[2:] == pytest.approx(table.loc["model"].tolist()) and 0.5 < found[1] < 0.57  # noise alone: 0.52


def test_recommendations_beat_popularity(trained):
    """Of what was kept apart, on all items and on those that a user has rated."""
    for candidates in ("all", "rated"):
        table = trained.ranking(10, relevant=4.0, candidates=candidates)
        assert list(table.columns) == ["precision@10", "recall@10", "ndcg@10"]
        assert (table.loc["model"] > 1.15 * table.loc["popular"]).all() and (table.loc["model"] < 1).all(), table
    known = trained.ranking(10, ds_idx=0, relevant=4.0)  # nothing is left out there, and there is more to find
    assert known.loc["model", "precision@10"] > trained.ranking(10, relevant=4.0).loc["model", "precision@10"]


def test_metrics_need_loaders_of_ratings(small):
    dls = TabularDataLoaders.from_df(small, cat_names=["user", "film"], cont_names=[], y_names="stars", device="cpu",
                                     procs=[Categorify], bs=2, valid_idx=[7, 8])  # fmt: skip
    learn = tabular_learner(dls, [4], metrics=PrecisionAtK(3))
    with learn.no_bar(), pytest.raises(ValueError, match=r"precision@3 reads .*the learner has TabularDataLoaders"):
        learn.validate()


def test_nothing_liked_is_no_figure(small):
    dls = CollabDataLoaders.from_df(small, valid_idx=[7, 8], bs=4, device="cpu", seed=0)
    learn = collab_learner(dls, 2, metrics=NDCGAtK(3, relevant=99), seed=0)
    with learn.no_bar():
        assert learn.validate()[1] is None
    with pytest.raises(ValueError, match=r"has a rating of 99 or more in these rows, whose highest is 5.*relevant"):
        learn.ranking(3, relevant=99)


def test_what_cannot_be_ranked_is_refused(small):
    with pytest.raises(ValueError, match="`k` is how many items are recommended, at least 1, but got 0"):
        PrecisionAtK(0)
    learn = collab_learner(CollabDataLoaders.from_df(small, valid_idx=[8], bs=4, device="cpu", seed=0), 2, seed=0)
    with pytest.raises(ValueError, match=r"`candidates` is one of all, rated, but got 'rate'. Did you mean 'rated'"):
        learn.ranking(candidates="rate")
    with pytest.raises(ValueError, match="`k` is how many are wanted, at least 1, but got 0"):
        learn.ranking(0)
    without = learn.dls.test_dl(pd.DataFrame({"user": ["ann"], "film": ["Up"]}))
    with pytest.raises(ValueError, match="measured on rows with ratings, but the loader has none"):
        learn.ranking(dl=without)
