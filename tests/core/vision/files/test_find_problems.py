"""`find_problems` on made-up folders with planted faults, and on none."""

from __future__ import annotations

import os
import shutil
import sqlite3
import struct
import threading
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from fastlearn.data.problems import DataError
from fastlearn.vision.files import PROBLEMS, find_problems
from fastlearn.vision.files.cache import NAME
from fastlearn.vision.files.findings import Finding
from fastlearn.vision.files.probe import Prober
from PIL import Image, ImageFilter

ORIENTATION = 0x0112


def names(table, code):
    """The names of the files that have this problem, with the file that each is a copy of if there is one."""
    rows = table[table.code == code]
    return {row.path.name: row.same_as.name if row.same_as is not None else None for row in rows.itertuples()}


def scan(folder, *codes, **settings):
    return find_problems(folder, problems=codes or None, **{"n_workers": 1, **settings})


def header_png(width, height):
    """A PNG that says how large it is and then ends."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + head + struct.pack(">I", zlib.crc32(b"IHDR" + head))
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))


def test_sound_folder_has_no_problems(photos):
    table = scan(photos)
    assert len(table) == 0 and tuple(table.columns) == Finding._fields
    assert table.attrs == {"n_files": 12, "complete": True}


def test_faults_are_told_apart_and_come_first(photos, photo):
    whole = (photos / "00.jpg").read_bytes()
    png = photos / "png.png"
    photo(50).save(png)
    faults = {
        "empty.jpg": b"",
        "page.jpg": b"<html>404 not found</html>",
        "noise.png": bytes(range(200, 256)) * 20,
        "cut.jpg": whole[: len(whole) // 2],
        "cut.png": png.read_bytes()[:3000],
        "head.png": b"\x89PNG\r\n\x1a\n" + bytes(40),
        "bomb.png": header_png(60_000, 60_000),
        "large.png": header_png(30_000, 30_000),
        "wide.png": header_png(9_000, 8_000),
    }
    for name, content in faults.items():
        (photos / name).write_bytes(content)
    table = scan(photos, n_workers=2)
    errors = table[table.severity == "error"]
    assert {row.path.name: row.code for row in errors.itertuples()} == {
        "empty.jpg": "empty_file", "page.jpg": "not_image", "noise.png": "not_image", "cut.jpg": "truncated",
        "cut.png": "truncated", "head.png": "unreadable", "bomb.png": "huge", "large.png": "huge", "wide.png": "huge",
    }  # fmt: skip
    assert table.severity.tolist() == sorted(table.severity, key=["error", "warning", "info"].index)
    details = {row.path.name: row.detail for row in errors.itertuples()}
    assert "holds text, perhaps a saved error page" in details["page.jpg"]
    assert "begins like a PNG file" in details["head.png"] and "9000 x 8000" in details["wide.png"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_listed_files_may_be_missing_or_no_files(photos):
    pipe = photos / "pipe.jpg"
    os.mkfifo(pipe)  # opening it would wait for ever
    table = scan([photos / "00.jpg", photos / "gone.jpg", str(pipe), photos])
    assert dict(zip((p.name for p in table.path), table.code, strict=True)) == {
        "gone.jpg": "missing", "pipe.jpg": "not_image", "photos": "not_image",
    }  # fmt: skip
    assert "no such file" in table.detail[0] and "not a regular file" in table.detail[1]


def test_file_without_permission_is_unreadable_and_looked_at_again(photos, tmp_path, monkeypatch):
    read = Path.read_bytes

    def refuse(path):  # root may read everything, so that a mode does not do
        if path.name == "00.jpg":
            raise PermissionError(13, "Permission denied")
        return read(path)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", refuse)
        (row,) = scan(photos, cache=tmp_path / "cache").itertuples()
    assert (row.path.name, row.code) == ("00.jpg", "unreadable") and "permissions" in row.detail
    assert len(scan(photos, cache=tmp_path / "cache")) == 0


def test_exact_duplicates_share_a_group_whatever_their_names(photos):
    for name in ("copy of 3.jpg", "z.jpeg"):
        shutil.copy(photos / "03.jpg", photos / name)
    shutil.copy(photos / "05.jpg", photos / "zz.jpg")
    table = scan(photos)
    assert names(table, "duplicate") == {
        "03.jpg": None, "copy of 3.jpg": "03.jpg", "z.jpeg": "03.jpg", "05.jpg": None, "zz.jpg": "05.jpg",
    }  # fmt: skip
    assert table.groupby("group").size().tolist() == [3, 2]
    assert "near_duplicate" not in set(table.code)


def test_unreadable_and_empty_files_can_be_duplicates_of_each_other_only_by_their_bytes(tmp_path):
    for name, content in {"a.jpg": b"", "b.jpg": b"", "c.jpg": b"text", "d.jpg": b"text"}.items():
        (tmp_path / name).write_bytes(content)
    assert names(scan(tmp_path), "duplicate") == {"c.jpg": None, "d.jpg": "c.jpg"}


def test_near_duplicates_resized_recompressed_or_in_another_format(photos):
    original = Image.open(photos / "04.jpg")
    original.resize((80, 60)).save(photos / "small.jpg", quality=70)
    original.save(photos / "poor.jpg", quality=35)
    original.save(photos / "same.png")
    original.resize((320, 240)).save(photos / "large.jpg")
    assert names(scan(photos), "near_duplicate") == {
        "large.jpg": None, "same.png": "large.jpg", "04.jpg": "large.jpg", "poor.jpg": "large.jpg",
        "small.jpg": "large.jpg",
    }  # fmt: skip


@pytest.mark.parametrize("orientation", range(2, 9))
def test_copy_that_is_turned_by_its_exif_tag_is_a_near_duplicate(photos, orientation):
    from fastlearn.vision.orientation import UPRIGHT

    inverse = {6: 8, 8: 6}.get(orientation, orientation)
    stored = Image.open(photos / "07.jpg").transpose(UPRIGHT[inverse])
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    stored.save(photos / "turned.jpg", exif=exif, quality=85)
    assert set(names(scan(photos), "near_duplicate")) == {"07.jpg", "turned.jpg"}


@pytest.mark.parametrize("transpose", Image.Transpose)
def test_turned_and_mirrored_copies_are_told_apart_from_near_ones(photos, transpose):
    Image.open(photos / "07.jpg").transpose(transpose).save(photos / "turned.jpg", quality=85)
    table = scan(photos)
    assert set(names(table, "turned_duplicate")) == {"07.jpg", "turned.jpg"}
    assert set(table.code) == {"turned_duplicate"} and set(table.severity) == {"info"}
    assert "near_duplicate" not in set(scan(photos, "near_duplicate").code)


def test_pictures_that_resemble_each_other_are_no_duplicates(tmp_path):
    from sklearn.datasets import load_digits

    digits = load_digits()
    for i, pixels in enumerate(digits.images[digits.target == 3]):
        Image.fromarray((pixels * 15).astype(np.uint8)).resize((32, 32)).save(tmp_path / f"{i}.png", compress_level=0)
    table = scan(tmp_path, "near_duplicate", "turned_duplicate")
    assert table.attrs["n_files"] == 183
    assert len(table) == 0


def test_blurry_dark_bright_pale_and_empty_pictures(photos, photo):
    faults = {
        "blurry.jpg": photo(20, 400, 300).filter(ImageFilter.GaussianBlur(8)),
        "dark.jpg": photo(21).point(lambda v: v * 0.15),
        "bright.jpg": photo(22).point(lambda v: 235 + v * 0.08),
        "pale.jpg": photo(23).point(lambda v: 120 + v * 0.08),
        "one colour.png": Image.new("RGB", (160, 120), (90, 120, 150)),
        "black.png": Image.new("L", (160, 120)),
    }
    for name, picture in faults.items():
        picture.save(photos / name)
    table = scan(photos)
    assert set(names(table, "blurry")) == {"blurry.jpg"}
    assert set(names(table, "dark")) == {"dark.jpg", "black.png"}
    assert set(names(table, "bright")) == {"bright.jpg"}
    assert {"pale.jpg"} <= set(names(table, "low_contrast")) <= {"pale.jpg", "dark.jpg", "bright.jpg"}
    assert set(names(table, "low_information")) == {"one colour.png", "black.png"}
    dark = table[(table.code == "dark") & (table.detail != "")].iloc[0]
    assert dark.value < dark.limit == PROBLEMS["dark"].limit


def test_odd_sizes_shapes_channels_and_extensions(photos, photo):
    photo(30, 900, 700).save(photos / "large.jpg")
    photo(31, 30, 22).save(photos / "small.jpg")
    photo(32, 400, 50).save(photos / "strip.jpg")
    photo(33, 120, 160).save(photos / "upright.jpg")
    photo(34).convert("L").save(photos / "gray.jpg")
    photo(35).convert("RGBA").save(photos / "alpha.png")
    photo(36).save(photos / "really a png.jpg", "PNG")
    table = scan(photos)
    assert set(names(table, "odd_size")) == {"large.jpg", "small.jpg"}
    assert set(names(table, "odd_shape")) == {"strip.jpg"}
    assert set(names(table, "odd_mode")) == {"gray.jpg", "alpha.png"}
    assert set(names(table, "wrong_extension")) == {"really a png.jpg"}
    details = " ".join(table.detail)
    assert "900 x 700" in details and "colour with alpha; most of the set are colour" in details
    assert "it is a PNG file, its name says JPEG" in details


def test_smallest_pictures_do_no_harm(tmp_path):
    kinds = [((1, 1), "RGB"), ((1, 5000), "L"), ((2, 3), "P"), ((5000, 1), "RGBA"), ((1, 1), "1"), ((3, 3), "CMYK"),
             ((7, 7), "I;16"), ((4, 4), "LA")]  # fmt: skip
    for i, (size, mode) in enumerate(kinds):
        Image.new(mode, size).save(tmp_path / f"{i}.{'tif' if mode == 'CMYK' else 'png'}")
    table = scan(tmp_path)
    assert table.attrs["n_files"] == 8 and "error" not in set(table.severity)


def test_values_that_no_picture_has_are_unreadable(tmp_path):
    Image.fromarray(np.full((8, 8), -5, np.int32)).save(tmp_path / "negative.tif")
    (row,) = scan(tmp_path).itertuples()
    assert row.code == "unreadable" and "runs from -5" in row.detail


def test_only_what_is_asked_for_is_reported_and_limits_can_be_set(photos, photo):
    shutil.copy(photos / "00.jpg", photos / "copy.jpg")
    (photos / "empty.jpg").touch()
    photo(20).point(lambda v: v * 0.5).save(photos / "dim.jpg")
    assert set(scan(photos, "empty_file").code) == {"empty_file"}
    assert set(find_problems(photos, problems="duplicate", n_workers=0).code) == {"duplicate"}
    assert names(scan(photos, "dark"), "dark") == {}
    assert names(scan(photos, "dark", limits={"dark": 0.5}), "dark") == {"dim.jpg": None}


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"problems": ["blury"]}, "names 'blury'.*did you mean 'blurry'"),
        ({"limits": {"missing": 1}}, "names 'missing'.*no such problem"),
        ({"limits": {"dark": -1}}, "limit of 'dark' is a number of 0 or more.*got -1.*default is 0.2"),
        ({"limits": {"dark": float("nan")}}, "got nan"),
        ({"n_workers": -1}, "`n_workers` is a whole number of 0 or more.*got -1"),
    ],
)
def test_bad_settings_are_named(photos, settings, message):
    with pytest.raises(ValueError, match=message):
        find_problems(photos, **settings)


def test_bad_sources_are_named(tmp_path):
    with pytest.raises(DataError, match="There is no folder"):
        find_problems(tmp_path / "nowhere")
    with pytest.raises(DataError, match="No files in the folder"):
        find_problems(tmp_path)
    with pytest.raises(DataError, match="list of items is empty"):
        find_problems([])
    with pytest.raises(DataError, match="list of paths is expected, but the list has int 3"):
        find_problems([3])
    with pytest.raises(TypeError, match="Did you mean 'problems'"):
        find_problems(tmp_path, problem="dark")
    with pytest.raises(TypeError, match=r"`cancel` is a threading\.Event"):
        find_problems(tmp_path, cancel=3)


def test_recursion_can_be_switched_off(photos):
    below = photos / "below"
    below.mkdir()
    (below / "empty.jpg").touch()
    assert names(scan(photos), "empty_file") == {"empty.jpg": None}
    assert len(scan(photos, recurse=False)) == 0


def test_progress_counts_up_and_ends_with_everything_done(photos):
    Image.open(photos / "04.jpg").save(photos / "poor.jpg", quality=50)
    told = []
    scan(photos, progress=lambda done, total: told.append((done, total)))
    assert told == sorted(told) and (13, 13) in told
    assert told[-1] == (15, 15)  # two pictures more to compare


def test_cancelled_scan_gives_what_it_has_and_goes_on_from_the_cache(photos, tmp_path):
    (photos / "00 empty.jpg").touch()
    looks = iter(range(100))
    table = scan(photos, n_workers=0, cancel=lambda: next(looks) >= 5, cache=tmp_path / "cache")
    assert table.attrs == {"n_files": 5, "complete": False} and names(table, "empty_file") == {"00 empty.jpg": None}
    stop = threading.Event()
    stop.set()
    assert find_problems(photos, cancel=stop, n_workers=2).attrs == {"n_files": 0, "complete": False}
    assert find_problems(photos, cancel=lambda: True).attrs == {"n_files": 0, "complete": False}
    assert scan(photos, cache=tmp_path / "cache").attrs["complete"]


def test_error_in_the_progress_function_ends_the_scan_with_it(photos):
    def broken(done, total):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        scan(photos, progress=broken)
    assert not [t for t in threading.enumerate() if t.name.startswith("fastlearn-files")]


@pytest.fixture
def opened(monkeypatch):
    """The names of the files that are looked at."""
    looked, look = [], Prober.__call__

    def noted(self, path):
        looked.append(path.name)
        return look(self, path)

    monkeypatch.setattr(Prober, "__call__", noted)
    return looked


def test_second_scan_opens_only_what_is_new_or_changed(photos, tmp_path, opened, photo):
    Image.open(photos / "04.jpg").save(photos / "poor.jpg", quality=50)
    (photos / "page.jpg").write_text("not found")
    first = scan(photos, cache=tmp_path / "cache")
    opened.clear()
    second = scan(photos, cache=tmp_path / "cache")
    assert opened == [] and second.equals(first) and second.attrs == first.attrs
    photo(70).save(photos / "new.jpg")
    (photos / "00.jpg").write_bytes(b"")
    third = scan(photos, cache=tmp_path / "cache")
    assert sorted(opened) == ["00.jpg", "new.jpg"] and names(third, "empty_file") == {"00.jpg": None}


def test_cached_pictures_are_compared_without_being_opened(photos, tmp_path, monkeypatch):
    Image.open(photos / "04.jpg").save(photos / "poor.jpg", quality=50)
    first = scan(photos, cache=tmp_path)
    monkeypatch.setattr(Image, "open", lambda *args: pytest.fail("a file was opened"))
    assert scan(photos, cache=tmp_path).equals(first) and set(first.code) == {"near_duplicate"}


def test_cache_of_a_scan_without_pixels_does_not_do_for_one_with_them(photos, tmp_path, opened, photo):
    photo(20).point(lambda v: v * 0.1).save(photos / "dark.jpg")
    scan(photos, "duplicate", cache=tmp_path)
    opened.clear()
    assert names(scan(photos, "dark", cache=tmp_path), "dark") == {"dark.jpg": None}
    assert len(opened) == 13
    scan(photos, "duplicate", cache=tmp_path)
    assert len(opened) == 13


def test_cache_of_another_pillow_or_a_damaged_one_is_begun_anew(photos, tmp_path, opened, monkeypatch):
    scan(photos, cache=tmp_path)
    opened.clear()
    with monkeypatch.context() as patched:
        patched.setattr("PIL.__version__", "0.0")
        scan(photos, cache=tmp_path)
    assert len(opened) == 12
    (tmp_path / NAME).write_bytes(b"this is no database" * 100)
    with pytest.warns(RuntimeWarning, match=r"scan cache .* is damaged .*begun anew"):
        table = scan(photos, cache=tmp_path)
    assert table.attrs["complete"] and len(opened) == 24
    with sqlite3.connect(tmp_path / NAME) as database:
        assert database.execute("SELECT count(*) FROM probes").fetchone() == (12,)
    database.close()


def test_workers_of_every_kind_give_the_same_table(photos, photo):
    photo(20).point(lambda v: v * 0.1).save(photos / "dark.jpg")
    Image.open(photos / "04.jpg").save(photos / "poor.jpg", quality=50)
    here = scan(photos, n_workers=0)
    assert here.code.tolist() == ["near_duplicate"] * 2 + ["dark", "low_contrast"]
    assert scan(photos, n_workers=3).equals(here)
    assert scan(photos, n_workers=1, processes=True).equals(here)


def test_scan_is_quiet_and_changes_nothing(photos):
    odd = Image.open(photos / "00.jpg").convert("P")
    odd.save(photos / "odd.png", transparency=bytes(range(256)))
    (photos / "cut.tif").write_bytes(b"II*\x00\x08\x00\x00\x00")
    before = {file: (file.stat().st_mtime_ns, file.read_bytes()) for file in photos.iterdir()}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scan(photos)
        filters = list(warnings.filters)
    assert {file: (file.stat().st_mtime_ns, file.read_bytes()) for file in photos.iterdir()} == before
    assert filters[0][0] == "error"


def test_names_that_are_no_text_can_be_scanned_and_cached(photos, tmp_path, opened):
    odd = os.fsdecode(os.fsencode(str(photos)) + b"/caf\xe9.jpg")
    try:
        shutil.copy(photos / "00.jpg", odd)
    except OSError:
        pytest.skip("this file system takes only valid names")
    first = scan(photos, cache=tmp_path / "cache")
    opened.clear()
    assert len(first) == 2 and scan(photos, cache=tmp_path / "cache").equals(first) and opened == []


def test_memory_stays_in_bounds_with_large_pictures(tmp_path):
    """Six pictures of 12 Mpx are decoded one at a time, although there are four workers."""
    import psutil

    for i in range(6):
        Image.new("RGB", (4000, 3000), (i, 0, 0)).save(tmp_path / f"{i}.png", compress_level=1)
    peak, process, ended = [0], psutil.Process(), threading.Event()

    def watch():
        while not ended.wait(0.002):
            peak[0] = max(peak[0], process.memory_info().rss)

    before = process.memory_info().rss
    watcher = threading.Thread(target=watch)
    watcher.start()
    scan(tmp_path, "dark", n_workers=4)
    ended.set()
    watcher.join()
    assert (peak[0] - before) < 150e6  # one takes 48 MB


def test_a_thousand_bad_files_are_listed(tmp_path):
    rng = np.random.default_rng(0)
    whole = Image.fromarray(rng.integers(0, 255, (40, 40, 3)).astype(np.uint8))
    whole.save(tmp_path / "whole.jpg")
    data = bytearray((tmp_path / "whole.jpg").read_bytes())
    for i in range(1000):
        spoiled = data.copy()
        for place in rng.integers(2, len(data), 8):
            spoiled[place] = rng.integers(256)
        (tmp_path / f"{i}.{['jpg', 'png', 'gif', 'tif'][i % 4]}").write_bytes(spoiled[: rng.integers(len(data))])
    table = scan(tmp_path, n_workers=2)
    assert table.attrs == {"n_files": 1001, "complete": True} and (table.severity == "error").sum() > 800
