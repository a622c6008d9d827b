"""Nothing that could lead to a person is in what is shown, written or said, unless somebody asks for it."""

from __future__ import annotations

import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pydicom
import pytest
from dicom_files import bundled, bundled_files, dataset, series
from fastlearn.data.problems import DataError
from fastlearn.medical.dicom import (
    as_dict,
    dcmread,
    dicom_windows,
    find_series,
    from_dicoms,
    header_rows,
    patient_key,
    pct_in_window,
    read_series,
    save_jpg,
    save_tif16,
    to_uint16,
)
from fastlearn.medical.dicom.burned_in import may_show_text
from fastlearn.medical.dicom.quiet import silent, unquoted
from PIL import Image
from pydicom.dataset import Dataset

SECRETS = {
    "PatientName": "Secret^Person", "PatientID": "SECRET-1", "PatientBirthDate": "19600101", "PatientAge": "061Y",
    "PatientSex": "F", "StudyDate": "20200202", "StudyTime": "101112", "AccessionNumber": "ACC77", "StudyID": "S77",
    "ReferringPhysicianName": "Doctor^No", "InstitutionName": "Some Hospital", "InstitutionAddress": "Some Street 1",
    "StationName": "ROOM7", "StudyDescription": "Secret Person, head", "SeriesDescription": "for Secret Person",
    "ImageComments": "Secret Person moved", "DeviceSerialNumber": "SER77", "OperatorsName": "Operator^One",
    "ProtocolName": "Secret protocol", "RequestedProcedureDescription": "Secret procedure", "PatientComments": "Secret",
}  # fmt: skip


@pytest.fixture
def secret(tmp_path):
    ds = dataset(np.arange(16, dtype=np.int16).reshape(4, 4), **SECRETS)
    ds.add_new((0x0009, 0x0010), "LO", "SECRET MAKER")
    ds.add_new((0x0009, 0x1001), "LO", "Secret private")
    inner = Dataset()
    inner.PatientID, inner.ReferencedSOPInstanceUID = "SECRET-OTHER", "1.2.3"
    ds.RequestAttributesSequence = [inner]
    path = tmp_path / "secret.dcm"
    ds.save_as(path, enforce_file_format=True)
    return path


def leaks(text):
    """Which secrets stand in `text`."""
    hidden = [value for value in SECRETS.values() if len(value) > 1]
    return [value for value in (*hidden, "SECRET", "Secret", "Person") if value in text]


def test_a_header_is_shown_without_the_patient_and_with_him_if_asked(secret):
    rows = header_rows(secret)
    assert leaks(str(rows)) == [] and {row.keyword for row in rows if row.hidden} >= set(SECRETS)
    by_name = {row.keyword: row for row in rows}
    assert by_name["Rows"].value == "4" and by_name["RequestAttributesSequence"].value == "1 item(s)"
    inner = by_name["RequestAttributesSequence[0].PatientID"]
    assert inner.hidden and inner.value == "(hidden)"
    assert by_name["RequestAttributesSequence[0].ReferencedSOPInstanceUID"].value == "1.2.3"
    assert leaks(str(header_rows(secret, show_patient=True))) != []


def test_the_table_has_a_name_for_the_patient_that_does_not_say_who(secret):
    row = as_dict(secret)
    assert leaks(str({k: v for k, v in row.items() if k != "fname"})) == []
    assert row["patient"].startswith("patient-") and row["patient"] == patient_key(secret)
    assert as_dict(secret, show_patient=True)["PatientName"] == "Secret^Person"


def test_a_patient_keeps_the_name_and_others_have_others(tmp_path):
    keys = [patient_key(dataset(np.zeros((2, 2), np.int16), PatientID=name)) for name in ("A1", "A1", "A2", " A1 ")]
    assert keys[0] == keys[1] == keys[3] != keys[2]
    ds = dataset(np.zeros((2, 2), np.int16), PatientID="A1")
    assert patient_key(ds, secret=b"mine") not in (keys[0], patient_key(ds, secret=b"yours"))
    ds.IssuerOfPatientID = "another hospital"
    assert patient_key(ds) != keys[0]
    ds.PatientID = ""
    assert patient_key(ds).startswith("study-")


def test_representations_name_no_patient(tmp_path):
    series(tmp_path / "a", [0, 1], SeriesDescription="Secret Person", PatientName="Secret^Person")
    found = read_series(tmp_path)
    assert leaks(repr(found) + found.name + repr(found.slices)) == []


@pytest.mark.parametrize("writes, name", [(save_tif16, "x.tif"), (save_jpg, "x.jpg")])
def test_exports_hold_pixels_and_nothing_of_the_header(secret, tmp_path, writes, name):
    path = writes(secret, tmp_path / name, **({"wins": [(16, 8)], "bins": 0} if writes is save_jpg else {}))
    data = path.read_bytes()
    assert leaks(data.decode("latin-1")) == [] and b"1.2.826" not in data
    with Image.open(path) as picture:
        assert picture.size == (4, 4) and not picture.getexif().get_ifd(0x8769)


