"""What is shown of every file that comes with pydicom, beside pydicom's own `apply_windowing`."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from by_pydicom import seen_by_pydicom
from dicom_files import bundled_files, dataset, saved
from fastlearn.data.problems import DataError
from fastlearn.medical.dicom import dcmread, pixels, seen_frame
from fastlearn.medical.dicom.layout import n_frames
from fastlearn.medical.dicom.one_frame import read_frame
from fastlearn.medical.dicom.picture import is_colour
from fastlearn.medical.dicom.windows import VALUE_TAGS


def readable(path: Path) -> bool:
    try:
        return pixels(path, 0) is not None
    except DataError:
        return False


def grays() -> list[Path]:
    """Files whose pixels are gray, can be decoded here, and which say how they are to be seen."""
    found = []
    for path in bundled_files():
        try:
            ds = dcmread(path)
            asks = "WindowWidth" in ds or "VOILUTSequence" in ds
            if asks and not is_colour(ds) and readable(path):
                found.append(path)
        except DataError:
            continue
    return found


GRAYS = grays()


def test_there_are_files_to_compare() -> None:
    assert len(GRAYS) >= 10


@pytest.mark.parametrize("path", GRAYS, ids=lambda path: path.name)
@pytest.mark.filterwarnings("ignore")
def test_what_is_seen_equals_pydicom_within_one_in_255(path: Path) -> None:
    ds = dcmread(path)
    seen, _ = seen_frame(ds, 0)
    np.testing.assert_allclose(seen.numpy(), seen_by_pydicom(ds, pixels(ds, 0)), atol=1 / 255)


@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_every_curve_equals_pydicom(function: str, photometric: str) -> None:
    values = np.arange(-2048, 2048, dtype=np.int16).reshape(64, 64)
    ds = dataset(values, WindowCenter=40, WindowWidth=81, VOILUTFunction=function, RescaleSlope=1.5,
                 RescaleIntercept=-100, PhotometricInterpretation=photometric)  # fmt: skip
    seen, how = seen_frame(ds, 0)
    assert how.startswith(f"{function}, width 81, level 40")
    np.testing.assert_allclose(seen.numpy(), seen_by_pydicom(ds, values), atol=1 / 255)


@pytest.mark.parametrize("path", [p for p in bundled_files() if p.suffix == ".dcm"], ids=lambda path: path.name)
@pytest.mark.filterwarnings("ignore")
def test_a_frame_read_alone_is_the_same(path: Path) -> None:
    try:
        ds = dcmread(path)
        last = n_frames(ds) - 1
        wanted = pixels(ds, last)
    except DataError as error:
        with pytest.raises(DataError):
            read_frame(path, 0, VALUE_TAGS)
        assert str(error)
        return
    np.testing.assert_array_equal(read_frame(path, last, VALUE_TAGS)[1], wanted)


def test_a_frame_that_there_is_not_is_refused() -> None:
    path = next(p for p in bundled_files() if p.name == "rtdose.dcm")
    with pytest.raises(DataError, match=r"15 frame\(s\), 0 to 14, but frame 15"):
        read_frame(path, 15, VALUE_TAGS)


def test_one_of_many_frames_takes_the_memory_of_one(tmp_path: Path) -> None:
    path = saved(
        tmp_path / "many.dcm", np.arange(64 * 256 * 256, dtype=np.int64).reshape(64, 256, 256).astype(np.int16)
    )
    read_frame(path, 0, VALUE_TAGS)  # what is loaded once a process
    tracemalloc.start()
    values = read_frame(path, 40, VALUE_TAGS)[1]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * values.nbytes  # the file has 64 times as many bytes
    np.testing.assert_array_equal(values, pixels(path, 40))
