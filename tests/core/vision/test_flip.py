"""Flips: exact, undone by doing them twice, one choice per sample, the parts of a sample together."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from fastlearn.vision.flip import Flip, FlipItem, hflip_boxes, hflip_points
from fastlearn.vision.open import PILImage, PILMask

KINDS = ("image", "mask", "points", "boxes", "category")


def sample():
    array = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    return (PILImage.create(array), PILMask.create(array[..., 0]), torch.tensor([[1.0, 0.5]]),
            torch.tensor([[0.0, 0.0, 1.0, 2.0]]), 3)  # fmt: skip


def batch(n=6):
    x = torch.arange(n * 3 * 2 * 4, dtype=torch.float32).reshape(n, 3, 2, 4)
    boxes = torch.tensor([[[0.0, 0.0, 1.0, 2.0]]]).repeat(n, 1, 1)
    return x, x[:, 0].long(), torch.rand(n, 5, 2), boxes, torch.arange(n)


def test_boxes_and_points_are_mirrored_as_worked_out_by_hand():
    assert hflip_boxes(torch.tensor([[0.0, 1.0, 3.0, 2.0]]), 10).tolist() == [[7.0, 1.0, 10.0, 2.0]]
    assert hflip_points(torch.tensor([[2.0, 1.0]]), 10).tolist() == [[8.0, 1.0]]


def test_an_item_flip_mirrors_every_part_and_twice_is_the_identity():
    parts, flip = sample(), FlipItem(p=1.0)
    once = flip(parts, split_idx=0, kinds=KINDS)
    np.testing.assert_array_equal(np.asarray(once[0]), np.asarray(parts[0])[:, ::-1])
    np.testing.assert_array_equal(np.asarray(once[1]), np.asarray(parts[1])[:, ::-1])
    assert once[2].tolist() == [[3.0, 0.5]] and once[3].tolist() == [[3.0, 0.0, 4.0, 2.0]] and once[4] == 3
    assert type(once[0]) is PILImage and type(once[1]) is PILMask
    twice = flip(once, split_idx=0, kinds=KINDS)
    for back, part in zip(twice, parts, strict=True):
        np.testing.assert_array_equal(np.asarray(back), np.asarray(part))


def test_a_batch_flip_mirrors_whole_samples_exactly():
    parts = batch()
    for seed in range(4):
        done = Flip()(parts, split_idx=0, kinds=KINDS, rng=torch.Generator().manual_seed(seed))
        for i in range(6):
            flipped = torch.equal(done[0][i], parts[0][i].flip(-1))
            assert flipped or torch.equal(done[0][i], parts[0][i])
            assert torch.equal(done[1][i], parts[1][i].flip(-1) if flipped else parts[1][i])
            torch.testing.assert_close(done[2][i], hflip_points(parts[2][i], 4) if flipped else parts[2][i])
            assert torch.equal(done[3][i], hflip_boxes(parts[3][i], 4) if flipped else parts[3][i])
        assert torch.equal(done[4], parts[4])


def test_half_of_the_samples_are_flipped_and_a_seed_repeats_the_choice():
    x = torch.arange(2.0).expand(2000, 1, 1, 2)
    first, second = (Flip()(x, split_idx=0, rng=torch.Generator().manual_seed(1)) for _ in range(2))
    assert torch.equal(first, second)
    assert 0.45 < first[:, 0, 0, 0].mean().item() < 0.55


def test_flips_rest_in_validation_and_at_probability_0():
    x = torch.rand(4, 3, 2, 4)
    assert torch.equal(Flip(p=1.0)(x, split_idx=1), x)
    assert torch.equal(Flip(p=0.0)(x, split_idx=0), x)
    assert torch.equal(FlipItem(p=1.0)(x[0], split_idx=1), x[0])


@pytest.mark.parametrize("draw", [1.0, [1.0, 1.0], lambda x: torch.ones(len(x))])
def test_a_given_draw_takes_the_place_of_chance(draw):
    x = torch.rand(2, 3, 2, 4)
    assert torch.equal(Flip(p=0.0, draw=draw)(x, split_idx=0), x.flip(-1))


def test_one_choice_can_be_made_for_the_whole_batch():
    x = torch.arange(2.0).expand(64, 1, 1, 2)
    for seed in range(6):
        done = Flip(batch=True)(x, split_idx=0, rng=torch.Generator().manual_seed(seed))
        assert len(done.unique(dim=0)) == 1


def test_flipping_leaves_the_input_and_the_global_random_state_alone():
    x, state = torch.rand(8, 3, 2, 4), torch.get_rng_state()
    before = x.clone()
    Flip(p=1.0)(x, split_idx=0)
    assert torch.equal(x, before) and torch.equal(torch.get_rng_state(), state)


def test_a_probability_outside_0_to_1_is_refused():
    with pytest.raises(ValueError, match=r"probability between 0 and 1.*1\.5"):
        Flip(p=1.5)
