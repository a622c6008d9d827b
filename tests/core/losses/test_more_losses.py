import inspect

import pytest
import torch
from fastlearn import losses
from fastlearn.losses import (
    CombinedLoss,
    CrossEntropyLossFlat,
    DiceLoss,
    FocalLoss,
    FocalLossFlat,
    LabelSmoothingCrossEntropy,
    LabelSmoothingCrossEntropyFlat,
)
from torch.nn import functional as F


def scores(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def ids(*shape, k=3, seed=1):
    return torch.randint(k, shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("loss", [FocalLossFlat(gamma=0), FocalLoss(gamma=0), LabelSmoothingCrossEntropy(eps=0)])
def test_what_reduces_to_cross_entropy(loss):
    x, y = scores(8, 3), ids(8)
    torch.testing.assert_close(loss(x, y), F.cross_entropy(x, y))


def test_focal_loss_by_its_formula_with_weights():
    x, y, weight = scores(8, 3), ids(8), torch.tensor([1.0, 2.0, 0.5], dtype=torch.float64)
    p = x.softmax(1)[range(8), y]
    expected = -((1 - p) ** 1.5) * p.log() * weight[y]
    torch.testing.assert_close(FocalLossFlat(gamma=1.5, weight=weight, reduction="none")(x, y), expected)
    torch.testing.assert_close(FocalLossFlat(gamma=1.5, weight=weight)(x, y), expected.mean())
    masks = scores(2, 3, 4, 5)
    torch.testing.assert_close(
        FocalLossFlat(axis=1)(masks, ids(2, 4, 5)), FocalLossFlat()(masks.movedim(1, -1), ids(2, 4, 5))
    )


def test_label_smoothing_is_torchs():
    x, y = scores(8, 3), ids(8)
    expected = F.cross_entropy(x, y, label_smoothing=0.2)
    torch.testing.assert_close(LabelSmoothingCrossEntropyFlat(eps=0.2)(x, y), expected)
    with pytest.raises(ValueError, match=r"`eps` is a share.* got 2"):
        LabelSmoothingCrossEntropy(eps=2)


def test_dice_of_a_perfect_and_a_wrong_mask():
    y = torch.tensor([[[0, 0], [1, 1]]])
    right = torch.where(torch.stack((y == 0, y == 1), 1), 50.0, -50.0)
    assert DiceLoss()(right, y).item() == pytest.approx(0, abs=1e-6)
    assert DiceLoss()(-right, y).item() == pytest.approx(2, abs=1e-5)  # two classes, nothing overlaps
    assert DiceLoss(reduction="mean")(-right, y).item() == pytest.approx(1, abs=1e-5)
    even = torch.zeros(1, 2, 2, 2)
    assert DiceLoss(reduction="none")(even, y).tolist() == [[pytest.approx(0.5), pytest.approx(0.5)]]
    assert DiceLoss(square_in_union=True, reduction="mean")(even, y).item() == pytest.approx(1 - 2 / 3, abs=1e-6)
    with pytest.raises(ValueError, match=r"pixel by pixel, but scores are \(1, 2, 2, 2\) and the mask is \(1, 3, 2\)"):
        DiceLoss()(even, torch.zeros(1, 3, 2, dtype=torch.long))


def test_combined_losses_add_up_and_read_as_the_first():
    x, y = scores(2, 3, 4, 4), ids(2, 4, 4)
    parts = FocalLossFlat(axis=1), DiceLoss(reduction="mean")
    both = CombinedLoss(parts, [1.0, 0.5])
    torch.testing.assert_close(both(x, y), parts[0](x, y) + 0.5 * parts[1](x, y))
    assert [round(float(p), 6) for p in both.parts] == [round(float(p(x, y)), 6) for p in parts]
    both.reduction = "none"
    assert both(x, y).shape == (2,)
    torch.testing.assert_close(both(x, y).mean(), parts[0](x, y) + 0.5 * parts[1](x, y))
    assert parts[1].reduction == "mean"
    assert torch.equal(both.decodes(both.activation(x)), x.argmax(1))
    with pytest.raises(ValueError, match="One weight for each loss, but got 2 losses"):
        CombinedLoss(parts, [1.0])


@pytest.mark.parametrize(
    "loss, shape, target",
    [
        (FocalLossFlat(), (4, 3), (4,)),
        (LabelSmoothingCrossEntropyFlat(), (4, 3), (4,)),
        (DiceLoss(), (2, 3, 2, 2), (2, 2, 2)),
        (CombinedLoss([CrossEntropyLossFlat(axis=1), DiceLoss()]), (2, 3, 2, 2), (2, 2, 2)),
    ],
)
def test_gradients_are_right(loss, shape, target):
    assert torch.autograd.gradcheck(lambda x: loss(x, ids(*target)), scores(*shape).requires_grad_())


@pytest.mark.parametrize(
    "name, defaults",
    [
        ("CrossEntropyLossFlat", {"axis": -1}),
        ("FocalLoss", {"gamma": 2.0, "weight": None, "reduction": "mean"}),
        ("FocalLossFlat", {"gamma": 2.0, "axis": -1}),
        ("BCEWithLogitsLossFlat", {"thresh": 0.5, "floatify": True}),
        ("LabelSmoothingCrossEntropy", {"eps": 0.1, "weight": None, "reduction": "mean"}),
        ("LabelSmoothingCrossEntropyFlat", {"eps": 0.1, "axis": -1}),
        ("DiceLoss", {"axis": 1, "smooth": 1e-6, "reduction": "sum", "square_in_union": False}),
    ],
)
def test_published_defaults(name, defaults):
    parameters = inspect.signature(getattr(losses, name)).parameters
    assert {key: parameters[key].default for key in defaults} == defaults
