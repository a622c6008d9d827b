from __future__ import annotations

import io
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from fastlearn.data.problems import DataError
from layouts import LAYOUTS, put
from PIL import Image
from test_builder_session import filled

from fastwidgets import DataBlockBuilder
from fastwidgets.builder import BuilderSession, desk, session
from fastwidgets.builder.desk import completions
from fastwidgets.builder.results.draw import png

BY_NAME = {layout.name: layout for layout in LAYOUTS}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASTWIDGETS_HOME", str(tmp_path / "home"))


@pytest.fixture
def made() -> Iterator[Callable[..., DataBlockBuilder]]:
    """Builders that have looked at everything, and are closed in the end."""
    found: list[DataBlockBuilder] = []

    def make(path: Path | None) -> DataBlockBuilder:
        found.append(DataBlockBuilder(path).wait())
        return found[-1]

    yield make
    for builder in found:
        builder.close()


@pytest.fixture
def animals(tmp_path: Path) -> Path:
    return filled(BY_NAME["class folders"], tmp_path / "it's <b>\n.. a set")


def tell(builder: DataBlockBuilder, kind: str, **message: Any) -> DataBlockBuilder:
    builder._receive(builder, {"kind": kind, **message}, [])
    return builder.wait()


def test_each_step_shows_what_it_makes_of_the_data(made, animals: Path) -> None:
    builder = made(animals)
    results = builder.desk.results
    assert results["source"].words[0] == "18 items, 3 classes."
    assert {bar.name: bar.train for bar in results["source"].bars} == {"cat": 6, "dog": 6, "owl": 6}
    assert all(tile.line[0] == (tile.label, True) and tile.pictures for tile in results["labels"].tiles)
    split = results["split"]
    assert sum(bar.train for bar in split.bars) + sum(bar.valid for bar in split.bars) == 18
    tell(builder, "change", step="item", name="size", value=20)
    tell(builder, "go", step="item")
    tiles = builder.desk.results["item"].tiles
    assert {tile.label for tile in tiles} == {"20 by 20"} and {len(tile.pictures) for tile in tiles} == {2}
    tell(builder, "go", step="batch")
    first = builder.desk.results["batch"].tiles
    tell(builder, "another")
    other = builder.desk.results["batch"].tiles
    assert [tile.label for tile in other] == [tile.label for tile in first]
    assert [tile.pictures for tile in other] != [tile.pictures for tile in first]


def test_the_picture_of_a_batch_is_the_tensor_that_the_model_gets(made, animals: Path) -> None:
    import io

    builder = tell(made(animals), "change", step="item", name="size", value=20)
    tell(builder, "go", step="batch")
    shown = np.asarray(Image.open(io.BytesIO(builder.desk.results["batch"].tiles[0].pictures[0])))
    tensor = builder.session.build().train.what_the_model_sees(0).tensor
    assert np.abs(shown / 255 - tensor.permute(1, 2, 0).numpy()).max() <= 1 / 255


def test_the_group_of_a_pattern_stands_out(made, tmp_path: Path) -> None:
    builder = made(filled(BY_NAME["names: pets"], tmp_path / "set"))
    tile = builder.desk.results["labels"].tiles[0]
    assert [words for words, mark in tile.line if mark] == [tile.label]
    tell(builder, "change", step="labels", name="pattern", value="(")
    assert "no regular expression" in builder.notice and builder.desk.errors == {}
    tell(builder, "change", step="labels", name="pattern", value="(nothing like it)")
    assert not builder.desk.results["labels"].words[0].startswith("18")
    tell(builder, "turn", how="undo")
    assert builder.desk.results["labels"].words == ("18 of 18 items have a label.",)


@pytest.mark.parametrize("name", ["csv: tags and is_valid", "camvid", "voc", "csv: points", "a plain table",
                                  "texts in a table"])  # fmt: skip
def test_every_kind_of_data_has_a_result_for_every_step(made, name: str, tmp_path: Path) -> None:
    builder = made(filled(BY_NAME[name], tmp_path / "set"))
    for step in ("item", "batch"):
        tell(builder, "go", step=step)
    assert builder.desk.errors == {}
    assert all(one.tiles or one.text or one.bars or one.words for one in builder.desk.results.values())
    assert len(builder.desk.results) == 5 and not builder.desk.working


