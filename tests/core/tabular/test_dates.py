"""Dates taken apart and days counted, by tables worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from fastlearn.data import DataError
from fastlearn.data.split_time import TimeSplitter
from fastlearn.tabular import add_datepart, add_elapsed_times, cont_cat_split, df_shrink, df_shrink_dtypes, make_date


def test_a_date_taken_apart():
    frame = add_datepart(
        pd.DataFrame({"saledate": ["2020-02-29 13:04:05", "2019-12-31 00:00:00"]}), "saledate", time=True
    )
    assert frame.T[0].to_dict() == {
        "saleYear": 2020, "saleMonth": 2, "saleWeek": 9, "saleDay": 29, "saleDayofweek": 5, "saleDayofyear": 60,
        "saleIs_month_end": True, "saleIs_month_start": False, "saleIs_quarter_end": False,
        "saleIs_quarter_start": False, "saleIs_year_end": False, "saleIs_year_start": False, "saleHour": 13,
        "saleMinute": 4, "saleSecond": 5, "saleElapsed": 1582981445,
    }  # fmt: skip
    assert frame["saleWeek"].tolist() == [9, 1] and frame["saleIs_year_end"].tolist() == [False, True]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_seconds_do_not_depend_on_the_unit_of_the_column(unit):
    frame = pd.DataFrame({"day": pd.Series(pd.to_datetime(["2020-02-29"])).astype(f"datetime64[{unit}]")})
    assert add_datepart(frame, "day")["dayElapsed"].tolist() == [1582934400]


def test_seconds_are_those_of_the_world_clock():
    frame = pd.DataFrame({"t": pd.to_datetime(["2020-01-01 00:00"]).tz_localize("Asia/Tokyo")})
    parts = add_datepart(frame, "t")
    assert parts["tElapsed"].tolist() == [1577836800 - 9 * 3600] and parts["tYear"].tolist() == [2020]


def test_a_missing_date_has_missing_parts():
    frame = add_datepart(pd.DataFrame({"saleDate": ["2020-02-29", None]}), "saleDate", prefix="d_", drop=False)
    assert (
        list(frame)[:2] == ["saleDate", "d_Year"] and np.isnan(frame["d_Elapsed"][1]) and np.isnan(frame["d_Week"][1])
    )
    assert not frame["d_Is_month_end"][1]


def test_make_date_leaves_dates_alone():
    frame = pd.DataFrame({"d": pd.to_datetime(["2020-01-01"])})
    make_date(frame, "d")
    assert frame["d"].dtype.kind == "M"


def test_days_since_and_until_an_event():
    frame = pd.DataFrame({"date": pd.date_range("2024-01-01", periods=4).tolist() * 2, "shop": [1] * 4 + [2] * 4,
                          "event": [False, True, False, True, False, False, True, False]})  # fmt: skip
    out = add_elapsed_times(frame.copy(), "event", "date", "shop")
    assert list(out) == ["date", "shop", "event", "Afterevent", "Beforeevent", "event_bw", "event_fw"]
    assert out["Afterevent"].tolist() == [0, 0, 1, 0, 0, 0, 0, 1]
    assert out["Beforeevent"].tolist() == [-1, 0, -1, 0, -2, -1, 0, 0]
    assert out["event_bw"].tolist() == [0, 1, 1, 2, 0, 0, 1, 1]
    assert out["event_fw"].tolist() == [2, 2, 1, 1, 1, 1, 1, 0]


def test_days_are_counted_whatever_the_order_and_labels_of_rows():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"date": pd.date_range("2024-01-01", periods=30).tolist() * 2, "shop": ["a"] * 30 + ["b"] * 30,
                          "sale": rng.random(60) < 0.2})  # fmt: skip
    want = add_elapsed_times(frame.copy(), ["sale"], "date", "shop")
    order = rng.permutation(60)
    mixed = frame.iloc[order].set_axis([0] * 60)
    pd.testing.assert_frame_equal(add_elapsed_times(mixed, ["sale"], "date", "shop").reset_index(drop=True),
                                  want.iloc[order].reset_index(drop=True))  # fmt: skip


def test_a_window_is_seven_rows_of_one_group():
    frame = pd.DataFrame({"date": pd.date_range("2024-01-01", periods=10), "shop": 1, "on": [True] * 10})
    out = add_elapsed_times(frame, ["on"], "date", "shop")
    assert out["on_bw"].tolist() == [1, 2, 3, 4, 5, 6, 7, 7, 7, 7] == out["on_fw"].tolist()[::-1]


@pytest.mark.parametrize("column", ["event", "date"])
def test_days_need_whole_columns(column):
    frame = pd.DataFrame({"date": pd.date_range("2024-01-01", periods=3), "shop": 1, "event": [True, False, True]})
    frame = frame.astype({"event": object})
    frame.loc[1, column] = None
    with pytest.raises(DataError, match=rf"[Cc]olumn '{column}'.* has no value in 1 row \(1\)"):
        add_elapsed_times(frame, ["event"], "date", "shop")


def test_columns_are_told_apart_by_type_and_number_of_values():
    frame = pd.DataFrame({"f": [0.5] * 30, "many": range(30), "few": [1, 2] * 15, "text": ["a"] * 30, "y": range(30)})
    assert cont_cat_split(frame, dep_var="y") == (["f", "many"], ["few", "text"])
    assert cont_cat_split(frame, max_card=1, dep_var=["y", "text"]) == (["f", "many", "few"], [])


def test_columns_shrink_to_the_smallest_type_that_holds_them():
    frame = pd.DataFrame({"i": [-100, 100], "j": [0, 1000], "k": [0, 2**40], "f": [0.5, 2.0], "s": ["a", "b"],
                          "b": [True, False], "d": pd.to_datetime(["2020-01-01"] * 2)})  # fmt: skip
    found = {name: str(dtype) for name, dtype in df_shrink_dtypes(frame).items()}
    assert found == {"i": "int8", "j": "int16", "f": "float32", "s": "category"}
    assert str(df_shrink_dtypes(frame, int2uint=True)["j"]) == "uint16"
    assert set(df_shrink_dtypes(frame, skip=["i"], obj2cat=False)) == {"j", "f"}
    small = df_shrink(frame)
    assert (
        small["i"].tolist() == [-100, 100] and str(small["s"].dtype) == "category" and str(frame["i"].dtype) == "int64"
    )


def test_tables_of_polars_and_arrow_shrink_too():
    polars, arrow = pytest.importorskip("polars"), pytest.importorskip("pyarrow")
    columns = {"i": [-100, 100], "f": [0.5, 2.0]}
    for table in (polars.DataFrame(columns), arrow.table(columns)):
        assert df_shrink(table).dtypes.astype(str).to_dict() == {"i": "int8", "f": "float32"}


@pytest.mark.parametrize("pct, n_valid", [(0.3, 3), (0.35, 3), (0.4, 4)])
def test_the_latest_rows_are_for_validation(pct, n_valid):
    frame = pd.DataFrame({"t": [5, 1, 9, 3, 7, 0, 2, 8, 4, 6]})
    train, valid = TimeSplitter("t", pct)(frame)
    assert len(valid) == n_valid and frame["t"][valid].min() > frame["t"][train].max()


def test_rows_of_one_time_stay_together():
    frame = pd.DataFrame({"t": [1, 1, 1, 2, 2, 2, 2, 2]})
    assert TimeSplitter("t", 0.2)(frame) == ([0, 1, 2], [3, 4, 5, 6, 7])
    assert TimeSplitter("t", 0.9)(frame)[0] == [0, 1, 2]


def test_a_cutoff_says_from_when():
    frame = pd.DataFrame({"day": pd.date_range("2024-01-01", periods=5, tz="UTC")})
    assert TimeSplitter("day", cutoff="2024-01-04")(frame) == ([0, 1, 2], [3, 4])


@pytest.mark.parametrize("library", ["polars", "pyarrow"])
def test_dates_of_other_libraries_give_frames(library):
    module = pytest.importorskip(library)
    frame = pd.DataFrame({"date": ["2024-01-01", "2024-01-09"], "shop": [1, 1], "sale": [True, False]})
    table = module.from_pandas(frame) if library == "polars" else module.Table.from_pandas(frame)
    pd.testing.assert_frame_equal(add_datepart(table, "date"), add_datepart(frame.copy(), "date"), check_dtype=False)
    assert add_elapsed_times(table, "sale", "date", "shop")["Aftersale"].tolist() == [0, 8]
    with pytest.raises(DataError, match="make_date changes a frame of pandas"):
        make_date(table, "date")


def test_counting_days_leaves_the_callers_frame():
    frame = pd.DataFrame({"date": ["2024-01-01", "2024-01-09"], "shop": [1, 1], "sale": [1, 0]})
    before = frame.copy(deep=True)
    out = add_elapsed_times(frame, "sale", "date", "shop")
    pd.testing.assert_frame_equal(frame, before)
    assert out["sale"].tolist() == [True, False] and str(out["date"].dtype).startswith("datetime64")
