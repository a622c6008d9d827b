"""`TabularPandas`: what can be asked of it, splits, other rows, targets of every kind."""

from __future__ import annotations

import gc
import pickle
import weakref

import numpy as np
import pandas as pd
import pytest
import torch
from fastlearn.data import (
    CategoryBlock,
    ColSplitter,
    DataError,
    EndSplitter,
    GroupSplitter,
    MultiCategoryBlock,
    RandomSplitter,
    RegressionBlock,
)
from fastlearn.data.split_time import TimeSplitter
from fastlearn.tabular import Categorify, FillMissing, Normalize, TabularPandas

PROCS = [Categorify, FillMissing, Normalize]
CATS, CONTS = ["job", "married"], ["age", "hours"]


def table(frame, y="salary", splits=None, **options):
    splits = splits if splits is not None else (list(range(40, 200)), list(range(40)))
    return TabularPandas(frame, PROCS, CATS, CONTS, y, splits=splits, **options)


def test_its_parts_have_the_names_that_users_know(adults):
    to = table(adults)
    assert to.cat_names == ["job", "married", "hours_na"] and to.cont_names == CONTS and to.y_names == ["salary"]
    assert list(to.xs) == to.x_names == [*to.cat_names, *to.cont_names] and list(to.items) == to.all_col_names
    assert list(to.cats) == to.cat_names and list(to.conts) == CONTS and list(to.ys) == list(to.targ) == ["salary"]
    assert to.y.name == "salary" and set(to.y) == {0, 1} and to.vocab == ["<50k", ">=50k"]
    assert to["age"].equals(to.items["age"]) and to[["age", "job"]].shape == (200, 2)
    assert (len(to), len(to.train), len(to.valid), to.split, to.n_subsets) == (200, 160, 40, 160, 2)
    assert to.classes["job"] == ["#na#", "clerk", "craft", "sales", "tech"]
    assert to.iloc[3].equals(to.items.iloc[3]) and to.loc[5, "age"] == to.items.loc[5, "age"]


def test_rows_stay_in_the_callers_order_and_splits_in_theirs(adults):
    splits = RandomSplitter(seed=3)(adults)
    to = table(adults, splits=splits)
    assert to.items.index.tolist() == adults.index.tolist()
    assert to.train.items.index.tolist() == splits[0] and to.valid.items.index.tolist() == splits[1]
    assert to.train.y.tolist() == [int(adults["salary"][i] == ">=50k") for i in splits[0]]


def test_the_callers_frame_is_neither_changed_nor_held(adults):
    before, here = adults.copy(), adults.copy()
    to = table(here)
    pd.testing.assert_frame_equal(here, before)
    held = weakref.ref(here)
    del here
    gc.collect()
    assert held() is None and len(to.items) == 200


def test_what_is_handed_out_is_a_copy(adults):
    to = table(adults)
    to.items.loc[:, "age"] = 99.0
    assert not (to.items["age"] == 99.0).any()


def test_statistics_come_from_training_rows(adults):
    to = table(adults)
    assert abs(float(to.train.conts["age"].mean())) < 1e-5 and abs(float(to.valid.conts["age"].mean())) > 1e-4


def test_rows_in_no_split_are_left_out(adults):
    adults.loc[199, "salary"] = None
    to = table(adults, splits=(list(range(100)), list(range(120, 150))))
    assert len(to) == 130 and to.valid.items.index.tolist() == list(range(120, 150))


@pytest.mark.parametrize("splitter", [EndSplitter(0.25), ColSplitter("married"), GroupSplitter(by="job", seed=0),
                                      TimeSplitter("age", 0.3), RandomSplitter(seed=1)])  # fmt: skip
def test_a_splitter_is_called_with_the_frame(adults, splitter):
    to = table(adults, splits=splitter)
    assert len(to.train) + len(to.valid) == 200 and len(to.valid)
    if isinstance(splitter, TimeSplitter):
        assert adults.loc[to.valid.items.index, "age"].min() > adults.loc[to.train.items.index, "age"].max()


