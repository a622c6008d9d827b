"""Bad input: each is met with one clear message that names the column, the first rows and what to try."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
import torch
from fastlearn.data import DataError, MultiCategoryBlock
from fastlearn.tabular import (
    Categorify,
    FillMissing,
    Normalize,
    TabularDataLoaders,
    TabularPandas,
    TabularPipeline,
    add_datepart,
    tabular_learner,
)
from fastlearn.tabular.all import TimeSplitter

from .conftest import make_adults

PROCS = [Categorify, FillMissing, Normalize]
OPTIONS = {"procs": PROCS, "cat_names": ["job"], "cont_names": ["age", "hours"], "y_names": "salary"}


def table(frame, **changes) -> TabularPandas:
    return TabularPandas(frame, **{**OPTIONS, **changes}, splits=(range(100), range(100, len(frame))))


@pytest.fixture(scope="module")
def learn():
    to = table(make_adults())
    return tabular_learner(to.dataloaders(bs=32, device="cpu", seed=0), [8], seed=0)


def test_a_missing_column_is_named_with_what_was_meant(adults, learn):
    with pytest.raises(
        DataError, match=r"no column 'hour', named in cat_names or cont_names. It has .*Did you mean 'hours'"
    ):
        table(adults, cont_names=["age", "hour"])
    with pytest.raises(DataError, match=r"no column 'salery', named in y_names.*Did you mean 'salary'"):
        table(adults, y_names="salery")
    with pytest.raises(DataError, match=r"no column 'age', which the pipeline was fitted to"):
        learn.predict({"job": "tech", "hours": 3.0})


def test_an_extra_column_changes_nothing(adults, learn):
    more = adults.assign(extra="?", another=[[] for _ in range(len(adults))])
    pd.testing.assert_frame_equal(learn.predict(more), learn.predict(adults))
    assert "extra" not in table(more).items


def test_text_among_numbers_is_named_with_its_rows(adults, learn):
    text = adults.astype({"age": object})
    text.loc[[3, 7, 8, 20, 21, 50], "age"] = "old"
    with pytest.raises(
        DataError, match=r"Column 'age' .* text in 6 rows \(3, 7, 8, 20, 21, …\): 'old', .*to_numeric.*coerce"
    ):
        table(text)
    with pytest.raises(
        DataError, match=r"Column 'age' .* text in 1 row \(0\): '41'. Try pd.to_numeric\(df\['age'\]\)\."
    ):
        learn.predict({"job": "tech", "age": "41", "hours": 3.0})


def test_a_date_among_numbers_is_told(adults):
    with pytest.raises(DataError, match=r"'when' holds dates.*add_datepart"):
        TabularPandas(adults.assign(when=pd.Timestamp("2024-01-01")), [Normalize], [], ["when"])


def test_a_column_without_a_value(adults):
    empty = adults.assign(hours=np.nan)
    with pytest.raises(DataError, match=r"'hours' has no number in any training row.*fill_vals=\{'hours': 0\}"):
        table(empty)
    with pytest.raises(DataError, match=r"'hours' has no number in any training row"):
        table(empty, procs=[Categorify, Normalize])
    with pytest.warns(UserWarning, match=r"'job' has no value in any training row.*Leave it out of cat_names"):
        to = table(adults.assign(job=None))
    assert to.classes["job"] == ["#na#"] and set(to.items["job"]) == {0}


def test_a_column_with_one_value(adults):
    with pytest.warns(UserWarning, match=r"'age' has the one value 33 in all training rows"):
        to = table(adults.assign(age=33.0))
    assert set(to.items["age"]) == {0.0}
    with pytest.warns(UserWarning, match=r"'job' has the one value 'clerk'"):
        table(adults.assign(job="clerk"))
    pipeline = to.pipeline
    assert pipeline.transform(adults.iloc[:1].assign(age=35.0))["age"].tolist() == [2.0]  # not two divided by nothing


def test_infinite_values_are_named_with_their_rows(adults, learn):
    adults.loc[[5, 9], "hours"] = [np.inf, -np.inf]
    with pytest.raises(DataError, match=r"Column 'hours' holds infinite values in 2 rows \(5, 9\).*replace\(\[np.inf"):
        table(adults)
    with pytest.raises(DataError, match=r"Column 'hours' holds infinite values in 2 rows"):
        learn.predict(adults)


def test_row_labels_that_repeat_are_named_by_position(adults):
    twice = adults.set_index(pd.Index([0] * 200))
    twice.iloc[4, twice.columns.get_loc("age")] = np.inf
    with pytest.raises(DataError, match=r"1 row \(at positions 4\)"):
        table(twice)


@pytest.mark.parametrize("target, hole", [("salary", None), ("tax", np.nan)])
def test_a_target_with_holes_is_named_with_its_rows(adults, target, hole):
    adults.loc[[2, 150], target] = hole
    with pytest.raises(
        DataError, match=rf"target column '{target}' has no value in 2 rows \(2, 150\).*dropna\(subset=\['{target}'\]\)"
    ):
        table(adults, y_names=target)


def test_a_class_that_only_validation_has_is_named(adults):
    adults.loc[150, "salary"] = "a lot"
    with pytest.raises(DataError, match=r"in the validation set but not in the training set: 'a lot' \(1 item\)"):
        table(adults)


def test_an_unknown_label_of_new_rows_is_named(adults, learn):
    with pytest.raises(DataError, match=r"Column 'salary', 1 row \(3\): The label '>=50K'.*did you mean '>=50k'"):
        learn.dls.test_dl(adults.assign(salary=adults["salary"].where(adults.index != 3, ">=50K")), with_labels=True)


def test_the_target_among_the_inputs_is_refused(adults):
    with pytest.raises(DataError, match="target 'salary' is among the inputs"):
        table(adults, cat_names=["job", "salary"])


def test_a_column_in_both_roles_is_refused(adults):
    with pytest.raises(DataError, match=r"\['age'\] are named as both"):
        table(adults, cat_names=["job", "age"])


def test_a_date_that_does_not_parse_is_named_with_its_rows():
    frame = pd.DataFrame({"day": ["2024-01-02", "tomorrow", "2024-01-04", "32.13.2024"]})
    with pytest.raises(
        DataError,
        match=r"Column 'day' holds values that are no dates in 2 rows \(1, 3\): 'tomorrow', '32.13.2024'.*coerce",
    ):
        add_datepart(frame, "day")
    assert list(frame) == ["day"]
    with pytest.raises(DataError, match=r"Column 'day' holds numbers \(int64\).*unit='s'"):
        add_datepart(pd.DataFrame({"day": [20240102]}), "day")


def test_one_row_can_be_read_but_not_trained_on(adults, learn):
    with pytest.warns(UserWarning, match="the one value|a single class"):
        to = TabularPandas(adults.iloc[:1], **{**OPTIONS, "cont_names": ["age"]})
    assert len(to) == 1 and len(learn.predict(adults.iloc[:1])) == 1
    with pytest.raises(DataError, match="a single training row"):
        to.dataloaders()


def test_a_row_that_is_left_over_in_a_batch_of_its_own_is_told(adults):
    dls = table(adults).dataloaders(bs=33, drop_last=False, device="cpu", seed=0)
    with pytest.raises(DataError, match=r"single item.*the last of 100 items, left over at bs=33: try drop_last=True"):
        tabular_learner(dls, [8]).fit(1, display=False)


def test_no_rows_are_refused_where_something_is_learnt_and_answered_elsewhere(adults, learn):
    with pytest.raises(DataError, match="The table has no rows"):
        TabularPandas(adults.iloc[:0], **OPTIONS)
    with pytest.raises(DataError, match="nothing to learn from: of 0 rows"):
        TabularPipeline(cat_names="job").fit(adults.iloc[:0])
    assert len(learn.dls.procs.transform(adults.iloc[:0])) == 0 and len(learn.predict(adults.iloc[:0])) == 0


def test_nothing_for_training_is_told(adults):
    with pytest.raises(DataError, match="training set is empty: of 200 rows"):
        TabularPandas(adults, **OPTIONS, splits=([], range(200)))
    with pytest.raises(DataError, match=r"positions among 200 rows, from 0 to 199, but 1 are outside: \[200\]"):
        TabularPandas(adults, **OPTIONS, splits=([0, 1], [200]))
    with pytest.warns(UserWarning, match="2 of 200 rows are both in the training and in the validation set"):
        TabularPandas(adults, **OPTIONS, splits=(range(150), range(148, 200)))


def test_holes_without_a_step_that_fills_them(adults):
    to = TabularPandas(
        adults, [Categorify, Normalize], ["job"], ["hours"], "salary", splits=(range(100), range(100, 200))
    )
    assert to.xs["hours"].isna().any()  # trees may take them
    with pytest.raises(DataError, match=r"Column 'hours' has holes in \d+ rows .*Add FillMissing"):
        to.dataloaders()


def test_text_without_a_step_that_encodes_it(adults):
    with pytest.raises(DataError, match=r"'job' is one of categories, but no step .*Categorify"):
        TabularPandas(adults, [Normalize], ["job"], ["age"])


def test_columns_of_one_name_are_refused(adults):
    with pytest.raises(DataError, match=r"\['age'\] stand several times"):
        table(pd.concat([adults, adults[["age"]]], axis=1))


@pytest.mark.parametrize("what", [5, "table", [1, 2], [], None])
def test_what_is_no_table_is_refused(what):
    with pytest.raises(DataError, match="A table is a data frame"):
        TabularPandas(what, PROCS, [], ["x"])


def test_files_that_are_no_table(tmp_path, learn):
    with pytest.raises(DataError, match="There is no file"):
        TabularDataLoaders.from_csv(tmp_path / "nothing.csv")
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(DataError, match="cannot be read as a CSV"):
        learn.predict(tmp_path / "empty.csv")


def test_a_row_that_is_none(learn):
    with pytest.raises(DataError, match="A row is a dict or a Series"):
        learn.predict([1, 2])


def test_an_encoded_target_with_other_numbers(adults):
    with pytest.raises(
        DataError, match=r"'age' is an encoded target of zeros and ones, but has other values in 200 rows"
    ):
        table(adults, cont_names=["hours"], y_names=["age"], y_block=MultiCategoryBlock(encoded=True, vocab=["age"]))
    with pytest.raises(DataError, match=r"lists or text with a delimiter.*label_delim=' '"):
        table(adults, y_block=MultiCategoryBlock())


def test_a_mark_that_is_there_already(adults):
    with pytest.raises(DataError, match=r"\['hours_na'\] already.*add_col=False"):
        table(adults.assign(hours_na=1))


@pytest.mark.parametrize("by, cutoff, match", [("day", "2030-01-01", "there are 0 of 4 rows, so validation gets none"),
                                               ("dai", None, "reads column 'dai'")])  # fmt: skip
def test_a_split_by_time_that_leaves_nothing(by, cutoff, match):
    frame = pd.DataFrame({"day": pd.date_range("2024-01-01", periods=4)})
    with pytest.raises(DataError, match=match):
        TimeSplitter(by, cutoff=cutoff)(frame)
    with pytest.raises(DataError, match="1 rows have no time"):
        TimeSplitter("day")(pd.DataFrame({"day": [None, 1.0]}))


def test_clean_tables_are_met_in_silence(adults):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        to = table(adults)
        learn = tabular_learner(to.dataloaders(bs=32, device="cpu", seed=0), [8], seed=0)
        assert torch.isfinite(learn.get_preds()[0]).all()


def test_targets_outside_the_range_are_named_in_training_and_in_validation(adults):
    adults.loc[[3, 150], "tax"] = [-50.0, 5000.0]
    dls = table(adults, y_names="tax").dataloaders(bs=32, device="cpu", seed=0)
    with pytest.warns(UserWarning, match=r"'tax' has numbers outside of y_range=\(0, 2000\).* in 1 row \(3\): -50; "
                      r"in validation, 1 row \(150\): 5000. Try y_range=\(-50, 5000\)"):  # fmt: skip
        tabular_learner(dls, [8], y_range=(0, 2000))


@pytest.mark.parametrize("role", ["job", "salary"])
def test_lists_where_labels_are_expected(adults, role):
    adults[role] = adults[role].astype(object)
    adults.at[4, role] = ["clerk", "tech"]
    with pytest.raises(DataError, match=rf"'{role}' is one of categories.*list \['clerk', 'tech'\] in 1 row \(4\)"):
        table(adults)


def test_numbers_that_are_none(adults):
    with pytest.raises(DataError, match=r"'age' holds complex numbers, and real ones are expected. Try np.abs"):
        table(adults.assign(age=1j))
    with pytest.raises(DataError, match=r"'age' is a column of numbers, but holds other things in 200 rows"):
        table(adults.assign(age=[[1]] * 200))


@pytest.mark.parametrize("changes", [{}, {"y_names": "age", "cont_names": ["hours"]}, {"procs": [Categorify]}])
def test_numbers_too_large_for_float32_are_named(adults, changes):
    adults.loc[[3, 120], "age"] = [1e300, -1e39]
    with pytest.raises(DataError, match=r"'age' holds numbers beyond 3.4e\+38.* in 2 rows \(3, 120\).*log1p"):
        table(adults, **changes)


@pytest.mark.parametrize("role", ["cat_names", "cont_names", "y_names"])
def test_a_column_named_twice_is_refused(adults, role):
    name = {"cat_names": "job", "cont_names": "age", "y_names": "salary"}[role]
    with pytest.raises(DataError, match=rf"named once in {role}, but \['{name}'\] are named again"):
        table(adults, **{role: [name, name]})
