"""Boxes with labels: opened, checked, moved as a mask of the same shape, cut, padded, scaled and shown."""

from __future__ import annotations

import matplotlib
import numpy as np
import pytest
import torch
from fastlearn.data.block import DataBlock
from fastlearn.data.problems import DataError, ItemError
from fastlearn.vision.blocks import ImageBlock, MaskBlock
from fastlearn.vision.boxes import BBoxBlock, BBoxLblBlock, BoxLabels, ToBoxes, bb_pad
from fastlearn.vision.flip import FlipItem
from fastlearn.vision.open import PILImage, PILMask
from fastlearn.vision.resize import CropPad, RandomCrop, Resize
from fastlearn.vision.scaler import PointScaler, is_empty
from fastlearn.vision.task_loaders import ObjectDetectionDataLoaders

matplotlib.use("Agg")
SETTINGS = {"bs": 4, "num_workers": 0, "device": "cpu", "seed": 4, "shuffle": False, "drop_last": False}
TABLE = [
    ([[2, 3, 10, 12]], ["cat"]),
    ([[0, 0, 5, 5], [8, 8, 30, 20]], ["dog", "cat"]),
    ([], []),
    ([[4, 4, 4, 9], [1, 1, 6, 9]], ["dog", "bird"]),
]


def block(**settings):
    return DataBlock(
        (ImageBlock, BBoxBlock, BBoxLblBlock(settings.pop("vocab", None), settings.pop("add_na", True))),
        n_inp=1,
        get_x=lambda i: PILImage.create(np.full((24, 32, 3), i, np.uint8)),
        get_y=settings.pop("get_y", [lambda i: TABLE[i % 4][0], lambda i: TABLE[i % 4][1]]),
        splitter=settings.pop("splitter", lambda items: (list(range(len(items))), [])),
        **settings,
    )


def pixels(boxes, width=32, height=24):
    return ((boxes + 1) / 2 * torch.tensor([width, height, width, height])).round().tolist()


def test_a_batch_by_hand():
    dls = block().dataloaders(range(4), **SETTINGS)
    assert dls.kinds == ("image", "boxes", "boxlabels") and list(dls.vocab) == ["#na#", "bird", "cat", "dog"]
    x, boxes, labels = dls.one_batch()
    assert dls.c == 4 and boxes.shape == (4, 2, 4) and labels.shape == (4, 2)
    assert labels.tolist() == [[2, 0], [3, 2], [0, 0], [1, 0]]  # the empty box and its "dog" are gone
    assert pixels(boxes[1]) == [[0, 0, 5, 5], [8, 8, 30, 20]]
    assert boxes[2].eq(0).all() and pixels(boxes[3])[0] == [1, 1, 6, 9]
    decoded = dls.train.decode_batch((x, boxes, labels))
    assert decoded[0][1][0].tolist() == [2, 3, 10, 12] and decoded[0][2] == ["cat", "#na#"]
    assert decoded[0][1][1].tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("tfm", [Resize(16), Resize((20, 12), "squish"), Resize(18, "pad", "zeros"), CropPad(14),
                                 CropPad(40), RandomCrop((12, 20)), [Resize(16), FlipItem(1.0)]])  # fmt: skip
def test_boxes_go_where_a_mask_of_the_same_shape_goes(tfm):
    box = [6, 5, 20, 17]

    def mask(i):
        ids = np.zeros((24, 32), np.uint8)
        ids[box[1] : box[3], box[0] : box[2]] = 1
        return PILMask.create(ids)

    data = DataBlock(
        (ImageBlock, MaskBlock, BBoxBlock),
        n_inp=1,
        get_x=lambda i: PILImage.create(np.zeros((24, 32, 3), np.uint8)),
        get_y=[mask, lambda i: [box]],
        splitter=lambda items: (list(range(len(items))), []),
        item_tfms=tfm,
    )
    x, masks, boxes = data.dataloaders(range(6), **{**SETTINGS, "bs": 6}).one_batch()
    height, width = x.shape[-2:]
    for ids, found in zip(masks, boxes, strict=True):
        ys, xs = ids.nonzero().unbind(1)
        seen = torch.stack([xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]).float()
        there = (found[0] + 1) / 2 * torch.tensor([width, height, width, height])
        assert (seen - there).abs().max() <= 1.0, (seen, there)


def test_boxes_that_reach_out_are_cut_and_those_beyond_leave_with_their_labels():
    sample = (torch.zeros(3, 10, 20), torch.tensor([[-5.0, 2, 8, 30], [20, 0, 25, 5], [1, 1, 3, 3]]),
              torch.tensor([7, 8, 9]))  # fmt: skip
    none = (torch.zeros(3, 10, 20), torch.zeros(0, 4), torch.zeros(0, dtype=torch.int64))
    (_, boxes, labels), (_, padding, pads) = bb_pad([sample, none], pad_idx=1)
    assert boxes.tolist() == [[0, 2, 8, 10], [1, 1, 3, 3]] and labels.tolist() == [7, 9]
    assert padding.tolist() == [[0] * 4] * 2 and pads.tolist() == [1, 1]


