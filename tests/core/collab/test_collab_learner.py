"""The learner finds what was planted, recommends what is new, says what it does with strangers, and travels."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
import torch
from fastlearn.bundle import load_learner
from fastlearn.collab import CollabDataLoaders, CollabLearner, NDCGAtK, collab_learner
from fastlearn.interpret import Interpretation
from fastlearn.tabular import permutation_importance


def test_planted_biases_are_found(trained, films, users):
    liked, mild = trained.biases(), trained.biases(is_item=False)
    assert liked.is_monotonic_decreasing and liked.index.name == "film" and len(liked) == 192
    assert np.corrcoef(liked, films.loc[liked.index, "quality"])[0, 1] > 0.95
    assert np.corrcoef(mild, users.loc[mild.index, "mildness"])[0, 1] > 0.87
    assert trained.model.bias(liked.index[:3]).tolist() == pytest.approx(liked.iloc[:3].tolist())


def test_planted_kinds_are_found(trained, films):
    """Nobody has told it what kind a film is."""
    right = [(films["kind"][trained.similar_items(film, 5)["film"]] == films["kind"][film]).mean()
             for film in films.index[:40]]  # fmt: skip
    assert np.mean(right) > 0.97  # 0.25 by chance


def test_people_of_one_taste_are_found(trained, users):
    near = trained.similar_users("u007", 20)
    assert list(near) == ["user", "similarity"] and near["similarity"].is_monotonic_decreasing
    assert "u007" not in set(near["user"]) and near["similarity"].between(-1, 1).all()
    assert (users["favourite"][near["user"]] == users["favourite"]["u007"]).mean() > 0.6


def test_recommended_films_are_new_good_and_of_the_users_kind(trained, ratings, films, users):
    seen = ratings.groupby("user")["film"].agg(set)
    fits, quality = [], []
    for user in users.index[:40]:
        best = trained.recommend(user, 5)
        assert list(best) == ["film", "rating"] and best["rating"].is_monotonic_decreasing and len(best) == 5
        assert not set(best["film"]) & seen[user]
        said = trained.predict(pd.DataFrame({"user": user, "film": best["film"]}))["rating"]
        assert said.to_numpy() == pytest.approx(best["rating"].to_numpy(), abs=1e-5)
        fits.append((films["kind"][best["film"]] == users["favourite"][user]).mean())
        quality.append(films["quality"][best["film"]].mean())
    assert np.mean(fits) > 0.6 and np.mean(quality) > 0.35  # 0.25 and 0 by chance


def test_several_users_in_one_frame(trained):
    both = trained.recommend(["u001", "u002"], 3)
    assert list(both) == ["user", "film", "rating"] and both["user"].tolist() == ["u001"] * 3 + ["u002"] * 3
    assert both.loc[3:, "film"].tolist() == trained.recommend("u002", 3)["film"].tolist()


def test_what_to_leave_out_can_be_said(trained):
    everything = trained.recommend("u001", 500, seen=[])
    assert len(everything) == 192
    first = everything["film"].iloc[:2].tolist()
    assert trained.recommend("u001", 3, seen=first)["film"].tolist() == everything["film"].iloc[2:5].tolist()
    with pytest.warns(UserWarning, match="No film 'Nothing' was in training, so they cannot be left out"):
        assert len(trained.recommend("u001", 3, seen=["Nothing"])) == 3


def test_a_stranger_rates_as_the_average_user(trained, ratings):
    with pytest.warns(UserWarning, match="No user 'zoe' was in training, so they rate as the average user does"):
        best = trained.recommend("zoe", 3)
    liked = trained.biases().index[:12]
    assert set(best["film"]) <= set(liked)
    with pytest.warns(UserWarning, match=r"Column 'user': a value never seen in training \('zoe'\) treated as missing"):
        said = trained.predict(ratings.head(2000).assign(user="zoe"))["rating"]
    assert said.mean() == pytest.approx(
        3.2, abs=0.15
    )  # the mean that was planted; with a code that learns nothing, 2.9
    with pytest.raises(ValueError, match=r"No film 'Silver Moons' was in training.*Did you mean"):
        trained.similar_items("Silver Moons")


def test_one_pair_a_list_and_a_frame_say_the_same(trained, ratings):
    pairs = ratings.head(3)
    frame = trained.predict(pairs)
    assert list(frame) == ["rating"] and frame.index.equals(pairs.index) and frame["rating"].between(0, 5.5).all()
    several = trained.predict([dict(row) for _, row in pairs.iterrows()])
    one = trained.predict({"user": pairs["user"][0], "film": pairs["film"][0]})
    row, decoded, prediction = one
    assert row.label == pytest.approx(frame["rating"][0], abs=1e-5) == pytest.approx(float(decoded), abs=1e-5)
    assert row.row["film"] == pairs["film"][0] and float(prediction) == pytest.approx(row.label)
    assert [result[0].label for result in several] == pytest.approx(frame["rating"].tolist(), abs=1e-5)
    assert trained.predict(pairs.head(0)).shape == (0, 1)
    with pytest.raises(ValueError, match="no column 'film'"):
        trained.predict({"user": "u001"})


def test_results_and_embeddings_are_tables(trained, capsys):
    trained.show_results(max_n=2)
    assert capsys.readouterr().out.split()[:4] == ["user", "film", "rating", "rating_pred"]
    Interpretation.from_learner(trained).plot_top_losses(2)
    shown = capsys.readouterr().out
    assert shown.split()[:5] == ["user", "film", "rating", "rating_pred", "loss"] and "tensor" not in shown
    vectors = trained.embeddings()
    assert vectors["film"].shape == (193, 50) and vectors["user"].index[1] == "u000"
    importance = permutation_importance(trained, n_repeats=1, seed=0)
    assert set(importance["column"]) == {"user", "film"} and (importance["importance"] > 0.1).all()


def test_a_bundle_recommends_without_a_single_rating(trained, ratings, tmp_path):
    trained.metrics = [NDCGAtK(5)]
    path = trained.export(tmp_path / "films.zip")
    trained.metrics = []
    again = load_learner(path)
    assert type(again) is CollabLearner and type(again.dls) is CollabDataLoaders and len(again.dls.train_ds) == 0
    pd.testing.assert_frame_equal(again.predict(ratings.head(20)), trained.predict(ratings.head(20)))
    seen = ratings.loc[ratings["user"] == "u003", "film"]
    pd.testing.assert_frame_equal(again.recommend("u003", 4, seen=seen), trained.recommend("u003", 4))
    with pytest.warns(UserWarning, match=r"hold no ratings.*Try seen=\[\.\.\.\]"):
        again.recommend("u003", 4)
    film = seen.iloc[0]
    pd.testing.assert_frame_equal(again.similar_items(film), trained.similar_items(film))
    assert torch.equal(again.model.bias([film]), trained.model.bias([film])) and again.metrics[0].k == 5


def test_a_network_learns_recommends_and_travels_too(ratings, tmp_path):
    dls = CollabDataLoaders.from_df(ratings, bs=256, seed=1, device="cpu", path=tmp_path)
    learn = collab_learner(dls, use_nn=True, layers=[50], y_range=(0, 5.5), seed=1)
    with learn.no_bar(), learn.no_logging():
        learn.fit_one_cycle(4, 1e-2)
        assert learn.validate()[0] ** 0.5 < 0.6  # always the mean: 1.01
    best = learn.recommend("u001", 3)
    said = learn.predict(pd.DataFrame({"user": "u001", "film": best["film"]}))
    assert said["rating"].to_numpy() == pytest.approx(best["rating"].to_numpy(), abs=1e-5)
    again = load_learner(learn.export("nn.zip"))
    pd.testing.assert_frame_equal(again.predict(ratings.head(5)), learn.predict(ratings.head(5)))
    with pytest.raises(ValueError, match=r"EmbeddingNN has no biases.*without use_nn"):
        learn.biases()


def test_a_seed_makes_a_run_repeatable(ratings):
    few, found = ratings.head(2000), []
    for _ in range(2):
        learn = collab_learner(CollabDataLoaders.from_df(few, seed=3, device="cpu"), 5, y_range=(0, 5.5), seed=3)
        with learn.no_bar(), learn.no_logging():
            learn.fit_one_cycle(1, 5e-3)
        found.append(learn.model.i_weight.weight.detach().clone())
    assert torch.equal(*found)


def test_whole_numbers_name_users_and_items_too():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"user": rng.integers(100, 110, 400), "item": rng.integers(7, 47, 400)})
    frame = frame.drop_duplicates(ignore_index=True).assign(rating=lambda f: (f["item"] % 2) * 4.0)
    learn = collab_learner(CollabDataLoaders.from_df(frame, seed=0, bs=16, device="cpu"), 4, y_range=(-1, 5), seed=0)
    with learn.no_bar(), learn.no_logging():
        learn.fit_one_cycle(30, 5e-2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        best = learn.recommend(np.array([103, 104]), 2)
    assert best["user"].tolist() == [103, 103, 104, 104] and (best["item"] % 2 == 1).all()
    assert learn.model.bias([9, 10])[0] > learn.model.bias([9, 10])[1]
    with pytest.warns(UserWarning, match=r"'103' is known as another type"):
        learn.predict({"user": "103", "item": 9})