def test_tiff_and_jpeg_hold_what_was_asked_for(tmp_path):
    file = bundled("CT_small.dcm")
    with Image.open(save_tif16(file, tmp_path / "ct.tif")) as picture:
        assert picture.mode == "I;16" and np.array_equal(np.asarray(picture), to_uint16(file))
    wins = [dicom_windows.brain, dicom_windows.subdural]
    with Image.open(save_jpg(file, tmp_path / "ct.jpg", wins)) as picture:
        assert picture.mode == "RGB" and picture.size == (128, 128)
    with pytest.raises(ValueError, match="1 or 3 channels, but 1 window and the histogram are 2"):
        save_jpg(file, tmp_path / "no.jpg", wins[:1])


def test_burned_in_names_are_not_exported_by_accident(tmp_path):
    ds = dataset(np.arange(4, dtype=np.int16).reshape(2, 2), BurnedInAnnotation="YES")
    with pytest.raises(DataError, match=r"BurnedInAnnotation is YES.*burned_in=True"):
        save_tif16(ds, tmp_path / "x.tif")
    assert save_tif16(ds, tmp_path / "x.tif", burned_in=True).exists()


def test_the_table_expands_values_and_sums_up_pixels_as_fastai_does():
    row = as_dict(bundled("CT_small.dcm"))
    assert row["MultiPixelSpacing"] == 1 and row["PixelSpacing"] == row["PixelSpacing1"] == pytest.approx(0.661468)
    assert row["ImageOrientationPatient5"] == 0.0 and row["MultiImageType"] == 1 and row["ImageType2"] == "AXIAL"
    stored = np.frombuffer(__import__("pydicom").dcmread(bundled("CT_small.dcm")).PixelData, "<i2")
    assert (row["img_min"], row["img_max"]) == (stored.min(), stored.max())
    assert (row["img_mean"], row["img_std"]) == pytest.approx((stored.mean(), stored.std()))
    assert row["img_pct_window"] == pytest.approx(pct_in_window(bundled("CT_small.dcm"), 80, 40))


def test_a_table_of_every_bundled_file_gives_reasons_where_it_cannot_read(recwarn):
    files = bundled_files()
    table = from_dicoms(files, px_summ=False)
    assert list(table.fname) == [str(file) for file in files]
    assert table.Rows.notna().sum() > 50 and table.problem.notna().sum() >= 1
    assert not [column for column in table if column in SECRETS]


def test_a_process_gives_the_same_table(tmp_path):
    files = series(tmp_path, [0, 1, 2])
    (tmp_path / "bad.dcm").write_text("no")
    here, there = (from_dicoms([*files, tmp_path / "bad.dcm"], n_workers=n) for n in (0, 1))
    pd.testing.assert_frame_equal(here, there)
    assert "is not DICOM" in here.problem.iloc[3] and here.img_mean.iloc[2] == 2


def test_errors_name_the_file_and_no_patient(secret):
    ds = __import__("pydicom").dcmread(secret)
    ds.PixelData = ds.PixelData[:-2]
    with pytest.raises(DataError) as raised:
        as_dict(ds)
    assert leaks(str(raised.value).replace(str(secret), "")) == []
    assert find_series(secret.parent).skipped == []


@pytest.mark.parametrize(
    ("elements", "shows"),
    [
        ({"BurnedInAnnotation": "YES"}, True),
        ({"BurnedInAnnotation": "NO", "Modality": "US"}, False),
        ({"Modality": "US"}, True),
        ({"Modality": None}, False),
        ({}, False),
    ],
)
def test_where_a_file_does_not_say_it_the_modality_tells_whether_text_is_usual(elements, shows):
    assert may_show_text(dataset(np.zeros((2, 2), np.int16), **elements)) is shows


@pytest.fixture
def odd(tmp_path):
    """A file with numbers that are none, which pydicom quotes when it warns: of a patient, and a study's UID."""
    series(tmp_path, [0], names=["odd.dcm"], OtherStudyNumbers=1977, StudyInstanceUID="1.2.3.4455")
    file = tmp_path / "odd.dcm"
    file.write_bytes(file.read_bytes().replace(b"1977", b"19A7").replace(b"1.2.3.4455", b"1.2.3.ABCD"))
    return file


LOOKS = [header_rows, as_dict, lambda file: from_dicoms([file]), patient_key, lambda file: find_series([file]),
         lambda file: header_rows(dcmread(file))]  # fmt: skip


@pytest.mark.parametrize("looks", LOOKS)
def test_no_warning_and_no_log_quotes_a_patient(odd, looks, caplog):
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        looks(odd)
    told = " ".join([*(str(one.message) for one in said), *caplog.messages])
    assert not any(secret in told for secret in ("19A7", "ABCD"))


def test_whoever_asks_pydicom_is_warned_as_before(odd, caplog):
    header_rows(odd)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert str(pydicom.dcmread(odd).OtherStudyNumbers) == "19A7" and "19A7" in caplog.text


def test_many_threads_leave_pydicoms_setting_as_it_was(odd):
    before, filters = pydicom.config.settings.reading_validation_mode, list(warnings.filters)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: (header_rows(odd), silently(odd)), range(100)))
    assert pydicom.config.settings.reading_validation_mode == before and list(warnings.filters) == filters


@silent
def silently(file):
    with unquoted:
        return dcmread(file)
