"""What once gave a wrong number without a word."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
import torch
from fastlearn.data.problems import DataError
from fastlearn.metrics import accuracy
from fastlearn.tabular import (
    Categorify,
    FillMissing,
    Normalize,
    TabularDataLoaders,
    TabularPandas,
    TabularPipeline,
    add_datepart,
    add_elapsed_times,
    tabular_learner,
)
from fastlearn.tabular.ranges import plain_ranges

ZIPS = [10001, 70000, 94110, 33139]


def table(n=40):
    rng = np.random.default_rng(0)
    return pd.DataFrame({"x": rng.normal(size=n), "c": list("ab") * (n // 2), "y": rng.integers(0, 9, n)})


def test_whole_numbers_that_no_step_encodes_stay_what_they_are():
    frame = pd.DataFrame({"zip": ZIPS, "x": [1, np.nan, 3, 4], "y": [0.0, 1, 2, 3]})
    assert TabularPandas(frame, [FillMissing], ["zip"], ["x"], "y").xs["zip"].tolist() == ZIPS
    pipeline = TabularPipeline([Normalize], cat_names=["zip"], cont_names=["x"])
    assert pipeline.fit_transform(frame.fillna(2))["zip"].tolist() == ZIPS


def test_days_and_months_are_not_mixed_in_one_column():
    with pytest.raises(DataError, match=r"not clear whether the day or the month.*'01/02/2020'.*dayfirst=True"):
        add_datepart(pd.DataFrame({"d": ["01/02/2020", "05/02/2020", "13/02/2020"]}), "d")
    clear = add_datepart(pd.DataFrame({"d": ["2020-01-25", "Feb 26 2020"]}), "d")
    assert clear["dMonth"].tolist() == [1, 2] and clear["dDay"].tolist() == [25, 26]


def test_events_in_words_are_refused():
    frame = pd.DataFrame({"promo": ["no", "yes"], "day": ["2020-01-01", "2020-01-02"], "shop": [1, 1]})
    with pytest.raises(DataError, match=r"true and false, or 1 and 0, but holds 'no', 'yes'.*== 'yes'"):
        add_elapsed_times(frame, "promo", "day", "shop")
    frame["promo"] = [0, 1]
    assert add_elapsed_times(frame, "promo", "day", "shop")["promo_bw"].tolist() == [0, 1]


@pytest.mark.parametrize(
    "y_range", [(np.int64(0), np.int64(9)), np.array([0, 9]), torch.tensor([0.0, 9.0]), [0, np.float32(9)]]
)
def test_a_range_may_be_of_numpy_or_a_tensor(y_range):
    dls = TabularDataLoaders.from_df(
        table(), procs=[Categorify], cat_names=["c"], cont_names=["x"], y_names="y", bs=8, seed=1
    )
    learn = tabular_learner(dls, layers=[4], y_range=y_range)
    assert learn.model.y_range == [0.0, 9.0]
    assert plain_ranges([None, y_range]) == [None, [0.0, 9.0]]


@pytest.mark.parametrize(
    ("y_range", "said"), [((5, -5), "low below high"), ((3,), "is \\(low, high\\)"), (5, "but got 5")]
)
def test_a_range_that_is_none_is_refused(y_range, said):
    with pytest.raises(ValueError, match=said):
        plain_ranges(y_range)


def test_a_range_for_categories_is_refused():
    frame = table().assign(y=list("uv") * 20)
    dls = TabularDataLoaders.from_df(
        frame, procs=[Categorify], cat_names=["c"], cont_names=["x"], y_names="y", bs=8, seed=1
    )
    with pytest.raises(ValueError, match="the targets are categories"):
        tabular_learner(dls, layers=[4], y_range=(0, 1))


def test_accuracy_of_numbers_is_refused():
    with pytest.raises(ValueError, match=r"one number an item.*y_block=CategoryBlock"):
        accuracy(torch.randn(4, 1), torch.tensor([[0.0], [1.0], [0.0], [1.0]]))


def test_columns_may_be_numbered():
    frame = pd.DataFrame({0: [1.0, 2, 3, 4], 1: [1, 2, 1, 2], 2: [0.5, 1, 2, 3]})
    to = TabularPandas(frame, [Categorify], cat_names=[1], cont_names=[0], y_names=2)
    assert to.y_names == [2] and to.ys[2].tolist() == [0.5, 1.0, 2.0, 3.0]


@pytest.mark.parametrize("unit, dtype", [(1e-14, "float64"), (1e-30, "float64"), (1e-30, "float32"), (1e30, "float32")])
def test_numbers_of_any_unit_are_scaled(unit, dtype):
    values = np.array([1.0, 2.0, 3.0, 6.0])
    frame = pd.DataFrame({"x": (values * unit).astype(dtype)})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scaled = TabularPipeline([Normalize], cont_names="x").fit_transform(frame)["x"]
    np.testing.assert_allclose(scaled, (values - 3) / np.sqrt(3.5), rtol=1e-5, atol=1e-6)
