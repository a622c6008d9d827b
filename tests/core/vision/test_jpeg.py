"""JPEG photos decoded in one call: the pixels that Pillow gives, for every kind of file, and its word on bad ones."""

from __future__ import annotations

import io

import numpy as np
import pytest
from fastlearn.data.problems import DataError
from fastlearn.vision import jpeg
from fastlearn.vision.decode import read_picture
from fastlearn.vision.jpeg_header import colour_header
from fastlearn.vision.open import PILImage, PILImageBW
from fastlearn.vision.planes import view_planes
from fastlearn.vision.shared_pixels import pixels_of
from fastlearn.vision.window import largest_inside
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFile


def photo(width, height, mode="RGB"):
    """Noise on a slope."""
    rng = np.random.default_rng(width * 1000 + height)
    slope = np.linspace(0, 200, width)[None, :, None] + rng.integers(0, 56, (height, width, 3))
    return Image.fromarray(slope.astype(np.uint8)).convert(mode)


def encoded(picture, **settings):
    file = io.BytesIO()
    picture.save(file, "JPEG", **settings)
    return file.getvalue()


def by_pillow(content, at_least=None):
    """What Pillow decodes by itself."""
    im = Image.open(io.BytesIO(content))
    if at_least is not None:
        im.draft(None, at_least)
    return np.asarray(im)


def refuse(*args, **settings):
    """A decoder that knows no file: Pillow decodes them all."""
    raise ValueError


def counted(monkeypatch):
    """Whether files were decoded in one call, as a list that grows with every file that might be."""
    results = []

    def by(function):
        def decode(*args):
            found = function(*args)
            results.append(found is not None)
            return found

        return decode

    for name in ("read_colour", "decode_opened"):
        monkeypatch.setattr(f"fastlearn.vision.decode.{name}", by(getattr(jpeg, name)))
    return results


@given(
    size=st.tuples(st.integers(1, 70), st.integers(1, 70)),
    at_least=st.none() | st.tuples(st.integers(1, 30), st.integers(1, 30)),
    subsampling=st.sampled_from([0, 1, 2]),
    quality=st.integers(20, 100),
    progressive=st.booleans(),
)
def test_the_pixels_are_pillows(size, at_least, subsampling, quality, progressive):
    content = encoded(photo(*size), subsampling=subsampling, quality=quality, progressive=progressive)
    picture, full = read_picture(content, at_least)
    assert full == size and picture.mode == "RGB"
    assert np.array_equal(np.asarray(picture), by_pillow(content, at_least))
    memory = pixels_of(picture)
    assert (memory is None) == (max(size) < 8)  # two scales of so small a file can have the same size
    assert memory is None or np.array_equal(memory[..., :3], np.asarray(picture))


@pytest.mark.parametrize("settings", [{}, {"restart_marker_rows": 1}, {"keep_rgb": True}, {"optimize": True}])
def test_ordinary_files_are_decoded_in_one_call(monkeypatch, tmp_path, settings):
    results = counted(monkeypatch)
    content = encoded(photo(60, 40), **settings)
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    for source in (content, path):
        for at_least in (None, (20, 20)):
            assert np.array_equal(np.asarray(read_picture(source, at_least)[0]), by_pillow(content, at_least))
    assert results == [True] * 4