def test_problems_are_excluded_and_twins_kept_together_by_a_click_each(made, animals: Path) -> None:
    (animals / "dog/bad.jpg").write_text("no picture")
    for i in range(4):
        (animals / f"cat/twin{i}.jpg").write_bytes((animals / f"cat/{i}.jpg").read_bytes())
    builder = made(animals)
    tell(builder, "change", step="split", name="part", value=0.5)
    codes = [one.code for one in builder.desk.checked.findings]
    assert codes[0] == "unreadable" and "twins" in codes
    assert "# In spite of: 1 file cannot be used" in builder.code()
    tell(builder, "show", finding=0)
    assert [tile.line for tile in builder.desk.shown.tiles] == [(("dog/bad.jpg", False),)]
    tell(builder, "exclude", finding=0)
    assert "left_out = ['dog/bad.jpg']" in builder.code() and "In spite of" not in builder.code()
    assert builder.desk.results["split"].warnings
    tell(builder, "together", on=True)
    assert builder.desk.results["split"].warnings == () and len(builder.session.recipe.split.together) == 4
    tell(builder, "turn", how="undo")
    tell(builder, "turn", how="undo")
    assert "unreadable" in [one.code for one in builder.desk.checked.findings]


def test_a_builder_after_a_restart_goes_on_where_the_last_one_was(made, animals: Path) -> None:
    first = made(animals)
    tell(first, "change", step="item", name="size", value=48)
    tell(first, "change", step="", name="bs", value=7)
    tell(first, "turn", how="undo")
    second = made(animals)  # the first one is still open, as when its cell is run again
    assert second.code() == first.code() and "Resize(48)" in second.code()
    tell(second, "turn", how="redo")
    assert second.session.recipe.bs == 7 and first.session.recipe.bs == 64
    third = made(animals)
    assert third.session.recipe == second.session.recipe and third.session.history == second.session.history


def test_where_the_folder_cannot_be_written_clicks_are_kept_elsewhere(made, animals: Path) -> None:
    (animals / ".builder").write_text("a file in the way")
    builder = tell(made(animals), "change", step="item", name="size", value=48)
    assert builder.desk.trouble == ""
    assert made(animals).session.recipe.item.size == 48


def test_a_cell_fills_the_form_and_what_is_lost_is_said(made, animals: Path) -> None:
    builder = tell(made(animals), "change", step="item", name="size", value=48)
    code = builder.code()
    other = tell(made(None), "read", code=code + "learn = 3\n")
    assert other.session.folder.path == animals and other.session.recipe.item.size == 48
    assert other.desk.unread == ("learn = 3",)
    tell(other, "read", code="x = 1")
    assert "makes no loaders" in other.notice and other.session.recipe.item.size == 48
    tell(other, "go", step="split")
    assert other.notice == ""  # it was about what was done before


def test_values_in_hounsfield_units_are_drawn_from_the_least_to_the_greatest() -> None:
    units = torch.tensor([[[-1000.0, 0.0], [500.0, 1000.0]]])
    seen = np.asarray(Image.open(io.BytesIO(png(units))).convert("L"))
    assert seen.tolist() == [[0, 128], [191, 255]]


def test_fields_of_a_table_of_texts_speak_of_texts(made, tmp_path: Path) -> None:
    BY_NAME["texts in a table"].make(tmp_path)
    labels = [field.label for field in made(tmp_path).desk.form["source"]]
    assert "Column of texts" in labels and not {"Column of paths", "Before the path", "After it"} & set(labels)


def test_without_a_folder_the_page_says_what_to_do(made, tmp_path: Path) -> None:
    builder = made(None)
    assert builder.desk.code == ("", "Open a folder first.")
    tell(builder, "change", step="item", name="size", value=48)
    assert builder.notice == "No folder is open yet. Write its path into the box above and press Open."
    (tmp_path / "photos").mkdir()
    tell(builder, "open", path=str(tmp_path / "photoz"))
    assert "did you mean" in builder.desk.error and str(tmp_path / "photos") in builder.desk.error
    tell(builder, "open", path=str(tmp_path / "photos"))
    assert "There is nothing to learn from" in builder.desk.error and "jpg" in builder.desk.error
    assert builder.as_text().startswith("Data set: There is nothing to learn from")


