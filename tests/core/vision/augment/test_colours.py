import colorsys

import numpy as np
import pytest
import torch
from fastlearn.vision.augment import (
    Brightness,
    Contrast,
    HSVTfm,
    Hue,
    LightingTfm,
    Saturation,
    SpaceTfm,
    grayscale,
    hsv2rgb,
    rgb2hsv,
)
from fastlearn.vision.augment.changes import Saturate
from torchvision.transforms.v2 import functional as TF

from .pictures import seeded, waves


def odds(x):
    return x.double() / (1 - x.double())


def test_brightness_moves_the_middle_to_the_value_drawn_and_multiplies_all_odds():
    x = waves(2)
    done = Brightness(draw=[0.6, 0.45])(x, split_idx=0)
    middle = Brightness(draw=0.6)(torch.full((1, 3, 1, 1), 0.5), split_idx=0)
    assert middle.flatten().tolist() == pytest.approx([0.6] * 3)
    factor = torch.tensor([0.6 / 0.4, 0.45 / 0.55]).double()[:, None, None, None]
    torch.testing.assert_close(odds(done), odds(x) * factor, rtol=1e-4, atol=1e-6)


def test_contrast_raises_odds_to_the_power_drawn_and_leaves_the_middle():
    x = waves(2)
    done = Contrast(draw=[1.25, 0.8])(x, split_idx=0)
    power = torch.tensor([1.25, 0.8]).double()[:, None, None, None]
    torch.testing.assert_close(odds(done), odds(x) ** power, rtol=1e-4, atol=1e-6)
    assert Contrast(draw=1.25)(torch.full((1, 1, 1, 1), 0.5), split_idx=0).item() == pytest.approx(0.5)


def test_black_and_white_stay_in_range():
    x = torch.tensor([0.0, 1.0]).reshape(1, 1, 1, 2)
    for step in (Brightness(draw=0.6), Contrast(draw=1.25), Contrast(draw=0.5)):
        low, high = step(x, split_idx=0).flatten().tolist()
        assert 0 <= low < 1e-3 and 1 - 1e-3 < high <= 1


def test_saturation_of_logits_is_a_blend_with_their_gray():
    x = waves(1)
    logits = torch.log(odds(x))
    gray = (logits * torch.tensor([0.2989, 0.587, 0.114]).double()[:, None, None]).sum(1, keepdim=True)
    done = Saturation(draw=0.7)(x, split_idx=0)
    torch.testing.assert_close(torch.log(odds(done)), 0.7 * logits + 0.3 * gray, rtol=1e-4, atol=1e-4)
    bled = Saturation(draw=0.0)(x, split_idx=0)
    torch.testing.assert_close(bled[:, 0], bled[:, 2])


def test_the_blend_itself_is_torchvisions():
    x = waves(1)
    done = Saturate(torch.tensor([0.6]))(x.clone())
    torch.testing.assert_close(done, TF.adjust_saturation(x, 0.6), atol=1e-3, rtol=0)


@pytest.mark.parametrize("turn", [0.1, -0.1, 0.35])
def test_a_turn_of_the_hue_is_torchvisions(turn):
    x = waves(2)
    torch.testing.assert_close(Hue(draw=turn)(x, split_idx=0), TF.adjust_hue(x, turn), atol=1e-4, rtol=0)


def test_hsv_is_that_of_the_standard_library_and_comes_back():
    rng = np.random.default_rng(0)
    colours = np.concatenate([rng.random((200, 3)), np.eye(3), [[0, 0, 0], [1, 1, 1], [0.5, 0.5, 0.5], [1, 1, 0]]])
    x = torch.tensor(colours.T.reshape(1, 3, 1, -1), dtype=torch.float32)
    expected = np.array([colorsys.rgb_to_hsv(*colour) for colour in colours]).T
    np.testing.assert_allclose(rgb2hsv(x)[0, :, 0].numpy(), expected, atol=1e-5)
    torch.testing.assert_close(hsv2rgb(rgb2hsv(x)), x, atol=1e-5, rtol=0)
    np.testing.assert_allclose(grayscale(x)[0, 0, 0], colours @ [0.2989, 0.587, 0.114], atol=1e-6)


