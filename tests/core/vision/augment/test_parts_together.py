"""Images, masks, points and boxes of a sample move together."""

import numpy as np
import pytest
import torch
from fastlearn.data.pipeline import Pipeline
from fastlearn.vision.augment import (
    Dihedral,
    DihedralItem,
    Flip,
    RandomResizedCrop,
    RandomResizedCropGPU,
    RatioResize,
    Rotate,
    Warp,
    Zoom,
    aug_transforms,
)
from fastlearn.vision.open import PILImage, PILMask
from fastlearn.vision.tensors import IntToFloatTensor

from .pictures import box_around, rectangle_mask, seeded

KINDS = ("image", "mask", "points", "boxes", "category")
BOX = [24.0, 20.0, 44.0, 34.0]
STEPS = [
    [Flip(p=1.0)],
    [Dihedral(p=1.0)],
    [Rotate(max_deg=40, p=1.0, pad_mode="zeros")],
    [Zoom(max_zoom=1.3, p=1.0, pad_mode="zeros")],
    [Warp(p=1.0, pad_mode="zeros")],
    [RandomResizedCropGPU(80, min_scale=0.7, pad_mode="zeros")],
    [Rotate(p=1.0, pad_mode="zeros", size=(96, 72)), Zoom(p=1.0, pad_mode="zeros", size=(96, 72))],
    aug_transforms(pad_mode="zeros", p_affine=1.0),
    aug_transforms(pad_mode="zeros", flip_vert=True, size=100, min_scale=0.8),
    aug_transforms(pad_mode="zeros", align_corners=False, max_rotate=45),
]


def sample_of_shapes(n=6, height=64, width=64):
    mask = rectangle_mask([BOX] * n, height, width)
    image = mask[:, None].float().expand(n, 3, height, width) * 0.8 + 0.1
    centre = torch.tensor([[(BOX[0] + BOX[2]) / 2, (BOX[1] + BOX[3]) / 2]])
    return image, mask, centre.expand(n, 1, 2), torch.tensor([BOX]).expand(n, 1, 4), torch.arange(n)


def centroid(mask):
    rows, columns = mask.nonzero(as_tuple=True)
    return torch.stack((columns.float().mean(), rows.float().mean())) + 0.5


@pytest.mark.parametrize("steps", STEPS, ids=lambda steps: "+".join(step.name for step in steps))
@pytest.mark.parametrize("shape", [(64, 64), (56, 72)])
def test_boxes_and_points_lie_where_the_mask_of_their_shape_does(steps, shape):
    parts = sample_of_shapes(6, *shape)
    images, masks, points, boxes, labels = Pipeline(steps, split_idx=0)(parts, KINDS, seeded(3))
    assert torch.equal(labels, parts[4]) and masks.dtype == torch.long and images.shape[-2:] == masks.shape[-2:]
    height, width = masks.shape[-2:]
    for image, mask, point, box in zip(images, masks, points, boxes, strict=True):
        grown = max(height, width) / 64
        around = box_around(mask)
        assert (box[0] >= 0).all() and (box[0] <= torch.tensor([width, height] * 2)).all()
        assert (box[0] - around).abs().max() <= 1.5 + grown
        assert (point[0] - centroid(mask)).abs().max() <= 1.5 * grown
        bright = image[0] > image[0].quantile(0.1) + 0.5 * (image[0].max() - image[0].quantile(0.1))
        assert (bright != (mask > 0)).float().mean() < 0.02  # image and mask agree but for pixels on the edge


def test_a_box_that_leaves_the_picture_is_cut_and_padding_stays_empty():
    image = torch.rand(1, 3, 20, 20)
    boxes = torch.tensor([[[0.0, 0.0, 4.0, 20.0], [0.0, 0.0, 0.0, 0.0], [12.0, 8.0, 16.0, 12.0]]])
    moved = Zoom(draw=2.0, draw_x=1.0, draw_y=0.5)((image, boxes), split_idx=0, kinds=("image", "boxes"))[1][0]
    empty = (moved[:, 2] <= moved[:, 0]) | (moved[:, 3] <= moved[:, 1])
    assert empty.tolist() == [True, True, False]
    assert moved[2].tolist() == pytest.approx(
        [4.5, 6.0, 12.5, 14.0]
    )  # the last pixel's centre stays, all is twice as far


def test_there_may_be_no_boxes_and_another_number_for_each_sample():
    image = torch.rand(2, 3, 16, 16)
    for empty in (torch.zeros(2, 0, 4), torch.zeros(2, 0, 2)):
        kind = "boxes" if empty.shape[-1] == 4 else "points"
        assert Flip(p=1.0)((image, empty), split_idx=0, kinds=("image", kind))[1].shape == empty.shape
    lists = [torch.tensor([[0.0, 0.0, 4.0, 4.0]]), torch.zeros(0, 4)]
    done = Flip(p=1.0)((image, lists), split_idx=0, kinds=("image", "boxes"))[1]
    assert done[0].tolist() == [[12.0, 0.0, 16.0, 4.0]] and done[1].shape == (0, 4)


