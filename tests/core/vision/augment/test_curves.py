"""Brightness and contrast of bytes, read from a table: the same as logits and sigmoids but for the order."""

import pytest
import torch
from fastlearn.data.pipeline import Pipeline
from fastlearn.vision.augment import Brightness, Contrast, Hue, Rotate, Saturation, Warp, aug_transforms, chunks
from fastlearn.vision.augment.curves import looked_up
from fastlearn.vision.normalize import Normalize
from fastlearn.vision.stats import imagenet_stats
from fastlearn.vision.tensors import IntToFloatTensor

from .pictures import seeded, waves

BYTE = 1 / 255
SIDE = 64
LIGHTING = [Brightness(0.4, p=1.0), Contrast(0.4, p=1.0)]
NORMALIZE = Normalize.from_stats(*imagenet_stats)


def photos(n=4, channels=3, side=SIDE):
    return (waves(n, channels, side, side) * 255).round().to(torch.uint8)


@pytest.fixture
def tables(monkeypatch):
    """How many times tables were used."""
    used = []
    monkeypatch.setattr(chunks, "looked_up", lambda *given: used.append(1) or looked_up(*given))
    return used


def worked_out(steps, images, seed=3):
    """The same draws and the same pass, on floats, for which there are no tables."""
    return Pipeline(steps, split_idx=0)(IntToFloatTensor()(images, split_idx=0), rng=seeded(seed))


@pytest.mark.parametrize("normalize", [[], [NORMALIZE]], ids=["", "normalised"])
def test_bytes_that_do_not_move_are_met_exactly(tables, normalize):
    every_byte = torch.arange(256, dtype=torch.uint8).repeat(2, 3, 64, 1)  # (2, 3, 64, 256)
    steps = [*LIGHTING, *normalize]
    done = Pipeline([IntToFloatTensor(), *steps], split_idx=0)(every_byte, rng=seeded(3))
    assert tables and (done - worked_out(steps, every_byte)).abs().max() < 1e-5


@pytest.mark.parametrize("pad_mode", ["reflection", "border", "zeros"])
@pytest.mark.parametrize("normalize", [[], [NORMALIZE]], ids=["", "normalised"])
def test_between_pixels_and_around_the_picture_it_is_the_same_but_for_the_order(tables, normalize, pad_mode):
    steps = [*aug_transforms(p_affine=1.0, p_lighting=1.0, max_rotate=45, pad_mode=pad_mode), *normalize]
    done = Pipeline([IntToFloatTensor(), *steps], split_idx=0)(photos(), rng=seeded(3))
    apart = (done - worked_out(steps, photos())).abs() * (min(imagenet_stats[1]) if normalize else 1)
    assert tables and apart.mean() < 0.2 * BYTE
    edges = 0.03 if pad_mode == "zeros" else 0.0  # where the picture is mixed with the black around it
    assert (apart > BYTE).float().mean() <= edges


def test_every_sample_has_its_own_curve_and_every_channel_its_own_statistics(tables):
    gray = torch.full((2, 3, SIDE, SIDE), 51, dtype=torch.uint8)  # 0.2, whose logit is log(0.25)
    steps = [IntToFloatTensor(), Contrast(draw=[1.0, 2.0], p=1.0), Normalize.from_stats([0, 0.1, 0.2], [1, 1, 0.5])]
    done = Pipeline(steps, split_idx=0)(gray)
    strong = 0.0625 / 1.0625  # odds of 0.25 squared
    expected = torch.tensor([[0.2, 0.1, 0.0], [strong, strong - 0.1, (strong - 0.2) / 0.5]])
    assert tables and torch.allclose(done.mean((2, 3)), expected, atol=1e-5)


def test_bytes_that_are_divided_by_another_number_have_the_table_of_that(tables):
    steps = [IntToFloatTensor(div=510), Brightness(draw=0.5, p=1.0)]  # which leaves everything
    done = Pipeline(steps, split_idx=0)(photos(), rng=seeded())
    assert tables and torch.allclose(done, photos().float() / 510, atol=1e-6)


@pytest.mark.parametrize(
    "steps, images",
    [
        ([*LIGHTING, Saturation()], photos()),  # which needs all channels of a pixel
        ([*LIGHTING, Hue()], photos()),
        (LIGHTING, waves(4, 3, SIDE, SIDE)),  # floats are no bytes
        (LIGHTING, photos(side=16)),  # a table is as large as the picture
        ([Rotate(p=1.0, mode="bicubic"), *LIGHTING], photos()),  # overshoots, and lighting brings it back
    ],
    ids=["saturation", "hue", "floats", "small", "bicubic"],
)
def test_where_a_table_would_be_wrong_or_slower_there_is_none(tables, steps, images):
    Pipeline([IntToFloatTensor(), *steps], split_idx=0)(images, rng=seeded())
    assert not tables


def test_the_source_stays_as_it_is(tables):
    images = photos()
    Pipeline([IntToFloatTensor(), Warp(p=1.0), *LIGHTING], split_idx=0)(images, rng=seeded())
    assert tables and torch.equal(images, photos())
