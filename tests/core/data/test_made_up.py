"""The made-up pictures show what their tables, masks and boxes say, and are the same each time they are drawn."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from fastlearn.data.made_up import write_fish, write_gauges, write_leaves, write_ratings, write_shapes
from fastlearn.data.made_up.canvas import turned
from fastlearn.data.made_up.gauges import drawn as gauge
from fastlearn.data.made_up.shapes import CODES, placed
from fastlearn.data.samples import sample_data
from fastlearn.vision.annotations import get_annotations
from PIL import Image

WRITERS = [write_fish, write_gauges, write_leaves, write_shapes]


def rows_of(file):
    with file.open(encoding="utf-8") as table:
        return list(csv.DictReader(table))


def written(writer, folder, **settings):
    folder.mkdir()
    writer(folder, **settings)
    return folder


@pytest.mark.parametrize("writer", WRITERS)
def test_the_same_seed_draws_the_same_files(writer, tmp_path):
    first, second = (written(writer, tmp_path / name, n=3, seed=1) for name in ("first", "second"))
    other = written(writer, tmp_path / "other", n=3, seed=2)
    files = sorted(file.relative_to(first) for file in first.rglob("*") if file.is_file())
    assert files == sorted(file.relative_to(second) for file in second.rglob("*") if file.is_file())
    assert all((first / file).read_bytes() == (second / file).read_bytes() for file in files)
    pictures = [file for file in files if file.suffix == ".jpg"]
    assert pictures and all((first / file).read_bytes() != (other / file).read_bytes() for file in pictures)


def test_pictures_are_drawn_where_sample_data_says(home, monkeypatch):
    from fastlearn.data import samples

    monkeypatch.setitem(samples.WRITERS, "gauges", lambda folder: write_gauges(folder, n=2))
    folder = sample_data("gauges")
    assert folder == home / "data" / "samples" / "gauges" and len(list(folder.glob("*.jpg"))) == 2


def test_leaves_lie_in_the_folder_of_their_tree(tmp_path):
    folder = written(write_leaves, tmp_path / "leaves", n=2)
    found = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*.jpg"))
    assert found == [f"{tree}/00{i}.jpg" for tree in ("linden", "maple", "oak", "willow") for i in range(2)]
    assert Image.open(folder / found[0]).size == (96, 96)


def test_boxes_masks_and_labels_of_shapes_agree(tmp_path):
    folder = written(write_shapes, tmp_path / "shapes", n=40)
    codes = (folder / "codes.txt").read_text().split()
    files, boxed = get_annotations(folder / "boxes.json", prefix=folder / "images", with_empty=True)
    labels = {row["file"]: row["labels"].split() for row in rows_of(folder / "labels.csv")}
    assert len(files) == len(labels) == 40 and tuple(codes) == CODES
    assert {len(boxes) for boxes, _ in boxed} == {0, 1, 2, 3}
    for file, (boxes, names) in zip(files, boxed, strict=True):
        mask = np.asarray(Image.open(folder / "masks" / f"{file.stem}.png"))
        assert mask.shape == (96, 96) and Image.open(file).size == (96, 96)
        assert labels[file.name] == sorted(set(names)) == sorted({codes[i] for i in np.unique(mask)} - {"ground"})
        inside = np.zeros_like(mask, dtype=bool)
        for (left, top, right, bottom), name in zip(boxes, names, strict=True):
            part = np.zeros_like(inside)
            part[int(top) : int(np.ceil(bottom)) + 1, int(left) : int(np.ceil(right)) + 1] = True
            rows, columns = np.nonzero((mask == codes.index(name)) & part)
            edges = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
            np.testing.assert_allclose(edges, (left, top, right, bottom), atol=1.5)
            inside |= part
        assert not mask[~inside].any()


def test_shapes_are_brighter_than_the_ground_where_their_mask_is(tmp_path):
    folder = written(write_shapes, tmp_path / "shapes", n=10)
    for file in sorted((folder / "images").iterdir()):
        pixels = np.asarray(Image.open(file)).max(axis=2)
        mask = np.asarray(Image.open(folder / "masks" / f"{file.stem}.png"))
        assert not mask.any() or pixels[mask > 0].mean() > pixels[mask == 0].mean() + 30


def test_three_shapes_always_find_room():
    rng = np.random.default_rng(0)
    assert all(len(placed(3, rng)) == 3 for _ in range(300))


@pytest.mark.parametrize("reading, place", [(0, (-1, 1)), (25, (-0.92, -0.38)), (50, (0, -1)), (100, (1, 1))])
def test_the_hand_points_to_the_reading(reading, place):
    """`place`: where the tip lies from the middle, x and y (down), by hand: 0 lower left, 50 up, 100 lower right."""
    pixels = np.zeros((64, 64, 3))
    for seed in range(8):  # gauges differ in place and tilt, but their mean does not
        canvas = gauge(reading, np.random.default_rng(seed))
        pixels += np.asarray(canvas.picture.resize((64, 64), Image.Resampling.BOX), dtype=float)
    red = pixels[..., 0] - pixels[..., 1:].max(axis=2)
    rows, columns = np.mgrid[:64, :64] - 31.5
    dial = np.hypot(rows, columns) < 17  # without the rim, which may be red
    weight = np.where(dial, red.clip(0), 0)
    found = np.array([(weight * columns).sum(), (weight * rows).sum()]) / weight.sum()
    assert found @ place / (np.hypot(*found) * np.hypot(*place)) > 0.96


def test_readings_and_points_are_in_range(tmp_path):
    readings = [float(row["reading"]) for row in rows_of(written(write_gauges, tmp_path / "g", n=30) / "readings.csv")]
    assert min(readings) >= 0 and max(readings) <= 100 and np.std(readings) > 15
    folder = written(write_fish, tmp_path / "f", n=30)
    for row in rows_of(folder / "points.csv"):
        points = np.array([float(row[f"{name}_{axis}"]) for name in ("nose", "fin", "tail") for axis in "xy"])
        assert points.min() > 0 and points.max() < 96 and (folder / row["file"]).exists()


def test_ratings_are_what_lies_behind_them_and_some_noise(tmp_path):
    folder = written(write_ratings, tmp_path / "r")
    rows = rows_of(folder / "ratings.csv")
    films = {row["film"]: row for row in rows_of(folder / "films.csv")}
    users = {row["user"]: row for row in rows_of(folder / "users.csv")}
    assert 29_000 < len(rows) < 31_000 and len(films) == 192 and len(users) == 500
    assert len({(row["user"], row["film"]) for row in rows}) == len(rows)
    assert {float(row["rating"]) for row in rows} == {half / 2 for half in range(1, 11)}
    said = np.array([float(row["rating"]) for row in rows])
    without_taste = np.array([3.2 + float(films[row["film"]]["quality"]) + float(users[row["user"]]["mildness"])
                              for row in rows])  # fmt: skip
    fits = np.array([films[row["film"]]["kind"] == users[row["user"]]["favourite"] for row in rows])
    left = said - without_taste
    assert left[fits].mean() > left[~fits].mean() + 0.5 and fits.mean() > 0.35  # people see what they like
    first, second = (written(write_ratings, tmp_path / name, n_users=5) for name in ("a", "b"))
    assert all((first / name).read_bytes() == (second / name).read_bytes() for name in ("ratings.csv", "films.csv"))


def test_the_nose_is_the_fishes_end(tmp_path):
    """A little further along the line from the tail, there is no fish any more; a little back there is."""
    folder, edges = written(write_fish, tmp_path / "f", n=30), []
    for row in rows_of(folder / "points.csv"):
        pixels = np.asarray(Image.open(folder / row["file"])).max(axis=2).astype(float)
        nose, tail = (np.array([float(row[f"{name}_x"]), float(row[f"{name}_y"])]) for name in ("nose", "tail"))
        along = (nose - tail) / np.linalg.norm(nose - tail)
        (x, y), (x2, y2) = ((nose + step * along).round().astype(int) for step in (-4, 4))
        edges.append(pixels[y, x] - pixels[y2, x2])
    assert np.median(edges) > 60


def test_a_turn_is_counter_clockwise_as_seen():
    np.testing.assert_allclose(turned(np.array([[1.0, 0.0], [0.0, -1.0]]), 90), [[0, -1], [-1, 0]], atol=1e-12)
