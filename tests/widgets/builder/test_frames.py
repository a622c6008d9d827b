"""A data frame of the kernel as the source: kept as a file, it gives the same in a fresh process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fastlearn.data.problems import DataError
from layouts import LAYOUTS, put
from prints import print_of
from test_builder_session import filled, small

from fastwidgets import DataBlockBuilder
from fastwidgets.builder import BuilderSession
from fastwidgets.builder.cell.read import read_cell
from fastwidgets.builder.cell.write import write_cell
from fastwidgets.builder.frames import keep_frame
from fastwidgets.builder.table_facts import read_table

PICTURES = next(one for one in LAYOUTS if one.name == "class folders")
TEXT = "A text of some words, with a number among others, "


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASTWIDGETS_HOME", str(tmp_path / "home"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return filled(PICTURES, tmp_path / "it's a set")


def names_of(root: Path) -> list[str]:
    return sorted(file.relative_to(root).as_posix() for file in root.rglob("*.jpg"))


def labelled(root: Path) -> pd.DataFrame:
    """Labels of no folder, and a column that says the side."""
    names = names_of(root)
    label = [("old", "new")[i % 2] for i in range(len(names))]
    return pd.DataFrame({"file": names, "age": label, "is_valid": [i % 5 == 0 for i in range(len(names))]})


def kept(root: Path) -> list[Path]:
    return sorted((root / ".builder").glob("frame-*"))


def frames(root: Path) -> dict[str, pd.DataFrame]:
    """Frames of every kind of source."""
    rng, names = np.random.default_rng(0), names_of(root)
    by_index = pd.DataFrame({"kind": [name[0] for name in names]}, index=names)
    by_path = pd.DataFrame({"file": [root / name for name in names], "size": rng.random(len(names)) / 3})
    several = pd.DataFrame({"file": names, "tags": ["a b", "b", "c a"] * (len(names) // 3)})
    texts = pd.DataFrame({"text": [f"{TEXT * 3}{i}" for i in range(60)], "label": ["NA", "GB", "DE"] * 20})
    plain = pd.DataFrame({
        "code": [f"{i % 7:03}" for i in range(90)], "size": pd.Categorical(["S", "M", "L"] * 30),
        "when": pd.date_range("2020-01-01", periods=90, freq="7h"), "amount": rng.random(90).astype("float32"),
        "member": pd.array([True, None, False] * 30, dtype="boolean"), "price": rng.random(90) * 1e6,
    })  # fmt: skip
    return {"a column and a mark": labelled(root), "an index of names": by_index, "paths": by_path, "tags": several,
            "texts": texts, "a plain table": plain}  # fmt: skip


def test_the_cell_of_a_data_frame_gives_the_same_in_a_fresh_process(root: Path, tmp_path: Path) -> None:
    cells, prints = [], []
    for number, (name, frame) in enumerate(frames(root).items()):
        before = frame.copy(deep=True)
        session = small(BuilderSession(root, table=frame))
        pd.testing.assert_frame_equal(frame, before)
        read = read_cell(session.code())
        assert read.unread == () and write_cell(read.recipe) == session.code(), name
        assert read.recipe.source == session.recipe.source, name
        assert "data frame" in session.why[0]
        cells.append(tmp_path / f"{number}.py")
        cells[-1].write_text(session.code(), encoding="utf-8")
        prints.append(print_of(session.build()))
    script = Path(__file__).with_name("prints.py")
    done = subprocess.run([sys.executable, script, *cells], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == prints and len(set(prints)) == len(prints)


def test_a_data_frame_gives_what_the_same_table_in_the_folder_does(root: Path) -> None:
    frame = labelled(root)
    of_frame = small(BuilderSession(root, table=frame))
    assert of_frame.recipe.labels.columns == ("age",) and of_frame.recipe.split.column == "is_valid"
    frame.to_csv(root / "labels.csv", index=False)
    of_file = small(BuilderSession(root))
    assert of_file.recipe.source.table == "labels.csv"
    assert print_of(of_frame.build()) == print_of(of_file.build())
    assert [one.code for one in of_frame.health()] == [one.code for one in of_file.health()]
    assert BuilderSession(root, table=frame).recipe.source.table.startswith(".builder/frame-")


def test_the_first_step_lists_every_choice_and_another_table_brings_its_own_form(root: Path) -> None:
    frame = labelled(root).assign(number=[f"{i:03}" for i in range(18)])
    session = BuilderSession(root, table=frame)
    name = session.recipe.source.table
    labelled(root).to_csv(root / "other.csv", index=False, sep=";")
    session.change("source", table="other.csv")
    assert session.recipe.source.sep == ";" and session.recipe.source.dtypes == ()
    session.change("source", table=name)
    assert session.recipe.source.sep == "" and session.recipe.source.dtypes == (("number", "str"),)
    assert session.undo() and session.undo() and session.recipe.source.table == name
    assert session.guesses[-1].recipe.source.table == ""  # the folder alone is the last of the readings


def test_files_are_left_out_and_twins_kept_together(root: Path) -> None:
    (root / "dog" / "twin.jpg").write_bytes((root / "dog" / "0.jpg").read_bytes())
    session = small(BuilderSession(root, table=labelled(root).drop(columns="is_valid")))
    assert session.keep_twins_together(near=False) == 1
    session.exclude(["cat/1.jpg"])
    dls = session.build()
    assert len(dls.train_ds) + len(dls.valid_ds) == 18 and session.shared_twins(dls, near=False) == []
    assert read_cell(session.code()).unread == ()


# What comes back


COLUMNS: dict[str, Any] = {
    "zeros before": ["007", "010", "1"],
    "texts like truths": ["True", "False", "True"],
    "missing and empty texts": ["", None, "NA"],
    "words of missing": ["nan", "null", "None"],
    "spaces": [" a", "b ", "\tc"],
    "lines and signs": ['a\nb "c"', "d,e;f", "größe"],
    "categories": pd.Categorical(["b", "a", None]),
    "truths": [True, False, True],
    "truths and missing": pd.array([True, None, False], dtype="boolean"),
    "numpy's numbers as objects": pd.Series([np.int64(3), np.int64(4), np.int64(5)], dtype=object),
    "truths as objects": pd.Series([True, None, False], dtype=object),
    "whole numbers and missing": pd.array([1, None, 2**60], dtype="Int64"),
    "small numbers": np.array([1, 2, 255], np.uint8),
    "the last digit": [0.1 + 0.2, 1 / 3, 2.5e-300],
    "half exact": np.array([0.1, 1 / 3, 7], np.float32),
    "without ends": [np.inf, -np.inf, np.nan],
    "all missing": [None, None, None],
    "days": pd.to_datetime(["2020-02-29", "1969-07-20", None]),
    "moments": pd.to_datetime(["2020-02-29 01:02:03.000456", "1969-07-20", "2031-01-01"], format="ISO8601"),
    "moments of Greenwich": pd.to_datetime(["2020-02-29 01:02:03", "1969-07-20", None], format="ISO8601", utc=True),
    "numpy's texts": np.array(["08", "b", "c"]),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_comes_back_with_its_values_and_its_type(name: str, tmp_path: Path) -> None:
    frame = pd.DataFrame({"n": [1, 2, 3], name: COLUMNS[name]})
    file, is_new = keep_frame(frame, tmp_path)
    back = read_table(tmp_path / file, None)
    assert is_new and list(back.columns) == ["n", name]
    one, other = frame[name], back[name]
    if pd.api.types.is_datetime64_any_dtype(one.dtype):
        assert pd.api.types.is_datetime64_any_dtype(other.dtype)
        other = other.astype(one.dtype)  # a time is counted in other parts of a second
    elif not (one.dtype == object or pd.api.types.is_string_dtype(one.dtype)):
        assert one.dtype == other.dtype
    missing = one.isna()
    assert list(missing) == list(other.isna())
    assert list(one[~missing]) == list(other[~missing])


def test_paths_from_the_folder_the_notebook_or_the_root_are_the_same(root: Path, monkeypatch) -> None:
    monkeypatch.chdir(root.parent)
    names = names_of(root)
    for begin in (Path(), root, Path(root.name), Path(root.name).as_posix(), root.as_posix()):
        join = (lambda name: f"{begin}/{name}") if isinstance(begin, str) else (lambda name: begin / name)  # noqa: B023
        file, _ = keep_frame(pd.DataFrame({"file": [join(name) for name in names], "y": 1}), root)
        assert list(read_table(root / file)["file"]) == names


def strange(root: Path) -> Iterator[tuple[str, Any, str]]:
    good = labelled(root)
    yield "no rows", good.head(0), "The data frame is empty: 0 rows, 3 columns"
    yield "nothing", pd.DataFrame(), "The data frame is empty: 0 rows, 0 columns"
    yield "a path", "labels.csv", "`table` is a pandas DataFrame, but got str"
    yield "twice", pd.concat([good, good[["age"]]], axis=1), r"several columns 'age'\. Rename them"
    yield "numbers as names", pd.DataFrame([[1, 2]]), r"named by texts here, but one is 0\. .*column \{name\}"
    yield "no name", good.rename(columns={"age": " "}), "named by texts here, but one is ' '"
    yield "levels", pd.concat({"a": good}, axis=1), "have 2 levels of names"
    yield "index", good.set_index("file", drop=False), "The index of the data frame is called 'file', as a column"
    yield "lists", good.assign(box=[[1, 2]] * 18), r"'box' of the data frame holds values such as \[1, 2\] of type list"
    yield (
        "objects",
        good.assign(o=[object()] * 18),
        "'o' of the data frame holds .* of type object, which a table cannot",
    )
    yield "days", good.assign(d=[pd.Timestamp("2020-01-01").date()] * 18), r"type date, .*pd\.to_datetime"
    order = pd.CategoricalDtype(["old", "new"], ordered=True)
    yield "order", good.astype({"age": order}), r"'age' .* have an order of their own.* df\['age'\]\.astype\(object\)"
    yield "codes", good.assign(k=pd.Categorical(["01", "2"] * 9)), "are numbers or look like them"
    yield "numbers", good.assign(k=pd.Categorical([30, 4] * 9)), "are numbers or look like them"
    unused = pd.CategoricalDtype(["new", "old", "older"])
    yield "unused", good.astype({"age": unused}), "or are not all used"
    yield "mixed", good.assign(m=["a", 1] * 9), r"its values are of several types\. Try df\['m'\]"
    yield "spans", good.assign(s=pd.to_timedelta(range(18), "h")), "it is of the type timedelta64"
    yield "the mark", good.assign(m=["<missing>", "a"] * 9), "it holds the text '<missing>', which stands for"
    yield "half a letter", good.assign(m=pd.Series(["\ud800"] * 18, dtype=object)), "cannot be written as a CSV"
    yield "one column", good[["file"]], "nothing to learn from in the data frame with the columns file"


def test_what_cannot_be_kept_is_said_in_words_and_leaves_nothing(root: Path) -> None:
    for name, frame, said in strange(root):
        with pytest.raises(DataError, match=said):
            BuilderSession(root, table=frame)
        assert not list((root / ".builder").glob("*")), name


def test_row_numbers_are_no_column_but_names_and_days_of_an_index_are(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": range(4), "b": range(4)})
    parts = pd.MultiIndex.from_product([[0, 1], ["p", "q"]], names=[None, "x"])
    indices = {"a,b": frame[frame["a"] > 1], "id,a,b": frame.rename_axis("id"),
               "index,a,b": frame.set_axis(pd.date_range("2020", periods=4)),
               "level_0,x,a,b": frame.set_index(parts)}  # fmt: skip
    for head, one in indices.items():
        file, _ = keep_frame(one, tmp_path)
        assert (tmp_path / file).read_text(encoding="utf-8").splitlines()[0] == head


# Where it lies


def test_a_frame_is_written_once_for_each_content_and_moves_with_its_folder(root: Path) -> None:
    frame = labelled(root)
    first = BuilderSession(root, table=frame)
    stamps = {file: file.stat().st_mtime_ns for file in kept(root)}
    assert len(stamps) == 2 and BuilderSession(root, table=frame.copy()).code() == first.code()
    assert {file: file.stat().st_mtime_ns for file in kept(root)} == stamps
    BuilderSession(root, table=frame.assign(age="young"))
    assert len(kept(root)) == 4 and not list((root / ".builder").glob("*.part"))
    moved = root.rename(root.with_name("moved"))
    other = BuilderSession(moved)
    other.restore([first.recipe])
    assert set(other.look().labels) == {"old", "new"}


def test_a_folder_that_cannot_be_written_has_its_frame_in_the_cache(root: Path, tmp_path: Path) -> None:
    (root / ".builder").write_text("a file in the way")
    session = small(BuilderSession(root, table=labelled(root)))
    assert Path(session.recipe.source.table).is_relative_to(tmp_path / "home")
    read = read_cell(session.code())
    assert read.unread == () and read.recipe == session.recipe
    assert set(session.build().vocab) == {"old", "new"}


def test_a_form_of_somebody_else_names_only_types_of_columns(root: Path) -> None:
    session = BuilderSession(root, table=labelled(root))
    table = root / session.recipe.source.table
    table.with_suffix(".form.json").write_text('{"dtypes": [["age", "object); import os #"]], "dates": [7]}')
    session.change("source", table="")
    session.change("source", table=session.history[0][0].source.table)
    assert session.recipe.source.dtypes == () and "import os" not in session.code()


# On the page


@pytest.fixture
def made() -> Iterator[Callable[..., DataBlockBuilder]]:
    found: list[DataBlockBuilder] = []

    def make(*args: Any, **named: Any) -> DataBlockBuilder:
        found.append(DataBlockBuilder(*args, **named).wait())
        return found[-1]

    yield make
    for builder in found:
        builder.close()


def session_of(builder: DataBlockBuilder) -> BuilderSession:
    assert builder.session is not None, builder.desk.error
    return builder.session


def table_field(builder: DataBlockBuilder) -> Any:
    return next(one for one in builder.desk.form["source"] if one.name == "table")


def test_a_builder_with_a_frame_goes_on_after_a_restart_with_it_and_without(made, root: Path) -> None:
    put(root, "other.csv", text="a,b\n1,2\n")
    frame = labelled(root)
    first = made(root, table=frame)
    frame.loc[:, "age"] = "changed in a later cell"
    assert dict(table_field(first).options)[table_field(first).value] == "The data frame"
    assert first.desk.results["source"].words[0] == "18 items, 2 classes."
    first.desk.change("item", "size", 16)
    first.wait()
    code = first.code()
    for again in (made(root, table=labelled(root)), made(root)):
        assert again.code() == code and session_of(again).can_undo
        assert again.desk.results["source"].words[0] == "18 items, 2 classes."
    assert dict(table_field(again).options)[table_field(again).value].startswith("A data frame of before (")


def test_a_frame_that_was_mended_keeps_the_clicks_and_another_one_begins_anew(made, root: Path) -> None:
    first = made(root, table=labelled(root))
    first.desk.change("item", "size", 16)
    first.wait()
    mended = labelled(root)
    mended.loc[0, "age"] = "ancient"
    second = session_of(made(root, table=mended))
    assert second.recipe.item.size == 16 and "ancient" in second.look().labels
    assert second.undo() and "ancient" not in second.look().labels
    other = session_of(made(root, table=mended.rename(columns={"age": "kind"})))
    assert other.recipe.item.size == 224 and other.recipe.labels.columns == ("kind",)


def test_what_is_wrong_with_a_frame_stands_on_the_page(made, root: Path) -> None:
    assert "The data frame is empty" in made(root, table=labelled(root).head(0)).desk.error


def test_a_frame_without_a_path_is_of_the_folder_that_one_is_in(made, root: Path, monkeypatch) -> None:
    monkeypatch.chdir(root)
    builder = made(table=labelled(root))
    assert builder.desk.results["source"].words[0] == "18 items, 2 classes." and "path = Path('.')" in builder.code()
