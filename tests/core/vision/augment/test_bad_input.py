import pytest
import torch
from fastlearn.data.pipeline import Pipeline
from fastlearn.data.problems import DataError
from fastlearn.vision.augment import (
    AffineCoordTfm,
    Brightness,
    Contrast,
    DeterministicDraw,
    Dihedral,
    DihedralItem,
    Flip,
    Hue,
    RandomErasing,
    RandomResizedCrop,
    RandomResizedCropGPU,
    RatioResize,
    Rotate,
    Saturation,
    Zoom,
    affine_mat,
    aug_transforms,
)
from fastlearn.vision.normalize import Normalize
from fastlearn.vision.stats import imagenet_stats

from .pictures import waves

ARGUMENTS = [
    (lambda: Rotate(p=1.5), r"probability between 0 and 1.*1\.5"),
    (lambda: Brightness(p=-1), "probability between 0 and 1"),
    (lambda: Rotate(max_degrees=3), "did you mean.*max_deg"),
    (lambda: aug_transforms(max_rot=3), "did you mean.*max_rotate"),
    (lambda: Flip(mode="linear"), "mode.*'bilinear'.*'linear'"),
    (lambda: Flip(pad_mode="mirror"), "pad_mode.*'zeros', 'border', 'reflection'.*'mirror'"),
    (lambda: Flip(size=0), "side in pixels.*0"),
    (lambda: Zoom(min_zoom=2.0), "min_zoom.*max_zoom.*2.0 and 1.1"),
    (lambda: Zoom(min_zoom=0.0), "positive"),
    (lambda: Contrast(1.0), "max_lighting.*up to, but not including, 1"),
    (lambda: aug_transforms(mult=6), "max_lighting.*1.2"),
    (lambda: Hue(max_hue=1), "colour circle"),
    (lambda: aug_transforms(min_scale=0.5), "size=224"),
    (lambda: RandomResizedCropGPU(32, min_scale=0), "shares of the area"),
    (lambda: RandomResizedCropGPU(32, valid_scale=2), "valid_scale"),
    (lambda: RandomResizedCrop(32, max_scale=1.5), "shares of the area.*1.5"),
    (lambda: RandomResizedCrop(32, ratio=(2, 1)), "ratio.*least and the greatest"),
    (lambda: RandomResizedCrop(32, val_xtra=-1), "val_xtra"),
    (lambda: RatioResize(0), "side in pixels"),
    (lambda: RandomErasing(sl=0.5, sh=0.2), "shares of the area"),
    (lambda: RandomErasing(min_aspect=0), "min_aspect"),
    (lambda: RandomErasing(max_count=0), "at least 1"),
    (lambda: DeterministicDraw([]), "at least one"),
    (lambda: affine_mat(torch.ones(2)), "six numbers"),
]


@pytest.mark.parametrize("make, message", ARGUMENTS, ids=[m for _, m in ARGUMENTS])
def test_a_bad_argument_is_named_with_what_to_try(make, message):
    with pytest.raises((ValueError, TypeError), match=f"(?si){message}"):
        make()


BATCHES = [
    (Rotate(), torch.rand(3, 8, 8), r"\(B, C, H, W\).*shape \(3, 8, 8\).*x\[None\]"),
    (RandomErasing(), torch.rand(3, 8, 8), r"\(B, C, H, W\)"),
    (Brightness(), torch.zeros(2, 3, 4, 4, dtype=torch.uint8)[0], r"\(B, C, H, W\)"),
    (Contrast(), waves(2) * 255, "0 to 1.*run from.*before Normalize"),
    (Hue(), waves(2, 5), "red, green and blue.*5"),
    (Saturation(), waves(2, 2), "red, green and blue"),
    (Flip(draw=[1]), waves(2), None),
    (Flip(draw=[1, 0]), waves(3), "2 for a batch of 3"),
    (Dihedral(draw=8), waves(2), "0 to 7"),
    (Dihedral(draw=1.5), waves(2), "0 to 7"),
    (AffineCoordTfm(aff_fs=lambda x: torch.eye(3)), waves(2), r"\(2, 3, 3\).*\(3, 3\)"),
]


@pytest.mark.parametrize("step, x, message", BATCHES, ids=range(len(BATCHES)))
def test_a_bad_batch_is_refused_alone_and_in_a_pass(step, x, message):
    if message is None:
        assert step(x, split_idx=0).shape == x.shape
        return
    for call in (step, Pipeline([step, Normalize.from_stats([0.5], [0.5])], split_idx=0)):
        with pytest.raises(ValueError, match=f"(?s){message}"):
            call(x) if isinstance(call, Pipeline) else call(x, split_idx=0)


def test_other_whole_numbers_need_to_know_what_white_is():
    x = torch.zeros(2, 3, 8, 8, dtype=torch.int32)
    with pytest.raises(DataError, match="IntToFloatTensor"):
        Rotate()(x, split_idx=0, kinds=("image",))


def test_points_and_boxes_without_a_picture_are_refused():
    for step, parts in ((Rotate(), torch.rand(2, 3, 2)), (DihedralItem(), torch.rand(3, 2))):
        with pytest.raises(DataError, match=r"no picture.*ImageBlock"):
            for seed in range(20):  # one of the eight symmetries changes nothing
                step((parts,), split_idx=0, kinds=("points",), rng=torch.Generator().manual_seed(seed))


def test_wrong_statistics_are_reported_in_a_pass_too():
    with pytest.raises(DataError, match=r"statistics of shape \(1, 3, 1, 1\).*\(2, 4, 64, 64\)"):
        Pipeline([Flip(), Normalize.from_stats(*imagenet_stats)], split_idx=0)(waves(2, 4))


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (7, 1), (2, 3)])
def test_tiny_pictures_go_through(shape):
    x = torch.rand(2, 3, *shape)
    done = Pipeline([*aug_transforms(), Hue(), Saturation(), RandomErasing(p=1.0)], split_idx=0)(x)
    assert done.shape == x.shape and done.isfinite().all()
    assert Pipeline(aug_transforms(size=5, min_scale=0.5), split_idx=0)(x).shape == (2, 3, 5, 5)


def test_a_warp_that_would_fold_the_picture_over_is_held_back():
    from fastlearn.vision.augment import Warp

    done = Warp(magnitude=3.0, p=1.0, pad_mode="border")(waves(16), split_idx=0)
    assert done.isfinite().all() and done.min() >= 0.09 and done.max() <= 0.91
    moves = Warp(magnitude=3.0, p=1.0).draw((waves(16),), ("image",), torch.Generator().manual_seed(0))
    places = torch.tensor([[[1.0, 1], [63, 1], [1, 63], [63, 63]]]).expand(16, 4, 2)
    x, y = moves.move_points(places).unbind(-1)
    assert (x[:, 0] < x[:, 1]).all() and (y[:, 0] < y[:, 2]).all()  # left stays left, upper stays upper
