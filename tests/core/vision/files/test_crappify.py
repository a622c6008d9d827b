"""Pictures spoiled on purpose: by as much as asked, in the same way each time, and in pairs."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from fastlearn.data.problems import DataError
from fastlearn.vision.files import Crappify
from PIL import Image


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_copy_is_small_and_of_the_same_proportions(photo):
    bad = Crappify(size=48)(photo(0, 200, 100), rng())
    assert bad.size == (96, 48) and bad.mode == "RGB"
    assert Crappify(size=300)(photo(0, 200, 100), rng()).size == (200, 100)


def test_everything_switched_off_leaves_a_resized_copy(photo):
    clean = Crappify(size=60, quality=(100, 100), brightness=(1, 1), text=0)(photo(0), rng())
    expected = photo(0).resize((80, 60), Image.Resampling.BILINEAR)
    assert np.abs(np.asarray(clean, int) - np.asarray(expected, int)).mean() < 3


def test_draws_lie_in_their_ranges_and_use_them(photo):
    make = Crappify(size=60, quality=(20, 40), brightness=(0.5, 1.5), text=0.5)
    generator = rng()
    faults = [make.draw((80, 60), generator) for _ in range(400)]
    qualities = {fault.quality for fault in faults}
    assert qualities == set(range(20, 41))
    levels = np.array([fault.brightness for fault in faults])
    assert 0.5 <= levels.min() < 0.52 and 1.48 < levels.max() <= 1.5
    assert 0.4 < np.mean([fault.text != "" for fault in faults]) < 0.6
    assert all(0 <= fault.at[0] < 40 and 0 <= fault.at[1] < 60 for fault in faults)


def test_quality_of_the_file_is_the_one_drawn(photo):
    import io

    make = Crappify(size=60, quality=(30, 30), text=0)
    with Image.open(io.BytesIO(make.spoil(photo(0), rng()))) as im:
        found = im.quantization
    expected = io.BytesIO()
    photo(0).save(expected, "JPEG", quality=30)
    with Image.open(expected) as im:
        assert im.quantization == found


def test_brightness_and_text_show(photo):
    settings = {"size": 60, "quality": (95, 95), "text": 0}
    plain = np.asarray(Crappify(**settings, brightness=(1, 1))(photo(0), rng()), float)
    dark = np.asarray(Crappify(**settings, brightness=(0.5, 0.5))(photo(0), rng()), float)
    assert dark.mean() == pytest.approx(plain.mean() / 2, rel=0.05)
    written = np.asarray(Crappify(**{**settings, "text": 1}, brightness=(1, 1))(photo(0), rng()), float)
    changed = np.abs(written - plain).max(axis=-1) > 25
    assert 0.002 < changed.mean() < 0.3


def test_same_generator_gives_the_same_copy_and_the_global_state_is_left_alone(photo):
    state = torch.get_rng_state()
    make = Crappify(size=60)
    assert make.spoil(photo(0), rng(1)) == make.spoil(photo(0), rng(1)) != make.spoil(photo(0), rng(2))
    assert torch.equal(state, torch.get_rng_state())


def test_pairs_have_the_same_names_and_the_good_one_is_good(photos, tmp_path):
    (photos / "sub").mkdir()
    Image.open(photos / "00.jpg").convert("RGBA").save(photos / "sub" / "a.png")
    table = Crappify(size=60, seed=3).pairs(photos, tmp_path / "out")
    assert len(table) == 13 and set(table.status) == {"done"}
    out = tmp_path / "out"
    assert [p.relative_to(out / "bad") for p in table.bad] == [p.relative_to(out / "good") for p in table.good]
    assert (out / "bad" / "sub" / "a.jpg").exists()
    for row in table.itertuples():
        original, good, bad = (np.asarray(Image.open(p).convert("RGB"), int) for p in (row.path, row.good, row.bad))
        assert good.shape == original.shape and bad.shape == (60, 80, 3)
        assert np.abs(good - original).mean() < 6
        assert Image.open(row.good).getexif() == {}


def test_pairs_do_not_depend_on_workers_or_on_the_other_files(photos, tmp_path):
    make = Crappify(size=40, seed=3)
    make.pairs(photos, tmp_path / "one", n_workers=0)
    make.pairs(photos, tmp_path / "two", n_workers=3)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    for path in sorted(photos.iterdir())[:6]:
        path.unlink()
    make.pairs(photos, tmp_path / "three")
    assert contents(tmp_path / "three").items() < contents(tmp_path / "one").items()
    Crappify(size=40, seed=4).pairs(photos, tmp_path / "four")
    assert contents(tmp_path / "four")["bad/11.jpg"] != contents(tmp_path / "one")["bad/11.jpg"]


def test_resumed_pairs_are_left_alone_and_good_ones_can_be_small(photos, tmp_path):
    make = Crappify(size=40, good_size=80)
    table = make.pairs(photos, tmp_path / "out")
    assert Image.open(table.good[0]).size == (107, 80)
    table.bad[0].write_bytes(b"mine")
    table.good[1].unlink()
    make.pairs(photos, tmp_path / "out", resume=True)
    assert table.bad[0].read_bytes() == b"mine" and table.good[1].exists()


def test_names_that_would_meet_keep_their_extension(photos, tmp_path):
    Image.open(photos / "00.jpg").save(photos / "00.png")
    table = Crappify().pairs(photos, tmp_path / "out")
    assert {p.name for p in table.bad if p.name.startswith("00")} == {"00.jpg.jpg", "00.png.jpg"}


def test_unreadable_pictures_are_reported(photos, tmp_path):
    (photos / "00.jpg").write_text("not found")
    with pytest.warns(RuntimeWarning, match=r"1 of 12 pictures could not be read(?s:.*)00\.jpg"):
        table = Crappify().pairs(photos, tmp_path / "out")
    assert table.status.tolist() == ["failed"] + ["done"] * 11
    assert len(contents(tmp_path / "out")) == 22


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"size": 0}, "`size` is a side in pixels, but got 0"),
        ({"good_size": 1.5}, "`good_size` is a side"),
        ({"quality": (50, 10)}, r"`quality` is a range .* got \(50, 10\)"),
        ({"quality": 30}, "`quality` is a range .* got 30"),
        ({"brightness": (-1, 1)}, "`brightness` is a range"),
        ({"text": 2}, "`text` is a share between 0 and 1, but got 2"),
    ],
)
def test_bad_settings_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        Crappify(**settings)


def test_destination_inside_the_source_is_refused(photos):
    with pytest.raises(DataError, match=r"lies inside .*Try a folder beside it"):
        Crappify().pairs(photos, photos / "out")
