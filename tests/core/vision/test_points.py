"""Points: opened, moved with their picture, scaled at the end of the batch, learnt, and predicted in pixels."""

from __future__ import annotations

import matplotlib
import numpy as np
import pytest
import torch
from fastlearn.data.block import DataBlock
from fastlearn.data.problems import DataError
from fastlearn.interpret import Interpretation
from fastlearn.losses import MSELossFlat, PointsLossFlat
from fastlearn.train.learner import Learner
from fastlearn.vision.blocks import ImageBlock
from fastlearn.vision.flip import Flip, FlipItem
from fastlearn.vision.loaders import ImageDataLoaders
from fastlearn.vision.open import PILImage
from fastlearn.vision.points import PointBlock, PointScaler, ToPoints
from fastlearn.vision.resize import CropPad, Resize, ResizeMethod
from torch import nn

matplotlib.use("Agg")
SETTINGS = {"bs": 4, "num_workers": 0, "device": "cpu", "seed": 2}


def dotted(x, y, height=24, width=32):
    """A black picture with one white pixel whose centre is at (x + 0.5, y + 0.5)."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[y, x] = 255
    return PILImage.create(pixels)


def loaders(items, block=None, **settings):
    data = DataBlock(
        (ImageBlock, block or PointBlock()),
        get_x=lambda item: item[0],
        get_y=lambda item: item[1],
        splitter=lambda items: (list(range(len(items) - 2)), [len(items) - 2, len(items) - 1]),
        item_tfms=settings.pop("item_tfms", None),
        batch_tfms=settings.pop("batch_tfms", None),
    )
    return data.dataloaders(items, **{**SETTINGS, **settings})


def dots(n=10, **shape):
    rng = np.random.default_rng(5)
    return [(dotted(x, y, **shape), [[x + 0.5, y + 0.5]]) for x, y in rng.integers(2, 22, (n, 2)).tolist()]


@pytest.mark.parametrize("given", [[[1, 2], [3, 4]], [1, 2, 3, 4], np.array([[1.0, 2], [3, 4]]),
                                   torch.tensor([[1, 2], [3, 4]]), [np.array([1, 2]), np.array([3, 4])]])  # fmt: skip
def test_points_come_in_any_form(given):
    points = ToPoints().encodes(given)
    assert points.dtype == torch.float32 and points.tolist() == [[1, 2], [3, 4]]
    assert ToPoints(y_first=True).encodes(given).tolist() == [[2, 1], [4, 3]]


@pytest.mark.parametrize("given, words", [("left eye", "rows of 2 numbers"), ([[1, 2, 3]], "rows of 2 numbers"),
                                          ([[1, 2], [3]], "rows of 2 numbers"), ([[1, float("inf")]], "infinite"),
                                          (7, "rows of 2 numbers")])  # fmt: skip
def test_what_is_no_list_of_points_is_named(given, words):
    with pytest.raises(DataError, match=words):
        ToPoints().encodes(given)


def test_a_batch_holds_them_from_minus_one_to_one_by_hand():
    scaler = PointScaler()
    images, points = torch.zeros(1, 3, 20, 40), torch.tensor([[[0.0, 0.0], [40.0, 20.0], [20.0, 15.0]]])
    scaled = scaler((images, points), kinds=("image", "points"))[1]
    assert scaled.tolist() == [[[-1, -1], [1, 1], [0, 0.5]]]
    back = scaler.decode((images, scaled.flatten(1)), kinds=("image", "points"))[1]
    torch.testing.assert_close(back, points)  # a model's flat prediction comes back as points too


def test_without_a_picture_there_is_nothing_to_scale_by():
    with pytest.raises(DataError, match=r"size of their picture.*no picture.*ImageBlock"):
        PointScaler()((torch.zeros(1, 2, 2), torch.tensor([1])), kinds=("points", "category"))
    with pytest.raises(ValueError, match=r"PointBlock\(y_first=True\)"):
        PointScaler(y_first=True)
    points = torch.ones(1, 2, 2)
    assert PointScaler(do_scale=False)((points,), kinds=("points",))[0] is points


@pytest.mark.parametrize("tfms", [{}, {"item_tfms": Resize(12, ResizeMethod.Squish)},
                                  {"item_tfms": [CropPad((30, 40)), FlipItem(1.0)]},
                                  {"item_tfms": Resize((20, 26)), "batch_tfms": Flip(1.0)},
                                  {"item_tfms": Resize(16, ResizeMethod.Pad, pad_mode="zeros")}])  # fmt: skip
def test_every_point_stays_on_its_white_pixel(tfms):
    items = [item for item in dots(40) if 8 < item[1][0][0] < 24][:8]  # a crop must not lose them
    seen = 0
    for images, points in loaders(items, bs=1, **tfms).train:
        height, width = images.shape[-2:]
        mass = images[0].sum(0)
        ys, xs = torch.meshgrid(torch.arange(height) + 0.5, torch.arange(width) + 0.5, indexing="ij")
        centre = torch.stack([(mass * xs).sum(), (mass * ys).sum()]) / mass.sum()
        pixels = (points[0, 0] + 1) / 2 * torch.tensor([width, height])
        if not (1 < pixels[0] < width - 1 and 1 < pixels[1] < height - 1):
            continue  # cut at the border, its light is not whole
        assert (pixels - centre).abs().max() < 0.75, (pixels, centre)
        seen += 1
    assert seen >= 4


def test_missing_points_do_not_count_in_the_loss():
    loss, pred = PointsLossFlat(), torch.tensor([[1.0, 1, 3, 3]], requires_grad=True)
    there = torch.tensor([[[0.0, 0.0], [1.0, 1.0]]])
    assert isinstance(loss, MSELossFlat)
    torch.testing.assert_close(loss(pred, there), nn.functional.mse_loss(pred, there.flatten(1)))
    half = torch.tensor([[[0.0, 0.0], [float("nan"), float("nan")]]])
    value = loss(pred, half)
    value.backward()
    assert value == 1.0 and pred.grad.tolist() == [[1, 1, 0, 0]]
    assert loss(pred, half * float("nan")) == 0.0
    assert PointsLossFlat(reduction="none")(pred, half).tolist() == [[1, 1, 0, 0]]


def test_another_number_of_points_is_reported_with_the_item():
    items = dots(6)
    items[1] = (items[1][0], [[1, 1], [2, 2]])
    dls = loaders(items, bs=2)
    list(dls.train)
    assert len(dls.train.set_aside) == 1
    assert "2 points, but 1 in the first item" in dls.train.set_aside[0].reason
    assert dls.c == 2 and type(dls.loss_func) is PointsLossFlat


@pytest.fixture(scope="module")
def trained():
    torch.manual_seed(0)
    dls = loaders(dots(42, height=24, width=24), bs=10)

    class Centre(nn.Module):  # knows the answer but for a scale that it has to learn
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(torch.tensor(0.1))

        def forward(self, x):
            n = x.shape[-1]
            places = (torch.arange(n) + 0.5) / n * 2 - 1
            mass = x.mean(1) / x.mean(1).sum((1, 2), keepdim=True)
            return self.scale * torch.stack([(mass.sum(1) * places).sum(1), (mass.sum(2) * places).sum(1)], 1)

    learn = Learner(dls, Centre(), lr=0.2)
    with learn.no_bar():
        learn.fit(8)
    return learn


def test_a_learner_predicts_points_in_pixels(trained):
    picture, points = dots(42, height=24, width=24)[-1]
    found, scaled, _raw = trained.predict((picture, None))
    assert found.shape == (1, 2) and (found - torch.tensor(points)).abs().max() < 2
    torch.testing.assert_close((scaled + 1) * 12, found[0])
    assert len(trained.predict([(picture, None)] * 3)) == 3


def test_results_and_losses_are_drawn_in_pixels(trained):
    import matplotlib.pyplot as plt

    for draw in (lambda: trained.dls.show_batch(max_n=4), lambda: trained.show_results(max_n=2),
                 lambda: Interpretation.from_learner(trained).show_results([0, 1]),
                 lambda: Interpretation.from_learner(trained).plot_top_losses(2)):  # fmt: skip
        draw()
        offsets = [c.get_offsets() for ax in plt.gcf().axes for c in ax.collections]
        assert offsets and all((o > 1).all() and (o < 24).all() for o in offsets)
        plt.close("all")


def test_the_one_call_factory_takes_a_point_block(tmp_path):
    files = []
    for i, (picture, _) in enumerate(dots(5)):
        picture.save(tmp_path / f"{i}.png")
        files.append(tmp_path / f"{i}.png")
    labels = [np.array([[1.0, 2.0]])] * 5
    dls = ImageDataLoaders.from_lists(tmp_path, files, labels, y_block=PointBlock, item_tfms=Resize(16), **SETTINGS)
    _x, y = dls.one_batch()
    assert y.shape == (4, 1, 2) and dls.kinds == ("image", "points")


def test_an_exported_learner_predicts_pixels_too(tmp_path):
    from fastlearn.bundle import load_learner

    files = [tmp_path / f"{i}.png" for i in range(5)]
    for file, (picture, _) in zip(files, dots(5), strict=True):
        picture.save(file)
    dls = ImageDataLoaders.from_lists(tmp_path, files, [[[1.0, 2.0]]] * 5, y_block=PointBlock, item_tfms=Resize(16),
                                      **SETTINGS)  # fmt: skip
    learn = Learner(dls, nn.Sequential(nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(12, 2)))
    learn.export(tmp_path / "points.zip")
    again = load_learner(tmp_path / "points.zip")
    found = again.predict(files[0])[0]
    assert found.shape == (1, 2)
    torch.testing.assert_close(found, learn.predict(files[0])[0])
