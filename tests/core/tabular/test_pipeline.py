"""Preprocessing by itself: tables worked by hand, the way back, JSON, scikit-learn, tables of other libraries."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fastlearn.bundle import UntrustedCode
from fastlearn.bundle.names import CannotExport
from fastlearn.data import DataError
from fastlearn.tabular import Categorify, FillMissing, FillStrategy, Normalize, TabularPipeline, TabularProc
from fastlearn.tabular.median import median
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def small() -> pd.DataFrame:
    return pd.DataFrame({"c": ["b", "a", None, "b"], "x": [1.0, np.nan, 3.0, 8.0], "y": [2, 4, 6, 8]})


def fitted() -> tuple[TabularPipeline, pd.DataFrame]:
    pipeline = TabularPipeline([Categorify, FillMissing, Normalize], ["c"], ["x", "y"])
    return pipeline, pipeline.fit_transform(small())


def test_a_table_worked_by_hand():
    pipeline, out = fitted()
    assert list(out) == ["c", "x_na", "x", "y"] == list(pipeline.get_feature_names_out())
    assert out["c"].tolist() == [2, 1, 0, 2] and pipeline.classes["c"] == ["#na#", "a", "b"]
    assert out["x_na"].tolist() == [1, 2, 1, 1]  # the hole was filled with the median of 1, 3 and 8
    filled = np.array([1.0, 3.0, 3.0, 8.0])
    np.testing.assert_allclose(out["x"], (filled - filled.mean()) / filled.std(), rtol=1e-6)
    np.testing.assert_allclose(out["y"], (np.array([2, 4, 6, 8]) - 5) / np.sqrt(5), rtol=1e-6)
    assert out.dtypes.astype(str).tolist() == ["int16", "int16", "float32", "float32"]


def test_it_learns_from_the_given_rows_only():
    pipeline = TabularPipeline([Categorify, FillMissing, Normalize], ["c"], ["y"])
    out = pipeline.fit_transform(small(), rows=[1, 2])
    assert pipeline.classes["c"] == ["#na#", "a"] and out["c"].tolist() == [0, 1, 0, 0]
    assert out["y"].tolist() == [-3.0, -1.0, 1.0, 3.0]


def test_rows_may_be_a_mask_and_in_any_order():
    by_mask = TabularPipeline(cat_names="c", cont_names="y").fit(small(), rows=[False, True, True, False])
    by_position = TabularPipeline(cat_names="c", cont_names="y").fit(small(), rows=[2, 1])
    assert by_mask.to_dict() == by_position.to_dict()


def test_rows_that_do_not_fit_the_table_are_refused():
    with pytest.raises(DataError, match="one entry for each of the 4 rows, but this one has 2"):
        TabularPipeline(cat_names="c").fit(small(), rows=[True, False])
    with pytest.raises(DataError, match="those to learn from are 0 to 4"):
        TabularPipeline(cat_names="c").fit(small(), rows=[0, 4])


def test_the_callers_table_is_left_as_it_is():
    frame = small()
    TabularPipeline(cat_names=["c"], cont_names=["x", "y"]).fit_transform(frame)
    pd.testing.assert_frame_equal(frame, small())


def test_inverse_gives_the_table_back_with_its_holes():
    pipeline, out = fitted()
    back = pipeline.inverse_transform(out)
    assert back["c"].fillna("none").tolist() == ["b", "a", "none", "b"]
    np.testing.assert_allclose(back["x"], small()["x"], rtol=1e-6)
    np.testing.assert_allclose(back["y"], small()["y"], rtol=1e-6)
    pd.testing.assert_frame_equal(back, pipeline.inverse(out.to_numpy()), check_dtype=False)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from(["u", "v", "w", None]), st.one_of(st.none(), st.floats(-1e6, 1e6, width=32))),
                min_size=2, max_size=30))  # fmt: skip
def test_there_and_back_is_the_identity_for_rows_of_training(rows):
    frame = pd.DataFrame(rows, columns=["c", "x"]).astype({"x": float})
    if frame["x"].notna().sum() == 0:
        frame.loc[0, "x"] = 1.0
    pipeline = TabularPipeline(cat_names=["c"], cont_names=["x"])
    with pytest.warns() if _dull(frame) else _nothing():
        out = pipeline.fit_transform(frame)
    assert np.isfinite(out.to_numpy(dtype=float)).all()
    back = pipeline.inverse_transform(out)
    assert [v if isinstance(v, str) else None for v in back["c"]] == [
        v if isinstance(v, str) else None for v in frame["c"]
    ]
    scale = max(1.0, float(np.nanmax(np.abs(frame["x"]))))
    np.testing.assert_allclose(back["x"], frame["x"], atol=2e-6 * scale)


def _dull(frame):
    filled = frame["x"].fillna(frame["x"].median())
    return frame["c"].nunique() <= 1 or filled.std(ddof=0) <= 1e-12 * abs(filled.mean())


def _nothing():
    from contextlib import nullcontext

    return nullcontext()


def test_normalising_is_that_of_scikit_learn(adults):
    mine = TabularPipeline([Normalize], cont_names=["age", "tax"]).fit_transform(adults)
    np.testing.assert_allclose(mine, StandardScaler().fit_transform(adults[["age", "tax"]]), atol=1e-5)


@pytest.mark.parametrize("strategy, value", [("median", 3.0), ("mode", 2.0), ("constant", 0.0)])
def test_filling_by_each_strategy(strategy, value):
    frame = pd.DataFrame({"x": [2.0, 2.0, 4.0, 9.0, np.nan]})
    out = TabularPipeline(
        [FillMissing(fill_strategy=FillStrategy[strategy], add_col=False)], cont_names="x"
    ).fit_transform(frame)
    assert out["x"].iloc[-1] == value and list(out) == ["x"]


@pytest.mark.parametrize("draw", ["normal", "few values", "one value", "rising", "two humps", "skewed"])
@pytest.mark.parametrize("n", [1, 2, 19_999, 20_000, 50_001, 131_072])
def test_the_median_is_exact(n, draw):
    rng = np.random.default_rng(n)
    two_humps = np.where(rng.random(n) < 0.5, -1.0, 1.0) + rng.normal(size=n) / 99
    values = {"normal": rng.normal(size=n), "few values": rng.integers(0, 3, n) * 1.0, "one value": np.ones(n),
              "rising": np.arange(n) * 1.0, "two humps": two_humps,
              "skewed": rng.pareto(1.0, n).astype(np.float32)}[draw]  # fmt: skip
    assert median(values) == pytest.approx(float(np.median(values.astype(float))), rel=1e-12)


def test_filling_with_constants_by_hand():
    step = FillMissing(FillStrategy.constant, fill_vals={"x": -1})
    out = TabularPipeline([Categorify, step], cont_names=["x", "y"]).fit_transform(
        pd.DataFrame({"x": [1.0, np.nan], "y": [np.nan, 5.0]})
    )
    assert out["x"].tolist() == [1.0, -1.0] and out["y"].tolist() == [0.0, 5.0]


def test_a_hole_that_training_did_not_have_is_filled_and_told():
    pipeline = TabularPipeline(cat_names=["c"], cont_names=["y"]).fit(small())
    new = pd.DataFrame({"c": ["a", "b"], "y": [np.nan, 5.0]}, index=["p", "q"])
    with pytest.warns(
        UserWarning, match=r"Column 'y': holes, of which training had none, filled with 5, in 1 row \(p\)"
    ):
        out = pipeline.transform(new)
    assert out["y"].tolist() == [0.0, 0.0] and [f.column for f in pipeline.findings] == ["y"]


def test_a_category_never_seen_is_missing_and_told():
    pipeline = TabularPipeline(cat_names=["c"], cont_names=["y"]).fit(small())
    with pytest.warns(UserWarning, match=r"Column 'c': a value never seen in training \('z'\).* in 2 rows \(1, 2\)"):
        out = pipeline.transform(pd.DataFrame({"c": ["a", "z", "z"], "y": [1, 2, 3]}))
    assert out["c"].tolist() == [1, 0, 0]


def test_a_number_where_training_had_text_says_so():
    pipeline = TabularPipeline([Categorify], "c").fit(pd.DataFrame({"c": ["1", "2"]}))
    with pytest.warns(UserWarning, match="1 is known as another type.*astype"):
        pipeline.transform(pd.DataFrame({"c": [1]}))


def test_a_categorical_is_read_by_value_and_never_by_its_codes():
    train = pd.DataFrame({"c": pd.Categorical(["lo", "hi", "lo"], categories=["lo", "mid", "hi"], ordered=True)})
    pipeline = TabularPipeline([Categorify], "c").fit(train)
    assert pipeline.classes["c"] == ["#na#", "lo", "mid", "hi"]
    other = pd.DataFrame({"c": pd.Categorical(["hi", "lo", None], categories=["hi", "lo"])})
    assert pipeline.transform(other)["c"].tolist() == [3, 1, 0]
    assert pipeline.transform(pd.DataFrame({"c": ["mid"]}))["c"].tolist() == [2]


def test_an_unordered_categorical_has_the_labels_of_training_in_its_order():
    frame = pd.DataFrame({"c": pd.Categorical(["z", "y", "q"], categories=["z", "y", "q", "unused"])})
    pipeline = TabularPipeline([Categorify], "c").fit(frame, rows=[0, 1])
    assert pipeline.classes["c"] == ["#na#", "z", "y"]


LABELS = [
    ([3, 1, 2, 1], [1, 2, 3]),
    ([True, False, True], [False, True]),
    ([1.5, 0.5, np.nan], [0.5, 1.5]),
    (["b", 1, "a"], [1, "a", "b"]),
]


@pytest.mark.parametrize("values, labels", LABELS)
def test_labels_of_any_type_are_sorted(values, labels):
    pipeline = TabularPipeline([Categorify], "c").fit(pd.DataFrame({"c": pd.Series(values)}))
    assert list(pipeline.classes["c"])[1:] == labels
    assert TabularPipeline.from_dict(json.loads(json.dumps(pipeline.to_dict()))).classes == pipeline.classes


def test_dates_and_intervals_as_categories_are_their_text():
    frame = pd.DataFrame(
        {"bin": pd.cut([1, 5, 9], [0, 4, 10]), "day": pd.to_datetime(["2024-01-02"] * 2 + ["2024-01-03"])}
    )
    pipeline = TabularPipeline([Categorify], ["bin", "day"]).fit(frame)
    assert list(pipeline.classes["bin"])[1:] == ["(0, 4]", "(4, 10]"]
    assert list(pipeline.classes["day"])[1:] == ["2024-01-02 00:00:00", "2024-01-03 00:00:00"]
    assert pipeline.transform(frame)["bin"].tolist() == [1, 2, 2]


def test_many_labels_get_wider_codes():
    frame = pd.DataFrame({"c": np.arange(40_000)})
    out = TabularPipeline([Categorify], "c").fit_transform(frame)
    assert out["c"].dtype == np.int32 and out["c"].iloc[-1] == 40_000


def test_large_whole_numbers_stay_exact_where_nothing_scales_them():
    frame = pd.DataFrame({"id": [16_777_217, 5]})
    assert TabularPipeline([], [], "id").fit_transform(frame)["id"].tolist() == [16_777_217, 5]


def test_a_schema_by_hand_needs_no_such_rows():
    schema = {"c": ["x", "y", "z"], "x": {"mean": 10.0, "std": 2.0, "fill": 12.0}}
    pipeline = TabularPipeline([Categorify, FillMissing, Normalize], ["c"], ["x"], schema=schema)
    out = pipeline.fit_transform(pd.DataFrame({"c": ["z", "y"], "x": [14.0, np.nan]}))
    assert out["c"].tolist() == [3, 2] and out["x"].tolist() == [2.0, 1.0]
    assert pipeline.classes["c"] == ["#na#", "x", "y", "z"]


WRONG_SCHEMAS = [
    ({"x": "abc"}, "list of labels, or a dict"),
    ({"x": {"meen": 1}}, "Did you mean 'mean'"),
    ({"x": {"mean": 1}}, "go together"),
]


@pytest.mark.parametrize("schema, match", WRONG_SCHEMAS)
def test_a_schema_that_says_nothing_is_refused(schema, match):
    with pytest.raises(DataError, match=match):
        TabularPipeline(cont_names=["y"], schema=schema).fit(small())


def test_saved_as_json_and_back(tmp_path: Path, adults):
    pipeline = TabularPipeline(cat_names=["job", "married"], cont_names=["age", "hours"]).fit(adults)
    path = pipeline.save(tmp_path / "pipeline.json")
    again = TabularPipeline.load(path)
    pd.testing.assert_frame_equal(again.transform(adults), pipeline.transform(adults))
    pd.testing.assert_frame_equal(again.inverse_transform(again.transform(adults)),
                                  pipeline.inverse_transform(pipeline.transform(adults)))  # fmt: skip


def test_it_keeps_statistics_and_no_rows(adults):
    few = TabularPipeline(cat_names=["job"], cont_names=["age"]).fit(adults)
    many = TabularPipeline(cat_names=["job"], cont_names=["age"]).fit(pd.concat([adults] * 20))
    assert len(json.dumps(many.to_dict())) < len(json.dumps(few.to_dict())) + 40
    assert not any(
        hasattr(value, "iloc") or isinstance(value, np.ndarray) for step in many.steps for value in vars(step).values()
    )


@pytest.mark.parametrize("text", ["", "[]", '{"format": "other"}', '{"format": "fastwidgets table", "version": 1}',
                                  '{"format": "fastwidgets table", "version": 99}'])  # fmt: skip
def test_a_damaged_file_is_named(tmp_path, text):
    path = tmp_path / "p.json"
    path.write_text(text)
    with pytest.raises(DataError, match="pipeline"):
        TabularPipeline.load(path)
    with pytest.raises(DataError, match="cannot be read"):
        TabularPipeline.load(tmp_path / "missing.json")


class Doubled(TabularProc):
    """A step of one's own: numbers times `factor`."""

    order = 3

    def __init__(self, factor: float = 2.0) -> None:
        self.factor, self.largest = factor, 0.0

    def setups(self, to) -> None:
        self.largest = float(to.conts.iloc[: len(to)].max().max())

    def encodes(self, to) -> None:
        to.conts = to.conts * self.factor

    def decodes(self, to) -> None:
        to.transform(to.cont_names, lambda column: column / self.factor)


