"""Calls as a user from fastai writes them from memory: they work, or the message says how it is written here."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
import torch
from dicom_files import dataset, saved, series
from fastlearn.data import CategoryBlock, ColReader, DataBlock
from fastlearn.data.problems import DataError
from fastlearn.medical.dicom import (
    DicomBlock,
    DicomDataLoaders,
    DicomSegmentationDataLoaders,
    PatientSplitter,
    dicom_windows,
    find_series,
    freqhist_bins,
    from_dicoms,
    hist_scaled,
    mask_from_blur,
    neighbouring_slices,
    read_slice,
    read_volume,
    save_jpg,
    scaled_px,
    to_3chan,
    to_nchan,
    windowed,
)
from fastlearn.medical.dicom.scale import DicomScale
from PIL import Image

RAMP = np.arange(-128, 128, dtype=np.int16).reshape(16, 16)


def test_a_window_that_has_no_such_name_is_told_with_those_there_are():
    with pytest.raises(AttributeError, match=r"no window 'lung'. Did you mean 'lungs'\? .*brain, subdural.*\(80, 40\)"):
        _ = dicom_windows.lung
    assert not hasattr(dicom_windows, "__wrapped__") and "liver" in vars(dicom_windows)


@pytest.mark.parametrize("windows", ["brain", dicom_windows, ["brain", "lungs"]])
def test_names_in_the_place_of_windows_are_told(windows):
    with pytest.raises(ValueError, match=r"a pair, \(width, level\).*Try dicom_windows.lungs"):
        DicomScale(windows)


def test_a_mask_is_found_in_a_file_too(tmp_path):
    hu = np.full((32, 32), -1000, np.int16)
    hu[8:20, 10:24] = 40
    file = saved(tmp_path / "a.dcm", hu)
    expected = mask_from_blur(torch.from_numpy(hu), dicom_windows.brain)
    assert torch.equal(mask_from_blur(file, dicom_windows.brain), expected) and expected.any()
    assert torch.equal(mask_from_blur(dataset(hu), dicom_windows.brain), expected)


def test_values_are_scaled_by_their_histogram_as_the_file_is():
    ds = dataset(RAMP)
    assert torch.equal(hist_scaled(scaled_px(ds)), hist_scaled(ds))
    assert torch.equal(hist_scaled(scaled_px(ds), max_px=3), hist_scaled(ds, max_px=3))
    breaks = freqhist_bins(ds, 7)
    assert torch.equal(hist_scaled(scaled_px(ds), breaks), hist_scaled(ds, breaks))


def test_a_number_of_groups_stands_for_breaks_of_the_picture_itself():
    ds = dataset(RAMP)
    expected = hist_scaled(ds, freqhist_bins(ds, 7))
    assert torch.allclose(hist_scaled(ds, 7), expected) and torch.allclose(hist_scaled(scaled_px(ds), 7), expected)
    seen = to_3chan(ds, dicom_windows.brain, dicom_windows.lungs, bins=7)
    assert torch.allclose(seen[2], expected)
    assert torch.allclose(to_nchan(scaled_px(ds), [dicom_windows.brain], 7)[1], expected)


def test_one_window_need_not_stand_in_a_list(tmp_path):
    ds = dataset(RAMP)
    expected = to_nchan(ds, [dicom_windows.brain])
    for given in (dicom_windows.brain, list(dicom_windows.brain), np.array([[80, 40]]), np.array([80, 40])):
        assert torch.equal(to_nchan(ds, given), expected)
    with pytest.raises(ValueError, match=r"1 or 3 channels, but 1 window and the histogram are 2. Try bins=0"):
        save_jpg(ds, tmp_path / "a.jpg", dicom_windows.brain)
    assert Image.open(save_jpg(ds, tmp_path / "a.jpg", dicom_windows.brain, bins=0)).mode == "L"
    with pytest.raises(ValueError, match=r"2 windows are 2. Try two windows and the histogram"):
        save_jpg(ds, tmp_path / "a.jpg", [dicom_windows.brain, dicom_windows.liver], bins=0)


@pytest.mark.parametrize("kind", [str, lambda path: path])
def test_a_folder_in_the_place_of_files_is_told(tmp_path, kind):
    with pytest.raises(DataError, match=r"a list of files, but got .*Try from_dicoms\(get_dicom_files\(folder\)\)"):
        from_dicoms(kind(tmp_path))


def test_a_path_in_the_place_of_a_series_is_told(tmp_path):
    files = series(tmp_path / "scan", [0, 1, 2])
    for call in (read_volume, neighbouring_slices, lambda given: neighbouring_slices([given])):
        with pytest.raises(DataError, match=r"a Series, but got .*Try read_series\(folder\)"):
            call(tmp_path / "scan")
    with pytest.raises(DataError, match=r"a Slice, but got .*Try scaled_px\(path\)"):
        read_slice(files[0])
    assert len(neighbouring_slices(find_series(tmp_path).series)) == 3


def test_files_that_cannot_be_read_are_named_before_patients_are_missed(tmp_path):
    file = saved(tmp_path / "a.dcm", RAMP)
    wrong = [tmp_path / f"{i}.dcm.dcm" for i in range(4)]
    with pytest.raises(DataError, match=r"4 of 4 items cannot be read as DICOM.*0\.dcm\.dcm.*No such file"):
        PatientSplitter()(wrong)
    with pytest.raises(DataError, match="one patient's, or do not say whose they are"):
        PatientSplitter()([file, file])
    table = pd.DataFrame({"file": ["a", "b"], "label": [0, 1]})
    block = DataBlock((DicomBlock(), CategoryBlock), get_x=ColReader("file", pref=tmp_path), get_y=ColReader("label"))
    with pytest.raises(DataError, match=r"2 of 2 items cannot be read as DICOM"):
        block.dataloaders(table)


def opened(block, file):
    return block.type_tfms[0](file)


def test_a_file_of_many_frames_says_that_one_of_them_is_taken(tmp_path):
    frames = np.stack([RAMP, RAMP + 1, RAMP + 2])
    file = saved(tmp_path / "film.dcm", frames)
    with pytest.warns(RuntimeWarning, match=r"3 frames.*first.*find_series.*frame=0.*said once"):
        first = opened(DicomBlock(), file)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert torch.equal(opened(DicomBlock(frame=0), file), first)
        assert torch.equal(opened(DicomBlock(frame=2), file), first + 2)
        one = find_series([file]).series[0].slices[1]
        assert torch.equal(opened(DicomBlock(), one), first + 1)
        opened(DicomBlock(), saved(tmp_path / "one.dcm", RAMP))


def test_values_are_windowed_as_the_file_is():
    ds = dataset(RAMP)
    assert torch.allclose(windowed(scaled_px(ds), *dicom_windows.brain), windowed(ds, *dicom_windows.brain))
    values = scaled_px(ds)
    windowed(values, 80, 40)
    assert torch.equal(values, scaled_px(ds))


@pytest.mark.parametrize("window", ["brain", (80,), (80, 40, 20)])
def test_a_window_for_the_table_of_headers_that_is_none_is_told(tmp_path, window):
    file = saved(tmp_path / "a.dcm", RAMP)
    for call in (lambda: from_dicoms([file], window=window), lambda: to_nchan(file, [window])):
        with pytest.raises(ValueError, match=r"a pair, \(width, level\)"):
            call()


def test_a_folder_in_the_place_of_a_file_is_told(tmp_path):
    with pytest.raises(DataError, match=r"is a folder, and a DICOM file is read.*get_dicom_files.*find_series"):
        scaled_px(tmp_path)
    with pytest.raises(DataError, match=r"A list of items is expected, but got the single PosixPath"):
        DicomDataLoaders.from_label_func(tmp_path, tmp_path, str)
    with pytest.raises(DataError, match=r"A list of items is expected, but got the single PosixPath"):
        DicomSegmentationDataLoaders.from_label_func(tmp_path, tmp_path, str)
