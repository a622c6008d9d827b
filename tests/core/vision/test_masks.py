"""Masks and their names: checked on the CPU before training, with the file named; shown with a legend."""

from __future__ import annotations

import matplotlib
import numpy as np
import pytest
import torch
from fastlearn.data.block import CategoryBlock, DataBlock
from fastlearn.data.problems import DataError
from fastlearn.data.show import View, show_view
from fastlearn.metrics import JaccardCoeffMulti
from fastlearn.train.learner import Learner
from fastlearn.vision.blocks import ImageBlock, MaskBlock
from fastlearn.vision.draw import class_colours
from fastlearn.vision.mask_shape import in_proportion
from fastlearn.vision.masks import AddMaskCodes, check_masks, ids_in
from fastlearn.vision.open import PILMask
from fastlearn.vision.resize import Resize
from fastlearn.vision.task_loaders import SegmentationDataLoaders
from PIL import Image
from torch import nn

matplotlib.use("Agg")
CODES = ["sky", "road", "car"]


@pytest.fixture
def streets(tmp_path):
    """Ten pictures whose brightness is the id of their mask: three stripes."""
    for i in range(10):
        ids = np.repeat(np.roll([0, 1, 2], i), 4)[:, None].repeat(12, 1).astype(np.uint8)
        (tmp_path / "masks").mkdir(exist_ok=True)
        Image.fromarray(ids).save(tmp_path / "masks" / f"{i}.png")
        Image.fromarray(np.stack([ids * 100] * 3, -1)).save(tmp_path / f"{i}.png")
    return tmp_path


def loaders(streets, **changes):
    settings = {"codes": CODES, "bs": 4, "seed": 1, "num_workers": 0, "device": "cpu", "item_tfms": Resize(12)}
    files = [streets / f"{i}.png" for i in range(10)]
    return SegmentationDataLoaders.from_label_func(streets, files, lambda f: streets / "masks" / f.name,
                                                   **{**settings, **changes})  # fmt: skip


def test_all_masks_are_looked_through_and_the_bad_ones_named(tmp_path):
    for name, values in (("good", [0, 1]), ("void", [1, 255]), ("bad", [2, 7, 9])):
        Image.fromarray(np.array([values], np.uint8)).save(tmp_path / f"{name}.png")
    Image.fromarray(np.array([[300, 1]], np.uint16)).save(tmp_path / "deep.png")
    (tmp_path / "broken.png").write_bytes(b"no mask")
    files = [tmp_path / f"{n}.png" for n in ("good", "void", "bad", "deep", "broken", "missing")]
    table = check_masks(files, CODES, ignore=[255], n_workers=2)
    assert table.file.tolist() == files
    assert table.ids.tolist() == [[0, 1], [1, 255], [2, 7, 9], [1, 300], [], []]
    assert table.outside.tolist() == [[], [], [7, 9], [300], [], []]
    assert "class ids 7, 9, but there are 3 codes, 0 to 2" in table.problem[2]
    assert "holds text" in table.problem[4] and "missing.png" in table.problem[5]
    assert (table.problem == "").tolist() == [True, True, False, False, False, False]
    assert check_masks(files[:1], 1).outside.tolist() == [[1]] and check_masks(files[:2]).problem.tolist() == ["", ""]
    assert (table.width[0], table.height[0]) == (2, 1)


def test_ids_are_found_in_pictures_and_tensors():
    assert ids_in(torch.tensor([[3, 1], [1, 1]])) == [1, 3] and ids_in(PILMask.create(np.array([[5]], np.uint8))) == [5]


@pytest.mark.parametrize("mask, picture, fits", [
    ((640, 427), (640, 427), True), ((320, 213), (640, 427), True), ((640, 427), (100, 67), True),
    ((427, 640), (640, 427), False), ((640, 480), (640, 427), False), ((32, 32), (40, 30), False),
])  # fmt: skip
def test_a_mask_may_be_smaller_or_larger_in_proportion(mask, picture, fits):
    assert in_proportion(mask, picture) == in_proportion(picture, mask) == fits


def test_a_mask_of_another_shape_is_set_aside_with_its_file(streets):
    Image.fromarray(np.zeros((12, 30), np.uint8)).save(streets / "masks" / "3.png")
    dls = loaders(streets)
    for loader in dls:
        list(loader)
    (aside,) = [one for loader in dls for one in loader.set_aside]
    assert aside.item.name == "3.png" and "30x12 pixels and its picture 12x12" in aside.reason