def test_missing_points_stay_missing():
    points = torch.tensor([[[float("nan"), float("nan")], [2.0, 3.0]]])
    done = Flip(p=1.0)((torch.rand(1, 3, 8, 10), points), split_idx=0, kinds=("image", "points"))[1]
    assert done[0, 0].isnan().all() and done[0, 1].tolist() == [8.0, 3.0]


def test_masks_keep_their_ids_their_dtype_and_their_axes():
    ids = torch.tensor([0, 7, 255, 2**24 - 1])
    masks = ids[torch.randint(4, (3, 40, 40), generator=seeded())]
    steps = aug_transforms(max_rotate=30)
    for given in (masks, masks[:, None].expand(3, 2, 40, 40), (masks > 7), masks.clamp(max=255).to(torch.uint8)):
        image = torch.rand(3, 3, 40, 40)
        done = Pipeline(steps, split_idx=0)((image, given), ("image", "mask"), seeded())[1]
        assert done.dtype == given.dtype and done.shape == given.shape
        assert set(done.unique().tolist()) <= set(given.unique().tolist())


def test_pictures_of_different_size_in_one_sample_move_alike():
    large = torch.nn.functional.interpolate(torch.rand(2, 3, 8, 8, generator=seeded()), (64, 64), mode="bicubic")
    small = torch.nn.functional.interpolate(large, (32, 32), mode="bilinear", antialias=True)
    one, two = Pipeline(aug_transforms(max_lighting=0, align_corners=False), 0)(
        (large, small), ("image", "image"), seeded(2)
    )
    assert one.shape[-1] == 64 and two.shape[-1] == 32
    shrunk = torch.nn.functional.interpolate(one, (32, 32), mode="bilinear", antialias=True)
    assert (shrunk - two)[..., 3:-3, 3:-3].abs().mean() < 0.02
    resized = Pipeline(aug_transforms(size=64), 0)((large, small), ("image", "image"), seeded(2))
    assert resized[0].shape == resized[1].shape


@pytest.mark.parametrize("seed", range(8))
def test_an_item_turns_with_its_mask_boxes_and_points(seed):
    pixels = np.random.default_rng(seed).integers(0, 255, (30, 50, 3), dtype=np.uint8)
    mask = rectangle_mask([[10, 4, 22, 12]], 30, 50)[0].numpy().astype(np.uint8)
    parts = (PILImage.create(pixels), PILMask.create(mask), torch.tensor([[10.0, 4.0]]),
             torch.tensor([[10.0, 4.0, 22.0, 12.0]]))  # fmt: skip
    image, turned, points, boxes = DihedralItem()(parts, split_idx=0, kinds=KINDS[:4], rng=seeded(seed))
    assert type(image) is PILImage and type(turned) is PILMask and image.size == turned.size
    assert image.size in ((50, 30), (30, 50))
    assert boxes[0].tolist() == box_around(torch.tensor(np.array(turned))).tolist()
    corners = {(boxes[0, i].item(), boxes[0, j].item()) for i in (0, 2) for j in (1, 3)}
    assert tuple(points[0].tolist()) in corners
    as_tensor = torch.from_numpy(pixels).permute(2, 0, 1)
    np.testing.assert_array_equal(
        DihedralItem()(as_tensor, split_idx=0, rng=seeded(seed)).permute(1, 2, 0).numpy(), np.asarray(image)
    )


def test_an_item_turn_knows_the_full_size_of_a_picture_that_was_decoded_smaller():
    picture = PILImage.adopt(PILImage.create(np.zeros((10, 20, 3), np.uint8)), (200, 100))
    sizes = {DihedralItem()(picture, split_idx=0, rng=seeded(s)).full_size for s in range(12)}
    assert sizes == {(200, 100), (100, 200)}


def test_all_eight_symmetries_of_an_item_come_up_and_validation_has_none():
    picture = torch.arange(12.0).reshape(1, 3, 4)
    seen = {tuple(DihedralItem()(picture, split_idx=0, rng=seeded(s)).flatten().tolist()) for s in range(60)}
    assert len(seen) == 8
    assert torch.equal(DihedralItem()(picture, split_idx=1), picture)
    assert torch.equal(DihedralItem(p=0.0)(picture, split_idx=0), picture)


