"""DICOM files made for a test: every element can be set, or left out with None."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

ROOT = "1.2.826.0.1.3680043.8.498"
NAME = "Secret^Person"


def dataset(values, **elements) -> Dataset:
    """A CT dataset of `values`, `(H, W)` or `(F, H, W)`; `elements` by keyword, None removes one."""
    values = np.asarray(values)
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID = CTImageStorage
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = f"{ROOT}.9"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = f"{ROOT}.1", f"{ROOT}.1.1"
    ds.PatientName, ds.PatientID, ds.PatientBirthDate = NAME, "SECRET-1", "19600101"
    ds.Modality, ds.InstanceNumber = "CT", 1
    ds.Rows, ds.Columns = values.shape[-2:]
    if values.ndim == 3:
        ds.NumberOfFrames = len(values)
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    bits = values.dtype.itemsize * 8
    ds.BitsAllocated = ds.BitsStored = bits
    ds.HighBit, ds.PixelRepresentation = bits - 1, int(values.dtype.kind == "i")
    ds.RescaleSlope, ds.RescaleIntercept = 1, 0
    ds.PixelData = values.tobytes() + b"\0" * (values.nbytes % 2)
    ds["PixelData"].VR = "OW" if bits > 8 else "OB"
    for keyword, value in elements.items():
        if value is None:
            delattr(ds, keyword)
        else:
            setattr(ds, keyword, value)
    return ds


def saved(path: Path, values, **elements) -> Path:
    """`dataset(...)` as the file `path`."""
    ds = dataset(values, **elements)
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    ds.save_as(path, enforce_file_format=True)
    return path


def series(folder: Path, heights, uid="1.1", names=None, shape=(4, 4), patient="SECRET-1", **elements) -> list[Path]:
    """Slices at `heights` in mm, whose pixels are their height; `names` of the files, in that order."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for i, height in enumerate(heights):
        name = f"{i:03d}.dcm" if names is None else names[i]
        place = {"ImagePositionPatient": [0, 0, height], "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
                 "PixelSpacing": [0.5, 0.25], "InstanceNumber": i + 1, "SeriesInstanceUID": f"{ROOT}.{uid}",
                 "SOPInstanceUID": f"{ROOT}.{uid}.{i + 1}", "PatientID": patient}  # fmt: skip
        values = np.full(shape, int(height), np.int16)
        files.append(saved(folder / name, values, **(place | elements)))
    return files


def bundled(name: str) -> Path:
    """One of the files that come with pydicom."""
    found = get_testdata_file(name, download=False)
    assert found is not None, name
    return Path(found)


def bundled_files() -> list[Path]:
    """All files that come with pydicom."""
    return sorted(file for file in (Path(pydicom.__file__).parent / "data" / "test_files").iterdir() if file.is_file())
