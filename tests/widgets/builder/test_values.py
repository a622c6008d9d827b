"""Whatever a journal, a cell or a page says: only values of a field's kind get into a recipe, and none of it is run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_builder_session import BY_NAME, filled

from fastwidgets.builder import BuilderSession
from fastwidgets.builder.cell.write import write_cell
from fastwidgets.builder.kept import Kept
from fastwidgets.builder.recipe import Recipe


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASTWIDGETS_HOME", str(tmp_path / "home"))


@pytest.mark.parametrize(
    ("step", "name", "value", "said"),
    [
        ("", "bs", "8", "`bs` is a whole number, but got '8'"),
        ("", "bs", True, "`bs` is a whole number"),
        ("", "bs", 8.5, "`bs` is a whole number"),
        ("", "name", "class", "a Python name, but got 'class'"),
        ("", "name", "path", "a name that the cell needs for itself"),
        ("split", "seed", "0); import os #", "`seed` is a whole number"),
        ("split", "seed", -1, "`seed` is between 0 and 4,294,967,295, but got -1"),
        ("split", "fold", 5, "There are 5 folds, counted from 0: `fold` is at most 4, but got 5"),
        ("split", "part", float("nan"), "`part` is a number, but got nan"),
        ("split", "pattern", "(", r"The pattern '\(' is no regular expression: missing \)"),
        ("labels", "pattern", "abc", "has no group. Put round brackets"),
        ("labels", "mask", "masks/{__import__('os')}.png", "{stem}, {name}, {below} and {top} stand for parts"),
        ("labels", "mask", "masks/{stem!r}.png", "{stem}, {name}, {below} and {top} stand for parts"),
        ("labels", "mask", "masks/{stem", "no template"),
        ("labels", "function", "file.name; import os", "one expression of Python"),
        ("labels", "function", "lambda file: file.name", "write what stands behind its colon"),
        ("labels", "columns", "label", r"`columns` is a list, but got 'label'. Try \['label'\]"),
        ("source", "prefix", "a\0b", "`prefix` is a text"),
        ("batch", "flip", 1, "`flip` is True or False, but got 1"),
        ("batch", "max_warp", 9, "`max_warp` is between 0 and 1, but got 9"),
    ],
)
def test_what_does_not_fit_a_field_is_refused_in_words(step: str, name: str, value: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Recipe().changed(step, **{name: value})


@given(text=st.text(st.characters(exclude_characters="\0"), max_size=20))
def test_any_text_in_any_field_is_only_text_in_the_cell(text: str) -> None:
    words = text.replace("{", "{{").replace("}", "}}")
    recipe = Recipe("segmentation").changed("labels", by="masks", mask=f"{words}/{{stem}}.png", codes=[text])
    recipe = recipe.changed("source", path=text, excluded=[text], folders=[text])
    cell = compile(write_cell(recipe.changed("split", together=[[text, "b"]])), "cell", "exec")
    assert not {"eval", "exec", "__import__"} & set(cell.co_names)
    names: dict[str, Any] = {}
    start = write_cell(recipe).index("def mask_of")
    code = write_cell(recipe)[start:].partition("\nblock = ")[0]
    exec(code, names | {"path": Path("root")}, names)
    assert str(names["mask_of"].__call__(Path("a/b.jpg"))) == str(Path("root") / f"{text}/b.png")


@pytest.mark.parametrize(
    ("task", "labels", "said"),
    [
        ("segmentation", "folder", "A class for each pixel cannot come from names of folders, but from masks"),
        ("boxes", "folder", "Boxes cannot come from names of folders"),
        ("single", "column", "Labels from a column need a table"),
        ("single", "pattern", "Which part of the path is the label"),
        ("single", "function", "Which function gives the label"),
        ("segmentation", "masks", "Where are the masks"),
        ("boxes", "coco", "Which file holds the annotations"),
        ("table", "column", "Which table"),
        ("text", "folder", "cannot be learnt from pictures"),
        ("language_model", "none", "cannot be learnt from pictures"),
    ],
)
def test_parts_that_do_not_fit_are_said_in_words(task: str, labels: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        write_cell(Recipe().changed("", task=task).changed("labels", by=labels))


def test_a_function_gives_labels_and_is_read_back(tmp_path: Path) -> None:
    session = BuilderSession(filled(BY_NAME["class folders"], tmp_path / "set"))
    session.change("labels", by="function", function="'cat' if file.parent.name == 'cat' else \"no cat\"")
    session.change("", bs=4)
    session.change("item", size=16)
    assert list(session.build().vocab) == ["cat", "no cat"]
    read = session.read(session.code())
    assert read == () and session.recipe.labels.by == "function"


def test_a_function_from_somebody_elses_data_set_is_not_run(tmp_path: Path) -> None:
    root = filled(BY_NAME["class folders"], tmp_path / "set")
    session = BuilderSession(root)
    session.change("labels", by="function", function="file.parent.name")
    kept = Kept(root)
    assert kept.note("set", session.history) == ""
    again = Kept(root)
    found = again.latest()
    assert found is not None and found[0][-1].labels.function == "file.parent.name" and again.refused == ""
    journal = next((root / ".builder").glob("*.jsonl"))
    assert "file.parent.name" in journal.read_text(encoding="utf-8")
    (tmp_path / "home" / "builder.key").write_bytes(b"somebody else's")
    foreign = Kept(root)
    assert foreign.latest() is None and "was not written here" in foreign.refused


def test_a_kept_recipe_is_of_the_folder_where_it_is_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = filled(BY_NAME["class folders"], tmp_path / "set")
    session = BuilderSession(root)
    session.change("item", size=16)
    kept = json.loads(json.dumps([recipe.plain() for recipe in session.history[0]]))
    moved = root.rename(tmp_path / "moved")
    other = BuilderSession(moved)
    other.restore(Recipe.of(plain) for plain in kept)
    assert other.recipe.source.path == str(moved) and other.recipe.item.size == 16
    monkeypatch.chdir(tmp_path)
    below = BuilderSession("moved")
    below.change("item", size=16)
    below.exclude(["cat/1.jpg"])
    assert "path = Path('moved')" in below.code()
    look = below.look()
    assert len(look.items) == 17 and look.files[0].is_absolute() and set(look.labels) == {"cat", "dog", "owl"}
    assert below.shared_twins(below.build()) == []
