"""Opening pictures: every mode, upright, from anything, and clear errors."""

from __future__ import annotations

import io
import pickle

import numpy as np
import pytest
import torch
from fastlearn.data.problems import DataError
from fastlearn.vision.arrays import image2tensor, to_image
from fastlearn.vision.open import PILImage, PILImageBW, PILMask, load_image
from PIL import Image

ORIENTATION = 0x0112


def photo(width: int, height: int) -> Image.Image:
    """A smooth colour picture whose corners differ."""
    y, x = np.mgrid[0:height, 0:width]
    r, g, b = 255 * x / width, 255 * y / height, 255 * (1 - x / width)
    return Image.fromarray(np.stack((r, g, b), -1).astype(np.uint8))


def file_bytes(im: Image.Image, format: str = "png", **kwargs) -> bytes:
    buffer = io.BytesIO()
    im.save(buffer, format, **kwargs)
    return buffer.getvalue()


def jpeg(width: int, height: int, orientation: int = 1, **kwargs) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return file_bytes(photo(width, height), "jpeg", quality=95, exif=exif, **kwargs)


def test_a_picture_can_be_opened_from_anything_that_holds_one(tmp_path):
    data = file_bytes(photo(6, 4))
    path = tmp_path / "photo.png"
    path.write_bytes(data)
    pixels = np.asarray(photo(6, 4))
    sources = [path, str(path), data, bytearray(data), memoryview(data), io.BytesIO(data), photo(6, 4), pixels,
               torch.tensor(pixels).permute(2, 0, 1), PILImage.create(data)]  # fmt: skip
    for source in sources:
        picture = PILImage.create(source)
        assert type(picture) is PILImage and picture.mode == "RGB"
        np.testing.assert_array_equal(np.asarray(picture), pixels)


@pytest.mark.parametrize("format", ["png", "tiff"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied_once(orientation, format):
    stored = photo(40, 24)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    data = file_bytes(stored, format, exif=exif)
    turn = {1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
            4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270,
            7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_90}[orientation]  # fmt: skip
    wanted = np.asarray(stored if turn is None else stored.transpose(turn))
    picture = PILImage.create(data)
    np.testing.assert_array_equal(np.asarray(picture), wanted)
    np.testing.assert_array_equal(np.asarray(PILImage.create(picture)), wanted)  # no second turn
    np.testing.assert_array_equal(np.asarray(PILImage.create(Image.open(io.BytesIO(data)))), wanted)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_reduced_decoding_keeps_both_upright_sides_large_enough(orientation):
    data = jpeg(640, 480, orientation)
    full = PILImage.create(data)
    small = PILImage.create(data, at_least=(100, 200))
    assert small.width >= 100 and small.height >= 200
    assert small.n_px < full.n_px / 3
    assert small.full_size == full.size == full.full_size
    difference = np.abs(np.asarray(small.resize((20, 20)), float) - np.asarray(full.resize((20, 20)), float))
    assert difference.max() < 16


def test_without_at_least_a_jpeg_is_decoded_whole():
    assert PILImage.create(jpeg(640, 480)).size == (640, 480)
    assert PILImage.create(jpeg(640, 480), at_least=(641, 10)).size == (640, 480)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK", "YCbCr", "I;16"])
def test_every_mode_becomes_the_mode_of_the_class(mode):
    im = Image.fromarray(np.full((5, 7), 40000, np.uint16)) if mode == "I;16" else photo(7, 5).convert(mode)
    assert PILImage.create(im).mode == "RGB"
    assert PILImageBW.create(im).mode == "L"


def test_sixteen_bits_are_scaled_to_eight_and_not_clipped():
    values = np.array([[0, 257, 25700, 65535]], np.uint16)
    data = file_bytes(Image.fromarray(values))
    assert np.asarray(PILImageBW.create(data)).tolist() == [[0, 1, 100, 255]]
    assert np.asarray(PILImage.create(data))[0, :, 0].tolist() == [0, 1, 100, 255]


def test_floats_of_0_to_1_and_of_0_to_255_are_read_and_others_refused():
    assert np.asarray(PILImageBW.create(np.array([[0, 0.5, 1.0]]))).tolist() == [[0, 128, 255]]
    assert np.asarray(PILImageBW.create(np.array([[0, 7.0, 255.0]]))).tolist() == [[0, 7, 255]]
    with pytest.raises(DataError, match=r"0\.\.1 or 0\.\.255.*-3 to 2"):
        PILImage.create(np.array([[-3.0, 2.0]]))


def test_transparent_pixels_show_white_and_not_their_hidden_colour():
    rgba = np.zeros((1, 3, 4), np.uint8)
    rgba[0, :, 3] = (0, 255, 128)  # black, hidden, shown and half shown
    assert np.asarray(PILImage.create(file_bytes(Image.fromarray(rgba))))[0, :, 0].tolist() == [255, 0, 127]


def test_an_alpha_channel_that_hides_everything_is_ignored():
    rgba = np.full((2, 2, 4), 90, np.uint8)
    rgba[..., 3] = 0
    assert (np.asarray(PILImage.create(Image.fromarray(rgba))) == 90).all()


def test_an_animation_gives_its_first_frame():
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    data = file_bytes(frames[0], "gif", save_all=True, append_images=frames[1:])
    assert PILImage.create(data).getpixel((0, 0)) == (255, 0, 0)  # type: ignore[comparison-overlap]


def test_a_mask_keeps_its_numbers_in_every_mode():
    ids = np.array([[0, 1, 2, 250]], np.uint8)
    palette = Image.fromarray(ids).convert("P")
    palette.putdata(ids.ravel().tolist())
    palette.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255] + [9] * 759)
    wider = [Image.fromarray(ids.astype(dtype)) for dtype in (np.int32, np.uint16)]
    for im in (Image.fromarray(ids), palette, *wider):
        assert np.asarray(PILMask.create(im)).tolist() == ids.tolist()
    assert np.asarray(PILMask.create(np.array([[True, False]]))).tolist() == [[1, 0]]
    assert np.asarray(PILMask.create(np.array([[0, 300]], np.uint16))).tolist() == [[0, 300]]


