"""What is told to steps by hand reaches them, stays with them, and is refused where it reaches nobody."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from fastlearn.data import DataError
from fastlearn.tabular import Categorify, FillMissing, FillStrategy, Normalize, TabularPandas, TabularPipeline
from fastlearn.tabular.normalize import NormalizeColumns

PROCS = [Categorify, FillMissing, Normalize]


def small() -> pd.DataFrame:
    return pd.DataFrame({"city": ["b", "a", "c", "b"], "price": [1.0, np.nan, 3.0, 8.0], "size": [2, 4, 6, 8]})


def pipeline(procs=None, schema=None) -> TabularPipeline:
    return TabularPipeline(PROCS if procs is None else procs, ["city"], ["price", "size"], schema)


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"citty": ["a"]}, r"labels for 'citty', which is not among the columns of categories.*Did you mean 'city'"),
        ({"prize": {"fill": 1}}, r"fillings for 'prize'.* columns of numbers: 'price', 'size'.*Did you mean 'price'"),
        ({"sise": {"mean": 1, "std": 2}}, r"a mean and a std for 'sise'.*Did you mean 'size'"),
        ({"city": {"mean": 1, "std": 2}}, r"for 'city', which is not among the columns of numbers"),
        ({"size": {"mean": 1, "std": "wide"}}, r"schema of column 'size' std is a number, but got str 'wide'"),
    ],
)
def test_a_schema_for_no_column_is_refused(schema, said):
    with pytest.raises(DataError, match=said):
        pipeline(schema=schema).fit(small())


def test_names_given_to_steps_are_checked_too():
    with pytest.raises(DataError, match=r"labels for 'citi'.*Did you mean 'city'"):
        pipeline([Categorify({"citi": ["a"]})]).fit(small())
    with pytest.raises(DataError, match=r"fillings for 'prices'.*Did you mean 'price'"):
        pipeline([Categorify, FillMissing(fill_vals={"prices": 0})]).fit(small())


@pytest.mark.parametrize(
    ("procs", "schema", "step"),
    [
        ([FillMissing], {"city": ["a"]}, "Categorify"),
        ([Categorify, Normalize], {"price": {"fill": 1}}, "FillMissing"),
        ([Categorify, FillMissing], {"price": {"mean": 1, "std": 2}}, "Normalize"),
    ],
)
def test_a_schema_that_no_step_asks_for_is_refused(procs, schema, step):
    with pytest.raises(DataError, match=rf"but no step uses them. Add {step} to the procs"):
        pipeline(procs, schema).fit(small())


class Loud(Categorify):
    """A subclass of the user's."""


class Odd(FillMissing):
    """Another."""

    def _value(self, name, values):
        return -1.0 if name not in (self.fill_vals or {}) else super()._value(name, values)


def test_a_schema_leaves_the_users_own_classes():
    made = pipeline([Loud, Odd(add_col=False), Normalize], {"city": ["c", "b", "a"], "size": {"fill": 5}}).fit(small())
    assert [type(step) for step in made.steps] == [Odd, Loud, NormalizeColumns]
    assert made.classes["city"] == ["#na#", "c", "b", "a"] and made.step(Odd).na_dict == {"price": -1.0, "size": 5.0}


def test_a_schema_adds_to_what_a_step_was_given():
    step = FillMissing(fill_vals={"price": 7})
    made = pipeline([Categorify({"city": ["b", "a", "c"]}), step], {"size": {"fill": 9}}).fit(small())
    assert made.step(FillMissing).na_dict == {"price": 7.0, "size": 9.0} and step.fill_vals == {"price": 7}
    assert made.classes["city"] == ["#na#", "b", "a", "c"]


def test_a_loaded_pipeline_learns_anew_with_its_settings(tmp_path):
    schema = {"city": ["c", "b", "a"], "size": {"mean": 1.0, "std": 2.0}}
    first = pipeline([Categorify, FillMissing(FillStrategy.constant, False, {"price": 5}), Normalize], schema)
    again = TabularPipeline.load(first.fit(small()).save(tmp_path / "pipeline.json"))
    other = small().assign(price=[np.nan, 1.0, 2.0, 3.0], size=[0, 0, 1, 1])
    pd.testing.assert_frame_equal(again.fit_transform(other), first.fit_transform(other))
    assert again.to_dict() == first.to_dict() and list(again.transform(other)) == ["city", "price", "size"]