def test_a_file_too_large_to_be_read_ahead_is_decoded_in_one_call_too(monkeypatch, tmp_path):
    monkeypatch.setattr("fastlearn.vision.decode.SMALL", 100)
    results = counted(monkeypatch)
    path = tmp_path / "a.jpg"
    photo(60, 40).save(path)
    assert np.array_equal(np.asarray(read_picture(path)[0]), by_pillow(path.read_bytes())) and results == [True]


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_other_modes_are_left_to_pillow(monkeypatch, mode):
    results = counted(monkeypatch)
    content = encoded(photo(60, 40, mode))
    assert read_picture(content)[0].mode == mode and results == []
    assert PILImage.create(content).mode == "RGB" and PILImageBW.create(content).mode == "L"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photo_is_the_same_with_and_without(monkeypatch, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = encoded(photo(60, 40), exif=exif.tobytes())
    at_once = [PILImage.create(content, at_least) for at_least in (None, (12, 18))]
    monkeypatch.setattr(jpeg, "decode_jpeg", refuse)
    for a, at_least in zip(at_once, (None, (12, 18)), strict=True):
        b = PILImage.create(content, at_least)
        assert np.array_equal(np.asarray(a), np.asarray(b)) and a.full_size == b.full_size


@pytest.mark.parametrize(
    "settings", [{"exif": b""}, {"xmp": b"<x/>"}, {"icc_profile": b"x" * 300}, {"comment": b"hello"}]
)
def test_only_files_that_may_be_turned_in_another_way_are_opened_by_pillow(settings):
    content = encoded(photo(60, 40), **settings)
    header = colour_header(content)
    assert header == (None if "xmp" in settings else ((60, 40), 1))


def test_several_pictures_in_one_file_are_left_to_pillow():
    file = io.BytesIO()
    photo(60, 40).save(file, "MPO", save_all=True, append_images=[photo(50, 40)])
    assert colour_header(file.getvalue()) is None
    assert read_picture(file.getvalue(), (10, 10))[1] == (60, 40)


def test_a_possible_bomb_is_left_to_pillow(monkeypatch):
    content = encoded(photo(60, 40))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    with pytest.raises(DataError, match="would be huge once decoded"):
        PILImage.create(content, (10, 10))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    assert PILImage.create(content, (10, 10)).full_size == (60, 40)


def outcome(content, at_least):
    """The picture, or what is said of it."""
    try:
        picture = PILImage.create(content, at_least)
    except DataError as error:
        return str(error)
    return picture.size, picture.full_size, picture.tobytes()


@pytest.mark.filterwarnings("ignore")
def test_damaged_files_end_as_they_do_in_pillow(monkeypatch):
    rng = np.random.default_rng(0)
    exif = Image.Exif()
    exif[0x0112] = 6
    files = [encoded(photo(60, 40), **settings) for settings in ({}, {"exif": exif}, {"progressive": True})]
    damaged = []
    for _ in range(300):
        content = bytearray(files[rng.integers(3)])
        place = int(rng.integers(2, content.index(b"\xff\xda") + 30))
        match rng.integers(3):
            case 0:
                content[place] = rng.integers(256)
            case 1:
                del content[place : place + int(rng.integers(1, 6))]
            case 2:
                content[place:place] = rng.bytes(3)
        damaged.append(bytes(content))
    ours = [outcome(content, at_least) for content in damaged for at_least in ((20, 16), None)]
    monkeypatch.setattr(jpeg, "decode_jpeg", refuse)
    pillows = [outcome(content, at_least) for content in damaged for at_least in ((20, 16), None)]
    assert ours == pillows
    assert 20 < sum(isinstance(found, str) for found in ours) < 580


def test_a_file_object_of_the_users_is_left_to_pillow(monkeypatch, tmp_path):
    results = counted(monkeypatch)
    path = tmp_path / "a.jpg"
    photo(60, 40).save(path)
    with open(path, "rb") as file:
        assert np.array_equal(np.asarray(PILImage.create(file)), by_pillow(path.read_bytes()))
    assert results == [False]


def test_what_is_wrong_with_a_damaged_file_is_told_by_pillow(monkeypatch):
    content = encoded(photo(200, 100), quality=95)
    with pytest.raises(DataError, match="damaged or cut short"):
        PILImage.create(content[: len(content) // 2])
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    part = np.asarray(PILImage.create(content[: len(content) // 2]))
    assert np.array_equal(part, by_pillow(content[: len(content) // 2]))


def test_a_picture_drawn_upon_shows_it(monkeypatch):
    window = largest_inside((60, 40), (20, 20), (0, 0))
    for change in (
        lambda im: ImageDraw.Draw(im).rectangle((0, 0, 30, 30), fill="red"),
        lambda im: im.paste((1, 2, 3), (0, 0, 30, 30)),
        lambda im: im.load().__setitem__((5, 5), (255, 0, 0)),
        lambda im: im.putpixel((5, 5), (255, 0, 0)),
        lambda im: im.thumbnail((45, 30)),
    ):
        seen = []
        for decoder in (jpeg.decode_jpeg, refuse):
            with monkeypatch.context() as patch:
                patch.setattr(jpeg, "decode_jpeg", decoder)
                picture = PILImage.create(encoded(photo(60, 40), quality=90))
            assert (pixels_of(picture) is None) == (decoder is refuse)
            change(picture)
            shrunk = window.scaled(picture.width / 60, picture.height / 40)
            seen.append((np.asarray(picture), view_planes(picture, shrunk, (20, 20)).numpy()))
            copied = view_planes(picture.copy(), shrunk, (20, 20)).numpy()
            assert np.array_equal(seen[-1][1], copied)
        assert all(np.array_equal(a, b) for a, b in zip(*seen, strict=True))


def test_a_picture_that_became_another_mode_or_was_copied_shares_nothing():
    picture = PILImage.create(encoded(photo(60, 40)))
    assert pixels_of(picture.copy()) is None and pixels_of(picture.convert("L")) is None
    picture.putalpha(7)
    assert pixels_of(picture) is None
