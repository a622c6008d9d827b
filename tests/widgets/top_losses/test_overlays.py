"""What lies over a picture: heat where the model looked, masks where they differ, in the place that it saw."""

from __future__ import annotations

import io
from base64 import b64decode

import numpy as np
import pytest
import torch
from fastlearn.data.problems import DataError
from fastlearn.train.learner import Learner
from fastlearn.vision.resize import Resize
from fastlearn.vision.window import Window
from PIL import Image
from torch import nn

from fastwidgets import ConfusionMatrix, TopLosses
from fastwidgets.top_losses.frozen import frozen
from fastwidgets.top_losses.mask_maps import PREDICTED, TARGET, WRONG, mask_image
from fastwidgets.top_losses.on_picture import laid_on, seen_of, upright_size


def pixels(uri: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(b64decode(uri.partition(",")[2]))).convert("RGBA"))


@pytest.fixture
def losses(animals: Learner):
    made = TopLosses(animals, reasons=False)
    yield made
    made.close()


def test_heat_lies_where_the_model_saw_what_it_names(losses: TopLosses) -> None:
    i = losses._ids(["valid/cat/dog2x.png"])[0]  # a green disc from 20 to 60 pixels, of 96 x 64
    heat = pixels(losses.overlay([i])[i].uri())
    assert heat.shape == (75, 112, 4)
    opaque = heat[..., 3] / 255
    middle, corner = opaque[25:45, 40:55].mean(), opaque[:10, :10].mean()
    assert middle > 0.5 > corner
    assert opaque[:, :17].max() == 0 and opaque[:, -17:].max() == 0  # the crop does not reach there


def test_other_weights_give_another_map(animals: Learner) -> None:
    torch.manual_seed(0)
    made = TopLosses(animals, reasons=False)
    i = made._ids(["valid/cat/dog2x.png"])[0]
    before = pixels(made.overlay([i])[i].uri())[..., 3]
    made.close()
    nn.init.normal_(animals.model.body[0].weight)
    again = TopLosses(animals, reasons=False)
    after = pixels(again.overlay([i])[i].uri())[..., 3]
    ranks = [np.argsort(np.argsort(one[:, 20:90].ravel())) for one in (before, after)]
    assert np.corrcoef(*ranks)[0, 1] < 0.3
    again.close()


def test_maps_are_made_once_and_never_of_other_weights_than_the_answers(losses: TopLosses, animals: Learner) -> None:
    first = losses.overlay([40, 41])
    assert losses.overlay([41])[41] is first[41]
    fresh = TopLosses(animals, reasons=False)
    with torch.no_grad():
        animals.model.head[2].bias.add_(1)
    with pytest.raises(DataError, match="Press Update first"):
        fresh.overlay([40])
    assert 41 in losses.overlay([41])  # its model is a copy, as it was
    fresh.close()


def test_a_file_that_is_gone_has_no_map_and_the_others_have(losses: TopLosses) -> None:
    paths = losses.review.source.paths
    paths[40].unlink()
    paths[41].write_text("no picture")
    assert set(losses.overlay([40, 41, 42])) == {42}


def test_a_network_without_maps_says_so_and_what_to_try(animals: Learner) -> None:
    animals.model = nn.Sequential(nn.Flatten(), nn.Linear(3 * 48 * 48, 3))
    made = TopLosses(animals, reasons=False)
    made.on_overlays({"rid": 1, "ids": [40]})
    made.wait()
    assert "no layer whose maps could be shown" in made.notice and "try larger pictures" in made.notice
    made.close()


def test_a_frozen_learner_is_left_alone_by_training(animals: Learner) -> None:
    twin = frozen(animals)
    before = [p.clone() for p in twin.model.parameters()]
    animals.fit(1, 1e-2)
    assert all(torch.equal(a, b) for a, b in zip(before, twin.model.parameters(), strict=True))
    assert [type(cb) for cb in twin.cbs] == [type(cb) for cb in animals.cbs]
    assert all(cb.learn is animals for cb in animals.cbs) and all(cb.learn is twin for cb in twin.cbs)


def test_the_window_is_that_of_the_validation_transforms(animals: Learner) -> None:
    assert seen_of(animals, (96, 64)) == Window(16, 0, 80, 64)
    assert seen_of(animals, (64, 96)) == Window(0, 16, 64, 80)
    animals.dls.valid.after_item.fs = [Resize(32, "squish")]
    assert seen_of(animals, (96, 64)) == Window(0, 0, 96, 64)
    animals.dls.valid.after_item.fs = [Resize(32, "pad")]
    assert seen_of(animals, (96, 64)) == Window(0, -16, 96, 80)


def test_values_are_laid_into_their_window() -> None:
    whole = laid_on(np.ones((2, 2)), Window(0, 0, 40, 20), (40, 20), 40)
    assert whole.shape == (20, 40) and np.allclose(whole, 1)
    half = laid_on(np.ones((2, 2)), Window(20, 0, 40, 20), (40, 20), 40)
    assert (half[:, :20] == 0).all() and np.allclose(half[:, 20:], 1)
    quarters = laid_on(np.array([[1, 2], [3, 4]]), Window(0, 0, 20, 20), (20, 20), 4, smooth=False)
    assert quarters.tolist() == [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]


def test_pictures_are_measured_upright(tmp_path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (30, 10)).save(tmp_path / "turned.jpg", exif=exif)
    assert upright_size(tmp_path / "turned.jpg") == (10, 30)
    Image.new("RGB", (30, 10)).save(tmp_path / "turned.tif", tiffinfo={0x0112: 6})
    assert upright_size(tmp_path / "turned.tif") == (10, 30)


def test_wrong_pixels_are_coloured_and_both_masks_have_lines() -> None:
    target, predicted = np.zeros((12, 12), int), np.zeros((12, 12), int)
    target[3:9, 3:9] = 1
    predicted[3:9, 5:11] = 1
    drawn = pixels(mask_image(target, predicted))
    assert tuple(drawn[5, 4]) == WRONG and tuple(drawn[5, 10]) == WRONG and drawn[6, 7, 3] == 0
    assert tuple(drawn[7, 3]) == TARGET and PREDICTED in {tuple(one) for one in drawn[3:9, 5]}
    only = pixels(mask_image(target, predicted, cell=(1, 0)))
    assert tuple(only[5, 4]) == WRONG and only[5, 10, 3] < WRONG[3]


def test_the_worst_masks_are_shown_and_a_picked_cell_in_full(tensors) -> None:
    x = torch.zeros(3, 2, 8, 8)
    x[:, 1] = 4
    y = torch.ones(3, 8, 8, dtype=torch.long)
    y[2, :4] = 0
    learn = tensors(x, y, nn.CrossEntropyLoss())
    made = ConfusionMatrix(learn, reasons=False)
    assert made._laid is None  # there are no pictures to lay them on
    from fastwidgets.top_losses.mask_maps import MaskMaps

    maps = MaskMaps(learn, made.answers)
    row = made.answers.row_of("validation 2")
    whole = pixels(maps.of([row])[row].uri())
    assert whole.shape == (256, 256, 4) and tuple(whole[40, 100]) == WRONG and whole[200, 100, 3] == 0
    maps.cell = (1, 0)
    assert pixels(maps.of([row])[row].uri())[40, 100, 3] < WRONG[3]
    made.close()