@pytest.mark.parametrize("std", [0, -1.0, float("nan"), float("inf")])
def test_a_deviation_that_nothing_can_be_divided_by_is_refused(std):
    with pytest.raises(DataError, match=r"Column 'size' is scaled .* a positive std, but got mean=1.0 and std=.*std=1"):
        pipeline(schema={"size": {"mean": 1.0, "std": std}}).fit(small())


def test_the_users_word_for_missing_is_told():
    frame = small().assign(city=["#na#", "a", "b", "#na#"])
    with pytest.warns(UserWarning, match=r"'city' has the label '#na#' in 2 rows \(0, 3\).* counts as that.*replace"):
        out = pipeline().fit_transform(frame)
    assert out["city"].tolist() == [0, 1, 2, 0]


def test_numbers_have_the_type_of_the_fit():
    """And not one that depends on the rows that come later."""
    ids = TabularPipeline([], [], ["id", "x"])
    wide = pd.DataFrame({"id": [16_777_217, 5], "x": [0.5, 1.5]})
    ids.fit(wide)
    assert ids.transform(wide.iloc[1:])["id"].dtype == np.float64 == ids.transform(wide)["x"].dtype
    again = TabularPipeline.from_dict(json.loads(json.dumps(ids.to_dict())))
    assert again.transform(wide)["id"].tolist() == [16_777_217, 5]
    narrow = TabularPipeline([], [], ["id", "x"]).fit(wide.iloc[1:])
    with pytest.warns(UserWarning, match=r"'id': whole numbers beyond 16,777,216, of which .* float32, in 1 row \(0\)"):
        assert narrow.transform(wide)["id"].dtype == np.float32


def test_a_fitted_pipeline_encodes_a_table_by_what_it_knows():
    known = pipeline().fit(small())
    kept = known.to_dict()
    other = small().assign(size=[100, 200, 300, 400], y=[0, 1, 0, 1])
    to = TabularPandas(other, known, y_names="y", splits=([0, 1, 2], [3]))
    pd.testing.assert_frame_equal(to.xs, known.transform(other))
    assert to.cat_names == ["city", "price_na"] and to.cont_names == ["price", "size"] and known.to_dict() == kept
    with pytest.raises(DataError, match="knows its columns and its schema"):
        TabularPandas(other, known, ["city"], y_names="y")
    with pytest.raises(DataError, match="target 'size' is among the inputs"):
        TabularPandas(other, known, y_names="size")


def test_a_pipeline_that_is_not_fitted_learns_from_the_training_rows():
    plan = pipeline(schema={"city": ["a", "b", "c", "d"]})
    to = TabularPandas(small().assign(y=1.0), plan, y_names="y", splits=([0, 2], [1, 3]))
    want = pipeline(schema={"city": ["a", "b", "c", "d"]}).fit_transform(small(), rows=[0, 2])
    pd.testing.assert_frame_equal(to.xs, want)
    assert not plan.fitted


def test_the_frames_that_scikit_learn_asks_for():
    from sklearn.base import clone
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.pipeline import make_pipeline

    polars = pytest.importorskip("polars")
    plain = pipeline()
    both = make_pipeline(plain, HistGradientBoostingRegressor()).set_output(transform="polars")
    both.fit(small(), [1.0, 2.0, 3.0, 4.0])
    assert isinstance(plain.transform(small()), polars.DataFrame) and both.predict(small()).shape == (4,)
    assert plain.inverse_transform(plain.transform(small()))["city"].tolist() == ["b", "a", "c", "b"]
    assert isinstance(clone(plain).fit_transform(small()), polars.DataFrame)
    assert isinstance(plain.set_output(transform="pandas").transform(small()), pd.DataFrame)
    with pytest.raises(ValueError, match="Did you mean 'pandas'"):
        plain.set_output(transform="panda")
