"""Files that are broken, hostile or something else: refused with the reason, before memory is taken."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from dicom_files import bundled, dataset, saved
from fastlearn.data.find import get_image_files
from fastlearn.data.problems import DataError
from fastlearn.medical.dicom import dcmread, get_dicom_files, header_rows, pixels, read_header
from fastlearn.medical.dicom.decoders import has_decoder
from fastlearn.vision.open import PILImage, PILImageBW
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.tag import Tag

JPEG_LS, HTJ2K = "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.201"


@pytest.mark.parametrize(
    "elements, message",
    [
        ({"Rows": 65535, "Columns": 65535}, r"65535 x 65535 pixels, the limit is.*MAX_IMAGE_PIXELS"),
        ({"Rows": 0}, "0 rows and 4 columns"),
        ({"BitsAllocated": 12, "BitsStored": 12}, "a sample takes 12 bits"),
        ({"BitsStored": 20}, "20 of 16 bits are used"),
        ({"SamplesPerPixel": 7}, "7 samples"),
        ({"NumberOfFrames": 2000000000}, "GiB once decoded.*frame by frame"),
        ({"NumberOfFrames": 5}, r"cut short.*asks for 160 bytes.*holds 32"),
        ({"NumberOfFrames": 0}, "it has 0 frames"),
        ({"Rows": 5}, r"cut short.*asks for 40 bytes"),
        ({"Rows": None, "BitsAllocated": None}, "Rows, BitsAllocated are missing.*CT Image Storage"),
        ({"PixelData": None}, "a header but no pixel data.*CT Image Storage"),
    ],
)
def test_an_absurd_header_is_refused_before_anything_is_decoded(elements, message):
    with pytest.raises(DataError, match=message):
        pixels(dataset(np.zeros((4, 4), np.int16), **elements))


@pytest.mark.parametrize(
    "uid, package", [(JPEG_LS, "pyjpegls, or python-gdcm"), (HTJ2K, "pylibjpeg and pylibjpeg-openjpeg")]
)
def test_a_missing_decoder_is_named_with_what_to_install(uid, package, monkeypatch):
    monkeypatch.setattr("fastlearn.medical.dicom.decoders.has_decoder", lambda uid: False)
    from pydicom.encaps import encapsulate

    ds = dataset(np.zeros((4, 4), np.int16), PixelData=encapsulate([b"\0" * 8]))
    ds.file_meta.TransferSyntaxUID = uid
    with pytest.raises(DataError, match=rf"compressed as .*\({uid}\).*Install {package}: pip install 'fastwidgets\["):
        pixels(ds)


def test_damaged_compressed_pixels_say_so():
    from pydicom.encaps import encapsulate

    ds = dataset(np.zeros((4, 4), np.int16), PixelData=encapsulate([b"\0" * 64]))
    ds.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.5"
    assert has_decoder(ds.file_meta.TransferSyntaxUID)
    with pytest.raises(DataError, match=r"cannot be decoded \(transfer syntax RLE Lossless.*damaged or cut short"):
        pixels(ds)


@pytest.mark.parametrize(
    "content, message",
    [(b"", "empty"), (b"hello" * 100, "is not DICOM"), (b"\0" * 128 + b"DICM" + b"\xff" * 40, "DICOM|damaged|missing")],
)
def test_what_is_no_dicom_is_refused(tmp_path, content, message):
    path = tmp_path / "x.dcm"
    path.write_bytes(content)
    with pytest.raises(DataError, match=message):
        pixels(path)
    with pytest.raises(DataError, match=message):
        PILImage.create(path)


def test_a_missing_file_is_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        dcmread(tmp_path / "none.dcm")


@settings(max_examples=25)
@given(cut=st.integers(0, 39200), flip=st.integers(0, 2000))
@pytest.mark.filterwarnings("ignore")
def test_whatever_is_cut_off_or_changed_gives_pixels_or_one_kind_of_error(cut, flip):
    data = bytearray(bundled("CT_small.dcm").read_bytes())
    data[flip] ^= 0x55
    for broken in (bytes(data), bytes(data[:cut])):
        try:
            assert pixels(broken).ndim >= 2
        except DataError as error:
            assert "CompressedSamples^CT1" not in str(error)
        with contextlib.suppress(DataError):
            header_rows(broken)


def test_a_header_of_50_megabytes_is_read_without_its_bulk(tmp_path):
    ds = dataset(np.zeros((4, 4), np.int16))
    ds.add_new((0x0009, 0x0010), "LO", "BULK MAKER")
    ds.add_new((0x0009, 0x1001), "OB", bytes(50_000_000))
    path = tmp_path / "large.dcm"
    ds.save_as(path, enforce_file_format=True)
    header = read_header(path)
    assert dict(header.items())[Tag(0x0009, 0x1001)].value is None  # still in the file
    assert pixels(path).shape == (4, 4)
    row = next(row for row in header_rows(path) if row.tag == "(0009,1001)")
    assert row.value == "(hidden)" and row.hidden
    path.unlink()


def test_files_without_a_preamble_are_read(tmp_path):
    ds = dataset(np.arange(4, dtype=np.int16).reshape(2, 2))
    del ds.file_meta
    plain = tmp_path / "old"
    ds.save_as(plain, implicit_vr=True, little_endian=True)
    assert plain.read_bytes()[128:132] != b"DICM" and pixels(plain).tolist() == [[0, 1], [2, 3]]


def test_dicom_files_are_found_by_ending_and_by_content(tmp_path):
    saved(tmp_path / "a.dcm", np.zeros((2, 2), np.int16))
    saved(tmp_path / "b", np.zeros((2, 2), np.int16))
    (tmp_path / "c.txt").write_text("no")
    assert [file.name for file in get_dicom_files(tmp_path)] == ["a.dcm", "b"]
    assert [file.name for file in get_image_files(tmp_path)] == ["a.dcm"]
    (tmp_path / "a.dcm").unlink(), (tmp_path / "b").unlink()
    with pytest.raises(DataError, match="none of its 1 files ends in"):
        get_dicom_files(tmp_path)


@pytest.mark.parametrize(
    "name, size", [("CT_small.dcm", (128, 128)), ("examples_palette.dcm", (800, 350)), ("SC_rgb_small_odd.dcm", (3, 3))]
)
def test_the_ordinary_opener_reads_dicom_by_path_without_extension_and_as_bytes(name, size, tmp_path):
    bare = tmp_path / "picture"
    bare.write_bytes(bundled(name).read_bytes())
    opened = [PILImage.create(source) for source in (bundled(name), bare, bare.read_bytes())]
    assert all(picture.size == size and picture.mode == "RGB" for picture in opened)
    assert all(np.array_equal(np.asarray(opened[0]), np.asarray(other)) for other in opened[1:])
    assert PILImageBW.create(bare).mode == "L"