def test_boxes_that_a_batch_transform_pushes_out_become_padding():
    images = torch.zeros(1, 3, 10, 20)
    boxes, labels = torch.tensor([[[25.0, 0, 30, 5], [10, 5, 30, 20]]]), torch.tensor([[1, 2]])
    _, scaled, left = PointScaler()((images, boxes, labels), kinds=("image", "boxes", "boxlabels"))
    assert scaled.tolist() == [[[0, 0, 0, 0], [0, 0, 1, 1]]] and left.tolist() == [[0, 2]]
    assert is_empty(scaled).tolist() == [[True, False]]


@pytest.mark.parametrize("boxes, words", [
    ([[10, 2, 5, 8]], r"Box 0 is inverted.*10, 2, 5, 8.*left, top, width, height"),
    ([[1, 2, 3, float("nan")]], "inverted or incomplete"),
    ([[1, 2, 3]], "rows of 4 numbers"),
    ([[40, 2, 50, 8]], r"Box 0 lies outside of its picture.*40, 2, 50, 8.*32x24"),
    ([[-9, -9, -1, -1]], "outside"),
    ([[2, 26, 8, 30]], r"outside.*32x24"),
])  # fmt: skip
def test_a_bad_box_is_reported_with_its_item_and_the_epoch_goes_on(boxes, words):
    bad = block(get_y=[lambda i: boxes if i == 2 else [[1, 1, 5, 5]], lambda i: ["cat"]])
    dls = bad.dataloaders(range(6), **SETTINGS)
    assert sum(len(x) for x, *_ in dls.train) == 5
    (aside,) = dls.train.set_aside
    assert aside.item == 2
    with pytest.raises(ItemError, match=words):
        dls.test_dl([2], with_labels=True).one_batch()


def test_labels_have_to_fit_the_boxes_and_the_vocabulary():
    dls = block(get_y=[lambda i: [[1, 1, 5, 5]], lambda i: ["cat", "dog"]]).dataloaders(range(4), **SETTINGS)
    with pytest.raises(DataError, match="1 boxes and 2 labels"):
        dls.one_batch()
    with pytest.raises(DataError, match="'dog' is not one of"):
        block(vocab=["cat"]).dataloaders(range(4), **SETTINGS)
    unseen = block(splitter=lambda items: ([0], [1]))
    with pytest.raises(DataError, match="in the validation set but not"):
        unseen.dataloaders(range(2), **SETTINGS)
    assert BoxLabels(["b", "a"]).vocab == ["#na#", "b", "a"] and BoxLabels(["b", "a"], add_na=False).vocab == ["b", "a"]


def test_a_forgotten_picture_is_named():
    data = DataBlock((BBoxBlock,), n_inp=1, splitter=lambda items: (list(range(len(items))), []))
    with pytest.raises(DataError, match=r"no picture.*ImageBlock"):
        data.dataloaders([[[1, 1, 2, 2]]] * 4, **SETTINGS).one_batch()


def test_large_jpegs_may_be_decoded_smaller_and_boxes_stay_in_place(tmp_path):
    from PIL import Image

    canvas = np.zeros((400, 800, 3), np.uint8)
    canvas[100:300, 400:600] = 255
    Image.fromarray(canvas).save(tmp_path / "a.jpg")
    dls = ObjectDetectionDataLoaders.from_lists(
        tmp_path, [tmp_path / "a.jpg"] * 3, [([[400, 100, 600, 300]], ["box"])] * 3, valid_pct=0.34, bs=2, seed=1,
        item_tfms=Resize((50, 100)), num_workers=0, device="cpu",
    )  # fmt: skip
    x, boxes, _ = dls.one_batch()
    place = (boxes[0, 0] + 1) / 2 * torch.tensor([100, 50, 100, 50])
    assert place.tolist() == pytest.approx([50, 12.5, 75, 37.5])
    inside = x[0, 0, 14:36, 52:73]
    assert inside.min() > 0.8 and x[0, 0, :, :46].max() < 0.2


def test_frames_and_names_are_drawn_and_padding_is_not():
    import matplotlib.pyplot as plt

    block().dataloaders(range(4), **SETTINGS).show_batch()
    axes = plt.gcf().axes[:4]
    assert [len(ax.patches) for ax in axes] == [2, 4, 0, 2]  # each frame is drawn twice, dark and light
    assert [[t.get_text() for t in ax.texts] for ax in axes] == [["cat"], ["dog", "cat"], [], ["bird"]]
    plt.close("all")


def test_boxes_alone_need_no_labels():
    data = DataBlock((ImageBlock, BBoxBlock), get_x=lambda i: PILImage.create(np.zeros((8, 8, 3), np.uint8)),
                     get_y=lambda i: TABLE[i % 2][0][:1], splitter=lambda o: (list(range(len(o))), []))  # fmt: skip
    _x, boxes = data.dataloaders(range(4), **SETTINGS).one_batch()
    assert boxes.shape == (4, 1, 4) and ToBoxes().encodes([]).shape == (0, 4)
