"""Transforms called by keyword and returning a dict, as albumentations' are, with stand-ins of that convention."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from fastlearn.data.block import CategoryBlock, DataBlock
from fastlearn.data.problems import DataError
from fastlearn.vision.albumentations import AlbumentationsTransform
from fastlearn.vision.blocks import ImageBlock, MaskBlock
from fastlearn.vision.boxes import BBoxBlock, BBoxLblBlock
from fastlearn.vision.open import PILImage, PILMask

X = ["x"]  # the labels of boxes
KINDS = ("image", "mask", "boxes", "boxlabels", "points", "category")


class CropTopLeft:
    """Keeps the upper left `side` pixels, as albumentations' Crop does: boxes that lie outside are left out."""

    def __init__(self, side):
        self.side, self.calls = side, []

    def __call__(self, **data):
        self.calls.append(sorted(data))
        n = self.side
        done = {key: value[:n, :n] for key, value in data.items() if key.startswith(("image", "mask"))}
        if "bboxes" in data:
            rows = np.array(data["bboxes"])
            rows[:, :4] = rows[:, :4].clip(0, n)
            done["bboxes"] = rows[(rows[:, 2] > rows[:, 0]) & (rows[:, 3] > rows[:, 1])]
        if "keypoints" in data:
            done["keypoints"] = [tuple(point) for point in data["keypoints"]]
        return {**data, **done}


class MaybeDark:
    """Draws from the global generators, as older versions do."""

    def __call__(self, image, **others):
        return {"image": (image * random.random() * np.random.rand()).astype(np.uint8), **others}


class OwnGenerator:
    """Draws from its own generator, as newer versions do."""

    def set_random_seed(self, seed):
        self.rng = np.random.default_rng(seed)

    def __call__(self, image, **others):
        return {"image": image + self.rng.integers(0, 9, dtype=np.uint8), **others}


def sample():
    pixels = np.arange(8 * 10 * 3, dtype=np.uint8).reshape(8, 10, 3)
    boxes = torch.tensor([[6.0, 6, 9, 8], [1, 1, 5, 7]])
    return (PILImage.create(pixels), PILMask.create(pixels[..., 0]), boxes, torch.tensor([5, 7]),
            torch.tensor([[2.0, 3.0]]), torch.tensor(1))  # fmt: skip


def test_all_parts_of_a_sample_go_through_one_call():
    crop, given = CropTopLeft(4), sample()
    image, mask, boxes, labels, points, label = AlbumentationsTransform(crop)(given, split_idx=0, kinds=KINDS)
    assert crop.calls == [["bboxes", "image", "keypoints", "mask"]]
    assert type(image) is PILImage and type(mask) is PILMask and image.size == mask.size == (4, 4)
    assert np.array_equal(np.asarray(image), np.asarray(given[0])[:4, :4])
    assert np.array_equal(np.asarray(mask), np.asarray(given[1])[:4, :4])
    assert boxes.tolist() == [[1, 1, 4, 4]] and labels.tolist() == [7]  # the label of the box that is left
    assert points.tolist() == [[2, 3]] and label is given[5]


def test_training_and_validation_have_their_own():
    both = AlbumentationsTransform(CropTopLeft(4), CropTopLeft(6))
    assert both(sample()[0], split_idx=0).size == (4, 4) and both(sample()[0], split_idx=1).size == (6, 6)
    alone, picture = AlbumentationsTransform(CropTopLeft(4)), sample()[0]
    assert alone(picture, split_idx=1) is picture
    with pytest.raises(TypeError, match="function called by keyword"):
        AlbumentationsTransform(3)


@pytest.mark.parametrize("aug", [MaybeDark(), OwnGenerator()])
def test_what_it_draws_follows_the_generator_and_global_state_stays(aug):
    step, picture = AlbumentationsTransform(aug), sample()[0]
    before, numpy_before = random.getstate(), np.random.get_state()[1].tolist()
    runs = [np.asarray(step(picture, rng=torch.Generator().manual_seed(s))).tolist() for s in (1, 1, 2, 3, 4)]
    assert runs[0] == runs[1] and len({str(run) for run in runs}) > 1
    assert random.getstate() == before and np.random.get_state()[1].tolist() == numpy_before


def test_tensors_and_several_pictures_are_passed_too():
    crop = CropTopLeft(3)
    image = torch.arange(5 * 6 * 7, dtype=torch.uint8).reshape(5, 6, 7)
    done = AlbumentationsTransform(crop)((image, image + 1, image[0].long()), kinds=("image", "image", "mask"))
    assert crop.calls == [["image", "image1", "mask"]]
    assert torch.equal(done[0], image[:, :3, :3]) and torch.equal(done[1], image[:, :3, :3] + 1)
    assert torch.equal(done[2], image[0, :3, :3].long())


def test_floats_and_tensors_that_it_makes_stay():
    to_float = AlbumentationsTransform(lambda image: {"image": image / np.float32(255)})
    made = to_float(sample()[0])
    assert made.shape == (3, 8, 10) and made.dtype == torch.float32
    to_tensor = AlbumentationsTransform(lambda image: {"image": torch.from_numpy(image).permute(2, 0, 1)})
    assert to_tensor(sample()[0]).shape == (3, 8, 10)


def test_what_went_wrong_is_said():
    with pytest.raises(DataError, match=r"returns a dict with image.*Transform\(function\)"):
        AlbumentationsTransform(lambda image: image)(sample()[0])
    lost = AlbumentationsTransform(lambda image, keypoints: {"image": image, "keypoints": []})
    with pytest.raises(DataError, match=r"1 of 1 points were left out.*remove_invisible=False"):
        lost((sample()[0], sample()[4]), kinds=("image", "points"))


def test_label_fields_that_a_compose_asks_for_are_given():
    class Composed(CropTopLeft):
        class processors(dict):
            pass

    composed = Composed(4)
    params = type("Params", (), {"label_fields": ["names"]})()
    composed.processors = {"bboxes": type("Processor", (), {"params": params})()}
    AlbumentationsTransform(composed)(sample(), kinds=KINDS)
    assert composed.calls == [["bboxes", "image", "keypoints", "mask", "names"]]


def test_labels_alone_are_left_alone():
    step = AlbumentationsTransform(CropTopLeft(2))
    label = (torch.tensor(1), "a")
    assert step(label) is label


@pytest.mark.parametrize("workers", [0, 2])
def test_in_loaders_the_same_seed_gives_the_same_pictures(workers):
    def batch():
        data = DataBlock((ImageBlock, MaskBlock, BBoxBlock, BBoxLblBlock, CategoryBlock), n_inp=1,
                         get_x=lambda i: sample()[0], splitter=lambda o: (list(range(8)), [8, 9]),
                         get_y=[lambda i: sample()[1], lambda i: [[1, 1, 5, 7]], lambda i: X, lambda i: "ab"[i % 2]],
                         item_tfms=AlbumentationsTransform(MaybeDark()))  # fmt: skip
        return data.dataloaders(range(10), bs=8, seed=3, num_workers=workers, device="cpu")

    a, b = (next(iter(batch().train)) for _ in range(2))
    assert all(torch.equal(x, y) for x, y in zip(a, b, strict=True)) and a[0].std((1, 2, 3)).unique().numel() > 4
    plain = next(iter(batch().valid))[0][0]
    assert np.array_equal((plain * 255).round().permute(1, 2, 0).numpy(), np.asarray(sample()[0]))