def test_decode_gives_the_words_back(adults):
    to = table(adults)
    words = to.decode()
    assert (
        words.items["job"].tolist() == adults["job"].tolist()
        and words.items["salary"].tolist() == adults["salary"].tolist()
    )
    np.testing.assert_allclose(words.conts, adults[CONTS], rtol=1e-4)
    assert len(words) == 200 and words.cat_names == CATS and words["job"].iloc[0] == adults["job"][0]
    row = to.decode_row(to.items.iloc[4])
    assert row["job"] == adults["job"][4] and row["age"] == pytest.approx(adults["age"][4])


def test_show_prints_words(adults, capsys):
    table(adults).show(2)
    shown = capsys.readouterr().out
    assert adults["job"][0] in shown and adults["salary"][1] in shown and len(shown.strip().splitlines()) == 3


def test_new_rows_are_encoded_when_asked(adults):
    to = table(adults)
    fresh = to.new(adults.iloc[:5])
    assert fresh.items["job"].tolist() == adults["job"][:5].tolist()
    fresh.process()
    pd.testing.assert_frame_equal(fresh.items, to.items.iloc[:5])
    without = to.new(adults.iloc[:5].drop(columns="salary")).process()
    assert "salary" not in without.items and without.kinds == ("cats", "conts")


def test_setup_may_wait(adults):
    to = table(adults, do_setup=False)
    assert to.items["job"].tolist() == adults["job"].tolist() and to.cat_names == CATS
    pd.testing.assert_frame_equal(to.setup().items, table(adults).items)


def test_without_splits_all_rows_train(adults):
    to = TabularPandas(adults, PROCS, CATS, CONTS, "salary")
    assert (to.n_subsets, len(to.train), len(to.valid)) == (1, 200, 0)


def test_duplicate_row_labels_make_no_difference(adults):
    twice = adults.set_index(pd.Index([0, 1] * 100))
    to, plain = table(twice), table(adults)
    assert to.items.reset_index(drop=True).equals(plain.items) and to.train.items.index[:4].tolist() == [0, 1, 0, 1]


def test_a_table_can_be_pickled_by_its_owner(adults):
    to = table(adults)
    pd.testing.assert_frame_equal(pickle.loads(pickle.dumps(to)).items, to.items)


def test_subsets_that_follow_each_other_share_their_memory(adults):
    to = table(adults)
    assert np.shares_memory(to.valid._codes, to._codes)


# Targets.


def test_numbers_are_for_regression_and_keep_their_column_axis(adults):
    to = table(adults, "tax")
    assert to.kinds == ("cats", "conts", "regression") and to.c == 1 and to.vocab is None
    assert to.tensors[2].shape == (200, 1) and to.tensors[2].dtype == torch.float32
    assert to.y.tolist() == pytest.approx(adults["tax"].tolist())


