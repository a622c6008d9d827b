"""Resizing straight into tensors: the same pixels as by way of a picture, and those of Pillow to two levels of 255."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from fastlearn.data.pipeline import Pipeline
from fastlearn.data.problems import STAGE
from fastlearn.vision.covering import Covering
from fastlearn.vision.open import PILImage, PILImageBW, PILMask
from fastlearn.vision.planes import ViewToTensor, picture_of, view_planes
from fastlearn.vision.resize import Resize, ResizeMethod
from fastlearn.vision.tensors import ToTensor
from fastlearn.vision.window import Window, largest_inside, view_picture
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

BILINEAR = Image.Resampling.BILINEAR


def photo(width, height, seed=0):
    """Noise on a slope: every pixel counts."""
    rng = np.random.default_rng(seed)
    slope = np.linspace(0, 200, width)[None, :, None] + rng.integers(0, 56, (height, width, 3))
    return Image.fromarray(slope.astype(np.uint8))


def seeded(n):
    return torch.Generator().manual_seed(n)


@given(
    size=st.tuples(st.integers(4, 80), st.integers(4, 80)),
    out=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    step=st.integers(0, 60),
)
def test_the_pixels_are_pillows_to_two_levels(size, out, step):
    im, window = photo(*size), largest_inside(size, out, (0, 0))
    scale = (window.right - window.left) / out[0]
    free = [int((have - edge) / scale + 1e-6) for have, edge in zip(size, window[2:], strict=True)]
    move = [min(step, steps) * scale for steps in free]
    window = Window(move[0], move[1], window.right + move[0], window.bottom + move[1])
    planes = view_planes(im, window, out)
    if out == size or any(int(n / scale + 1e-5) == n for n in size):
        assert out != size or planes is None
    else:
        assert planes is not None
    if planes is None:
        return
    assert planes.shape == (3, out[1], out[0]) and planes.dtype == torch.uint8
    seen = np.asarray(view_picture(im, window, out, BILINEAR, "zeros"), np.int16)
    assert np.abs(seen - planes.permute(1, 2, 0).numpy()).max() <= 2
    assert np.array_equal(np.asarray(picture_of(planes)), planes.permute(1, 2, 0).numpy())


@pytest.mark.parametrize(
    "window, mode",
    [
        (Window(0.5, 0, 16.5, 16), "RGB"),  # a quarter of the view's pixel off the edge
        (Window(0, -2, 16, 14), "RGB"),  # beyond the upper edge
        (Window(16, 0, 34, 18), "RGB"),  # beyond the right one
        (Window(0, 0, 16, 16), "L"),
        (Window(0, 0, 16, 16), "RGBA"),
    ],
)
def test_what_the_kernel_cannot_show_is_left_to_pillow(window, mode):
    assert view_planes(photo(32, 24).convert(mode), window, (8, 8)) is None
    assert view_planes(torch.zeros(3, 24, 32), window, (8, 8)) is None


def test_a_scale_that_keeps_the_number_of_pixels_is_left_to_pillow():
    window = Window(5 / 6, 0, 10 / 6, 5)  # 4 pixels become 4.8, so 4 again, but of another scale
    assert view_planes(photo(4, 5), window, (1, 6)) is None


@pytest.mark.parametrize("method", [ResizeMethod.Crop, ResizeMethod.Squish, ResizeMethod.Pad])
@pytest.mark.parametrize("split", [0, 1])
@pytest.mark.parametrize("cls", [PILImage, PILImageBW])
def test_resizing_into_a_tensor_gives_the_bits_of_the_two_steps(method, split, cls):
    steps, picture = [Resize(24, method=method), ToTensor()], cls.create(photo(61, 40))
    mask = PILMask.create(np.arange(61 * 40, dtype=np.uint8).reshape(40, 61) % 7)
    sample, kinds = (picture, mask, torch.tensor(3)), ("image", "mask", "category")
    pipeline = Pipeline(steps, split_idx=split)
    assert [type(step) for step in pipeline._merged()] == [ViewToTensor]
    for seed in range(5):
        one, other = sample, seeded(seed)
        for step in steps:
            one = step(one, split_idx=split, kinds=kinds, rng=other)
        for a, b in zip(one, pipeline(sample, kinds, seeded(seed)), strict=True):
            assert a.dtype == b.dtype and torch.equal(a, b)


def test_a_jpeg_decoded_smaller_is_resized_alike_either_way():
    file = io.BytesIO()
    photo(500, 375).save(file, "JPEG", quality=90)
    picture = PILImage.create(file.getvalue(), at_least=(64, 64))
    assert picture.size == (125, 94)
    resize = Resize(64)
    planes = Pipeline([resize, ToTensor()], split_idx=0)(picture, ("image",), seeded(2))
    seen = np.asarray(resize(picture, split_idx=0, kinds=("image",), rng=seeded(2)))
    assert torch.equal(planes, torch.from_numpy(seen.copy()).permute(2, 0, 1))


@pytest.mark.parametrize(
    "steps",
    [
        [Resize(8), lambda x: x],  # something of the user's comes between
        [Resize(8, resamples=(Image.Resampling.NEAREST, 0)), ToTensor()],
        [type("Mine", (Resize,), {})(8), ToTensor()],
        [Resize(8), type("Mine", (ToTensor,), {})()],
    ],
)
def test_other_steps_are_left_as_they_are(steps):
    picture = PILImage.create(photo(30, 20))
    one = picture
    for step in Pipeline(steps, split_idx=1):
        one = step(one, split_idx=1)
    other = Pipeline(steps, split_idx=1)(picture, ("image",))
    assert np.array_equal(np.asarray(one), np.asarray(other))


def test_the_covering_picture_of_a_cache_holds_every_window():
    picture, resize = PILImage.create(photo(61, 40)), Resize(16)
    whole = Pipeline([Covering(resize), ToTensor()])(picture, ("image",))
    for seed in range(8):
        part = Pipeline([resize, ToTensor()], split_idx=0)(picture, ("image",), seeded(seed))
        assert any(torch.equal(part, whole[:, :16, x : x + 16]) for x in range(whole.shape[2] - 15))


def test_an_error_names_both_steps():
    class Broken(PILImage):
        @property
        def full_size(self):
            raise RuntimeError("no size")

    pipeline = Pipeline([Resize(8), ToTensor()], split_idx=1)
    with pytest.raises(RuntimeError, match="no size") as error:
        pipeline(Broken.adopt(photo(20, 20)), ("image",))
    assert getattr(error.value, STAGE)[0] == "Resize + ToTensor"
