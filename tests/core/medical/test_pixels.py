"""Stored values, and values in the unit of the modality: by hand, and against pydicom on every file that it brings."""

from __future__ import annotations

import warnings

import numpy as np
import pydicom
import pytest
import torch
from dicom_files import bundled, bundled_files, dataset, saved
from fastlearn.data.problems import DataError
from fastlearn.medical.dicom import dcmread, pixels, rescale_of, scaled_px
from fastlearn.medical.dicom.picture import is_colour, seen_frame
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.pixels import apply_modality_lut, apply_voi_lut


def peers_pixels(file):
    """What pydicom reads, or None where it cannot."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ds = pydicom.dcmread(file)
            return ds, ds.pixel_array
    except Exception:
        return None, None


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("file", bundled_files(), ids=lambda file: file.name)
def test_every_bundled_file_gives_what_pydicom_gives_or_a_reason(file):
    ds, expected = peers_pixels(file)
    if expected is None:
        with pytest.raises(DataError) as raised:
            pixels(file)
        assert file.name in str(raised.value) and "CompressedSamples" not in str(raised.value)
        return
    found = pixels(file)
    assert found.shape == expected.shape and found.dtype == expected.dtype.newbyteorder("=")
    assert np.array_equal(found, expected) and found.flags.writeable
    if not is_colour(ds):
        values = apply_modality_lut(expected, ds) * float(ds.get("DoseGridScaling", 1))  # which pydicom leaves alone
        np.testing.assert_allclose(scaled_px(file).numpy(), values, rtol=1e-6, atol=1e-3 if values.max() > 1 else 0)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("file", bundled_files(), ids=lambda file: file.name)
def test_what_is_shown_equals_pydicoms_windowing_within_one_step_of_255(file):
    ds, stored = peers_pixels(file)
    if stored is None or is_colour(ds) or not ("WindowCenter" in ds or "VOILUTSequence" in ds):
        return
    shown, how = seen_frame(file)
    values = apply_modality_lut(stored if stored.ndim == 2 else stored[0], ds)
    expected = apply_voi_lut(values, ds)
    ends = (-(2 ** (ds.BitsStored - 1)), 2 ** (ds.BitsStored - 1) - 1) if ds.PixelRepresentation else (
        0, 2**ds.BitsStored - 1)  # fmt: skip
    if "RescaleSlope" in ds:
        ends = tuple(end * float(ds.RescaleSlope) + float(ds.RescaleIntercept) for end in ends)
    brightness = (expected - ends[0]) / (ends[1] - ends[0])
    brightness = 1 - brightness if ds.PhotometricInterpretation == "MONOCHROME1" else brightness
    assert np.abs(shown.numpy() - brightness).max() < 1 / 255 and how.startswith("LINEAR")


@pytest.mark.parametrize(
    "dtype, stored_bits, high_bit, raw, expected",
    [
        (np.uint16, 12, 11, 0xF123, 0x123),  # overlay bits above the value
        (np.int16, 12, 11, 0x0FFF, -1),  # the sign is bit 11
        (np.int16, 12, 11, 0x07FF, 2047),
        (np.uint16, 12, 15, 0x1230, 0x123),  # old files keep the value in the upper bits
        (np.uint8, 8, 7, 0xFF, 255),
        (np.int8, 8, 7, 0xFF, -1),
        (np.int16, 16, 15, 0x8000, -32768),
        (np.uint16, 16, 15, 0xFFFF, 65535),
    ],
)
def test_bits_that_are_not_in_use_do_not_count(dtype, stored_bits, high_bit, raw, expected):
    unsigned = np.dtype(f"u{np.dtype(dtype).itemsize}")
    ds = dataset(np.full((2, 2), raw, unsigned).view(dtype), BitsStored=stored_bits, HighBit=high_bit)
    assert pixels(ds).tolist() == [[expected] * 2] * 2


@given(
    slope=st.sampled_from([1.0, 0.5, 2.0, 0.1, -1.0]),
    intercept=st.integers(-2000, 2000),
    value=st.integers(-32768, 32767),
)
def test_values_are_slope_times_stored_plus_intercept(slope, intercept, value):
    ds = dataset(np.full((1, 2), value, np.int16), RescaleSlope=slope, RescaleIntercept=intercept)
    assert scaled_px(ds)[0, 0].item() == pytest.approx(slope * value + intercept, rel=1e-6, abs=1e-3)


@pytest.mark.parametrize(
    "left_out, expected, said",
    [
        (("RescaleSlope",), 110.0, "without RescaleSlope: slope 1"),
        (("RescaleIntercept",), 20.0, "without RescaleIntercept: slope 2 and intercept 0"),
        (("RescaleSlope", "RescaleIntercept"), 10.0, "without RescaleSlope and RescaleIntercept"),
    ],
)
def test_a_missing_slope_is_1_a_missing_intercept_0_and_it_is_said_once(left_out, expected, said):
    ds = dataset(np.full((2, 2), 10, np.int16), RescaleSlope=2, RescaleIntercept=100)
    for name in left_out:
        delattr(ds, name)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("default")
        assert [scaled_px(ds)[0, 0].item() for _ in range(3)] == [expected] * 3
    assert len(seen) == 1 and said in str(seen[0].message)
    assert rescale_of(ds).assumed == left_out


def test_a_modality_lookup_table_goes_before_the_slope():
    ds = dataset(np.array([[0, 5, 6, 7, 9]], np.uint16), RescaleSlope=None, RescaleIntercept=None)
    table = Dataset()
    table.LUTDescriptor, table.ModalityLUTType, table.LUTData = [3, 5, 16], "HU", [100, 200, 300]
    ds.ModalityLUTSequence = [table]
    assert scaled_px(ds).tolist() == [[100, 100, 200, 300, 300]]


def test_padding_is_found_in_either_sign_and_replaced():
    values = np.array([[-2000, 0], [50, -2000]], np.int16)
    ds = dataset(values, RescaleIntercept=0)
    ds.add_new("PixelPaddingValue", "US", 65536 - 2000)  # as writers of unsigned elements put it
    assert scaled_px(ds, padding=-1024).tolist() == [[-1024, 0], [50, -1024]]
    assert scaled_px(ds).tolist() == values.tolist()
    ds.add_new("PixelPaddingRangeLimit", "SS", 10)
    assert scaled_px(ds, padding=-1).tolist() == [[-1, -1], [50, -1]]


def test_frames_are_read_one_by_one_or_all_and_have_their_own_slopes(tmp_path):
    values = np.arange(2 * 3 * 4, dtype=np.int16).reshape(2, 3, 4)
    ds = dcmread(saved(tmp_path / "two.dcm", values))
    assert pixels(ds).shape == (2, 3, 4) and np.array_equal(pixels(ds, 1), values[1])
    with pytest.raises(DataError, match=r"2 frame\(s\), 0 to 1, but frame 2"):
        pixels(ds, 2)
    ds.PerFrameFunctionalGroupsSequence = [Dataset(), Dataset()]
    for slope, frame in zip((1, 10), ds.PerFrameFunctionalGroupsSequence, strict=True):
        inner = Dataset()
        inner.RescaleSlope, inner.RescaleIntercept, inner.RescaleType = slope, 5, "US"
        frame.PixelValueTransformationSequence = [inner]
    assert torch.equal(scaled_px(ds), torch.stack([scaled_px(ds, 0), scaled_px(ds, 1)]))
    assert scaled_px(ds, 1)[0, 0] == 12 * 10 + 5 and rescale_of(ds, 0).slope == 1


def test_colour_pictures_have_no_values():
    with pytest.raises(DataError, match=r"colour picture \(PALETTE COLOR\).*PILImage"):
        scaled_px(bundled("examples_palette.dcm"))


@pytest.mark.parametrize("slope", [0, float("nan")])
def test_a_slope_that_gives_no_values_is_refused(slope):
    ds = dataset(np.zeros((2, 2), np.int16))
    ds.RescaleSlope = slope
    with pytest.raises(DataError, match="which gives no values"):
        scaled_px(ds)


@pytest.mark.parametrize(("units", "unit"), [("GY", "Gy"), ("RELATIVE", "relative"), (None, "")])
def test_a_dose_is_scaled_by_its_grid(units, unit):
    dose = {"Modality": "RTDOSE", "DoseGridScaling": "0.001", "RescaleSlope": None, "RescaleIntercept": None}
    ds = dataset(np.array([[0, 60000]], np.uint32), **dose, **({"DoseUnits": units} if units else {}))
    assert scaled_px(ds).tolist() == [[0, 60]]
    assert rescale_of(ds).unit == unit and rescale_of(ds).assumed == ()


def test_a_dose_without_a_scale_that_can_be_used_is_refused():
    ds = dataset(np.zeros((2, 2), np.uint32), RescaleSlope=None, RescaleIntercept=None, DoseGridScaling=0)
    with pytest.raises(DataError, match="DoseGridScaling 0"):
        scaled_px(ds)
