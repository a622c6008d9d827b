"""Columns: what is kept of values, and how they are asked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from fastwidgets.grid.columns import Column, guess_kind


@pytest.mark.parametrize(
    "values, kind",
    [
        ([True, False], "flag"),
        ([np.bool_(True)], "flag"),
        ([1, 2.5, None], "number"),
        ([np.float32(1), float("nan")], "number"),
        (["cat", "dog", "cat", "dog"], "category"),
        (["a.jpg", "b.jpg", "c.jpg", "d.jpg"], "text"),
        ([None, None], "category"),
        ([True, None], "category"),
        ([1, "one", 1, "one"], "category"),
        ([], "category"),
    ],
)
def test_the_kind_is_guessed(values: list[Any], kind: str) -> None:
    assert guess_kind(values) == kind


def test_values_come_back_as_they_were_given() -> None:
    assert Column("a", ["cat", None, "dog", np.nan, pd.NA], kind="category").values() == [
        "cat",
        None,
        "dog",
        None,
        None,
    ]
    assert Column("a", [1, None, 2.5]).values() == [1.0, None, 2.5]
    assert Column("a", ["x", None, ""], kind="text").values([2, 0]) == [None, "x"]
    assert Column("a", [True, False]).values([1]) == [False]


def test_classes_have_the_order_that_was_given_and_new_ones_follow() -> None:
    column = Column("label", ["dog", "cat", "owl", None], classes=["owl", "cat"])
    assert column.classes == ["owl", "cat", "dog"] and column.codes.tolist() == [2, 1, 0, -1]
    column.set([3, 1], "ant")
    assert column.classes == ["owl", "cat", "dog", "ant"] and column.values() == ["dog", "ant", "owl", "ant"]
    column.set_classes(["ant", "cat", "bee"])
    assert column.classes == ["ant", "cat", "bee", "owl", "dog"] and column.values() == ["dog", "ant", "owl", "ant"]
    with pytest.raises(ValueError, match="'ant' is there twice"):
        column.set_classes(["ant", "ant"])


def test_setting_takes_one_value_for_all_or_each_its_own() -> None:
    column = Column("loss", [0.0, 0.0, 0.0])
    column.set([0, 2], [1, None])
    assert column.values() == [1.0, 0.0, None]
    column.set(np.array([1, 2]), 7)
    assert column.values() == [1.0, 7.0, 7.0]
    with pytest.raises(ValueError, match=r"'loss' gets 2 values, one for each item, but got 3"):
        column.set([0, 1], [1, 2, 3])


def test_a_value_that_is_no_number_is_named() -> None:
    with pytest.raises(ValueError, match="'loss' holds numbers, but one of its values is 'high'"):
        Column("loss", [1.0, "high"], kind="number")


def test_a_kind_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="category, number, text, flag, but got 'colour'"):
        Column("a", [], kind="colour")  # type: ignore[arg-type]


def test_words_are_found_whatever_their_capitals() -> None:
    assert Column("a", ["Night_1", "day", "", "MIDNIGHT"], kind="text").contains("night").tolist() == [
        True,
        False,
        False,
        True,
    ]
    assert Column("a", ["Übung", None], kind="category").contains("ÜB").tolist() == [True, False]


def test_limits_leave_out_what_is_not_finite() -> None:
    assert Column("a", [3.0, np.inf, None, -1.0]).limits() == (-1.0, 3.0)
    assert Column("a", [None, np.inf], kind="number").limits() is None
