"""Samples of several parts: two pictures, a picture and a row of a table, a picture as target, several targets."""

from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd
import pytest
import torch
from fastlearn.data.block import CategoryBlock, DataBlock, MultiCategoryBlock, RegressionBlock
from fastlearn.data.label import ColReader
from fastlearn.losses import CrossEntropyLossFlat, MSELossFlat, MultiTargetLoss
from fastlearn.train.learner import Learner
from fastlearn.vision.blocks import ImageBlock, MaskBlock
from fastlearn.vision.flip import FlipItem
from fastlearn.vision.points import PointBlock
from fastlearn.vision.resize import Resize
from torch import nn

matplotlib.use("Agg")
SETTINGS = {"bs": 4, "num_workers": 0, "device": "cpu", "seed": 1}
SPLIT = lambda items: (list(range(len(items) - 4)), list(range(len(items) - 4, len(items))))  # noqa: E731


@pytest.fixture
def plt():
    import matplotlib.pyplot as plt

    yield plt
    plt.close("all")


def gradient(i, size=(20, 30)):
    """A picture that tells left from right."""
    pixels = np.zeros((*size, 3), np.uint8)
    pixels[..., 0] = np.linspace(0, 255, size[1])
    pixels[..., 1] = i * 12
    return pixels


class Both(nn.Module):
    """Takes all inputs, whatever they are."""

    def __init__(self, n_in, n_out):
        super().__init__()
        self.out = nn.Linear(n_in, n_out)

    def forward(self, *inputs):
        flat = [x.float().flatten(1).mean(1, keepdim=True) if x.ndim > 2 else x.float().reshape(len(x), -1)
                for x in inputs]  # fmt: skip
        return self.out(torch.cat(flat, 1))


def test_two_pictures_share_one_draw_and_stand_side_by_side(plt):
    data = DataBlock((ImageBlock, ImageBlock, CategoryBlock), get_x=[gradient, gradient],
                     get_y=lambda i: "same", splitter=SPLIT, item_tfms=[Resize(16), FlipItem(0.5)])  # fmt: skip
    with pytest.warns(UserWarning, match="single class"):
        dls = data.dataloaders(range(12), **SETTINGS)
    a, b, y = dls.one_batch()
    assert dls.n_inp == 2 and torch.equal(a, b) and y.tolist() == [0] * 4
    learn = Learner(dls, Both(2, 1))
    with learn.no_bar():
        learn.fit(1)
    assert learn.predict(3)[0] == "same"
    learn.show_results(max_n=2)
    assert plt.gcf().axes[0].get_images()[0].get_array().shape == (16, 34, 3)


def test_a_picture_and_a_row_of_a_table(plt):
    table = pd.DataFrame({"i": range(12), "age": np.arange(12.0), "size": 0.5, "site": ["lab", "home"] * 6,
                          "label": ["a", "a", "b"] * 4})  # fmt: skip
    data = DataBlock((ImageBlock, RegressionBlock, CategoryBlock, CategoryBlock),
                     get_x=[lambda row: gradient(row["i"]), ColReader(["age", "size"]), ColReader("site")],
                     get_y=ColReader("label"), splitter=SPLIT)  # fmt: skip
    dls = data.dataloaders(table, **SETTINGS)
    x, numbers, sites, y = dls.one_batch()
    assert x.shape == (4, 3, 20, 30) and numbers.shape == (4, 2) and sites.shape == y.shape == (4,)
    assert dls.c == 2 and isinstance(dls.loss_func, CrossEntropyLossFlat)
    learn = Learner(dls, Both(4, 2))
    with learn.no_bar():
        learn.fit(1)
    assert learn.predict(table.iloc[2])[0] in "ab"  # the target's words, not the site's
    dls.show_batch(max_n=1)
    told, label = plt.gcf().axes[0].get_title().split("\n")
    assert told.split(" · ")[1] in ("lab", "home") and "; 0.5" in told and label in "ab"