def test_codes_can_be_added_after_an_opener():
    step = AddMaskCodes(CODES)
    mask = PILMask.create(np.array([[0, 2]], np.uint8))
    assert step(mask) is mask and step.c == 3 and step.vocab == CODES and step.kind == "mask"
    with pytest.raises(DataError, match=r"class id 3.*3 classes, 0 to 2.*check_masks"):
        step(PILMask.create(np.array([[3]], np.uint8)))
    with pytest.raises(DataError, match=r"class id 255.*a code\. Check"):
        step(torch.tensor([[255]]))
    assert AddMaskCodes().c is None
    for codes in ("codes.txt", 2):
        with pytest.raises(ValueError, match=r"`codes` are the names of the class ids.*read_text"):
            MaskBlock(codes)


def test_an_id_without_a_name_is_set_aside_with_its_file(streets):
    Image.fromarray(np.full((12, 12), 9, np.uint8)).save(streets / "masks" / "3.png")
    dls = loaders(streets)
    for loader in dls:
        list(loader)
    (aside,) = [one for loader in dls for one in loader.set_aside]
    assert aside.item.name == "3.png" and "class id 9" in aside.reason


def test_segmentation_learns_and_predicts_ids(streets):
    dls = loaders(streets)
    _x, y = dls.one_batch()
    assert y.dtype == torch.int64 and y.shape == (4, 12, 12) and (list(dls.vocab), dls.c) == (CODES, 3)
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 16, 1), nn.ReLU(), nn.Conv2d(16, 3, 1))
    learn = Learner(dls, net, lr=0.05, metrics=JaccardCoeffMulti())
    with learn.no_bar():
        learn.fit(25)
    assert learn.history.last("jaccardcoeffmulti") > 0.9
    ids, same, chances = learn.predict(streets / "0.png")
    assert ids.shape == (12, 12) and ids.dtype == torch.int64 and torch.equal(ids, same)
    assert chances.shape == (3, 12, 12) and torch.allclose(chances.sum(0), torch.ones(12, 12))
    assert (ids.numpy() == np.asarray(Image.open(streets / "masks" / "0.png"))).mean() > 0.9


def test_one_legend_names_the_classes_that_occur():
    import matplotlib.pyplot as plt

    sky, car = torch.zeros(8, 12, dtype=torch.int64), torch.full((8, 12), 2)
    picture = torch.zeros(3, 8, 12, dtype=torch.uint8)
    view = View([(picture, sky), (picture, car)], ("image", "mask"), 1, vocab=CODES)
    axes = show_view(view)
    (legend,) = axes[0].get_figure().legends
    assert [text.get_text() for text in legend.get_texts()] == ["sky", "car"]
    colours = [patch.get_facecolor()[:3] for patch in legend.legend_handles]
    shown = axes[1].get_images()[1]
    assert colours[1] == shown.cmap(shown.norm(2))[:3] and colours[0] != colours[1]
    plt.close("all")


def test_the_legend_has_the_order_of_the_codes_whichever_is_met_first():
    import matplotlib.pyplot as plt

    picture = torch.zeros(3, 8, 12, dtype=torch.uint8)
    samples = [(picture, torch.full((8, 12), i)) for i in (2, 0, 1)]
    figure = show_view(View(samples, ("image", "mask"), 1, vocab=CODES))[0].get_figure()
    assert [text.get_text() for text in figure.legends[0].get_texts()] == list(CODES)[:3]
    plt.close("all")


def test_many_classes_keep_different_colours():
    colours = {tuple(class_colours(32)(i / 31)) for i in range(32)}
    assert len(colours) == 32


def test_a_mask_beside_a_label_has_its_own_names():
    data = DataBlock((ImageBlock, MaskBlock(CODES), CategoryBlock), n_inp=1, splitter=lambda o: ([0, 1, 2, 3], [4, 5]),
                     get_x=lambda i: np.zeros((6, 6, 3), np.uint8),
                     get_y=[lambda i: np.full((6, 6), i % 3, np.uint8), lambda i: "ab"[i % 2]])  # fmt: skip
    dls = data.dataloaders(range(6), bs=2, num_workers=0, device="cpu")
    import matplotlib.pyplot as plt

    dls.show_batch(max_n=2)
    figure = plt.gcf()
    assert {t.get_text() for t in figure.legends[0].get_texts()} <= set(CODES)
    assert {ax.get_title() for ax in figure.axes} <= {"a", "b"}
    plt.close("all")
