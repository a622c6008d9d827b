"""Values of DICOM files beside SimpleITK's: `scaled_px`, and the place and spacing of a series.

    python -m pip install --no-deps --target FOLDER SimpleITK
    PYTHONPATH=FOLDER python benchmarks/dicom_values.py [folder of DICOM files]

Without SimpleITK it says so and compares nothing. Without a folder the files that come with pydicom are taken.
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from harness import table

sys.path.append(str(Path(__file__).parents[1] / "tests/core/medical"))

from dicom_files import bundled_files, series
from fastlearn.data.problems import DataError
from fastlearn.medical.dicom import dcmread, find_series, read_series, read_volume, scaled_px
from fastlearn.medical.dicom.picture import is_colour


def file_of(itk: Any, path: Path) -> str:
    """In a word how a file compares."""
    try:
        ds = dcmread(path)
        ours = None if is_colour(ds) else scaled_px(ds, 0).numpy()
    except DataError:
        return "not read by fastlearn"
    if ours is None:
        return "colour, without values"
    try:
        theirs = itk.GetArrayFromImage(itk.ReadImage(str(path)))[0]
    except RuntimeError:
        return "not read by SimpleITK"
    if theirs.shape != ours.shape:
        return "other shape in SimpleITK"
    if np.allclose(ours, theirs, rtol=1e-6, atol=1e-6):
        return "equal"
    if ds.BitsAllocated == 1 and np.array_equal(255 * ours, theirs):
        return "equal: single bits, which SimpleITK gives as 0 and 255"
    if theirs.dtype == np.uint32 and np.allclose(ours, (theirs << 16) | (theirs >> 16)):
        return "equal: 32 bits, big end first, whose halves SimpleITK leaves in that order"
    return f"different by {_most(ours, theirs):g}"


def series_of(itk: Any, folder: Path) -> list[str]:
    """Whether values, spacing and place of a made-up series, whose names run against its order, are the same."""
    series(folder, [7.5, 0, 2.5, 5], shape=(6, 5), RescaleSlope=0.5, RescaleIntercept=-1000)
    ours = read_volume(read_series(folder))
    reader = itk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    theirs = reader.Execute()
    return [
        str(np.allclose(ours.values.numpy(), itk.GetArrayFromImage(theirs))),
        str(np.allclose(ours.spacing, theirs.GetSpacing()[::-1])),
        str(np.allclose(ours.position(3, 2, 1), theirs.TransformContinuousIndexToPhysicalPoint((1.0, 2.0, 3.0)))),
    ]


def main() -> None:
    try:
        import SimpleITK as itk  # the name its own pages use
    except ImportError:
        print("SimpleITK is not installed, so nothing is compared; see the head of this file.")
        return
    itk.ProcessObject.SetGlobalWarningDisplay(False)
    files = (
        [one for found in find_series(sys.argv[1]).series for one in found.files] if sys.argv[1:] else bundled_files()
    )
    found: dict[str, list[str]] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for path in files:
            found.setdefault(file_of(itk, path), []).append(path.name)
        with tempfile.TemporaryDirectory() as tmp:
            same = series_of(itk, Path(tmp) / "series")
    rows = [[what, len(names), ", ".join(names[:4])] for what, names in sorted(found.items())]
    table("First frames", ["compared with SimpleITK", "files", "such as"], rows)
    table("A series", ["values", "spacing", "place"], [same])


def _most(ours: np.ndarray, theirs: np.ndarray) -> float:
    return float(np.abs(ours.astype(float) - theirs).max())


if __name__ == "__main__":
    main()
