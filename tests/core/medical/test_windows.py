"""Windows and histograms: tables worked by hand, properties, and the exact computation beside the quick one."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from dicom_files import bundled, dataset
from fastlearn.medical.dicom import (
    dicom_windows,
    freqhist_bins,
    hist_scaled,
    pct_in_window,
    scaled_px,
    to_3chan,
    to_nchan,
    to_uint16,
    windowed,
    windows_of,
)
from fastlearn.medical.dicom.histogram import by_rank
from fastlearn.medical.dicom.picture import dicom_picture, seen_frame
from fastlearn.medical.dicom.voi import Voi, brightness
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from pydicom.dataset import Dataset

INT16 = arrays.arrays(np.int16, arrays.array_shapes(min_dims=2, max_dims=2, max_side=12))


@pytest.mark.parametrize("hu, seen", [(-2000, 0.0), (-1350, 0.0), (-975, 0.25), (-600, 0.5), (150, 1.0), (3000, 1.0)])
def test_the_lung_window_maps_known_densities(hu, seen):
    ds = dataset(np.full((1, 2), hu + 1024, np.int16), RescaleIntercept=-1024)
    assert windowed(ds, *dicom_windows.lungs)[0, 0].item() == pytest.approx(seen, abs=1e-6)


def test_an_odd_width_is_not_rounded():
    ds = dataset(np.array([[0, 1, 2, 3]], np.int16))
    assert windowed(ds, 3, 1.5).flatten().tolist() == pytest.approx([0, 1 / 3, 2 / 3, 1])


def test_the_named_windows_are_those_of_fastai():
    assert vars(dicom_windows) == {
        "brain": (80, 40), "subdural": (254, 100), "stroke": (8, 32), "brain_bone": (2800, 600),
        "brain_soft": (375, 40), "lungs": (1500, -600), "mediastinum": (350, 50), "abdomen_soft": (400, 50),
        "liver": (150, 30), "spine_soft": (250, 50), "spine_bone": (1800, 400),
    }  # fmt: skip


@given(values=INT16, w=st.floats(0.5, 5000), level=st.floats(-2000, 2000), slope=st.sampled_from([1.0, 0.25, -1.0]))
def test_windowing_in_one_step_equals_the_formula(values, w, level, slope):
    ds = dataset(values, RescaleSlope=slope, RescaleIntercept=-1024)
    exact = np.clip((values.astype(float) * slope - 1024 - level) / w + 0.5, 0, 1)
    np.testing.assert_allclose(windowed(ds, w, level).numpy(), exact, atol=1e-3 if w < 8 else 1e-4)


def test_padding_is_dark_in_a_window_and_in_a_histogram():
    ds = dataset(np.array([[30000, 0], [40, 80]], np.int16), PixelPaddingValue=30000)
    assert windowed(ds, 80, 40).tolist() == [[0, 0], [0.5, 1]]
    assert hist_scaled(ds)[0, 0] == 0 and hist_scaled(ds)[1, 1] == 1
    assert pct_in_window(ds, 80, 40) == 0.25


@pytest.mark.parametrize("w, level", [(0, 40), (-5, 40), (float("nan"), 0), (80, float("inf"))])
def test_a_window_names_the_bad_value_and_a_remedy(w, level):
    with pytest.raises(ValueError, match=r"positive width and a level.*Try windowed"):
        windowed(dataset(np.zeros((1, 2), np.int16)), w, level)


@pytest.mark.parametrize(
    "voi, x, seen",
    [
        (Voi(4096, 2048), 0, 0.0),  # the example of PS3.3, C.11.2.1.2.1: 0 to 4095
        (Voi(4096, 2048), 4095, 1.0),
        (Voi(4096, 2048), 2047.5, 0.5),
        (Voi(1, 0), -0.5, 0.0),  # a step
        (Voi(1, 0), 0, 1.0),
        (Voi(100, 50, "LINEAR_EXACT"), 25, 0.25),
        (Voi(100, 50, "SIGMOID"), 50, 0.5),
        (Voi(100, 50, "SIGMOID"), 75, 1 / (1 + np.exp(-1))),
    ],
)
def test_the_functions_of_the_standard(voi, x, seen):
    assert brightness(torch.tensor([float(x)]), voi).item() == pytest.approx(seen, abs=1e-6)


def test_the_viewer_says_what_it_follows_and_monochrome1_is_turned_around_once():
    ds = dataset(np.array([[0, 50, 100, 200]], np.int16), WindowCenter=[50, 60], WindowWidth=[100, 20])
    ds.WindowCenterWidthExplanation, ds.VOILUTFunction = ["SOFT", "HARD"], "LINEAR_EXACT"
    seen, how = seen_frame(ds)
    assert seen.flatten().tolist() == [0, 0.5, 1, 1] and how == "LINEAR_EXACT, width 100, level 50 (SOFT)"
    assert [voi.name for voi in windows_of(ds)] == ["SOFT", "HARD"]
    ds.PhotometricInterpretation = "MONOCHROME1"
    inverted, how = seen_frame(ds)
    assert torch.equal(inverted, 1 - seen) and how.endswith("low values bright (MONOCHROME1)")
    assert np.asarray(dicom_picture(ds)).tolist() == [[255, 128, 0, 0]]
    del ds.WindowCenter, ds.WindowWidth
    assert seen_frame(ds)[1].startswith("no window in the file")


def test_a_lookup_table_of_the_display_is_followed():
    ds = dataset(np.array([[0, 10, 11, 99]], np.uint16), WindowCenter=1, WindowWidth=2)
    table = Dataset()
    table.LUTDescriptor, table.LUTData = [3, 10, 8], [0, 51, 255]
    ds.VOILUTSequence = [table]
    seen, how = seen_frame(ds)
    assert seen.flatten().tolist() == pytest.approx([0, 0, 0.2, 1]) and "VOILUTSequence" in how


def test_breaks_of_a_hundred_values_by_hand():
    values = torch.arange(1000.0)
    assert freqhist_bins(values, 4).tolist() == [1, 125, 375, 625, 875, 999]
    assert freqhist_bins(torch.tensor([3.0, 3.0, 7.0]), 2).tolist() == [3, 7]


@pytest.mark.parametrize("x, y", [(-5, 0.0), (0, 0.0), (5, 0.25), (10, 0.5), (15, 0.75), (20, 1.0), (25, 1.0)])
def test_ranks_are_right_at_breaks_between_them_and_beyond(x, y):
    assert by_rank(torch.tensor([float(x)]), torch.tensor([0.0, 10.0, 20.0])).item() == pytest.approx(y)


@settings(max_examples=60)
@given(values=INT16, slope=st.sampled_from([1.0, 0.5, -2.0]), cut=st.sampled_from([None, -100.0]))
def test_scaling_by_table_equals_the_exact_computation(values, slope, cut):
    ds = dataset(values, RescaleSlope=slope, RescaleIntercept=-1000)
    scaled = scaled_px(ds)
    scaled = scaled if cut is None else scaled.clamp(min=cut)
    brks = np.unique(np.sort(scaled.numpy(), axis=None)[_ranks(scaled.numel())])
    exact = np.interp(scaled.numpy(), brks, np.linspace(0, 1, len(brks))) if len(brks) > 1 else np.zeros(values.shape)
    found = hist_scaled(ds, min_px=cut)
    np.testing.assert_allclose(found.numpy(), exact, atol=1e-5)
    assert torch.equal(freqhist_bins(scaled), torch.from_numpy(brks))
    assert found.dtype == torch.float32 and found.min() >= 0 and found.max() <= 1


def _ranks(n):
    parts = np.concatenate(([0.001], np.arange(100, dtype=np.float32) / 100 + 0.005, [0.999])).astype(np.float32)
    return (np.float32(n) * parts).astype(int)


def test_ranks_go_up_with_the_values_of_a_real_file():
    file = bundled("CT_small.dcm")
    values, seen = scaled_px(file).flatten(), hist_scaled(file).flatten()
    order = values.argsort()
    assert (seen[order].diff() >= 0).all() and 0.4 < seen.mean() < 0.6  # equally many pixels in each part


def test_a_picture_of_one_value_is_dark_and_not_nan():
    assert hist_scaled(dataset(np.full((2, 2), 7, np.int16))).tolist() == [[0, 0], [0, 0]]


def test_windows_and_histogram_as_channels():
    file = bundled("CT_small.dcm")
    three = to_3chan(file, dicom_windows.brain, dicom_windows.lungs)
    assert three.shape == (3, 128, 128)
    assert torch.equal(three[0], windowed(file, 80, 40)) and torch.equal(three[2], hist_scaled(file))
    assert to_nchan(file, [dicom_windows.brain], bins=0).shape == (1, 128, 128)
    assert torch.allclose(to_nchan(scaled_px(file), [dicom_windows.brain])[1], three[2], atol=1e-6)
    with pytest.raises(ValueError, match="at least one channel"):
        to_nchan(file, [], bins=0)


def test_white_is_65535_and_does_not_wrap_to_0():
    values = to_uint16(dataset(np.arange(100, dtype=np.int16).reshape(10, 10)))
    assert values.dtype == np.uint16 and values.max() == 65535 and values[-1, -1] == 65535