def test_a_drive_that_goes_away_is_said_and_not_raised(made, animals: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*args: object) -> None:
        raise OSError(5, "Input/output error", str(animals))

    monkeypatch.setattr(os, "scandir", gone)
    assert "Input/output error" in made(animals).desk.error


def test_what_cannot_be_split_equally_says_why_and_keeps_the_rest(made, animals: Path) -> None:
    for file in list((animals / "owl").iterdir())[1:]:
        file.unlink()
    builder = tell(made(animals), "change", step="split", name="by", value="stratified")
    assert builder.desk.results["source"].words[0] == "13 items, 3 classes."
    assert "owl" in " ".join([*builder.desk.results["split"].warnings, builder.desk.errors.get("split", "")])
    assert "lonely_class" in [one.code for one in builder.desk.checked.findings]


def test_ten_thousand_classes_send_a_short_message(made, tmp_path: Path) -> None:
    table = "\n".join(["name,value,kind", *(f"n{i},{i % 7}.5,c{i}" for i in range(10_000) for _ in range(2))])
    put(tmp_path / "set", "data.csv", text=table)
    builder = made(tmp_path / "set")
    tell(builder, "change", step="labels", name="columns", value=["kind"])
    tell(builder, "change", step="labels", name="number", value=False)
    result = builder.desk.results["source"]
    assert "10,000 classes" in result.words[0] and len(result.bars) == 40
    assert "9,960 more" in " ".join(result.words)


def test_of_a_big_table_only_the_first_rows_are_looked_at(
    made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "BIG_TABLE", 100)
    monkeypatch.setattr(session, "ROWS", 12)
    builder = made(filled(BY_NAME["csv: paths in a folder"], tmp_path / "set"))
    assert builder.desk.results["source"].words[0].startswith("12 items")
    assert "only its first 12 rows" in builder.desk.results["source"].words[1]
    dls = builder.session.build()
    assert len(dls.train_ds) + len(dls.valid_ds) == 24


def test_cancel_answers_within_a_second_and_the_folder_opens_again(
    made, animals: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, go_on = threading.Event(), threading.Event()

    def slow(path: object, table: object, progress: Any = None, cancelled: Callable[[], bool] = bool) -> Any:
        began.set()
        go_on.wait(20)
        raise AssertionError("nobody waits for this") if cancelled() else DataError("too late")

    monkeypatch.setattr(desk, "BuilderSession", slow)
    builder = DataBlockBuilder(animals)
    assert began.wait(20)
    asked = time.monotonic()
    builder._receive(builder, {"kind": "cancel"}, [])
    assert time.monotonic() - asked < 1
    assert builder.desk.error == "The search was cancelled. Press Open to begin again."
    go_on.set()
    builder.wait()
    assert builder.desk.error.startswith("The search was cancelled")
    monkeypatch.setattr(desk, "BuilderSession", BuilderSession)
    assert tell(builder, "open", path=str(animals)).session is not None
    builder.close()


def test_paths_are_completed_below_visible_folders_alone(tmp_path: Path) -> None:
    for name in ("photos", "phones", ".hidden", "other"):
        (tmp_path / name).mkdir()
    (tmp_path / "phile.txt").write_text("")
    assert completions(f"{tmp_path}/ph") == [f"{tmp_path}/phones", f"{tmp_path}/photos"]
    assert completions(f"{tmp_path}/nowhere/x") == []


def test_the_saved_notebook_holds_the_cell_and_no_markup_of_the_names(made, animals: Path) -> None:
    html = made(animals).as_html()
    assert "block.dataloaders(path" in html and "<b>" not in html and "18 items, 3 classes." in html


def test_one_class_alone_is_only_built_where_it_is_meant(made, tmp_path: Path) -> None:
    builder = made(filled(BY_NAME["one class"], tmp_path / "set"))
    assert builder.desk.code[0] == "" and "only one class, cat" in builder.desk.code[1]
    assert [field.name for field in builder.desk.form["labels"]][-1] == "one_class"
    tell(builder, "change", step="labels", name="one_class", value=True)
    assert builder.code().startswith("# In spite of: There is only one class, cat: nothing can be learnt.\n")
    tell(builder, "turn", how="undo")
    assert "only one class" in builder.desk.code[1]
