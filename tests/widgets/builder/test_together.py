"""Files that are kept together stay on one side, whatever else makes the split."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from layouts import put
from test_builder_session import BY_NAME, filled, small

from fastwidgets.builder import BuilderSession
from fastwidgets.builder.cell.read import read_cell
from fastwidgets.builder.cell.write import write_cell

PAIRS = [["cat/0.jpg", "dog/1.jpg"], ["owl/2.jpg", "owl/3.jpg", "owl/4.jpg"], ["cat/4.jpg", "cat/5.jpg"]]


def sides(session: BuilderSession) -> tuple[set[str], set[str]]:
    dls = session.build()
    names = [
        {session._relative(session._file_of(item)) for item in rows(side)} for side in (dls.train_ds, dls.valid_ds)
    ]
    return names[0], names[1]


def rows(side: Any) -> list[Any]:
    return side.items.to_dict("records") if hasattr(side.items, "to_dict") else list(side.items)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("split", [dict(by="random"), dict(by="stratified"), dict(by="kfold", fold=1, folds=3),
                                   dict(by="group", pattern=r"(\d)\.jpg")], ids=lambda split: split["by"])  # fmt: skip
def test_groups_are_never_divided_and_the_split_stays_the_chosen_one(split: dict, seed: int, tmp_path: Path) -> None:
    session = small(BuilderSession(filled(BY_NAME["class folders"], tmp_path)))
    session.change("split", seed=seed, part=0.34, **split)
    session.keep_together(PAIRS)
    train, valid = sides(session)
    assert len(train) + len(valid) == 18 and train and valid
    for group in PAIRS:
        assert set(group) <= train or set(group) <= valid
    if split["by"] == "group":  # all pictures of a number are one group, and so are those that a pair links
        assert not {name[-5] for name in train} & {name[-5] for name in valid}
    read = read_cell(session.code())
    assert read.unread == () and write_cell(read.recipe) == session.code()
    assert read.recipe.split.by == split["by"]


def test_equal_shares_stay_nearly_equal(tmp_path: Path) -> None:
    put(tmp_path, *(f"{c}/{i}.jpg" for c in ("a", "b") for i in range(100)))
    session = BuilderSession(tmp_path)
    session.keep_together([[f"a/{i}.jpg", f"a/{i + 50}.jpg"] for i in range(10)])
    preview = session.preview()
    counts = Counter(preview.look.labels[i] for i in preview.valid)
    assert counts["b"] == 20 and abs(counts["a"] - 20) <= 6


def test_folders_keep_their_sides_but_for_the_twins(tmp_path: Path) -> None:
    session = small(BuilderSession(filled(BY_NAME["train, val, test"], tmp_path)))
    before = sides(session)
    session.keep_together([["train/cat/0.jpg", "val/cat/1.jpg"]])
    train, valid = sides(session)
    assert len(train ^ before[0]) == 1 and {"train/cat/0.jpg", "val/cat/1.jpg"} <= (
        train if train > before[0] else valid
    )
    assert read_cell(session.code()).unread == ()


def test_rows_of_a_table_with_prefix_and_suffix_are_kept_together(tmp_path: Path) -> None:
    session = small(BuilderSession(filled(BY_NAME["csv: names without ending"], tmp_path)))
    together = ["train-jpg/1.jpg", "train-jpg/2.jpg", "train-jpg/3.jpg"]
    session.change("split", part=0.5)
    session.keep_together([together])
    train, valid = sides(session)
    assert set(together) <= train or set(together) <= valid
    assert read_cell(session.code()).unread == ()


def test_paths_that_begin_with_a_part_of_a_name_are_written_for_every_python(tmp_path: Path) -> None:
    from PIL import Image

    for i in range(24):
        (tmp_path / "im").mkdir(exist_ok=True)
        Image.new("RGB", (20, 20), (i * 10, 0, 0)).save(tmp_path / "im" / f"it's_{i}.jpg")
    lines = "".join(f"{i},{'ab'[i % 2]}\n" for i in range(24))
    (tmp_path / "labels.csv").write_text("number,label\n" + lines, encoding="utf-8")
    session = small(BuilderSession(tmp_path))
    session.change("source", table="labels.csv", path_column="number", prefix="im/it's_", suffix=".jpg")
    session.change("labels", by="column", columns=["label"])
    session.change("", task="single")
    session.change("split", by="random")
    assert len(session.build().train_ds) == 20
    assert read_cell(session.code()).recipe.source == session.recipe.source


def test_a_pattern_over_the_paths_of_a_table_makes_groups(tmp_path: Path) -> None:
    session = small(BuilderSession(filled(BY_NAME["csv: paths in a folder"], tmp_path / "patient7")))
    session.change("split", by="group", pattern=r"(\d)\.jpg", part=0.4)
    train, valid = sides(session)
    assert valid and not {name[-5] for name in train} & {name[-5] for name in valid}
    read = read_cell(session.code())
    assert read.unread == () and read.recipe.split == session.recipe.split


def test_rows_without_files_cannot_be_kept_together(tmp_path: Path) -> None:
    session = BuilderSession(filled(BY_NAME["a plain table"], tmp_path))
    session.keep_together([["a", "b"]])
    with pytest.raises(ValueError, match="have no files that could be kept together"):
        session.code()