def test_a_picture_as_target_moves_with_its_input(plt):
    data = DataBlock((ImageBlock, ImageBlock), get_x=gradient, get_y=lambda i: 255 - gradient(i), splitter=SPLIT,
                     item_tfms=[Resize(16), FlipItem(0.5)])  # fmt: skip
    dls = data.dataloaders(range(12), **SETTINGS)
    x, y = dls.one_batch()
    assert (x + y - 1).abs().max() < 0.01 and dls.loss_func is None

    class Negative(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(torch.tensor(-1.0))

        def forward(self, x):
            return 1 + self.scale * x

    learn = Learner(dls, Negative(), loss_func=MSELossFlat())
    assert learn.validate()[0] < 1e-4
    picture = learn.predict(3)[0]
    assert picture.dtype == torch.uint8 and picture.shape == (3, 16, 16)
    learn.show_results(max_n=1)
    target, prediction = plt.gcf().axes
    assert target.get_images()[0].get_array().shape == (16, 34, 3)  # the input beside it
    difference = np.abs(target.get_images()[0].get_array().astype(int) - prediction.get_images()[0].get_array())
    assert difference.max() <= 2


class Heads(nn.Module):
    def __init__(self, *sizes):
        super().__init__()
        self.heads = nn.ModuleList([nn.Linear(3, n) for n in sizes])

    def forward(self, x):
        return tuple(head(x.mean((2, 3))) for head in self.heads)


def test_several_targets_train_are_predicted_and_shown_in_their_own_words(plt):
    data = DataBlock((ImageBlock, CategoryBlock, MultiCategoryBlock, RegressionBlock, PointBlock), n_inp=1,
                     get_x=gradient, splitter=SPLIT,
                     get_y=[lambda i: "odd" if i % 2 else "even", lambda i: ["x"] * (i % 2) + ["y", "z"],
                            lambda i: i / 10, lambda i: [[i, 3]]])  # fmt: skip
    dls = data.dataloaders(range(16), **SETTINGS)
    loss = dls.loss_func
    assert isinstance(loss, MultiTargetLoss) and dls.kinds[1:] == ("category", "multicategory", "regression", "points")
    learn = Learner(dls, Heads(2, 3, 1, 2), lr=0.02, seed=0)
    with learn.no_bar():
        learn.fit(3)
    assert len(loss.parts) == 0 and len(learn.loss_func.parts) == 4
    label, decoded, chances = learn.predict(5)
    assert label[0] in ("odd", "even") and set(label[1]) <= {"x", "y", "z"} and label[3].shape == (1, 2)
    assert len(decoded) == len(chances) == 4 and chances[0].sum() == pytest.approx(1)
    assert label[3][0, 0] == pytest.approx((float(chances[3][0]) + 1) * 15, rel=1e-4)
    preds, targs = learn.get_preds()
    assert [len(p) for p in preds] == [4] * 4 and targs[3].shape == (4, 1, 2)
    dls.show_batch(max_n=1)
    ax = plt.gcf().axes[0]
    assert ax.get_title().split("\n")[0] in ("odd", "even") and len(ax.collections) == 1
    plt.close("all")
    learn.show_results(max_n=1)
    assert "→" in plt.gcf().axes[0].get_title()


def test_a_loss_for_several_targets_is_the_weighted_sum_by_hand():
    loss = MultiTargetLoss([MSELossFlat(), CrossEntropyLossFlat()], weights=[1.0, 0.5])
    preds, targets = (torch.tensor([[1.0], [3.0]]), torch.zeros(2, 4)), (torch.tensor([0.0, 0.0]), torch.tensor([1, 2]))
    assert loss(preds, *targets).item() == pytest.approx(5 + 0.5 * np.log(4))
    assert [p.item() for p in loss.parts] == pytest.approx([5, np.log(4)])
    loss.reduction = "none"
    torch.testing.assert_close(loss(preds, *targets), torch.tensor([1.0, 9.0]) + 0.5 * np.log(4))
    assert loss.losses[0].reduction == "mean"
    loss.reduction = "mean"
    with pytest.raises(ValueError, match=r"tuple of 2 predictions, but it gave Tensor.*one head for each"):
        loss(preds[0], *targets)
    with pytest.raises(ValueError, match="2 losses, one for each target, but 1 targets"):
        loss(preds, targets[0])
    with pytest.raises(ValueError, match="One weight for each loss"):
        MultiTargetLoss([MSELossFlat()], weights=[1, 2])


def test_a_mask_and_a_label_are_both_shown_as_results(plt):
    data = DataBlock((ImageBlock, MaskBlock(["low", "high"]), CategoryBlock), n_inp=1, get_x=gradient, splitter=SPLIT,
                     get_y=[lambda i: (gradient(i)[..., 0] > 99).astype(np.uint8), lambda i: "ab"[i % 2]])  # fmt: skip
    dls = data.dataloaders(range(12), **SETTINGS)

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.pixel, self.whole = nn.Conv2d(3, 2, 1), nn.Linear(3, 2)

        def forward(self, x):
            return self.pixel(x), self.whole(x.mean((2, 3)))

    learn = Learner(dls, Net())
    ids, letter = learn.predict(1)[0]
    assert ids.shape == (20, 30) and letter in "ab"
    learn.show_results(max_n=1)
    target, prediction = plt.gcf().axes
    assert target.get_title() in ("Target\na", "Target\nb") and prediction.get_title() in (
        "Prediction\na",
        "Prediction\nb",
    )
    assert len(target.get_images()) == len(prediction.get_images()) == 2
