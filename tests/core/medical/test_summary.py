"""The summary of pixels is that of numpy, whatever the depth, the padding or the slope."""

from __future__ import annotations

import numpy as np
import pytest
from dicom_files import dataset
from fastlearn.medical.dicom import as_dict, pct_in_window, pixels


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int16, np.uint32, np.int32])
@pytest.mark.parametrize(
    "elements",
    [{}, {"RescaleSlope": -2, "RescaleIntercept": 30}, {"PixelPaddingValue": 40}, {"BitsStored": 7, "HighBit": 6}],
    ids=["plain", "turned around", "padded", "fewer bits"],
)
@pytest.mark.parametrize("shape", [(5, 7), (3, 200, 300)])
def test_a_summary_is_that_of_the_stored_values(dtype, elements, shape):
    rng = np.random.default_rng(1)
    info = np.iinfo(dtype)
    ds = dataset(rng.integers(max(info.min, -300), min(info.max, 300), shape, dtype), **elements)
    row, stored = as_dict(ds, window=(60, 40)), pixels(ds)
    assert (row["img_min"], row["img_max"]) == (stored.min(), stored.max())
    assert (row["img_mean"], row["img_std"]) == pytest.approx((stored.mean(), stored.std()), rel=1e-12)
    assert row["img_pct_window"] == pytest.approx(pct_in_window(ds, 60, 40), abs=1e-6)


def test_the_deviation_of_values_that_are_large_and_close_together_is_exact():
    values = np.full((512, 512), 65534, np.uint16)
    values[0, 0] = 65535
    assert as_dict(dataset(values))["img_std"] == pytest.approx(values.std(dtype=np.longdouble).item(), rel=1e-12)
    assert as_dict(dataset(values - values))["img_std"] == 0


def test_pixels_are_an_array_of_its_own():
    ds = dataset(np.zeros((4, 4), np.int16))
    before = bytes(ds.PixelData)
    pixels(ds)[:] = 1
    assert before == ds.PixelData
