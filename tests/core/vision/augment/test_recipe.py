import inspect

import pytest
import torch
from fastlearn.data.pipeline import Pipeline
from fastlearn.vision.augment import (
    Brightness,
    Contrast,
    DeterministicDihedral,
    DeterministicDraw,
    DeterministicFlip,
    Dihedral,
    Flip,
    Hue,
    RandomErasing,
    RandomResizedCrop,
    RandomResizedCropGPU,
    Rotate,
    Saturation,
    Warp,
    Zoom,
    aug_transforms,
)

from .pictures import seeded, waves


def defaults(function):
    return {k: p.default for k, p in inspect.signature(function).parameters.items() if p.default is not p.empty}


def test_the_defaults_of_aug_transforms_are_those_published():
    assert defaults(aug_transforms) == {
        "mult": 1.0, "do_flip": True, "flip_vert": False, "max_rotate": 10.0, "min_zoom": 1.0, "max_zoom": 1.1,
        "max_lighting": 0.2, "max_warp": 0.2, "p_affine": 0.75, "p_lighting": 0.75, "xtra_tfms": None, "size": None,
        "mode": "bilinear", "pad_mode": "reflection", "align_corners": True, "batch": False, "min_scale": 1.0,
    }  # fmt: skip


def test_the_defaults_of_the_steps_are_those_published():
    how = {"size": None, "mode": "bilinear", "pad_mode": "reflection", "align_corners": True, "batch": False}
    assert defaults(Flip) == {"p": 0.5, "draw": None, **how} == defaults(Dihedral)
    assert defaults(Rotate) == {"max_deg": 10, "p": 0.5, "draw": None, **how}
    assert defaults(Zoom) == {"min_zoom": 1.0, "max_zoom": 1.1, "p": 0.5, "draw": None, "draw_x": None,
                              "draw_y": None, **how}  # fmt: skip
    assert defaults(Warp) == {"magnitude": 0.2, "p": 0.5, "draw_x": None, "draw_y": None, **how}
    for step in (Brightness, Contrast, Saturation):
        assert defaults(step) == {"max_lighting": 0.2, "p": 0.75, "draw": None, "batch": False}
    assert defaults(Hue) == {"max_hue": 0.1, "p": 0.75, "draw": None, "batch": False}
    crop = defaults(RandomResizedCropGPU)
    assert [crop[k] for k in ("min_scale", "ratio", "mode", "valid_scale", "max_scale", "mode_mask")] == [
        0.08, (3 / 4, 4 / 3), "bilinear", 1.0, 1.0, "nearest"]  # fmt: skip
    item = defaults(RandomResizedCrop)
    assert [item[k] for k in ("min_scale", "ratio", "val_xtra", "max_scale")] == [0.08, (3 / 4, 4 / 3), 0.14, 1.0]
    assert (Flip().order, Rotate().split_idx, Brightness().order, Brightness().split_idx) == (30, None, 40, 0)


def test_the_steps_their_order_and_their_settings():
    steps = aug_transforms(mult=2.0)
    assert [type(step) for step in steps] == [Flip, Warp, Rotate, Zoom, Brightness, Contrast]
    flip, warp, rotate, zoom, brightness, contrast = steps
    assert flip.p == 0.5 and (warp.p, rotate.p, zoom.p) == (0.75,) * 3
    assert (warp.magnitude, rotate.max_deg) == (0.4, 20.0) and (zoom.min_zoom, zoom.max_zoom) == (1.0, 1.1)
    assert (brightness.max_lighting, brightness.p) == (contrast.max_lighting, contrast.p) == (0.4, 0.75)


@pytest.mark.parametrize("settings, names", [
    ({"do_flip": False, "max_warp": 0}, ["Rotate", "Zoom", "Brightness", "Contrast"]),
    ({"flip_vert": True, "max_rotate": 0, "max_zoom": 1.0}, ["Dihedral", "Warp", "Brightness", "Contrast"]),
    ({"mult": 0}, ["Flip", "Zoom"]),
    ({"mult": 0, "min_scale": 0.5, "size": 32}, ["Flip", "Zoom", "RandomResizedCropGPU"]),
    ({"mult": 0, "xtra_tfms": [RandomErasing(), Saturation]}, ["Flip", "Zoom", "Saturation", "RandomErasing"]),
    ({"mult": 0, "do_flip": False, "max_zoom": 1.0}, []),
])  # fmt: skip
def test_what_is_left_out_and_what_joins(settings, names):
    assert [step.name for step in aug_transforms(**settings)] == names


def test_a_size_alone_resizes():
    x = waves(2)
    nothing = aug_transforms(mult=0, do_flip=False, max_zoom=1.0, size=32)
    for split_idx in (0, 1):
        assert Pipeline(nothing, split_idx)(x).shape == (2, 3, 32, 32)


@pytest.mark.parametrize("settings", [{}, {"size": 40}, {"size": (40, 56)}, {"size": 40, "min_scale": 0.5}])
def test_validation_only_resizes(settings):
    x = waves(3, 3, 64, 64)
    pipe = Pipeline(aug_transforms(**settings), split_idx=1)
    done = pipe(x, rng=seeded(1))
    assert torch.equal(done, pipe(x, rng=seeded(2)))
    size = settings.get("size", 64)
    assert done.shape[-2:] == ((size, size) if isinstance(size, int) else size)
    if not settings:
        assert torch.equal(done, x)
    trained = Pipeline(aug_transforms(**settings), split_idx=0)(x, rng=seeded(1))
    assert trained.shape == done.shape and not torch.equal(trained, done)


def test_min_scale_shows_squares_of_at_least_that_share():
    x = torch.zeros(200, 1, 60, 60)
    crop = aug_transforms(size=30, min_scale=0.5)[-3]
    assert type(crop) is RandomResizedCropGPU and crop.size == (30, 30)
    sides = crop.matrix(x, (60, 60), seeded())[:, 0, 0] * 59 + 1
    assert sides.min() >= 42 and sides.max() > 59 and sides.min() < 45  # 60 * sqrt(0.5) = 42.4


def test_deterministic_draws_go_through_their_values():
    draw = DeterministicDraw([0, 1, 5])
    assert [draw(torch.zeros(2)).tolist() for _ in range(4)] == [[0, 0], [1, 1], [5, 5], [0, 0]]
    x = waves(2)
    flip = DeterministicFlip()
    assert [torch.equal(flip(x, split_idx=0), y) for y in (x, x.flip(-1), x, x.flip(-1))] == [True] * 4
    turns = DeterministicDihedral()
    seen = [turns(x, split_idx=0) for _ in range(9)]
    assert torch.equal(seen[0], seen[8]) and len(torch.stack(seen).flatten(1).unique(dim=0)) == 8


def test_a_held_draw_stays_until_it_is_let_go():
    x, flip = waves(2), DeterministicFlip()
    flip.hold(3)
    assert all(torch.equal(flip(x, split_idx=0), x.flip(-1)) for _ in range(3))
    flip.hold(None)
    assert torch.equal(flip(x, split_idx=0), x)


def test_steps_say_what_they_were_made_with():
    text = repr(Rotate(max_deg=30, p=0.9, draw=None, size=64))
    assert text.startswith("Rotate(max_deg=30, p=0.9") and "size=(64, 64)" in text
    for step in [*aug_transforms(size=32, min_scale=0.5), Hue(), Saturation(), RandomErasing(), DeterministicFlip()]:
        again = type(step)(**step.constructor_arguments())
        assert repr(again) == repr(step)
