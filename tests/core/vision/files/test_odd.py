"""What is odd in a set, by robust statistics."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fastlearn.vision.files.odd import channels_of, format_of_name, is_format, odd_modes, odd_ratios


def test_one_of_another_size_is_odd_and_the_median_is_told():
    odd, median = odd_ratios(np.array([100.0] * 12 + [400, 30, 250, np.nan]), 3.0)
    assert np.flatnonzero(odd).tolist() == [12, 13] and median == pytest.approx(100)


def test_nothing_is_odd_in_a_set_of_many_sizes():
    odd, _ = odd_ratios(np.geomspace(50, 5000, 40), 3.0)
    assert not odd.any()


@pytest.mark.parametrize("values", [[1.0] * 8 + [99.0], [], [np.nan] * 20])
def test_few_values_are_not_judged(values):
    odd, median = odd_ratios(np.array(values), 3.0)
    assert len(odd) == len(values) and not odd.any() and np.isnan(median)


def test_modes_are_compared_by_what_they_hold():
    odd, usual = odd_modes(np.array(["RGB", "RGB", "YCbCr", "L", "", "I;16"], object))
    assert usual == "colour" and odd.tolist() == [False, False, False, True, False, True]
    assert odd_modes(np.array(["", ""], object))[0].tolist() == [False, False]
    assert channels_of("I;16B") == "grey with 16 bits or more"


@pytest.mark.parametrize(
    "name, found, right",
    [("a.JPG", "JPEG", True), ("a.jpg", "MPO", True), ("a.jpeg", "PNG", False), ("a.tif", "TIFF", True),
     ("a.xyz", "PNG", True)],
)  # fmt: skip
def test_extensions(name, found, right):
    assert is_format(found, format_of_name(Path(name))) is right