def test_draws_are_within_their_published_ranges():
    x = torch.zeros(4000, 1, 1, 1)
    middle = Brightness(0.2, p=1.0).change(x, seeded()).shift.sigmoid()
    assert 0.4 <= middle.min() < 0.401 and 0.599 < middle.max() <= 0.6001
    factors = Contrast(0.2, p=1.0).change(x, seeded()).scale
    assert factors.min() + 1e-4 >= 0.8 and factors.min() < 0.801 and 1.249 < factors.max() <= 1.2501
    assert factors.log().mean().abs() < 0.01  # as often less as more
    turns = Hue(0.1, p=1.0).change(x, seeded()).turn
    assert -0.1001 <= turns.min() < -0.099 and 0.11 < turns.max() <= 0.1112
    for step in (Brightness(), Contrast(), Saturation(), Hue()):
        assert step.p == 0.75
    changed = (Contrast().change(x, seeded()).scale != 1).float().mean().item()
    assert changed == pytest.approx(0.75, abs=0.03)


@pytest.mark.parametrize("step", [Brightness(), Contrast(), Saturation(), Hue()])
def test_validation_leaves_colours_alone_and_training_leaves_the_source_alone(step):
    x = waves(8)
    before = x.clone()
    done = step(x, split_idx=0, rng=seeded(1))
    assert torch.equal(step(x, split_idx=1), x) and torch.equal(x, before) and not torch.equal(done, x)
    assert len(type(step)(batch=True)(x[:1].expand(6, 3, 64, 64), split_idx=0).unique(dim=0)) == 1


@pytest.mark.parametrize("step", [Saturation(draw=0.3), Hue(draw=0.2)])
def test_gray_has_no_colour_to_change_and_a_fourth_channel_is_kept(step):
    gray, rgba = waves(2, 1), waves(2, 4)
    torch.testing.assert_close(step(gray, split_idx=0), gray, atol=1e-5, rtol=0)
    done = step(rgba, split_idx=0)
    torch.testing.assert_close(done[:, 3], rgba[:, 3], atol=1e-5, rtol=0)
    torch.testing.assert_close(done[:, :3], step(rgba[:, :3].clone(), split_idx=0), atol=1e-5, rtol=0)


def test_brightness_and_contrast_take_any_number_of_channels():
    for channels in (1, 2, 4, 13):
        x = waves(2, channels)
        done = Contrast(draw=1.2)(Brightness(draw=0.55)(x, split_idx=0), split_idx=0)
        torch.testing.assert_close(odds(done), (odds(x) * (0.55 / 0.45)) ** 1.2, rtol=1e-3, atol=1e-6)


def test_users_functions_work_in_their_spaces():
    x = waves(2)
    up = LightingTfm(lambda logits: logits + 1.0)(x, split_idx=0)
    torch.testing.assert_close(odds(up), odds(x) * np.e, rtol=1e-4, atol=1e-6)
    dull = HSVTfm([lambda hsv: hsv * hsv.new_tensor([1, 0, 1])[:, None, None]])(x, split_idx=0)
    torch.testing.assert_close(dull, x.amax(1, keepdim=True).expand_as(x))
    squared = SpaceTfm([lambda y: y * y], lambda y, function: function(y.sqrt()))(x, split_idx=0)
    torch.testing.assert_close(squared, x)


def test_a_function_with_before_call_draws_once_a_batch():
    class Shift:
        calls = 0

        def before_call(self, x, rng):
            self.calls += 1
            self.by = torch.rand(len(x), generator=rng)

        def __call__(self, logits):
            return logits + self.by[:, None, None, None]

    own = Shift()
    x = waves(64, 3, 96, 96)
    one, two = (LightingTfm(own)(x, split_idx=0, rng=seeded(2)) for _ in range(2))
    assert own.calls == 2 and torch.equal(one, two)
    expected = torch.exp(torch.rand(64, generator=seeded(2))).double()[:, None, None, None]
    torch.testing.assert_close(odds(one), odds(x) * expected, rtol=1e-3, atol=1e-6)