def test_a_step_of_ones_own_runs_and_is_saved_if_trusted():
    pipeline = TabularPipeline([Categorify, Doubled(3.0)], ["c"], ["y"])
    out = pipeline.fit_transform(small())
    assert out["y"].tolist() == [6, 12, 18, 24] and pipeline.inverse_transform(out)["y"].tolist() == [2, 4, 6, 8]
    try:
        saved = pipeline.to_dict()
    except CannotExport:  # this file is no importable module under every way of running it
        pytest.skip("the test module has no import path")
    with pytest.raises(UntrustedCode, match="Doubled"):
        TabularPipeline.from_dict(saved)
    again = TabularPipeline.from_dict(saved, trust=[Doubled])
    assert again.step(Doubled).largest == 8.0 and again.transform(small())["y"].tolist() == [6, 12, 18, 24]


def test_it_stands_in_a_pipeline_of_scikit_learn(adults):
    pipeline = TabularPipeline([Categorify, FillMissing, Normalize], ["job", "married"], ["age", "hours"])
    model = make_pipeline(pipeline, LogisticRegression(max_iter=500))
    assert cross_val_score(model, adults, adults["salary"], cv=3).mean() > 0.8
    model.fit(adults, adults["salary"])
    assert list(model[:-1].get_feature_names_out()) == ["job", "married", "hours_na", "age", "hours"]


