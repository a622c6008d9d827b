"""The network for tables, and learners of every kind of target against references."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from fastlearn.data import CategoryBlock, DataError, MultiCategoryBlock, RandomSplitter, RegressionBlock
from fastlearn.metrics import accuracy, accuracy_multi
from fastlearn.tabular import (
    Categorify,
    FillMissing,
    Normalize,
    TabularModel,
    TabularPandas,
    emb_sz_rule,
    get_emb_sz,
    tabular_config,
    tabular_learner,
)
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.linear_model import LinearRegression, LogisticRegression
from torch import nn

from .conftest import make_adults

PROCS = [Categorify, FillMissing, Normalize]


def quietly(learn, n_epoch=3, lr=1e-2):
    with learn.no_bar(), learn.no_logging():
        learn.fit_one_cycle(n_epoch, lr)
    return learn


@pytest.mark.parametrize(
    "n, size", [(2, 2), (3, 3), (5, 4), (10, 6), (100, 21), (1000, 77), (10_000, 278), (10**6, 600)]
)
def test_the_rule_for_sizes_of_embeddings(n, size):
    assert emb_sz_rule(n) == size  # 1.6 n^0.56, at most 600


def test_sizes_by_hand_are_taken(adults):
    to = TabularPandas(adults, PROCS, ["job", "married"], ["age"], "salary")
    assert get_emb_sz(to) == [(5, 4), (3, 3)] and get_emb_sz(to, {"job": 2}) == [(5, 2), (3, 3)]
    with pytest.raises(DataError, match="Did you mean 'job'"):
        get_emb_sz(to, {"jop": 2})


def test_the_layers_are_those_that_were_asked_for():
    model = TabularModel([(5, 4), (3, 2)], 3, 2, [8, 6], ps=[0.1, 0.2], embed_p=0.3)
    assert [type(part).__name__ for part in model.layers[0]] == ["Linear", "ReLU", "BatchNorm1d", "Dropout"]
    assert [part.p for block in model.layers[:2] for part in block if isinstance(part, nn.Dropout)] == [0.1, 0.2]
    assert [type(part).__name__ for part in model.layers[2]] == ["Linear"] and model.emb_drop.p == 0.3
    assert model.layers[0][0].in_features == 9 and model.layers[2][0].out_features == 2
    other = TabularModel(
        [(5, 4)], 3, 1, [8], use_bn=False, bn_final=True, bn_cont=False, act_cls=nn.SiLU(), lin_first=False
    )
    assert [type(part).__name__ for part in other.layers[0]] == ["Linear", "SiLU"] and other.bn_cont is None


def test_what_training_has_not_met_starts_at_zero():
    table = TabularModel([(5, 4)], 0, 1, []).embeds[0].weight
    assert not table[0].any() and table[1:].any(1).all()


def test_without_layers_it_is_linear():
    model = TabularModel([], 3, 1, [], bn_cont=False).eval()
    x = torch.randn(4, 3)
    torch.testing.assert_close(model(torch.empty(4, 0, dtype=torch.int64), x), model.layers[0][0](x))


def test_outputs_stay_in_their_range():
    codes, numbers = torch.zeros(8, 1, dtype=torch.int64), torch.randn(8, 2) * 100
    out = TabularModel([(2, 2)], 2, 1, [4], y_range=(8, 12)).eval()(codes, numbers)
    assert out.min() >= 8 and out.max() <= 12
    several = TabularModel([(2, 2)], 2, [3, 1], [4], y_range=[None, (8, 12)]).eval()(codes, numbers)
    assert [part.shape for part in several] == [(8, 3), (8, 1)] and several[1].min() >= 8


WRONG_OPTIONS = [
    ({"ps": [0.1]}, "dropout of each of 2 layers"),
    ({"y_range": [(0, 1), None]}, "low, high"),
    ({"y_rang": (0, 1)}, "Did you mean 'y_range'"),
]


@pytest.mark.parametrize("options, match", WRONG_OPTIONS)
def test_options_that_do_not_fit_are_named(options, match):
    with pytest.raises((ValueError, TypeError), match=match):
        TabularModel([], 3, 1, [8, 4], **options)
    if "y_rang" in options:
        with pytest.raises(TypeError, match="Did you mean"):
            tabular_config(**options)


def test_a_network_without_columns_is_refused():
    with pytest.raises(DataError, match="needs columns"):
        TabularModel([], 0, 1, [])


def test_a_seed_gives_the_same_learner(adults):
    weights = []
    for _ in range(2):
        dls = TabularPandas(adults, PROCS, ["job"], ["age"], "salary", splits=RandomSplitter(seed=0)).dataloaders(
            bs=32, seed=1, device="cpu"
        )
        weights.append(
            torch.cat([p.detach().flatten() for p in quietly(tabular_learner(dls, [10], seed=2)).model.parameters()])
        )
    assert torch.equal(*weights)


# Against references.


def test_breast_cancer_is_told_as_well_as_by_logistic_regression():
    cancer = load_breast_cancer(as_frame=True).frame.sample(frac=1, random_state=0).reset_index(drop=True)
    names = [name for name in cancer if name != "target"]
    splits = (range(426), range(426, 569))
    to = TabularPandas(cancer, PROCS, [], names, "target", CategoryBlock(), splits=splits)
    learn = tabular_learner(to.dataloaders(bs=32, seed=0, device="cpu"), layers=[], metrics=accuracy, seed=0)
    mine = quietly(learn, 20, 2e-2).validate()[1]
    model = LogisticRegression().fit(to.train.xs, to.train.y)
    assert mine >= model.score(to.valid.xs, to.valid.y) - 0.01 and mine > 0.96


def test_diabetes_is_told_as_well_as_by_linear_regression():
    frame = load_diabetes(as_frame=True).frame
    names = [name for name in frame if name != "target"]
    to = TabularPandas(frame, [Normalize], [], names, "target", splits=RandomSplitter(0.25, seed=0))
    dls = to.dataloaders(bs=len(to.train), seed=0, device="cpu", drop_last=False)
    learn = tabular_learner(dls, layers=[], seed=0, wd=0.0)
    quietly(learn, 300, 2.0)
    preds, targs = learn.get_preds()
    mine = float(((preds - targs) ** 2).mean()) ** 0.5
    assert preds.shape == targs.shape == (110, 1)
    model = LinearRegression().fit(to.train.xs, to.train.y)
    best = float(np.sqrt(np.mean((model.predict(to.valid.xs) - to.valid.y) ** 2)))
    assert mine <= best * 1.01


def test_categories_alone_are_learnt():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.integers(0, 4, 600).astype(str), "b": rng.integers(0, 3, 600).astype(str)})
    frame["y"] = np.where((frame["a"] == "1") | (frame["b"] == "2"), "yes", "no")
    to = TabularPandas(frame, [Categorify], ["a", "b"], [], "y", splits=RandomSplitter(seed=0))
    learn = quietly(tabular_learner(to.dataloaders(bs=32, device="cpu", seed=0), [16], metrics=accuracy, seed=0), 5)
    assert learn.validate()[1] == 1.0


def test_several_labels_are_learnt():
    frame = make_adults(600)
    frame["rich"], frame["old"] = frame["salary"] == ">=50k", frame["age"] > 40
    to = TabularPandas(frame, PROCS, ["job"], ["age", "hours"], ["rich", "old"], splits=RandomSplitter(seed=0),
                       y_block=MultiCategoryBlock(encoded=True, vocab=["rich", "old"]))  # fmt: skip
    learn = tabular_learner(to.dataloaders(bs=32, device="cpu", seed=0), [32], metrics=accuracy_multi, seed=0)
    assert type(learn.loss_func).__name__ == "BCEWithLogitsLossFlat" and quietly(learn, 5).validate()[1] > 0.85


def test_mixed_targets_are_learnt_together():
    frame = make_adults(800)
    frame["tax"] /= 100
    to = TabularPandas(frame, PROCS, ["job"], ["age", "hours"], ["salary", "tax"], splits=RandomSplitter(seed=0))
    learn = tabular_learner(to.dataloaders(bs=32, device="cpu", seed=0), [32], y_range=(0, 10), seed=0)
    quietly(learn, 8)
    (scores, numbers), (labels, truth) = learn.get_preds()
    assert (scores.argmax(1) == labels).float().mean() > 0.8 and ((numbers - truth) ** 2).mean() < 0.1
    assert numbers.min() >= 0 and numbers.max() <= 10


def test_numbers_are_learnt_in_a_range():
    frame = make_adults(600)
    to = TabularPandas(frame, PROCS, ["job"], ["age"], "tax", splits=RandomSplitter(seed=0), y_block=RegressionBlock())
    learn = quietly(tabular_learner(to.dataloaders(bs=32, device="cpu", seed=0), [32], y_range=(0, 1000), seed=0), 6)
    preds, targs = learn.get_preds()
    assert ((preds - targs) ** 2).mean().sqrt() < 30


def test_config_reaches_the_model(adults):
    dls = TabularPandas(adults, PROCS, ["job"], ["age"], "salary").dataloaders(device="cpu")
    model = tabular_learner(dls, [8], {"job": 7}, config=tabular_config(ps=0.25, use_bn=False)).model
    assert model.embeds[0].embedding_dim == 7 and [type(p).__name__ for p in model.layers[0]] == [
        "Linear",
        "ReLU",
        "Dropout",
    ]
    with pytest.raises(DataError, match="Did you mean 'embed_p'"):
        tabular_learner(dls, config={"embd_p": 0.1})
    assert tabular_learner(dls, n_out=5).model.layers[-1][0].out_features == 5


def test_without_a_target_the_outputs_have_to_be_said(adults):
    dls = TabularPandas(adults, PROCS, ["job"], ["age"]).dataloaders(device="cpu")
    with pytest.raises(ValueError, match="no target"):
        tabular_learner(dls)
