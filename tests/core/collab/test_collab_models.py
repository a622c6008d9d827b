"""The two models: sums worked by hand, names, ranges, and the average in the place of the unknown."""

from __future__ import annotations

import pytest
import torch
from fastlearn.collab import CollabDataLoaders, EmbeddingDotBias, EmbeddingNN, UnknownAsAverage, collab_learner
from fastlearn.tabular import TabularModel, get_emb_sz, tabular_config
from torch import nn

CLASSES = {"who": ["#na#", "ann", "bob"], "what": ["#na#", "Up", "Jaws", "Big"]}


def by_hand(y_range=None) -> EmbeddingDotBias:
    model = EmbeddingDotBias.from_classes(2, CLASSES, y_range=y_range)
    with torch.no_grad():
        model.u_weight.weight.copy_(torch.tensor([[0.0, 0], [1, 2], [-1, 0.5]]))
        model.i_weight.weight.copy_(torch.tensor([[0.0, 0], [3, -1], [0.5, 0.5], [2, 2]]))
        model.u_bias.weight.copy_(torch.tensor([[0.0], [0.1], [0.2]]))
        model.i_bias.weight.copy_(torch.tensor([[0.0], [1], [2], [3]]))
    return model


def test_a_rating_is_a_dot_product_and_two_biases():
    pairs = torch.tensor([[1, 1], [2, 3], [0, 2], [1, 0]])
    assert by_hand()(pairs).tolist() == pytest.approx([1 + 0.1 + 1, -1 + 0.2 + 3, 2.0, 0.1])
    inside = by_hand((0, 5.5))(pairs)
    assert inside.tolist() == pytest.approx((torch.tensor([2.1, 2.2, 2.0, 0.1]).sigmoid() * 5.5).tolist())
    assert by_hand()(pairs[:1]).shape == (1,)


@pytest.mark.parametrize("y_range", [None, (1, 5)])
def test_all_items_at_once_are_what_each_pair_says(y_range):
    model = by_hand(y_range)
    pairs = torch.tensor([[user, item] for user in range(3) for item in range(4)])
    torch.testing.assert_close(model.of_all_items(torch.arange(3)), model(pairs).reshape(3, 4))


def test_what_was_learnt_is_looked_up_by_name():
    model = by_hand()
    assert model.bias(["Big", "Up"]).tolist() == [3, 1] and model.bias(
        ["bob"], is_item=False
    ).tolist() == pytest.approx([0.2])
    assert model.weight(["Jaws"]).tolist() == [[0.5, 0.5]] and model.weight("ann", is_item=False).tolist() == [1, 2]
    assert model.bias("Big").shape == () and not model.weight(["Up"]).requires_grad
    with pytest.raises(ValueError, match=r"No what 'Jawz' was in training. Did you mean 'Jaws'"):
        model.bias(["Up", "Jawz"])
    with pytest.raises(ValueError, match=r"No who 5 was in training. Try names of dls.classes\['who'\]"):
        model.weight([5], is_item=False)
    with pytest.raises(ValueError, match="does not know the names"):
        EmbeddingDotBias(2, 3, 4).bias(["Up"])
    with pytest.raises(ValueError, match=r"only columns \['who'\]"):
        EmbeddingDotBias.from_classes(2, {"who": ["#na#"]})


def test_columns_can_be_named_in_any_order():
    model = EmbeddingDotBias.from_classes(2, {"what": CLASSES["what"], "who": CLASSES["who"]}, user="who", item="what")
    assert (model.n_users, model.n_items) == (3, 4) and model.weight(["Big"]).shape == (1, 2)


def test_the_first_weights_are_small_and_nothing_is_known_of_the_unknown():
    torch.manual_seed(0)
    model = EmbeddingDotBias(40, 500, 400)
    assert 0.007 < model.u_weight.weight.std() < 0.011 and model.i_bias.weight.abs().max() <= 0.02
    assert all((table.weight[0] == 0).all() for table in model.children())


@pytest.mark.parametrize("y_range", [(5, 1), (1,), (2, 2)])
def test_a_range_that_is_none(y_range):
    with pytest.raises(ValueError, match=r"`y_range` is \(low, high\).*Try \(0, 5.5\)"):
        EmbeddingDotBias(2, 3, 4, y_range=y_range)


def test_a_network_is_a_tabular_model_of_two_columns():
    model = EmbeddingNN([(3, 4), (5, 6)], [8], y_range=(1, 5))
    assert isinstance(model, TabularModel) and [tuple(e.weight.shape) for e in model.embeds] == [(3, 4), (5, 6)]
    out = model.eval()(torch.tensor([[1, 2], [2, 4], [0, 0]]))
    assert out.shape == (3, 1) and ((out > 1) & (out < 5)).all()
    same = EmbeddingNN(**model.constructor_arguments())
    same.load_state_dict(model.state_dict())


@pytest.fixture
def dls(small):
    return CollabDataLoaders.from_df(small, valid_idx=[8], bs=4, seed=0, device="cpu")


def test_the_learner_has_what_was_asked_for(dls):
    learn = collab_learner(dls, n_factors=7, y_range=(0, 5.5), seed=0)
    assert isinstance(learn.model, EmbeddingDotBias) and learn.model.u_weight.weight.shape == (4, 7)
    assert learn.model.y_range == [0, 5.5] and learn.model.item == "film"
    deep = collab_learner(dls, use_nn=True, layers=[9, 5], emb_szs={"film": 3}, config=tabular_config(ps=0.5), seed=0)
    sizes = [layer.out_features for layer in deep.model.modules() if isinstance(layer, nn.Linear)]
    assert sizes == [9, 5, 1] and deep.model.embeds[1].weight.shape == (5, 3) and get_emb_sz(dls)[0] == (4, 3)
    assert [layer.out_features for layer in collab_learner(dls, 6, use_nn=True).model.modules()
            if isinstance(layer, nn.Linear)] == [6, 1]  # fmt: skip
    again = collab_learner(dls, n_factors=7, seed=0).model.state_dict()
    assert all(torch.equal(learn.model.state_dict()[key], value) for key, value in again.items())


def test_the_learner_refuses_other_loaders_and_misspelt_options(dls):
    with pytest.raises(ValueError, match="reads the loaders of ratings, but got list"):
        collab_learner([1, 2])
    with pytest.raises(ValueError, match=r"got 'y_rang'.*Did you mean 'y_range'"):
        collab_learner(dls, use_nn=True, config={"y_rang": (0, 5)})
    with pytest.raises(TypeError, match="Did you mean 'n_factors'"):
        collab_learner(dls, n_factor=5)


def test_ratings_outside_of_the_range_are_told(dls):
    with pytest.warns(UserWarning, match=r"'stars' has numbers outside of y_range=\(2, 4\).*in 5 rows \(0, 1, 5, 6, 7\)"
                                         r": 5.*Try y_range=\(1, 5\)"):  # fmt: skip
        collab_learner(dls, y_range=(2, 4))


@pytest.mark.parametrize("use_nn", [False, True])
def test_the_unknown_becomes_the_average(dls, use_nn):
    learn = collab_learner(dls, n_factors=3, use_nn=use_nn, seed=0)
    assert any(isinstance(cb, UnknownAsAverage) for cb in learn.cbs)
    with learn.no_bar(), learn.no_logging():
        learn.fit(2, 0.1)
    for table in (layer for layer in learn.model.modules() if isinstance(layer, nn.Embedding)):
        torch.testing.assert_close(table.weight[0], table.weight[1:].mean(0))
        assert table.weight[0].abs().sum() > 0
