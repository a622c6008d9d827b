"""`ImageGrid`: what it takes, and what it gives back."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fastlearn.data.problems import DataError
from PIL import Image

from fastwidgets import ImageGrid


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("cat/a.png", "cat/b.png", "dog/c.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("L", (4, 4)).save(tmp_path / name)
    return tmp_path


def tell(grid: ImageGrid, **message: Any) -> None:
    grid._handle_msg({"content": {"data": {"method": "custom", "content": message}}, "buffers": []})


def test_a_folder_is_shown_with_the_names_of_its_folders(folder: Path) -> None:
    grid = ImageGrid(folder)
    assert grid.session.values("name") == ["cat/a.png", "cat/b.png", "dog/c.png"]
    assert grid.session.values("folder") == ["cat", "cat", "dog"] and grid.session.classes_of == "folder"
    grid.close()


def test_the_paths_of_what_is_selected_come_back(folder: Path) -> None:
    grid = ImageGrid([folder / "dog/c.png", str(folder / "cat/a.png")])
    assert grid.selected == []
    grid.select([folder / "cat/a.png"])
    assert grid.selected == [folder / "cat/a.png"]
    with pytest.raises(ValueError, match="is none of the 2 items"):
        grid.select([folder / "cat/b.png"])
    grid.close()


def test_the_other_columns_of_a_dataframe_can_be_filtered_by(folder: Path) -> None:
    frame = pd.DataFrame({"path": ["cat/a.png", "dog/c.png"], "label": ["cat", None], "loss": [1.5, float("nan")]})
    grid = ImageGrid(frame, root=folder, columns={"good": [True, False]})
    assert grid.session.paths == [str(folder / "cat/a.png"), str(folder / "dog/c.png")]
    assert {name: column.kind for name, column in grid.session.columns.items()} == {
        "name": "text", "label": "category", "loss": "number", "good": "flag"}  # fmt: skip
    grid.close()


@pytest.mark.parametrize(
    "source, kwargs, error, message",
    [
        ("no/such/folder", {}, FileNotFoundError, "There is no folder 'no/such/folder'"),
        (7, {}, TypeError, "a folder, a list of paths or a dataframe with a column of paths, but got int"),
        (["a.png", None], {}, TypeError, r"row 1 is None \(NoneType\)"),
        (pd.DataFrame({"x": [1]}), {}, ValueError, "no column 'path'; it has x"),
        (pd.DataFrame({"path": ["a"]}), {"path": "file"}, ValueError, "no column 'file'; it has path"),
        (["a.png"], {"captions": ["loss"]}, KeyError, "no column 'loss'"),
        (["a.png"], {"columns": {"loss": [1, 2]}}, ValueError, "one value for each of the 1 items, but got 2"),
    ],
)
def test_what_holds_no_paths_is_refused(source: Any, kwargs: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        ImageGrid(source, **kwargs)


def test_a_list_without_images_is_no_error_and_a_folder_without_any_is_named(tmp_path: Path) -> None:
    grid = ImageGrid([])
    tell(grid, kind="hello")
    tell(grid, kind="select", how="view", ids=[], range=False, client="", seq=1)
    assert grid.selected == [] and grid.notice == "" and grid.as_text() == "Images: there are none."
    grid.close()
    with pytest.raises(DataError, match=tmp_path.name):
        ImageGrid(tmp_path)


def test_a_grid_that_could_not_be_made_is_freed_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    ignored: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", ignored.append)
    with pytest.raises(KeyError):
        ImageGrid(["a.png"], captions=["loss"])
    gc.collect()
    assert ignored == []


def test_digits_put_tags_on_that_come_back(folder: Path) -> None:
    grid = ImageGrid(folder, tags=["keep", "remove"])
    tell(grid, kind="act", action="tag", focus=1, argument="remove")
    grid.select([folder / "dog/c.png"])
    tell(grid, kind="act", action="tag", focus=1, argument="keep")
    assert grid.tagged == {folder / "cat/b.png": "remove", folder / "dog/c.png": "keep"}
    tell(grid, kind="act", action="untag", focus=None, argument=None)
    assert grid.tagged == {folder / "cat/b.png": "remove"}
    grid.close()


def test_an_action_of_the_user_s_gets_paths(folder: Path) -> None:
    grid, got = ImageGrid(folder), []
    grid.add_action("Copy", lambda paths: got.append(paths), key="c")
    tell(grid, kind="act", action="Copy", focus=0, argument=None)
    assert got == [[folder / "cat/a.png"]]
    grid.close()


@pytest.mark.parametrize("height", ["tall", -3, 0, 5.5, True, 10**6])
def test_a_height_that_is_no_number_of_pixels_is_refused(folder: Path, height: object) -> None:
    with pytest.raises(ValueError, match=r"`height` is a whole number of pixels from 100 to 10000, but got"):
        ImageGrid(folder, height=height)