def test_without_names_columns_are_told_apart(adults):
    pipeline = TabularPipeline().fit(adults.drop(columns="salary"))
    assert pipeline.inputs == (["job", "married"], ["age", "hours", "tax"])


def test_tables_of_polars_and_arrow_give_the_same(adults):
    polars, arrow = pytest.importorskip("polars"), pytest.importorskip("pyarrow")
    pipeline = TabularPipeline(cat_names=["job", "married"], cont_names=["age", "hours"])
    want = pipeline.fit_transform(adults).reset_index(drop=True)
    others = [polars.from_pandas(adults), polars.from_pandas(adults).lazy(), arrow.Table.from_pandas(adults),
              polars.from_pandas(adults).with_columns(polars.col("job").cast(polars.Categorical))]  # fmt: skip
    for table in others:
        pd.testing.assert_frame_equal(pipeline.transform(table), want)
        fresh = TabularPipeline(cat_names=["job", "married"], cont_names=["age", "hours"])
        assert sorted(fresh.fit(table).classes["job"]) == sorted(pipeline.classes["job"])


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "int8", "float32", "bool", "boolean", "category"])
def test_numbers_of_any_type_are_numbers(dtype):
    frame = pd.DataFrame({"x": pd.Series([1, 0, 1]).astype(dtype)})
    assert TabularPipeline([], [], ["x"]).fit_transform(frame)["x"].tolist() == [1.0, 0.0, 1.0]


def test_nullable_holes_are_holes():
    frame = pd.DataFrame({"x": pd.Series([4, None, 6], dtype="Int64")})
    out = TabularPipeline([Categorify, FillMissing], [], ["x"]).fit_transform(frame)
    assert out["x"].tolist() == [4.0, 5.0, 6.0] and out["x_na"].tolist() == [1, 2, 1]


def test_the_index_of_the_table_stays():
    frame = small().set_index(pd.Index([7, 7, 3, 1]))
    assert TabularPipeline(cat_names="c", cont_names="x").fit_transform(frame).index.tolist() == [7, 7, 3, 1]


def test_a_pipeline_that_has_learnt_nothing_says_so():
    with pytest.raises(DataError, match=r"has learnt nothing yet.*fit"):
        TabularPipeline().transform(small())
