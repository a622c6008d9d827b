"""Resizing: geometry by hand, agreement of a sample's parts, and reduced decoding that changes nothing else."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from fastlearn.vision.open import PILImage, PILMask
from fastlearn.vision.resize import CropPad, PadMode, RandomCrop, Resize, ResizeMethod
from fastlearn.vision.window import largest_inside, smallest_around, view_boxes, view_picture, view_points
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

sides = st.integers(1, 60)


def numbered(width: int, height: int) -> Image.Image:
    """A picture whose red is its column and whose green is its row."""
    y, x = np.mgrid[0:height, 0:width]
    return Image.fromarray(np.stack((x, y, 0 * x), -1).astype(np.uint8))


@pytest.mark.parametrize(
    "size, out, place, crop, pad",
    [
        ((500, 375), (100, 100), (0.5, 0.5), (62.5, 0, 437.5, 375), (0, -62.5, 500, 437.5)),
        ((500, 375), (100, 100), (0.0, 0.0), (0, 0, 375, 375), (0, 0, 500, 500)),
        ((500, 375), (100, 100), (1.0, 1.0), (125, 0, 500, 375), (0, -125, 500, 375)),
        ((300, 600), (200, 100), (0.5, 0.5), (0, 225, 300, 375), (-450, 0, 750, 600)),
        ((80, 40), (160, 80), (0.3, 0.9), (0, 0, 80, 40), (0, 0, 80, 40)),
    ],
)
def test_windows_are_placed_as_worked_out_by_hand(size, out, place, crop, pad):
    assert largest_inside(size, out, place) == pytest.approx(crop)
    assert smallest_around(size, out, place) == pytest.approx(pad)


@given(size=st.tuples(sides, sides), out=st.tuples(sides, sides), x=st.floats(0, 1), y=st.floats(0, 1))
def test_a_crop_lies_inside_and_a_padding_around_with_the_shape_asked_for(size, out, x, y):
    for window, inside in ((largest_inside(size, out, (x, y)), True), (smallest_around(size, out, (x, y)), False)):
        width, height = window.right - window.left, window.bottom - window.top
        assert width * out[1] == pytest.approx(height * out[0])
        beyond = min(window.left, window.top, size[0] - window.right, size[1] - window.bottom)
        assert beyond >= -1e-6 if inside else beyond <= 1e-6


@given(
    size=st.tuples(sides, sides),
    out=st.tuples(sides, sides),
    method=st.sampled_from(["crop", "squish", "pad"]),
    pad_mode=st.sampled_from(["zeros", "border", "reflection"]),
    split=st.sampled_from([0, 1]),
)
def test_every_method_gives_exactly_the_size_asked_for(size, out, method, pad_mode, split):
    picture, mask = PILImage.create(numbered(*size)), PILMask.create(np.ones(size[::-1], np.uint8))
    resize = Resize(out[::-1], method=method, pad_mode=pad_mode)
    seen, ids, pixels = resize((picture, mask, torch.zeros(3, size[1], size[0])), split_idx=split)
    assert seen.size == ids.size == out and tuple(pixels.shape) == (3, *out[::-1])
    assert type(seen) is PILImage and type(ids) is PILMask


def test_the_centre_crop_equals_pillows_own_crop_and_resize():
    picture = PILImage.create(numbered(50, 30))
    reference = numbered(50, 30).resize((15, 15), Image.Resampling.BILINEAR, box=(10, 0, 40, 30))
    np.testing.assert_array_equal(np.asarray(Resize(15)(picture, split_idx=1)), np.asarray(reference))


def test_the_crop_is_random_in_training_and_central_in_validation():
    picture, rng = PILImage.create(numbered(100, 10)), torch.Generator().manual_seed(0)
    starts = {Resize(10)(picture, split_idx=0, rng=rng).getpixel((0, 0))[0] for _ in range(20)}
    assert len(starts) > 10 and min(starts) < 20 and max(starts) > 70
    assert {Resize(10)(picture, split_idx=1, rng=rng).getpixel((0, 0))[0] for _ in range(3)} == {45}


@pytest.mark.parametrize(
    "pad_mode, wanted",
    [
        (PadMode.Zeros, [0, 0, 1, 2, 3, 4, 0, 0]),
        (PadMode.Border, [1, 1, 1, 2, 3, 4, 4, 4]),
        (PadMode.Reflection, [3, 2, 1, 2, 3, 4, 3, 2]),
    ],
)
def test_padding_fills_as_its_name_says(pad_mode, wanted):
    row = np.array([[1, 2, 3, 4]], np.uint8)
    column = CropPad((1, 8), pad_mode=pad_mode)(PILMask.create(row))
    assert np.asarray(column).tolist() == [wanted]
    assert CropPad((1, 8), pad_mode=pad_mode)(torch.tensor(row)[None].float()).tolist() == [[wanted]]


def test_padding_keeps_the_proportions_of_the_picture():
    white = PILImage.create(Image.new("RGB", (40, 20), "white"))
    shown = np.asarray(Resize(20, ResizeMethod.Pad, PadMode.Zeros)(white, split_idx=1))[..., 0]
    assert (shown[5:15] == 255).all() and (shown[:5] == 0).all() and (shown[15:] == 0).all()


def test_cropping_without_resizing_keeps_the_pixels():
    picture = PILImage.create(numbered(20, 10))
    for crop in (CropPad((4, 6)), RandomCrop((4, 6))):
        seen = np.asarray(crop(picture, split_idx=1))
        assert seen.shape == (4, 6, 3)
        assert seen[0, 0].tolist() == [7, 3, 0] and seen[-1, -1].tolist() == [12, 6, 0]


@given(place=st.tuples(st.floats(0, 1), st.floats(0, 1)), method=st.sampled_from(["crop", "squish", "pad"]))
def test_points_and_boxes_move_with_the_pixel_they_mark(place, method):
    size, out = (64, 48), (24, 32)
    window = Resize(out[::-1], method=method).window_in(size, place)
    corners = torch.tensor([[10.0, 20.0], [30.0, 40.0]])
    moved = view_points(corners, window, out)
    scale = torch.tensor([out[0] / (window.right - window.left), out[1] / (window.bottom - window.top)])
    torch.testing.assert_close(moved[1] - moved[0], (corners[1] - corners[0]) * scale)
    box = view_boxes(corners.reshape(1, 4), window, out)[0]
    torch.testing.assert_close(box, torch.stack([moved[:, 0].clamp(0, 24), moved[:, 1].clamp(0, 32)], 1).reshape(4))


def test_a_sample_agrees_on_one_window():
    picture = PILImage.create(numbered(90, 30))
    mask = PILMask.create(np.asarray(numbered(90, 30))[..., 0].copy())
    points, boxes = torch.tensor([[45.0, 15.0]]), torch.tensor([[40.0, 10.0, 50.0, 20.0]])
    kinds = ("image", "mask", "points", "boxes")
    for seed in range(5):
        rng = torch.Generator().manual_seed(seed)
        seen, ids, moved, box = Resize(30)((picture, mask, points, boxes), split_idx=0, kinds=kinds, rng=rng)
        left = int(np.asarray(ids)[0, 0])
        assert abs(int(np.asarray(seen)[0, 0, 0]) - left) <= 1
        assert moved[0, 0].item() == pytest.approx(45 - left, abs=1)
        torch.testing.assert_close(box[0, :2], (moved[0] - 5).clamp(0, 30))


def test_reduced_decoding_shows_the_same_part_of_the_picture():
    buffer = io.BytesIO()
    big = numbered(200, 150).resize((800, 600), Image.Resampling.BICUBIC)
    big.save(buffer, "jpeg", quality=95)
    whole = PILImage.create(buffer.getvalue())
    small = PILImage.create(buffer.getvalue(), at_least=Resize(64).decode_at_least)
    assert small.size == (100, 75)
    point = torch.tensor([[400.0, 300.0]])
    for seed in range(3):
        seen = [Resize(64)((p, point), split_idx=0, kinds=("image", "points"), rng=torch.Generator().manual_seed(seed))
                for p in (whole, small)]  # fmt: skip
        assert np.abs(np.asarray(seen[0][0], float) - np.asarray(seen[1][0], float)).max() < 8
        assert torch.equal(seen[0][1], seen[1][1])


def test_reduced_decoding_can_be_switched_off_and_is_off_where_pixels_count():
    assert Resize((100, 200)).decode_at_least == (200, 100)
    assert Resize(100, full_decode=True).decode_at_least is None
    assert getattr(RandomCrop(100), "decode_at_least", None) is None


def test_the_class_of_a_tuple_is_kept_and_its_label_untouched():
    class Pair(tuple):
        def __new__(cls, *parts):
            return super().__new__(cls, parts)

    a, b = PILImage.create(numbered(40, 20)), PILImage.create(numbered(20, 50))
    pair = Resize(16)(Pair(a, b, True))
    assert type(pair) is Pair and pair[2] is True
    assert [p.size for p in pair[:2]] == [(16, 16)] * 2


def test_resizing_touches_no_global_random_state():
    before = torch.get_rng_state()
    Resize(16)(PILImage.create(numbered(40, 20)))
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("size", [np.int64(16), np.array([16, 16]), torch.Size([16, 16])])
def test_whole_numbers_of_any_library_are_sizes(size):
    assert Resize(size).size == (16, 16)


def test_bad_settings_are_named_with_a_remedy():
    for size in (3.5, "ab", None, (3, 4, 5), (16, 0.5)):
        with pytest.raises(ValueError, match=r"side in pixels or \(height, width\).*Try 224"):
            Resize(size)
    with pytest.raises(ValueError, match=r"side in pixels or \(height, width\).*got 0.*Try 224"):
        Resize(0)
    with pytest.raises(ValueError, match=r"'crop', 'squish', 'pad'.*got 'stretch'.*ResizeMethod\.Crop"):
        Resize(64, method="stretch")
    with pytest.raises(ValueError, match="no picture"):
        Resize(64)((torch.zeros(1, 4),), kinds=("boxes",))


@pytest.mark.parametrize("place", [(0.0, 0.0), (0.9, 0.9), (1.0, 1.0)])
def test_a_strip_padded_to_a_single_pixel_stays_inside_it(place):
    strip = Image.new("RGB", (5, 1), "red")
    window = smallest_around((5, 1), (1, 1), place)
    assert view_picture(strip, window, (1, 1), Image.Resampling.BILINEAR, "zeros").size == (1, 1)
