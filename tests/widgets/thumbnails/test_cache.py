"""Thumbnails of real files: right side up, in eight bits, with a reason where there is none."""

from __future__ import annotations

import io
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pydicom
import pydicom.data
import pytest
from PIL import Image

from fastwidgets.thumbnails import cache
from fastwidgets.thumbnails.cache import Thumbnails, default_thumbnails, store_path
from fastwidgets.thumbnails.packed import PICTURE, REASON, Thumb
from fastwidgets.thumbnails.store import ThumbnailStore


@pytest.fixture
def thumbnails(tmp_path: Path) -> Iterator[Thumbnails]:
    made = Thumbnails(ThumbnailStore(tmp_path / "cache" / "t.sqlite"))
    yield made
    made.close()


def opened(thumb: Thumb) -> Image.Image:
    assert thumb.status == PICTURE, thumb.reason
    return Image.open(io.BytesIO(thumb.data))


def save(path: Path, size: tuple[int, int] = (400, 200), mode: str = "RGB", **kwargs: object) -> str:
    picture = Image.new(mode, size)
    picture.save(path, **kwargs)
    return str(path)


def test_a_thumbnail_fits_and_keeps_its_proportions(thumbnails: Thumbnails, tmp_path: Path) -> None:
    assert opened(thumbnails.get(save(tmp_path / "a.jpg"), 128)).size == (128, 64)
    assert opened(thumbnails.get(save(tmp_path / "b.png", (20, 30)), 128)).size == (20, 30)  # none is made larger
    assert opened(thumbnails.get(save(tmp_path / "c.png", (3000, 1)), 128)).size == (128, 1)


def test_exif_orientation_is_applied(thumbnails: Thumbnails, tmp_path: Path) -> None:
    picture = Image.new("RGB", (200, 100), "black")
    picture.paste("white", (0, 0, 100, 100))  # stored: the left half is white
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise: then the upper half is
    picture.save(tmp_path / "a.jpg", exif=exif)
    shown = opened(thumbnails.get(str(tmp_path / "a.jpg"), 128)).convert("L")
    assert shown.size == (64, 128)
    assert shown.getpixel((32, 20)) > 240 and shown.getpixel((32, 108)) < 15


@pytest.mark.parametrize("mode, end", [("L", "png"), ("1", "png"), ("P", "gif"), ("RGBA", "png"), ("CMYK", "jpg"),
                                       ("I;16", "png"), ("LA", "png")])  # fmt: skip
def test_every_mode_becomes_a_picture(thumbnails: Thumbnails, tmp_path: Path, mode: str, end: str) -> None:
    assert opened(thumbnails.get(save(tmp_path / f"a.{end}", (200, 100), mode), 128)).size == (128, 64)


def test_a_few_pixels_are_kept_as_they_are(thumbnails: Thumbnails, tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (8, 8), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "digit.png")
    assert np.array_equal(np.asarray(opened(thumbnails.get(str(tmp_path / "digit.png"), 128))), pixels)


@pytest.mark.parametrize(
    "content, reason",
    [
        (None, "The file is gone."),
        (b"", "It is empty (0 bytes)"),
        (b"<html>not found</html>", "It holds text"),
        (b"\x00\x01\x02" * 50, "Its content is in no format"),
        ("cut", "It is damaged or cut short"),
        ("folder", "It is a folder."),
    ],
)
def test_what_cannot_be_read_has_a_reason(thumbnails: Thumbnails, tmp_path: Path, content: object, reason: str) -> None:
    path = tmp_path / "a.jpg"
    if content == "folder":
        path.mkdir()
    elif content == "cut":
        Image.fromarray(np.random.default_rng(0).integers(0, 256, (99, 99, 3), np.uint8)).save(path)
        path.write_bytes(path.read_bytes()[:900])
    elif isinstance(content, bytes):
        path.write_bytes(content)
    found = thumbnails.get(str(path), 128)
    assert found.status == REASON and found.reason.startswith(reason), found.reason


