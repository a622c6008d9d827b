"""DICOM files in the data pipeline: values per item, brightness per batch, patients on one side."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from dicom_files import dataset, series
from fastlearn.data.block import CategoryBlock, DataBlock
from fastlearn.data.made_up import write_scans
from fastlearn.data.problems import DataError
from fastlearn.data.split import RandomSplitter
from fastlearn.medical.dicom import (
    ClampHU,
    CropPadHU,
    DicomBlock,
    DicomDataLoaders,
    DicomScale,
    DicomSegmentationDataLoaders,
    NoiseHU,
    OpenDicom,
    PatientSplitter,
    ResizeHU,
    check_patients,
    dicom_windows,
    find_series,
    get_dicom_files,
    hist_scaled,
    neighbouring_slices,
    patient_key,
    scaled_px,
    windowed,
)
from fastlearn.vision.loaders import ImageDataLoaders
from fastlearn.vision.resize import Resize
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.fixture(scope="module")
def scans(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scans")
    write_scans(folder, n=6, slices=4)
    return folder


def labels(folder):
    table = pd.read_csv(folder / "labels.csv").set_index("file").bleeding.to_dict()
    return lambda item: table[Path(item).relative_to(folder).as_posix()]


def mask_of(folder):
    return lambda file: folder / "masks" / file.relative_to(folder).with_suffix(".png")


def patients_on(dls):
    return [{patient_key(getattr(item, "path", item)) for item in ds.items} for ds in (dls.train_ds, dls.valid_ds)]


def test_loaders_give_windows_and_histogram_as_channels_split_by_patient(scans):
    files = get_dicom_files(scans)
    dls = DicomDataLoaders.from_label_func(
        scans, files, labels(scans), windows=[dicom_windows.brain, dicom_windows.subdural], bins=100, seed=1, bs=4,
        shuffle=False,
    )  # fmt: skip
    x, y = dls.valid.one_batch()
    file = dls.valid_ds.items[0]
    assert x.shape == (4, 3, 64, 64) and y.dtype == torch.int64
    assert torch.allclose(x[0, 0], windowed(file, *dicom_windows.brain), atol=1e-5)
    train, valid = patients_on(dls)
    assert train and valid and not train & valid and len(train | valid) == 6


def test_an_undivided_block_splits_by_patient_and_says_if_another_splitter_does_not(scans):
    files = get_dicom_files(scans)
    block = DataBlock((DicomBlock(dicom_windows.brain), CategoryBlock), get_y=labels(scans))
    train, valid = patients_on(block.dataloaders(files, seed=0))
    assert not train & valid
    mixed = {"get_y": labels(scans), "splitter": RandomSplitter(seed=0)}
    with pytest.raises(DataError, match=r"patient\(s\) stand on both sides.*PatientSplitter") as raised:
        DataBlock((DicomBlock(dicom_windows.brain), CategoryBlock), **mixed).dataloaders(files)
    assert "MADE-UP" not in str(raised.value).upper().replace(str(scans).upper(), "")
    allowed = DicomBlock(dicom_windows.brain, check_patients=False)
    assert len(DataBlock((allowed, CategoryBlock), **mixed).dataloaders(files).train_ds) == 20


@settings(max_examples=25)
@given(counts=st.lists(st.integers(1, 8), min_size=2, max_size=8), seed=st.integers(0, 99))
def test_no_cohort_is_split_within_a_patient(counts, seed):
    tiny = np.zeros((1, 2), np.int16)
    items = [dataset(tiny, PatientID=f"P{i}") for i, count in enumerate(counts) for _ in range(count)]
    train, valid = PatientSplitter(0.3, seed=seed)(items)
    assert sorted([*train, *valid]) == list(range(len(items))) and train and valid
    check_patients([items[i] for i in train], [items[i] for i in valid])


def test_one_patient_cannot_be_split():
    with pytest.raises(DataError, match="at least two are needed to split"):
        PatientSplitter()([dataset(np.zeros((1, 2), np.int16))] * 5)


def test_neighbouring_slices_are_channels(scans):
    stacks = neighbouring_slices(find_series(get_dicom_files(scans)).series, 1)
    block = DataBlock((DicomBlock(dicom_windows.brain), CategoryBlock), get_y=labels(scans))
    dls = block.dataloaders(stacks, seed=0, bs=4, shuffle=False)
    x, _ = dls.train.one_batch()
    stack = dls.train_ds.items[0]
    assert x.shape == (4, 3, 64, 64) and not set.intersection(*patients_on(dls))
    assert torch.allclose(x[0, 1], windowed(stack.path, *dicom_windows.brain), atol=1e-5)
    with pytest.raises(DataError, match=r"neighbouring slices\. Try one window"):
        DicomScale([(80, 40), (150, 30)])(torch.zeros(2, 3, 4, 4))


def test_segmentation_loaders_give_pictures_and_masks_of_the_same_size(scans):
    dls = DicomSegmentationDataLoaders.from_label_func(
        scans, get_dicom_files(scans), mask_of(scans), windows=dicom_windows.brain, codes=["outside", "brain", "blood"],
        item_tfms=ResizeHU(32), bs=4, seed=0,
    )  # fmt: skip
    x, y = dls.one_batch()
    assert x.shape == (4, 1, 32, 32) and y.shape == (4, 32, 32) and y.dtype == torch.int64
    inside = x[:, 0][y == 1]
    assert inside.mean() > 0.3 > x[:, 0][y == 0].min()
    dls.show_batch(max_n=2)


def test_the_ordinary_image_loaders_take_dicom_too(scans):
    dls = ImageDataLoaders.from_path_func(
        scans, get_dicom_files(scans), labels(scans), item_tfms=Resize(32), bs=4, seed=0
    )
    x, _ = dls.one_batch()
    assert x.shape == (4, 3, 32, 32) and x.max() <= 1


def test_low_values_that_are_bright_are_mirrored_and_padding_is_dark():
    values = np.array([[0, 4095], [100, 3000]], np.uint16)
    inverted = dataset(values, BitsStored=12, HighBit=11, PhotometricInterpretation="MONOCHROME1", PixelPaddingValue=0)
    assert OpenDicom()(inverted)[0].tolist() == [[0, 0], [3995, 1095]]
    signed = dataset(values.astype(np.int16), PhotometricInterpretation="MONOCHROME1")
    assert OpenDicom()(signed)[0, 0].tolist() == [-1, -4096]


def test_scaling_on_the_device_equals_scaling_of_the_file(scans):
    file = get_dicom_files(scans)[0]
    batch = OpenDicom()(file)[None]
    assert torch.allclose(DicomScale((254, 100))(batch)[0, 0], windowed(file, 254, 100), atol=1e-5)
    values = scaled_px(dataset(np.arange(64, dtype=np.int16).reshape(8, 8)))[None, None]
    expected = hist_scaled(dataset(np.arange(64, dtype=np.int16).reshape(8, 8)))
    assert torch.allclose(DicomScale(bins=100)(values)[0, 0], expected, atol=1e-6)
    shared = DicomScale(bins=torch.tensor([0.0, 10.0, 20.0]))(values)
    assert shared[0, 0, 0, 5] == 0.25 and shared[0, 0, 7, 7] == 1


def test_padding_around_a_picture_is_air_and_not_water():
    water = torch.zeros(1, 10, 20)
    for step in (ResizeHU(20), CropPadHU(30)):
        wide = step(water, kinds=("image",))
        assert wide.min() == -1024 and wide.max() == 0
    assert ResizeHU(5, method="squish")(torch.full((1, 10, 10), 40.0)).unique().tolist() == pytest.approx([40.0])
    assert ClampHU(-100, 100)(torch.tensor([[[-5000.0, 50, 9000]]])).tolist() == [[[-100, 50, 100]]]


def test_chance_acts_in_training_alone_and_in_the_right_unit():
    batch = torch.full((64, 1, 4, 4), 40.0)
    rng = torch.Generator().manual_seed(0)
    scale = DicomScale((80, 40), jitter=0.1)
    assert scale(batch, split_idx=1, kinds=("image",), rng=rng).unique().tolist() == [0.5]
    trained = scale(batch, split_idx=0, kinds=("image",), rng=rng)
    assert trained.std() > 0.02 and (trained - 0.5).abs().max() < 0.12
    noisy = NoiseHU(10, p=1.0)(torch.zeros(1, 100, 100), split_idx=0, kinds=("image",), rng=rng)
    assert noisy.std().item() == pytest.approx(10, rel=0.1)
    assert NoiseHU(10, p=1.0)(torch.zeros(1, 4, 4), split_idx=1, kinds=("image",), rng=rng).abs().max() == 0


def test_files_that_cannot_be_read_are_no_reason_to_stop_the_check(tmp_path):
    files = series(tmp_path, [0, 1])
    (tmp_path / "bad.dcm").write_text("no")
    check_patients([tmp_path / "bad.dcm"], files)
    with pytest.raises(DataError, match="1 patient"):
        check_patients(files[:1], files[1:])


@pytest.mark.parametrize("make, message", [
    (lambda: DicomScale((0, 40)), "positive width"),
    (lambda: DicomScale([(1, 2, 3)]), "a pair"),
    (lambda: DicomScale((80, 40), jitter=2), "below 1"),
    (lambda: ClampHU(5, 5), "less than"),
    (lambda: DicomBlock(window=(80, 40)), "Did you mean 'windows'"),
])  # fmt: skip
def test_settings_that_make_no_sense_are_named(make, message):
    with pytest.raises((ValueError, TypeError), match=message):
        make()
