"""Labels come from folders, names and rows; an item without one is named."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from fastlearn.data.label import ColReader, RegexLabeller, parent_label
from fastlearn.data.problems import DataError

FRAME = pd.DataFrame({"name": ["a", "b", "c"], "tags": ["x;y", "", None], "size": [1, 2, 3]})


@pytest.mark.parametrize("item", ["pets/cat/1.jpg", Path("pets/cat/1.jpg")])
def test_parent_label_is_the_folder(item):
    assert parent_label(item) == "cat"


def test_parent_label_of_a_bare_name_says_so():
    with pytest.raises(DataError, match=r"'1.jpg' lies in none. Try whole paths"):
        parent_label("1.jpg")


@pytest.mark.parametrize(
    "pattern, match, item, label",
    [
        (r"([^/]+)_\d+.jpg$", False, Path("images/great_pyrenees_12.jpg"), "great_pyrenees"),
        (r"^(.*)_\d+.jpg$", False, "beagle_1.jpg", "beagle"),
        (r"(\w+)/", True, "cat/1.jpg", "cat"),
    ],
)
def test_regex_labeller_takes_the_first_group(pattern, match, item, label):
    assert RegexLabeller(pattern, match=match)(item) == label


def test_regex_labeller_below_a_folder_sees_nothing_of_the_folders_above():
    read = RegexLabeller(r"(patient\d+)", below="/home/patient7/set")
    assert read("/home/patient7/set/a/patient12_3.jpg") == "patient12"
    assert read(Path("elsewhere/patient4_1.jpg")) == "patient4"
    with pytest.raises(DataError, match=r"does not match 'a/b.jpg'"):
        read("/home/patient7/set/a/b.jpg")
    assert repr(read) == "RegexLabeller('(patient\\\\d+)', match=False, below='/home/patient7/set')"


def test_regex_labeller_names_item_and_pattern_where_nothing_matches():
    with pytest.raises(DataError, match=r"pattern '\^\(\\\\d\+\)' does not match 'cats/a.jpg'"):
        RegexLabeller(r"^(\d+)")("cats/a.jpg")


def test_regex_labeller_names_the_item_whose_group_took_no_part():
    with pytest.raises(DataError, match=r"matches 'dog.jpg', but its first group is not in the match"):
        RegexLabeller(r"(cat)?.*\.jpg")("dog.jpg")


def test_pattern_without_a_group_is_refused_at_once():
    with pytest.raises(ValueError, match=r"has no group. Try round brackets"):
        RegexLabeller(r"\d+")


@pytest.mark.parametrize("row", [FRAME.iloc[0], next(FRAME.itertuples(index=False)), dict(FRAME.iloc[0])])
def test_column_reader_reads_every_kind_of_row(row):
    assert ColReader("name")(row) == "a"
    assert ColReader("name", pref=Path("train"), suff=".jpg")(row) == str(Path("train") / "a.jpg")
    assert ColReader("tags", label_delim=";")(row) == ["x", "y"]
    assert ColReader(0, label_delim=";")(["x ; two words;; y "]) == ["x", "two words", "y"]
    with pytest.raises(ValueError, match="`label_delim` is what stands between two labels"):
        ColReader("tags", label_delim="")
    assert ColReader(["name", "size"])(row) == ["a", 1]


def test_column_reader_takes_positions():
    assert ColReader(0)(FRAME.iloc[1]) == "b"
    assert ColReader(2)(next(FRAME.itertuples(index=False))) == 1


@pytest.mark.parametrize("i", [1, 2])
def test_empty_cell_of_tags_is_an_item_without_labels(i):
    assert ColReader("tags", label_delim=";")(FRAME.iloc[i]) == []


@pytest.mark.parametrize("row", [FRAME.iloc[0], next(FRAME.itertuples(index=False)), dict(FRAME.iloc[0])])
def test_column_reader_names_the_columns_there_are(row):
    with pytest.raises(DataError, match=r"no column 'label' .* the columns 'name', 'tags', 'size'"):
        ColReader("label")(row)


def test_column_reader_on_a_path_says_that_rows_are_expected():
    with pytest.raises(DataError, match=r"no column 'label' in the row .*rows of a table are expected"):
        ColReader("label")(Path("a/b.jpg"))
