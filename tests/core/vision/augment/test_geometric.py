import math

import numpy as np
import pytest
import torch
from fastlearn.vision.augment import (
    AffineCoordTfm,
    Dihedral,
    Flip,
    RandomResizedCropGPU,
    Rotate,
    Warp,
    Zoom,
    affine_grid,
    affine_mat,
    apply_perspective,
    dihedral_mat,
    find_coeffs,
    flip_mat,
    rotate_mat,
    zoom_mat,
)
from fastlearn.vision.augment.sampling import fold
from PIL import Image
from torchvision.transforms.v2 import functional as TF

from .pictures import seeded, waves

BILINEAR = TF.InterpolationMode.BILINEAR


@pytest.mark.parametrize("shape", [(64, 64), (48, 80)])
@pytest.mark.parametrize("align_corners", [True, False])
@pytest.mark.parametrize("degrees", [-30.0, 7.0, 90.0])
def test_a_rotation_is_torchvisions_the_other_way_round(degrees, align_corners, shape):
    x = waves(2, 3, *shape)
    done = Rotate(draw=degrees, pad_mode="zeros", align_corners=align_corners)(x, split_idx=0)
    torch.testing.assert_close(done, TF.rotate(x, -degrees, BILINEAR), atol=2e-4, rtol=0)


@pytest.mark.parametrize(
    "factor, place, centre", [(1.3, 0.5, (40, 24)), (1.5, 0.0, (0.5, 0.5)), (0.85, 1.0, (79.5, 47.5))]
)
def test_a_zoom_is_torchvisions_affine_about_the_place_that_stays(factor, place, centre):
    x = waves(2, 3, 48, 80)
    done = Zoom(draw=factor, draw_x=place, draw_y=place, pad_mode="zeros")(x, split_idx=0)
    expected = TF.affine(x, 0.0, [0, 0], factor, [0.0, 0.0], BILINEAR, center=list(centre))
    torch.testing.assert_close(done, expected, atol=2e-4, rtol=0)


@pytest.mark.parametrize("x_share, y_share", [(0.2, 0.0), (0.0, -0.15), (-0.1, 0.2)])
def test_a_warp_is_pils_perspective_of_the_corners_it_moves(x_share, y_share):
    size = 64
    x = waves(1, 1, size, size)
    done = Warp(draw_x=x_share, draw_y=y_share, pad_mode="zeros")(x, split_idx=0)
    corners = [(-1, -1), (-1, 1), (1, -1), (1, 1)]
    moved = [(cx * (1 - y_share * cy), cy * (1 - x_share * cx)) for cx, cy in corners]
    pixel = lambda point: tuple((p * (size - 1) + size) / 2 for p in point)  # noqa: E731
    rows, right = [], []
    for (u, v), (a, b) in zip(map(pixel, corners), map(pixel, moved), strict=True):  # (a, b) shows what is at (u, v)
        rows += [[a, b, 1, 0, 0, 0, -u * a, -u * b], [0, 0, 0, a, b, 1, -v * a, -v * b]]
        right += [u, v]
    coefficients = np.linalg.solve(np.array(rows), np.array(right))
    picture = Image.fromarray(x[0, 0].numpy())
    warped = picture.transform(
        (size, size), Image.Transform.PERSPECTIVE, coefficients.tolist(), Image.Resampling.BILINEAR
    )
    inside = np.asarray(Image.new("F", (size, size), 1).transform(
        (size, size), Image.Transform.PERSPECTIVE, coefficients.tolist(), Image.Resampling.NEAREST)) > 0  # fmt: skip
    inside[[0, -1]] = inside[:, [0, -1]] = False  # PIL leaves the last half pixel blank
    edge = np.abs(np.asarray(warped) - done[0, 0].numpy())[inside]
    assert np.quantile(edge, 0.95) < 1e-3 and inside.mean() > 0.6


def test_the_eight_symmetries_are_those_of_numpy():
    x = waves(8, 2, 16, 16)
    done = Dihedral(draw=list(range(8)))(x, split_idx=0).numpy()
    image = x.numpy()
    turn = lambda i, k: np.rot90(image[i], k, axes=(1, 2))  # noqa: E731
    expected = [image[0], image[1][..., ::-1], image[2][:, ::-1], turn(3, 1), turn(4, 2), turn(5, 3),
                image[6].transpose(0, 2, 1), turn(7, 2).transpose(0, 2, 1)]  # fmt: skip
    for got, wanted in zip(done, expected, strict=True):
        np.testing.assert_array_equal(got, wanted)


