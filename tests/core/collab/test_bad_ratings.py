"""Ratings that are not as they should be: strangers, labels without a rating, numbers out of range."""

from __future__ import annotations

import warnings

import pandas as pd
import pytest
import torch
from fastlearn.collab import CollabDataLoaders, EmbeddingDotBias, EmbeddingNN, collab_learner
from fastlearn.collab.unknown import average_unknown, columns_read
from fastlearn.train.callback import Callback
from fastlearn.train.cancel import CancelFitException
from torch import nn


def loaders(frame, **options) -> CollabDataLoaders:
    return CollabDataLoaders.from_df(frame, **{"bs": 2, "seed": 0, "device": "cpu", "valid_idx": [8], **options})


SCHEMA = {"user": ["nobody", "ann", "bob", "cy"], "film": ["Big", "Heat", "Jaws", "Up"]}


@pytest.mark.parametrize("use_nn", [False, True])
def test_labels_that_training_has_not_met_are_no_part_of_the_average(small, use_nn):
    dls = loaders(small, schema=SCHEMA)
    learn = collab_learner(dls, 3, use_nn=use_nn, y_range=(0, 5.5), seed=0)
    users, films = learn.model.embeds
    with torch.no_grad():
        users.weight[1] = 1000.0  # of "nobody"
    average_unknown(learn.model, dls.table)
    assert torch.allclose(users.weight[0], users.weight[2:].mean(0)) and users.weight[0].abs().max() < 10
    assert torch.allclose(films.weight[0], films.weight[1:].mean(0))


class StopAtOnce(Callback):
    def after_batch(self) -> None:
        raise CancelFitException


def test_code_0_is_the_average_at_each_validation_and_after_a_fit_that_never_got_there(small):
    learn = collab_learner(loaders(small), 3, y_range=(0, 5.5), seed=0)
    users = learn.model.u_weight.weight
    with torch.no_grad():
        users[1:] += 1
    with learn.no_bar():
        learn.validate()
    assert torch.allclose(users[0], users[1:].mean(0))
    stopped = collab_learner(loaders(small), 3, y_range=(0, 5.5), seed=0, cbs=StopAtOnce())
    with stopped.no_bar(), stopped.no_logging():
        stopped.fit(1, 0.1)
    users = stopped.model.u_weight.weight
    assert users[0].any() and torch.allclose(users[0], users[1:].mean(0))


def test_validating_a_bundle_leaves_what_it_holds(small, tmp_path):
    learn = collab_learner(loaders(small, schema=SCHEMA, path=tmp_path), 3, y_range=(0, 5.5), seed=0)
    from fastlearn.bundle import load_learner

    with learn.no_bar(), learn.no_logging():
        learn.fit(1, 1e-2)
        again = load_learner(learn.export("small.zip"))
        said = [one.validate(dl=one.dls.test_dl(small.assign(user="zoe"), with_labels=True))[0]
                for one in (learn, again)]  # fmt: skip
    assert said[0] == pytest.approx(said[1]) and torch.equal(learn.model.u_weight.weight, again.model.u_weight.weight)


class Joined(nn.Module):
    """Users and items in one embedding, items behind users."""

    def __init__(self) -> None:
        super().__init__()
        self.both, self.last = nn.Embedding(9, 2), nn.Linear(4, 1)

    def forward(self, x):
        return self.last(self.both(x + torch.tensor([0, 4])).flatten(1))


def test_which_column_an_embedding_reads_is_found_by_asking():
    dots, network = EmbeddingDotBias(2, 4, 4), EmbeddingNN([(4, 2), (4, 3)], [5])
    by_name = {id(module): name for name, module in dots.named_modules()}
    assert {by_name[id(module)]: place for module, place in columns_read(dots).items()} == {
        "u_weight": 0, "u_bias": 0, "i_weight": 1, "i_bias": 1}  # fmt: skip
    network.train().layers[0].eval()
    assert list(columns_read(network).values()) == [0, 1]
    assert network.training and not network.layers[0].training  # as it was
    assert columns_read(Joined()) == {}


def test_what_a_user_of_validation_has_rated_is_left_out():
    rows = [(f"u{i}", film, 3.0) for i in range(4) for film in ("A", "B", "C", "D")]
    frame = pd.DataFrame([*rows, ("zoe", "A", 5.0), ("zoe", "C", 5.0), ("max", "B", 1.0)],
                         columns=["user", "film", "rating"])  # fmt: skip
    learn = collab_learner(loaders(frame, valid_idx=[16, 17, 18]), 2, seed=0)
    with pytest.warns(UserWarning, match="No user 'zoe', 'max', 'eve' was in training"):
        best = learn.recommend(["u0", "zoe", "max", "eve"], 4)
    found = best.groupby("user")["film"].agg(set)
    assert found.to_dict() == {"zoe": {"B", "D"}, "max": {"A", "C", "D"}, "eve": {"A", "B", "C", "D"}}
    with pytest.warns(UserWarning, match="No user 'zoe'"):
        assert set(learn.recommend("zoe", 4, seen=[])["film"]) == {"A", "B", "C", "D"}


def test_one_item_to_leave_out_needs_no_list(small):
    learn = collab_learner(loaders(small), 3, seed=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert set(learn.recommend("ann", 5, seen="Up")["film"]) == {"Big", "Heat", "Jaws"}


@pytest.mark.parametrize(("row", "where"), [(0, r"in 1 row \(0\): 9"), (8, r"in validation, 1 row \(8\): 9")])
def test_a_rating_that_the_model_can_never_answer_is_told(small, row, where):
    small.loc[row, "stars"] = 9.0
    with pytest.warns(
        UserWarning, match=rf"'stars' has numbers outside of y_range=\(0, 5.5\).* {where}. Try .*\(0, 9\)"
    ):
        collab_learner(loaders(small), 3, y_range=(0, 5.5))
