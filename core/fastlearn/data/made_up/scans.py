"""Made-up computed tomography: heads of made-up patients as DICOM series, some with a bleeding, and its mask."""

from __future__ import annotations

import csv
import datetime
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

SIZE = 64  # pixels
SPACING = (5.0, 3.0, 3.0)  # mm: slices, rows, columns
AIR, WATER, BRAIN, BONE, BLOOD = -1000, 5, 35, 900, 70  # Hounsfield units
NOISE = 6.0
PADDING = -2000  # outside of the round field that a scanner sees
ROOT = "1.2.826.0.1.3680043.8.498"  # a root for anybody's use, by pydicom


def write_scans(folder: Path, n: int = 24, seed: int = 0, slices: int = 8) -> None:
    """Write `n` patients as `<patient>/<name>.dcm`, the mask of each slice as `masks/<patient>/<name>.png`.

    Each patient has one series of `slices` slices of 64 by 64 pixels, 3 mm each and 5 mm apart, named so that names do
    not tell the order. `labels.csv` has the columns `file` and `bleeding` (yes or no). Masks hold 0, 1 (brain) and 2
    (blood). Every second patient bleeds, in two to five slices.
    """
    rng = np.random.default_rng(seed)
    (folder / "masks").mkdir()
    with (folder / "labels.csv").open("w", newline="", encoding="utf-8") as table:
        rows = csv.writer(table)
        rows.writerow(("file", "bleeding"))
        for index in range(n):
            patient = f"p{index:02d}"
            (folder / patient).mkdir()
            (folder / "masks" / patient).mkdir()
            for z, (values, mask) in enumerate(drawn(rng, slices, bleeds=index % 2 == 1)):
                name = f"{(z * 5 + 3) % slices:02d}" if slices % 5 else f"{z:02d}"
                _write(folder / patient / f"{name}.dcm", values, index, z, seed)
                Image.fromarray(mask).save(folder / "masks" / patient / f"{name}.png")
                rows.writerow((f"{patient}/{name}.dcm", "yes" if (mask == 2).any() else "no"))


def drawn(rng: np.random.Generator, slices: int, bleeds: bool) -> list[tuple[np.ndarray, np.ndarray]]:
    """Hounsfield units, `(64, 64)` int16, and ids, `(64, 64)` uint8, of each slice of one head, from below."""
    y, x = np.mgrid[:SIZE, :SIZE] - (SIZE - 1) / 2
    width, height = rng.uniform(18, 21), rng.uniform(22, 25)
    first, last = sorted(rng.choice(np.arange(1, slices), 2, replace=False).tolist())
    last = min(max(last, first + 1), first + 4)
    place, size = rng.uniform(-8, 8, 2), rng.uniform(4, 6)
    found = []
    for z in range(slices):
        part = np.sqrt(1 - ((z - slices / 2) / slices) ** 2 * 1.5)  # heads are round upwards, too
        away = np.hypot(x / (width * part), y / (height * part))
        values = np.full((SIZE, SIZE), float(AIR))
        values[away < 1] = BONE
        brain = away < 0.87
        values[brain] = BRAIN
        values[np.hypot(x / 4, y / 7) < part] = WATER
        blood = brain & (np.hypot(x - place[0], y - place[1]) < size) & (bleeds and first <= z <= last)
        values[blood] = BLOOD
        values += rng.normal(0, NOISE, values.shape)
        values[np.hypot(x, y) > SIZE / 2] = PADDING
        found.append((values.round().astype(np.int16), (brain.astype(np.uint8) + blood)))
    return found


def _write(path: Path, values: np.ndarray, patient: int, z: int, seed: int) -> None:
    import pydicom
    from pydicom.dataset import FileMetaDataset
    from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

    ds: Any = pydicom.Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID = CTImageStorage
    study = f"{ROOT}.{seed + 1}.{patient + 1}"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = study, f"{study}.1"
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID = f"{study}.1.{z + 1}"
    ds.PatientName, ds.PatientID = f"Made-Up^Patient {patient}", f"MADE-UP-{patient:02d}"
    ds.PatientBirthDate = (datetime.date(1950, 1, 1) + datetime.timedelta(days=400 * patient)).strftime("%Y%m%d")
    ds.Modality, ds.SeriesNumber, ds.InstanceNumber = "CT", 1, z + 1
    ds.ImagePositionPatient = [0.0, 0.0, SPACING[0] * z]
    ds.ImageOrientationPatient = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]
    ds.PixelSpacing, ds.SliceThickness = list(SPACING[1:]), SPACING[0]
    ds.Rows, ds.Columns = values.shape
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated = ds.BitsStored = 16
    ds.HighBit, ds.PixelRepresentation = 15, 1
    ds.RescaleSlope, ds.RescaleIntercept, ds.RescaleType = 1, -1024, "HU"
    ds.PixelPaddingValue = PADDING + 1024
    ds.WindowCenter, ds.WindowWidth = 40, 80
    ds.PixelData = (values + 1024).astype("<i2").tobytes()
    ds.save_as(path, enforce_file_format=True)
