"""What is wrong with a split or its labels is said before training."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
from fastlearn.data.check import check_labels, check_split
from fastlearn.data.problems import DataError


def test_sound_splits_and_labels_pass_in_silence():
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        check_split(([0, 1], [2]), 3)
        check_split(([0], []), 1)
        check_labels(["a", "b", "a"], ["b"])
        check_labels([["a", "b"], []], [["b"]])
    assert warned == []


def test_empty_training_set_gives_both_counts():
    with pytest.raises(DataError, match="training set is empty: of 3 items 0 are for training and 3 for validation"):
        check_split(([], [0, 1, 2]), 3)


def test_positions_outside_the_items_are_listed():
    with pytest.raises(DataError, match=r"positions from 0 to 1, but 1 are outside: \[2\]"):
        check_split(([0, 1], [2]), 2)


def test_items_on_both_sides_are_warned_of():
    with pytest.warns(UserWarning, match="1 of 3 items are both in the training and in the validation set"):
        check_split(([0, 1], [1, 2]), 3)


def test_class_only_in_validation_is_named_with_its_count_and_a_remedy():
    with pytest.raises(DataError, match=r"1 of 3 classes is .*'owl' \(2 items\).*StratifiedSplitter.*vocab=") as error:
        check_labels(["cat", "dog"], ["cat", "owl", "owl"])
    assert "cat" not in str(error.value).replace("category", "")


def test_files_in_the_place_of_labels_are_recognised():
    with pytest.raises(DataError, match=r"These are files and not labels\. Try get_y="):
        check_labels([Path("a.jpg")], [Path("b.jpg")])


def test_tags_only_in_validation_are_named():
    with pytest.raises(DataError, match=r"'haze' \(1 item\)"):
        check_labels([["clear"], ["road", "clear"]], [["road", "haze"]])


def test_single_class_is_warned_of():
    with pytest.warns(UserWarning, match="single class, 'cat'"):
        check_labels(["cat", "cat"], ["cat"])
