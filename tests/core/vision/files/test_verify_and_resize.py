"""Files that are sound, and smaller copies of them."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from fastlearn.data.problems import DataError
from fastlearn.vision.files import resize_image, resize_images, verify_image, verify_images
from PIL import Image

ORIENTATION = 0x0112


def test_verify_names_what_cannot_be_used(photos):
    cut = photos / "05.jpg"
    cut.write_bytes(cut.read_bytes()[:3000])
    (photos / "empty.png").touch()
    (photos / "page.gif").write_text("<html>")
    files = sorted(photos.iterdir())
    told = []
    failed = verify_images([*files, photos / "gone.jpg"], n_workers=2, progress=lambda *a: told.append(a))
    assert [path.name for path in failed] == ["05.jpg", "empty.png", "page.gif", "gone.jpg"] and told[-1] == (15, 15)
    assert verify_image(photos / "00.jpg") and verify_image(str(photos / "01.jpg")) and not verify_image(cut)
    assert not verify_image(photos / "00.jpg", max_pixels=1000)
    assert verify_images([]) == []


@pytest.fixture
def result(tmp_path):
    return tmp_path / "result"


def opened(path):
    with Image.open(path) as im:
        im.load()
        return im


@pytest.mark.parametrize("size, expected", [((400, 200), (100, 50)), ((99, 300), (33, 100)), ((80, 60), (80, 60))])
def test_longer_side_becomes_max_size_and_nothing_is_enlarged(tmp_path, result, photo, size, expected):
    photo(0, *size).convert("L").save(tmp_path / "a.png")
    path = resize_image("a.png", result, tmp_path, max_size=100)
    assert path == result / "a.png" and opened(path).size == expected and opened(path).mode == "RGB"


def test_pixels_are_those_of_pils_resize(tmp_path, result, photo):
    photo(0, 150, 90).save(tmp_path / "a.png")
    path = resize_image("a.png", result, tmp_path, max_size=75)
    expected = photo(0, 150, 90).resize((75, 45), Image.Resampling.BILINEAR)
    apart = np.abs(np.asarray(opened(path), int) - np.asarray(expected, int))
    assert apart.max() <= 1


@pytest.mark.parametrize("orientation", range(1, 9))
def test_result_is_upright_and_says_nothing_else(tmp_path, result, photo, orientation):
    from PIL import ImageOps

    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    photo(0, 300, 200).save(tmp_path / "a.jpg", exif=exif, quality=95)
    path = resize_image("a.jpg", result, tmp_path, max_size=150, quality=100, subsampling=0)
    size = (150, 100) if orientation < 5 else (100, 150)
    expected = ImageOps.exif_transpose(opened(tmp_path / "a.jpg")).resize(size, Image.Resampling.BILINEAR)
    assert opened(path).getexif().get(ORIENTATION, 1) == 1
    assert opened(path).size == expected.size
    assert np.abs(np.asarray(opened(path), int) - np.asarray(expected, int)).mean() < 1.5


def test_what_fits_is_copied_byte_for_byte_and_else_not(tmp_path, result, photo):
    photo(0).save(tmp_path / "a.jpg", quality=33)
    same = resize_image("a.jpg", result, tmp_path, max_size=160)
    assert same.read_bytes() == (tmp_path / "a.jpg").read_bytes()
    other = resize_image("a.jpg", result, tmp_path, max_size=160, ext="png")
    assert other.name == "a.png" and opened(other).format == "PNG"


@pytest.mark.parametrize("n_channels, mode", [(1, "L"), (3, "RGB"), (4, "RGBA"), (None, "RGBA")])
@pytest.mark.parametrize("max_size", [None, 50])
def test_channels_are_as_asked(tmp_path, result, photo, n_channels, mode, max_size):
    photo(0).convert("RGBA").save(tmp_path / "a.png")
    path = resize_image("a.png", result, tmp_path, max_size=max_size, n_channels=n_channels)
    assert opened(path).mode == mode


def test_palette_and_sixteen_bits_are_converted_without_loss_of_range(tmp_path, result):
    ramp = np.linspace(0, 65535, 256 * 4).reshape(4, 256).astype(np.uint16)
    Image.fromarray(ramp).save(tmp_path / "deep.png")
    values = np.asarray(opened(resize_image("deep.png", result, tmp_path, n_channels=1)))
    assert values.min() == 0 and values.max() == 255 and len(np.unique(values)) == 256
    Image.new("P", (300, 300)).save(tmp_path / "palette.gif")
    assert opened(resize_image("palette.gif", result, tmp_path, 60, n_channels=None, ext=".png")).size == (60, 60)


def test_settings_reach_pil_and_the_profile_stays(tmp_path, result, photo):
    photo(0, 400, 300).save(tmp_path / "a.jpg", icc_profile=b"profile", quality=95)
    poor = resize_image("a.jpg", result / "poor", tmp_path, max_size=200, quality=10)
    usual = resize_image("a.jpg", result / "usual", tmp_path, max_size=200)
    assert poor.stat().st_size < 0.5 * usual.stat().st_size
    assert opened(usual).info["icc_profile"] == b"profile"


def test_folder_is_resized_with_its_folders_and_a_report(tmp_path, result, photo):
    for name in ("a.jpg", "x/b.png", "x/y/c.jpg"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        photo(0).save(tmp_path / "in" / name)
    flat = resize_images(tmp_path / "in", max_size=80, dest=result)
    assert [path.name for path in flat.result] == ["a.jpg"]
    told = []
    table = resize_images(tmp_path / "in", 2, 80, True, result, progress=lambda *a: told.append(a))
    assert table.result.tolist() == [result / "a.jpg", result / "x" / "b.png", result / "x" / "y" / "c.jpg"]
    assert set(table.status) == {"done"} and told[-1] == (3, 3)
    assert all(opened(path).size == (80, 60) for path in table.result)


def test_pictures_can_be_replaced_where_they_are(photos):
    before = (photos / "00.jpg").read_bytes()
    table = resize_images(photos, max_size=80, dest=photos)
    assert table.path.tolist() == table.result.tolist() == sorted(photos.iterdir())
    assert all(opened(path).size == (80, 60) for path in table.result)
    small = (photos / "00.jpg").read_bytes()
    resize_images(photos, max_size=80, dest=photos)
    assert before != small == (photos / "00.jpg").read_bytes()


def test_destination_inside_the_source_is_not_resized_in_turn(photos):
    for _ in range(2):
        table = resize_images(photos, max_size=80, dest=photos / "small", recurse=True)
    assert len(table) == 12 and not (photos / "small" / "small").exists()


def test_resume_leaves_what_is_there_also_under_another_extension(photos, result):
    first = resize_images(photos, max_size=80, dest=result, ext=".png")
    marked = first.result[3]
    marked.write_bytes(b"mine")
    first.result[4].unlink()
    resize_images(photos, max_size=80, dest=result, ext=".png", resume=True)
    assert marked.read_bytes() == b"mine" and first.result[4].exists()
    resize_images(photos, max_size=80, dest=result, ext=".png")
    assert marked.read_bytes() != b"mine"


def test_failures_are_reported_and_the_rest_is_done(photos, result):
    (photos / "00.jpg").write_bytes(b"")
    cut = photos / "01.jpg"
    cut.write_bytes(cut.read_bytes()[:3000])
    Image.open(photos / "02.jpg").save(photos / "02.png")
    with pytest.warns(RuntimeWarning, match=r"4 of 13 pictures could not be resized(?s:.*)00\.jpg: .*empty"):
        table = resize_images(photos, max_size=400, dest=result, ext=".jpg")
    failed = table[table.status == "failed"]
    assert [path.name for path in failed.path] == ["00.jpg", "01.jpg", "02.jpg", "02.png"]
    assert (
        "damaged or cut short" in failed.reason.iloc[1]
        and "several files would become '02.jpg'" in failed.reason.iloc[2]
    )
    assert len(list(result.iterdir())) == 9  # nothing half-written, and nothing damaged copied


@pytest.mark.parametrize(
    "settings, message",
    [({"max_size": 0}, "`max_size` is a side in pixels, but got 0"), ({"n_channels": 2}, "`n_channels` is 1 .* got 2")],
)
def test_bad_settings_are_named_at_once(photos, settings, message):
    with pytest.raises(ValueError, match=message):
        resize_images(photos, dest=photos / "x", **settings)
    assert not (photos / "x").exists()


def test_misspelt_settings_do_not_reach_pil(photos):
    with pytest.raises(TypeError, match=r"resize_images\(\).*'n_chanels'. Did you mean 'n_channels'"):
        resize_images(photos, dest=photos / "x", n_chanels=1)
    with pytest.raises(TypeError, match="Did you mean 'max_size'"):
        resize_image("00.jpg", photos / "x", photos, maxsize=3)


def test_what_cannot_be_written_is_said_with_a_way_out(photos, result):
    with pytest.raises(DataError, match=r"Cannot write .*00\.jpg' as JPEG, from a picture of mode RGBA.*Try another"):
        resize_image("00.jpg", result, photos, n_channels=4)
    with pytest.raises(FileNotFoundError, match=r"gone\.jpg"):
        resize_image("gone.jpg", result, photos)
    with pytest.raises(DataError, match=r"160 x 120 pixels, too many"):
        resize_image("00.jpg", result, photos, max_size=150, max_pixels=1000)
    assert not result.exists() or list(result.iterdir()) == []


def test_resizing_is_quiet(photos, result):
    Image.open(photos / "00.jpg").convert("P").save(photos / "odd.png", transparency=bytes(range(256)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        resize_images(photos, max_size=50, dest=result)
