import pytest
import torch
from fastlearn.vision.augment import RandomErasing, cutout_gaussian, mask_tensor, norm_apply_denorm
from fastlearn.vision.normalize import Normalize

from .pictures import seeded


def test_each_sample_has_rectangles_of_its_own_of_normal_noise():
    x = torch.full((64, 3, 40, 60), 9.0)
    done = RandomErasing(p=1.0, sl=0.1, sh=0.3)(x, split_idx=0, rng=seeded())
    erased = (done != 9.0).all(1)
    shares = erased.float().mean((1, 2))
    assert (shares > 0.05).all() and (shares < 0.33).all() and (x == 9.0).all()
    assert len(erased.flatten(1).unique(dim=0)) > 60
    for one in erased[:8]:  # a rectangle: rows and columns are the same set for all
        rows, columns = one.any(1), one.any(0)
        assert torch.equal(one, rows[:, None] & columns)
    noise = done[(done != 9.0)]
    assert noise.mean().abs() < 0.02 and noise.std().item() == pytest.approx(1.0, abs=0.02)


def test_aspects_and_the_share_of_samples_are_as_said():
    x = torch.full((400, 1, 100, 100), 9.0)
    done = RandomErasing(p=0.5, sl=0.1, sh=0.1, min_aspect=0.5)(x, split_idx=0, rng=seeded())
    erased = (done != 9.0)[:, 0]
    hit = erased.flatten(1).any(1)
    assert hit.float().mean().item() == pytest.approx(0.5, abs=0.08)
    heights, widths = erased[hit].any(2).sum(1), erased[hit].any(1).sum(1)
    aspect = heights / widths
    assert aspect.min() > 0.45 and aspect.max() < 2.2 and aspect.min() < 0.6 and aspect.max() > 1.7
    assert (heights * widths / 1e4 - 0.1).abs().max() < 0.01


def test_several_rectangles_share_the_area():
    step = RandomErasing(p=1.0, sl=0.3, sh=0.3, max_count=4, min_aspect=1.0)
    one, four = (step.rectangle((0.5, 0.5, 0.0, 0.0), 100, 100, count) for count in (1, 4))
    assert one == (0, 55, 0, 55) and four == (0, 27, 0, 27)


def test_the_defaults_are_those_published():
    step = RandomErasing()
    assert (step.p, step.sl, step.sh, step.min_aspect, step.max_count) == (0.5, 0.0, 0.3, 0.3, 1)
    assert step.order == 100 and step.split_idx == 0


def test_a_seed_repeats_the_noise_and_validation_has_none():
    x = torch.zeros(4, 3, 16, 16)
    first, second, third = (RandomErasing(p=1.0, sl=0.2)(x, split_idx=0, rng=seeded(s)) for s in (1, 1, 2))
    assert torch.equal(first, second) and not torch.equal(first, third)
    assert torch.equal(RandomErasing(p=1.0)(x, split_idx=1), x)
    assert RandomErasing(p=1.0)(torch.zeros(1, 1, 1, 1), split_idx=0).shape == (1, 1, 1, 1)


def test_cutout_fills_the_areas_of_a_copy():
    x = torch.full((3, 8, 8), 5.0)
    done = cutout_gaussian(x, [(0, 2, 0, 8), (6, 8, 6, 8)], seeded())
    assert (x == 5.0).all() and (done[:, 2:6] == 5.0).all() and (done[:, :2] != 5.0).all()
    assert (done[:, 6:, 6:] != 5.0).all() and (done[:, 6:, :6] == 5.0).all()


def test_a_mask_of_a_tensor_keeps_elements_with_its_probability():
    x = torch.ones(10_000)
    kept = mask_tensor(x, p=0.3, neutral=0.5, rng=seeded())
    assert set(kept.unique().tolist()) == {0.5, 1.0} and (kept == 1).float().mean().item() == pytest.approx(
        0.3, abs=0.02
    )
    assert len(mask_tensor(x, p=0.5, batch=True, rng=seeded()).unique()) == 1


def test_a_function_between_normalising_and_its_undoing():
    x, nrm = torch.rand(2, 3, 4, 4), Normalize([0.5, 0.4, 0.3], [0.2, 0.2, 0.2])
    torch.testing.assert_close(norm_apply_denorm(x, lambda y: y, nrm), x)
    assert (norm_apply_denorm(x, lambda y: y + 100, nrm) == 1).all()