def test_a_file_that_may_not_be_read_says_so(
    thumbnails: Thumbnails, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save(tmp_path / "a.jpg")

    def refuse(path: str, side: int) -> None:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(cache, "render", refuse)
    assert thumbnails.get(path, 128).reason == "This user may not read the file."
    monkeypatch.undo()
    assert thumbnails.get(path, 128).status == PICTURE  # not kept: rights may change


def test_a_picture_is_decoded_once_and_again_when_it_was_replaced(
    thumbnails: Thumbnails, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, asked = save(tmp_path / "a.png", (10, 10)), []
    real = cache.render
    monkeypatch.setattr(cache, "render", lambda path, side: (asked.append(side), real(path, side))[1])
    first = thumbnails.get(path, 128)
    assert thumbnails.get(path, 128) == first and asked == [128]
    assert Thumbnails(ThumbnailStore(thumbnails.store.path)).get(path, 128) == first and asked == [128]
    save(tmp_path / "a.png", (20, 10))
    os.utime(path, ns=(0, 5))
    assert opened(thumbnails.get(path, 128)).size == (20, 10) and asked == [128, 128]


def test_a_page_gives_what_is_ready_first_and_each_once(thumbnails: Thumbnails, tmp_path: Path) -> None:
    paths = [save(tmp_path / f"{i}.png", (i + 1, 5)) for i in range(12)] + [str(tmp_path / "none.png")]
    thumbnails.get(paths[3], 128)
    parts = list(thumbnails.pages(paths, 128))
    assert [i for i, _ in parts[0]] == [3, 12] and parts[0][1][1].reason == "The file is gone."
    found = dict(pair for part in parts for pair in part)
    assert sorted(found) == list(range(13))
    assert all(opened(found[i]).size == (i + 1, 5) for i in range(12))
    assert list(thumbnails.pages([], 128)) == [[]]


def test_a_page_that_is_not_wanted_any_more_is_given_up(
    thumbnails: Thumbnails, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []

    def slow(path: str, side: int) -> None:
        begun.append(path)
        time.sleep(0.05)
        raise OSError("never mind")

    monkeypatch.setattr(cache, "render", slow)
    paths = [save(tmp_path / f"{i}.png", (5, 5)) for i in range(60)]
    passed = threading.Event()
    for _ in thumbnails.pages(paths, 128, passed.is_set):
        passed.set()
    time.sleep(0.2)
    assert len(begun) < 30


def test_they_lie_in_the_cache_folder_or_where_there_is_none_in_one_of_this_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FASTWIDGETS_HOME", str(tmp_path))
    assert store_path() == tmp_path / "cache" / "thumbnails" / "thumbnails.sqlite"
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("FASTWIDGETS_HOME", str(tmp_path / "file"))
    default_thumbnails.cache_clear()
    assert opened(default_thumbnails().get(save(tmp_path / "a.png", (5, 5)), 128)).size == (5, 5)
    default_thumbnails.cache_clear()


def test_scans_with_text_in_their_pixels_are_shown_and_never_kept(thumbnails: Thumbnails, tmp_path: Path) -> None:
    ct = Path(pydicom.data.get_testdata_file("CT_small.dcm", download=False))
    for name, elements in (("ct", {}), ("yes", {"BurnedInAnnotation": "YES"}), ("us", {"Modality": "US"})):
        ds = pydicom.dcmread(ct)
        for keyword, value in elements.items():
            setattr(ds, keyword, value)
        ds.save_as(tmp_path / f"{name}.dcm")
    paths = [str(tmp_path / f"{name}.dcm") for name in ("ct", "yes", "us")]
    assert [opened(thumbnails.get(path, 128)).size for path in paths] == [(128, 128)] * 3
    assert [thumb is not None for thumb in thumbnails.look_up(paths, 128)] == [True, False, False]