def test_numbers_can_be_categories(adults):
    adults["many"] = (adults["age"] // 30).astype(int)
    to = table(adults, "many", y_block=CategoryBlock())
    assert to.kinds[-1] == "category" and list(to.vocab) == sorted(adults["many"].unique()) and to.c == len(to.vocab)


def test_truth_values_are_categories(adults):
    to = TabularPandas(adults, PROCS, ["job"], CONTS, "married", splits=EndSplitter())
    assert to.kinds[-1] == "category" and to.vocab == [False, True]


def test_a_vocabulary_by_hand_gives_the_order(adults):
    to = table(adults, y_block=CategoryBlock(vocab=[">=50k", "<50k", "more"], sort=False))
    assert to.vocab == [">=50k", "<50k", "more"] and to.c == 3


def test_several_numbers_are_one_target(adults):
    to = TabularPandas(adults, PROCS, CATS, ["hours"], ["tax", "age"], splits=EndSplitter())
    assert to.kinds == ("cats", "conts", "regression") and to.tensors[2].shape == (200, 2) and to.c == 2


def test_mixed_targets_have_a_kind_each(adults):
    to = table(adults, ["salary", "tax"])
    assert to.kinds == ("cats", "conts", "category", "regression") and to.out_sizes == [2, 1] and to.c == 3
    named = TabularPandas(adults, PROCS, CATS, ["hours"], [["tax", "age"], "salary"], splits=EndSplitter(),
                          y_block=[RegressionBlock(), CategoryBlock()])  # fmt: skip
    assert named.out_sizes == [2, 2] and named.y_names == ["tax", "age", "salary"]
    assert named.decode().items["salary"].tolist() == adults["salary"].tolist()


def test_encoded_labels_are_columns(adults):
    adults["rich"], adults["old"] = adults["salary"] == ">=50k", (adults["age"] > 40).astype(int)
    to = TabularPandas(adults, PROCS, ["job"], ["hours"], ["rich", "old"], splits=EndSplitter(),
                       y_block=MultiCategoryBlock(encoded=True, vocab=["rich", "old"]))  # fmt: skip
    assert to.kinds[-1] == "multicategory" and to.c == 2 and to.vocab == ["rich", "old"]
    assert to.tensors[2].tolist() == adults[["rich", "old"]].to_numpy(float).tolist()
    assert to.decode().items["old"].tolist() == adults["old"].astype(bool).tolist()


@pytest.mark.parametrize("delim", [None, ";"])
def test_lists_of_labels_are_one_column(delim):
    labels = [["a", "b"], [], ["b"], ["a", "c"]]
    frame = pd.DataFrame({"x": [1.0, 2, 3, 4], "tags": [";".join(row) if delim else row for row in labels]})
    to = TabularPandas(frame, [Normalize], [], ["x"], "tags", MultiCategoryBlock(), label_delim=delim)
    assert to.vocab == ["a", "b", "c"] and to.tensors[2].tolist() == [[1, 1, 0], [0, 0, 0], [0, 1, 0], [1, 0, 1]]
    assert to.decode().items["tags"].tolist() == frame["tags"].tolist()


def test_labels_in_text_are_read_as_everywhere_else():
    frame = pd.DataFrame({"x": [1.0, 2, 3, 4], "tags": ["a; two words", None, "b ;a;", " b"]})
    for block in (MultiCategoryBlock(), None):  # a delimiter says by itself that there are several labels
        to = TabularPandas(frame, [Normalize], [], ["x"], "tags", block, label_delim=";")
        assert to.vocab == ["a", "b", "two words"]
        assert to.tensors[2].tolist() == [[1, 0, 1], [0, 0, 0], [1, 1, 0], [0, 1, 0]]
    mixed = TabularPandas(frame.assign(y=[True, False] * 2), [Normalize], [], ["x"], ["tags", "y"], label_delim=";")
    assert mixed.kinds[-2:] == ("multicategory", "category")
    with pytest.raises(DataError, match=r"`label_delim` is what stands between two labels, but got ''"):
        TabularPandas(frame, [Normalize], [], ["x"], "tags", MultiCategoryBlock(), label_delim="")
    with pytest.raises(DataError, match=r"'tags' has no value in 1 row \(1\)"):
        TabularPandas(frame, [Normalize], [], ["x"], "tags", MultiCategoryBlock())


def test_blocks_and_columns_fit_together(adults):
    with pytest.raises(DataError, match="2 blocks for 1 targets"):
        table(adults, ["salary"], y_block=[CategoryBlock, RegressionBlock])
    with pytest.raises(DataError, match="3 numbers a row"):
        table(adults, "tax", y_block=RegressionBlock(n_out=3))
    with pytest.raises(DataError, match="is a block"):
        table(adults, "tax", y_block="category")


def test_a_misspelt_argument_says_what_was_meant(adults):
    with pytest.raises(TypeError, match="Did you mean 'cat_names'"):
        TabularPandas(adults, cat_name=["job"])
