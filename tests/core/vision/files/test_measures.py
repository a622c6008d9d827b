"""Measures of one picture against pictures whose numbers are known."""

from __future__ import annotations

import numpy as np
import pytest
from fastlearn.vision.files.measures import (
    entropy,
    measure,
    percentile,
    percentiles,
    sharpness,
    tile_variances,
    variance,
)
from PIL import Image, ImageFilter


def noise(side=128, level=128, spread=20, seed=0):
    values = np.random.default_rng(seed).normal(level, spread, (side, side))
    return values.round().clip(0, 255).astype(np.uint8)


def sharpness_of(gray):
    return sharpness(gray, np.bincount(gray.ravel(), minlength=256))


def test_white_noise_has_twenty_times_its_variance_in_the_laplacian():
    laplacian_share = sharpness_of(noise())  # 4² + 4 · 1² of independent values
    assert 18 < laplacian_share < 30  # the sharpest tiles are a little above the mean


def test_sharpness_does_not_change_with_exposure_or_contrast():
    pixels = noise(spread=10)
    paler = (pixels.astype(int) - 128) * 2 + 100
    assert sharpness_of(paler.astype(np.uint8)) == pytest.approx(sharpness_of(pixels), rel=0.02)


def test_sharpness_falls_with_every_blur(photo):
    gray = photo(1).convert("L")
    values = [sharpness_of(np.asarray(gray.filter(ImageFilter.GaussianBlur(r)))) for r in (0, 1, 2, 4)]
    assert values == sorted(values, reverse=True) and values[0] > 0.2 and values[-1] < 0.05


def test_one_sharp_thing_before_a_soft_background_is_sharp(photo):
    sharp = photo(1).convert("L")
    soft = sharp.filter(ImageFilter.GaussianBlur(5))
    soft.paste(sharp.crop((0, 0, 60, 60)), (50, 30))
    assert sharpness_of(np.asarray(soft)) > 0.2


@pytest.mark.parametrize("pixels", [np.full((50, 50), 7, np.uint8), np.zeros((1, 1), np.uint8), noise(5)])
def test_sharpness_of_flat_or_tiny_pictures_is_not_known(pixels):
    assert np.isnan(sharpness_of(pixels))


def test_tile_variances_are_those_of_the_tiles():
    values = (np.arange(80).reshape(8, 10) - 40) ** 2 % 1020 - 510
    expected = [values[:4, :4].var(), values[:4, 4:8].var(), values[4:, :4].var(), values[4:, 4:8].var()]
    assert tile_variances(values).tolist() == pytest.approx(expected)


@pytest.mark.parametrize("counts, bits", [([4], 0.0), ([1, 1], 1.0), ([1] * 256, 8.0), ([2, 1, 1], 1.5)])
def test_entropy_in_bits(counts, bits):
    assert entropy(np.array(counts)) == pytest.approx(bits)


def test_percentiles_are_numpys_inverted_cdf():
    pixels = noise(40)
    expected = np.percentile(pixels, (2, 5, 50, 95, 98), method="inverted_cdf")
    assert percentiles(np.bincount(pixels.ravel(), minlength=256), (2, 5, 50, 95, 98)).tolist() == expected.tolist()


def test_ends_of_brightness_are_shares_of_white():
    pixels = np.array([[0] * 10 + [51] * 80 + [255] * 10], np.uint8)
    measures = measure(pixels)
    assert measures.dark_end == 0 and measures.bright_end == 1 and measures.spread == 1
    assert measure(np.full((9, 9), 51, np.uint8)).bright_end == pytest.approx(0.2)


def test_measures_of_a_reduced_copy_are_much_the_same(photo):
    large = photo(3, 1000, 700).convert("L")
    reduced = large.resize((250, 175), Image.Resampling.BOX)
    one, other = measure(np.asarray(large)), measure(np.asarray(reduced))
    assert one.bright_end == pytest.approx(other.bright_end, abs=0.05)
    assert one.entropy == pytest.approx(other.entropy, abs=0.4)


@pytest.mark.parametrize("n", [1, 2, 7, 64])
def test_quick_figures_are_those_of_numpy(n):
    values = np.random.default_rng(n).normal(size=n)
    for wanted in (0, 50, 95, 100):
        assert percentile(values, wanted) == pytest.approx(np.percentile(values, wanted))
    gray = np.random.default_rng(n).integers(0, 255, (n, 9), np.uint8)
    assert variance(np.bincount(gray.ravel(), minlength=256)) == pytest.approx(gray.var())
