"""Losses against values worked by hand, torch's own, and gradcheck; and the messages for shapes that cannot meet."""

from __future__ import annotations

import math

import pytest
import torch
from fastlearn.losses import BCELossFlat, BCEWithLogitsLossFlat, CrossEntropyLossFlat, L1LossFlat, MSELossFlat
from torch.nn import functional as F

GEN = torch.Generator().manual_seed(0)


def test_cross_entropy_worked_by_hand():
    scores = torch.tensor([[math.log(3.0), 0.0]])  # probabilities 3/4 and 1/4
    assert CrossEntropyLossFlat()(scores, torch.tensor([1])).item() == pytest.approx(math.log(4))
    torch.testing.assert_close(CrossEntropyLossFlat().activation(scores), torch.tensor([[0.75, 0.25]]))


@pytest.mark.parametrize("axis, shape", [(1, (2, 5, 3, 4)), (-1, (2, 3, 4, 5))])
def test_classes_may_lie_on_any_axis(axis, shape):
    scores, ids = torch.randn(shape, generator=GEN), torch.randint(0, 5, (2, 3, 4), generator=GEN)
    loss = CrossEntropyLossFlat(axis=axis)
    expected = F.cross_entropy(scores.movedim(axis, -1).reshape(-1, 5), ids.reshape(-1))
    torch.testing.assert_close(loss(scores, ids), expected)
    assert loss.decodes(loss.activation(scores)).shape == ids.shape


@pytest.mark.parametrize("target", [torch.tensor([[1], [0]]), torch.tensor([1, 0], dtype=torch.uint8)])
def test_class_ids_of_other_shape_and_type_are_the_same_ids(target):
    scores = torch.randn(2, 3, generator=GEN)
    torch.testing.assert_close(CrossEntropyLossFlat()(scores, target), F.cross_entropy(scores, torch.tensor([1, 0])))


def test_a_probability_for_each_class_is_a_target_too():
    scores, mixed = torch.randn(2, 3, generator=GEN), torch.tensor([[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]])
    torch.testing.assert_close(CrossEntropyLossFlat()(scores, mixed), F.cross_entropy(scores, mixed))


def test_without_reduction_a_loss_has_the_shape_of_its_target():
    ids = torch.randint(0, 5, (2, 3, 4), generator=GEN)
    assert CrossEntropyLossFlat(axis=1, reduction="none")(torch.randn(2, 5, 3, 4), ids).shape == ids.shape
    loss = MSELossFlat()
    loss.reduction = "none"
    assert loss(torch.zeros(4, 1), torch.ones(4)).shape == (4, 1)


@pytest.mark.parametrize("loss, value", [(MSELossFlat(), 2.5), (L1LossFlat(), 1.5)])
def test_a_column_never_broadcasts_against_a_row(loss, value):
    pred, target = torch.tensor([[1.0], [2.0]]), torch.tensor([2, 4])  # differences 1 and 2
    assert loss(pred, target).item() == value


def test_bce_worked_by_hand():
    loss = BCEWithLogitsLossFlat()
    assert loss(torch.zeros(2, 1), torch.tensor([0, 1])).item() == pytest.approx(math.log(2))
    assert BCELossFlat()(torch.tensor([0.25]), torch.tensor([1])).item() == pytest.approx(math.log(4))


def test_the_threshold_applies_to_probabilities():
    loss = BCEWithLogitsLossFlat(thresh=0.6)
    scores = torch.tensor([0.3, 0.5])  # probabilities 0.574 and 0.622
    assert loss.decodes(loss.activation(scores)).tolist() == [False, True]


def test_pos_weight_counts_the_ones_more():
    scores, target = torch.zeros(1, 2), torch.tensor([[1.0, 0.0]])
    weighted = BCEWithLogitsLossFlat(pos_weight=torch.tensor([3.0, 1.0]))(scores, target)
    assert weighted.item() == pytest.approx(2 * math.log(2))


PAIRWISE = [MSELossFlat, L1LossFlat, BCELossFlat, BCEWithLogitsLossFlat]


@pytest.mark.parametrize("loss", PAIRWISE)
def test_losses_of_numbers_take_any_axis_and_give_one_value(loss):
    pred, target = torch.rand(2, 3, 4, generator=GEN), torch.randint(0, 2, (2, 3, 4), generator=GEN)
    values = {loss(axis=axis)(pred, target).item() for axis in (-1, 0, 1)}
    assert values == {loss()(pred, target.float()).item()}


def test_without_floatify_the_target_keeps_its_dtype():
    pred, target = torch.zeros(2), torch.tensor([1, 0])
    with pytest.raises(RuntimeError, match=r"[Ff]loat"):
        BCEWithLogitsLossFlat(floatify=False)(pred, target)
    assert MSELossFlat(floatify=False)(pred, target.double()).dtype == torch.float64


@pytest.mark.parametrize("loss", [*PAIRWISE, CrossEntropyLossFlat])
def test_a_misspelt_setting_is_refused_with_a_hint(loss):
    with pytest.raises(TypeError, match=r"'reductoin'\. Did you mean 'reduction'"):
        loss(reductoin="sum")


@pytest.mark.parametrize("loss", [CrossEntropyLossFlat(), BCEWithLogitsLossFlat(), MSELossFlat()])
def test_gradients_are_right(loss):
    scores = torch.randn(3, 4, dtype=torch.float64, generator=GEN, requires_grad=True)
    ids = isinstance(loss, CrossEntropyLossFlat)
    target = torch.tensor([0, 3, 1]) if ids else torch.rand(3, 4, dtype=torch.float64, generator=GEN)
    assert torch.autograd.gradcheck(lambda x: loss(x, target), scores)


def test_class_weights_move_with_the_loss():
    loss = CrossEntropyLossFlat(weight=torch.tensor([1.0, 2.0]))
    assert loss.to(torch.float64).weight.dtype == torch.float64


@pytest.mark.parametrize(
    "call, message",
    [
        (
            lambda: CrossEntropyLossFlat()(torch.zeros(2, 3), torch.tensor([0, 3])),
            r"\[0, 3\).*range from 0 to 3.*n_out=4",
        ),
        (
            lambda: CrossEntropyLossFlat()(torch.zeros(2, 3), torch.zeros(2, 3, dtype=torch.long)),
            r"\(2,\).*BCEWithLogits",
        ),
        (lambda: MSELossFlat()(torch.zeros(4, 2), torch.zeros(4)), r"gave \(4, 2\) and the target is \(4,\).*n_out=1"),
        (lambda: MSELossFlat(reduction="avg"), "one of mean, sum, none, but got 'avg'"),
    ],
)
def test_messages_say_what_does_not_fit(call, message):
    with pytest.raises(ValueError, match=message):
        call()