def test_a_mask_of_fractions_or_negative_ids_is_refused():
    with pytest.raises(DataError, match="whole numbers"):
        PILMask.create(np.array([[0.5, 1.0]]))
    with pytest.raises(DataError, match=r"from 0 up.*-1"):
        PILMask.create(np.array([[-1, 1]]))


@pytest.mark.parametrize(
    "content, reason",
    [
        (b"", "empty"),
        (b"<html><body>404 Not Found</body></html>", "text, perhaps a saved error page"),
        (bytes(range(128, 160)), "no format that Pillow knows"),
        (jpeg(64, 64)[:900], "damaged or cut short"),
        (file_bytes(photo(64, 64))[:120], "damaged or cut short"),
    ],
)
def test_an_unreadable_file_is_named_with_the_reason_and_a_remedy(tmp_path, content, reason):
    path = tmp_path / "cat.jpg"
    path.write_bytes(content)
    with pytest.raises(DataError, match=rf"(?s){path}.*{reason}.*Get it again, or leave it out"):
        PILImage.create(path)
    with pytest.raises(DataError, match=reason):
        PILImage.create(path, at_least=(8, 8))


def test_a_decompression_bomb_is_refused_before_it_is_decoded(tmp_path, monkeypatch):
    path = tmp_path / "bomb.png"
    Image.new("1", (2000, 2000)).save(path)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)

    def no_decoding(self):
        raise AssertionError("the picture was decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", no_decoding)
    with pytest.raises(DataError, match=r"bomb\.png.*huge once decoded.*4000000 pixels.*MAX_IMAGE_PIXELS"):
        PILImage.create(path)


def test_a_missing_file_is_a_file_not_found_error(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"gone\.jpg"):
        PILImage.create(tmp_path / "gone.jpg")


def test_something_that_is_no_picture_is_named_by_its_type():
    with pytest.raises(DataError, match=r"this int as an image.*path, the bytes"):
        PILImage.create(3)
    with pytest.raises(DataError, match=r"\(H, W\).*shape \(3, 5, 7\)"):
        PILImage.create(np.zeros((3, 5, 7)))


def test_a_thumbnail_fits_in_its_box_and_keeps_class_and_proportions():
    picture = PILImage.create(photo(60, 40))
    assert picture.to_thumb(20).size == (20, 13) and type(picture.to_thumb(20)) is PILImage
    assert picture.to_thumb(10, 60).size == (15, 10)
    assert picture.size == (60, 40)


def test_shape_is_rows_and_columns_and_reshape_takes_the_same_order():
    picture = PILImage.create(photo(60, 40))
    assert (picture.shape, picture.n_px, picture.aspect) == ((40, 60), 2400, 1.5)
    assert picture.reshape(10, 30).shape == (10, 30)
    assert picture.resize_max(max_px=600).n_px == 600
    assert picture.resize_max(max_h=20).shape == (20, 30)
    assert picture.resize_max(max_w=100).shape == (40, 60)


def test_pictures_survive_pickling_and_a_round_trip_through_bytes():
    picture = PILImage.create(photo(6, 4))
    assert type(pickle.loads(pickle.dumps(picture))) is PILImage
    np.testing.assert_array_equal(np.asarray(PILImage.create(picture.to_bytes_format())), np.asarray(picture))


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_image2tensor_gives_channels_first_and_to_image_undoes_it(mode):
    im = photo(7, 5).convert(mode)
    tensor = image2tensor(im)
    assert tensor.dtype == torch.uint8 and tensor.is_contiguous() and tensor.shape[1:] == (5, 7)
    reference = np.asarray(im).reshape(5, 7, -1).transpose(2, 0, 1)
    np.testing.assert_array_equal(tensor.numpy(), reference)
    np.testing.assert_array_equal(np.asarray(to_image(tensor)), np.asarray(im))


def test_load_image_converts_only_when_asked(tmp_path):
    path = tmp_path / "gray.png"
    photo(6, 4).convert("L").save(path)
    assert load_image(path).mode == "L" and load_image(path, "RGB").mode == "RGB"