@pytest.mark.parametrize("seed", range(4))
def test_a_random_resized_crop_keeps_boxes_points_and_masks_together(seed):
    mask = rectangle_mask([[40, 30, 80, 70]], 100, 140)[0].numpy().astype(np.uint8)
    pixels = np.repeat(mask[..., None] * 200, 3, axis=2)
    parts = (PILImage.create(pixels), PILMask.create(mask), torch.tensor([[60.0, 50.0]]),
             torch.tensor([[40.0, 30.0, 80.0, 70.0]]))  # fmt: skip
    done = RandomResizedCrop(112, min_scale=0.6)(parts, split_idx=0, kinds=KINDS[:4], rng=seeded(seed))
    image, cut, points, boxes = done
    assert image.size == (112, 112) == cut.size
    found = torch.tensor(np.array(cut))
    assert (boxes[0] - box_around(found)).abs().max() <= 1.01
    assert (points[0] - (boxes[0, :2] + boxes[0, 2:]) / 2).abs().max() <= 0.01 or boxes[0].min() == 0


def test_a_random_resized_crop_is_within_its_scale_and_ratio():
    step, sides = RandomResizedCrop(32, min_scale=0.3, max_scale=0.5), []
    for seed in range(200):
        place = step.draw((PILImage.create(np.zeros((80, 120, 3), np.uint8)),), ("image",), seeded(seed)).place
        left, top, right, bottom = place
        assert 0 <= left < right <= 1 and 0 <= top < bottom <= 1
        sides.append(((right - left) * 120, (bottom - top) * 80))
    width, height = np.array(sides).T
    area, ratio = width * height / 9600, width / height
    assert area.min() > 0.28 and area.max() < 0.52 and area.std() > 0.04
    assert ratio.min() > 0.72 and ratio.max() < 1.38 and ratio.min() < 0.8 and ratio.max() > 1.2


def test_a_random_resized_crop_falls_back_to_the_middle():
    picture = PILImage.create(np.tile(np.arange(200, dtype=np.uint8)[None, :, None], (10, 1, 3)))
    done = RandomResizedCrop(10, min_scale=0.9)(picture, split_idx=0, rng=seeded())
    columns = np.asarray(done)[0, :, 0]
    assert abs(columns.mean() - 99.5) < 1 and columns.max() - columns.min() < 14  # 13 of 200 columns


def test_validation_resizes_to_a_border_more_and_cuts_out_the_centre():
    rng = np.random.default_rng(0)
    small = rng.integers(0, 255, (12, 16, 3), dtype=np.uint8)
    picture = PILImage.create(np.asarray(PILImage.create(small).resize((160, 120), 3)))
    step = RandomResizedCrop(56, val_xtra=0.14)
    assert step.border == 8  # ceil(56 * 0.14 / 8) * 8
    expected = np.asarray(picture.resize((64, 64), 2).crop((4, 4, 60, 60))).astype(int)
    done = np.asarray(step(picture, split_idx=1)).astype(int)
    assert np.abs(done - expected)[2:-2, 2:-2].max() <= 1  # at its border the filter sees the crop only
    assert RandomResizedCrop(224).border == 32 and RandomResizedCrop((96, 128)).border == 24


def test_a_random_resized_crop_says_how_small_a_picture_may_be_decoded():
    step = RandomResizedCrop(100, min_scale=0.35)
    need = step.decode_at_least
    for seed in range(100):  # pictures of that size: the crop never has fewer pixels than the result
        place = step.draw((torch.zeros(3, need[1], need[0]),), ("image",), seeded(seed)).place
        assert (place[2] - place[0]) * need[0] >= 99 and (place[3] - place[1]) * need[1] >= 99
    assert RandomResizedCrop(100, full_decode=True).decode_at_least is None


@pytest.mark.parametrize("size, expected", [((300, 200), (90, 60)), ((200, 300), (60, 90)), ((500, 3), (90, 1))])
def test_a_ratio_resize_brings_the_longer_side_to_size(size, expected):
    picture = PILImage.create(np.zeros((size[1], size[0], 3), np.uint8))
    boxes = torch.tensor([[0.0, 0.0, size[0] / 2, size[1]]])
    done, moved = RatioResize(90)((picture, boxes), split_idx=0, kinds=("image", "boxes"))
    assert done.size == expected and moved[0].tolist() == pytest.approx([0, 0, expected[0] / 2, expected[1]])
    tensor = torch.zeros(3, size[1], size[0], dtype=torch.uint8)
    assert RatioResize(90)(tensor).shape == (3, expected[1], expected[0])


def test_bytes_and_masks_go_through_a_whole_pipeline():
    image, mask = torch.randint(0, 256, (2, 3, 24, 24), dtype=torch.uint8), torch.ones(2, 24, 24, dtype=torch.uint8)
    x, y = Pipeline([IntToFloatTensor(), *aug_transforms()], 0)((image, mask), ("image", "mask"))
    assert x.dtype == torch.float32 and x.min() >= 0 and x.max() <= 1 and y.dtype == torch.long and (y == 1).all()