def test_a_quarter_turn_of_a_wide_picture_keeps_its_shape_and_turns_its_middle():
    x = waves(1, 1, 32, 64)
    done = Dihedral(draw=3, pad_mode="zeros")(x, split_idx=0)
    assert done.shape == x.shape
    torch.testing.assert_close(done[..., 16:48], x[..., 16:48].rot90(1, (-2, -1)), atol=2e-3, rtol=0)
    assert done[..., :14].abs().max() == 0 and done[..., -14:].abs().max() == 0


def test_matrices_are_those_worked_out_by_hand():
    x = torch.zeros(2, 3, 4, 4)
    assert flip_mat(x, draw=1)[0].tolist() == [[-1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert dihedral_mat(x, draw=[3, 6])[:, :2, :2].tolist() == [[[0, -1], [1, 0]], [[0, 1], [1, 0]]]
    root = math.sqrt(0.5)
    torch.testing.assert_close(rotate_mat(x, draw=45)[1], torch.tensor([[root, root, 0], [-root, root, 0], [0, 0, 1]]))
    zoomed = torch.tensor([[0.5, 0, -0.5], [0, 0.5, 0.5], [0, 0, 1]])
    torch.testing.assert_close(zoom_mat(x, draw=2, draw_x=0, draw_y=1)[0], zoomed)
    numbers = torch.arange(12.0).reshape(6, 2)
    assert affine_mat(*numbers)[1].tolist() == [[1, 3, 5], [7, 9, 11], [0, 0, 1]]


def test_coefficients_take_four_points_to_four_others():
    rng = seeded(3)
    source = torch.tensor([[-1.0, -1], [-1, 1], [1, -1], [1, 1]]) + torch.rand(5, 4, 2, generator=rng) * 0.4
    target = torch.tensor([[-1.0, -1], [-1, 1], [1, -1], [1, 1]]) + torch.rand(5, 4, 2, generator=rng) * 0.4
    torch.testing.assert_close(apply_perspective(target, find_coeffs(source, target)), source, atol=1e-5, rtol=0)


def test_the_grid_of_an_identity_is_every_pixels_own_place():
    grid = affine_grid(torch.eye(3)[None], (1, 3, 2, 3), align_corners=True)
    assert grid[0, :, :, 0].tolist() == [[-1, 0, 1]] * 2 and grid[0, :, 0, 1].tolist() == [-1, 1]


@pytest.mark.parametrize("pad_mode", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("align_corners", [True, False])
def test_places_outside_fold_back_as_in_grid_sample(pad_mode, align_corners):
    x = waves(1, 2, 9, 12)
    places = torch.rand(1, 30, 30, 2, generator=seeded(1)) * 10 - 5
    sample = torch.nn.functional.grid_sample
    expected = sample(x, places, padding_mode=pad_mode, align_corners=align_corners)
    if pad_mode != "zeros":
        folded = fold(places, (9, 12), pad_mode, align_corners)
        got = sample(x, folded, padding_mode="zeros", align_corners=align_corners)
        torch.testing.assert_close(got, expected, atol=1e-4, rtol=0)
    done = Zoom(draw=0.4, draw_x=0.5, draw_y=0.5, pad_mode=pad_mode, align_corners=align_corners)(x, split_idx=0)
    matrix = torch.diag(torch.tensor([2.5, 2.5, 1.0]))[None, :2]
    grid = torch.nn.functional.affine_grid(matrix, x.shape, align_corners=align_corners)
    outside = (grid.abs() > 1.8).any(-1)[:, None].expand_as(x)
    if pad_mode == "zeros":
        assert done[outside].abs().max() == 0
    else:
        assert done[outside].min() > 0.05  # the picture goes on


def test_a_crop_shows_a_window_of_whole_pixels():
    x = waves(6, 3, 40, 60)
    step = RandomResizedCropGPU(20, min_scale=0.1, max_scale=0.2)
    moves = step.draw((x,), ("image",), seeded(5))
    centres = moves.source_places(6, torch.float32, x.device)
    first, last = centres[:, 0, 0], centres[:, -1, -1]
    pixels = lambda places: (places * torch.tensor([59.0, 39.0]) + torch.tensor([59.0, 39.0])) / 2  # noqa: E731
    window = torch.cat((pixels(first), pixels(last)), dim=1)  # centres of the outermost pixels
    torch.testing.assert_close(window, window.round(), atol=1e-3, rtol=0)
    sides = window[:, 2:] - window[:, :2] + 1
    area, ratio = sides.prod(1) / (40 * 60), sides[:, 0] / sides[:, 1]
    assert (area > 0.08).all() and (area < 0.22).all() and (ratio > 0.7).all() and (ratio < 1.4).all()
    assert window.min() >= 0 and (window[:, 2] < 60).all() and (window[:, 3] < 40).all()
    assert len(window.unique(dim=0)) == 6 and step(x, split_idx=0).shape == (6, 3, 20, 20)


def test_a_crop_in_validation_is_the_middle_with_an_allowed_ratio():
    x = waves(2, 3, 30, 90)
    done = RandomResizedCropGPU(30, ratio=(1, 1), valid_scale=1.0)(x, split_idx=1)
    torch.testing.assert_close(done, x[..., 30:60], atol=1e-5, rtol=0)
    half = RandomResizedCropGPU(15, ratio=(1, 1), valid_scale=0.5)(x, split_idx=1)
    torch.testing.assert_close(half, x[..., 7:22, 37:52], atol=1e-5, rtol=0)


def test_a_crop_that_never_fits_takes_the_largest_allowed_part():
    x = waves(2, 1, 10, 100)
    done = RandomResizedCropGPU(10, min_scale=0.9, ratio=(1, 1))(x, split_idx=0, rng=seeded())
    torch.testing.assert_close(done, x[..., 45:55], atol=1e-5, rtol=0)


@pytest.mark.parametrize("step", [Flip(p=1.0), Rotate(p=1.0), Warp(p=1.0), Zoom(p=1.0), Dihedral(p=1.0)])
def test_validation_changes_nothing_and_resizes_where_a_size_is_asked_for(step):
    x = waves(3, 3, 32, 32)
    assert torch.equal(step(x, split_idx=1), x)
    resized = type(step)(p=1.0, size=(16, 24))(x, split_idx=1)
    assert resized.shape == (3, 3, 16, 24)


def test_shrinking_does_not_alias():
    checks = ((torch.arange(64)[:, None] + torch.arange(64)) % 2).float().expand(2, 3, 64, 64)
    for align_corners in (True, False):
        done = Flip(p=0.0, size=16, align_corners=align_corners)(checks, split_idx=0)
        torch.testing.assert_close(done[..., 2:-2, 2:-2], torch.full((2, 3, 12, 12), 0.5), atol=0.03, rtol=0)


def test_a_resize_by_half_is_torchs_with_antialias():
    x = torch.rand(2, 3, 32, 48, generator=seeded())
    done = Flip(p=0.0, size=(16, 24), align_corners=False)(x, split_idx=1)
    expected = torch.nn.functional.interpolate(x, (16, 24), mode="bilinear", antialias=True)
    torch.testing.assert_close(done, expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize("size", [(64, 16), (16, 64)])
def test_a_picture_is_smoothed_only_along_the_side_that_shrinks(size):
    x = torch.rand(2, 3, 64, 64, generator=seeded())
    done = Flip(p=0.0, size=size, align_corners=False)(x, split_idx=1)
    expected = torch.nn.functional.interpolate(x, size, mode="bilinear", antialias=True)
    torch.testing.assert_close(done, expected, atol=1e-5, rtol=0)


def test_detail_is_kept_where_a_picture_stays_larger_than_half():
    x = torch.rand(2, 3, 32, 32, generator=seeded())
    done = Flip(p=0.0, size=24, align_corners=False)(x, split_idx=1)
    expected = torch.nn.functional.interpolate(x, (24, 24), mode="bilinear", antialias=False)
    torch.testing.assert_close(done, expected, atol=1e-5, rtol=0)


def test_samples_that_are_zoomed_in_are_not_smoothed_with_those_that_are_not():
    checks = ((torch.arange(64)[:, None] + torch.arange(64)) % 2).float().expand(2, 1, 64, 64)
    done = Zoom(draw=[1.0, 4.0], draw_x=0.5, draw_y=0.5, size=16)(checks, split_idx=0)
    assert done[0, :, 2:-2, 2:-2].std() < 0.05 and done[1].std() > 0.15


def test_a_bicubic_or_nearest_reading_is_grid_samples():
    x = waves(2, 3, 20, 20)
    matrix = rotate_mat(x, draw=20)
    for mode in ("bicubic", "nearest"):
        done = Rotate(draw=20, mode=mode, pad_mode="border")(x, split_idx=0)
        grid = torch.nn.functional.affine_grid(matrix[:, :2], x.shape, align_corners=True)
        expected = torch.nn.functional.grid_sample(x, grid, mode=mode, padding_mode="border", align_corners=True)
        assert (done - expected).abs().quantile(0.99) < 1e-4


def test_users_matrices_and_maps_of_places_work_and_get_the_generator_if_they_take_it():
    x = waves(3, 3, 24, 24)

    def shift(coords, invert=False):
        return coords + coords.new_tensor([-0.25 if invert else 0.25, 0.0])

    own = AffineCoordTfm(aff_fs=lambda images: flip_mat(images, draw=1), coord_fs=[shift])
    grid = torch.nn.functional.affine_grid(flip_mat(x, draw=1)[:, :2], x.shape, align_corners=True)
    grid = grid + torch.tensor([0.25, 0.0])
    expected = torch.nn.functional.grid_sample(x, grid, padding_mode="reflection", align_corners=True)
    torch.testing.assert_close(own(x, split_idx=0), expected, atol=1e-5, rtol=0)
    points = torch.tensor([[[3.0, 5.0]]]).repeat(3, 1, 1)
    moved = own((x, points), split_idx=0, kinds=("image", "points"))[1]
    assert moved[0, 0].tolist() == pytest.approx([24 - (3.0 - 0.125 * 23), 5.0])

    drawn = AffineCoordTfm(aff_fs=[rotate_mat, zoom_mat])
    first, second = (drawn(x, split_idx=0, rng=seeded(4)) for _ in range(2))
    assert torch.equal(first, second) and not torch.equal(first, drawn(x, split_idx=0, rng=seeded(6)))


def test_a_subclass_writes_only_its_matrix():
    class Shear(AffineCoordTfm):
        def matrix(self, x, canvas, rng):
            shear, zero = torch.full((len(x),), 0.3), torch.zeros(len(x))
            return affine_mat(zero + 1, shear, zero, zero, zero + 1, zero)

    x = waves(2, 1, 32, 32)
    expected = TF.affine(x, 0.0, [0, 0], 1.0, [math.degrees(math.atan(0.3)), 0.0], BILINEAR)
    torch.testing.assert_close(Shear(pad_mode="zeros")(x, split_idx=0), expected, atol=1e-4, rtol=0)


def test_a_draw_is_repeated_by_its_seed_and_touches_no_global_state():
    x, state = waves(8), torch.get_rng_state()
    for step in (Flip(), Dihedral(), Rotate(), Zoom(), Warp(), RandomResizedCropGPU(32)):
        first, second, third = (step(x, split_idx=0, rng=seeded(s)) for s in (1, 1, 2))
        assert torch.equal(first, second) and not torch.equal(first, third)
        assert torch.equal(step(x, split_idx=0), type(step)(*((32,) if step.size else ()))(x, split_idx=0))
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("cls", [Flip, Dihedral, Rotate, Zoom, Warp])
def test_with_batch_every_sample_has_the_same_draw(cls):
    x = waves(1).expand(8, 3, 64, 64)
    for seed in range(5):
        assert len(cls(p=0.5, batch=True)(x, split_idx=0, rng=seeded(seed)).unique(dim=0)) == 1
    assert len(cls(p=0.5)(x, split_idx=0, rng=seeded(1)).unique(dim=0)) > 1


def test_draws_stay_in_their_ranges_and_happen_as_often_as_said():
    x = torch.zeros(4000, 1, 1, 1)
    angles = torch.atan2(*rotate_mat(x, max_deg=10, p=0.75, rng=seeded())[:, 0, [1, 0]].T).rad2deg()
    assert angles.abs().max() <= 10.001 and angles.min() < -9.5 and angles.max() > 9.5
    assert (angles != 0).float().mean().item() == pytest.approx(0.75, abs=0.03)
    zooms = 1 / zoom_mat(x, 0.9, 1.2, p=1.0, rng=seeded())[:, 0, 0]
    assert 0.9 <= zooms.min() < 0.91 and 1.19 < zooms.max() <= 1.2001
    counts = Dihedral(p=1.0).matrix(x, (1, 1), seeded())[:, :2, :2].flatten(1).unique(dim=0, return_counts=True)[1]
    assert len(counts) == 8 and counts.min() > 400
