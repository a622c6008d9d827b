import numpy as np
import pandas as pd
import pytest
import torch
from fastlearn.data.category import (
    Categorize,
    CategoryMap,
    EncodedMultiCategorize,
    MultiCategorize,
    OneHotEncode,
    RegressionSetup,
)
from fastlearn.data.datasets import TfmdLists
from fastlearn.data.problems import DataError
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize("col, settings, items", [
    (["b", "a", "b"], {}, ["a", "b"]),
    (["b", "a", "b"], {"sort": False}, ["b", "a"]),
    (["b", None, "a", float("nan")], {}, ["a", "b"]),
    (["b", "a"], {"add_na": True}, ["#na#", "a", "b"]),
    ([2, "a", 1], {}, [1, 2, "a"]),
    (pd.Series(["lo", "hi"], dtype=pd.CategoricalDtype(["lo", "mid", "hi"])), {}, ["lo", "mid", "hi"]),
    (pd.Series(["lo", "hi"], dtype=pd.CategoricalDtype(["lo", "mid", "hi"])), {"strict": True}, ["hi", "lo"]),
    (torch.tensor([3, 1, 3]), {}, [1, 3]),
    (np.array(["b", "a"]), {}, ["a", "b"]),
])  # fmt: skip
def test_vocabulary_of_a_column(col, settings, items):
    assert CategoryMap(col, **settings) == items


@given(st.lists(st.text(max_size=3), min_size=1))
def test_labels_come_back_from_their_indices(labels):
    vocab = CategoryMap(labels)
    assert vocab.map_ids(vocab.map_objs(labels)) == labels


def test_a_category_is_learnt_encoded_and_decoded():
    step = Categorize()
    step.setup(["cat", "dog", "cat"])
    assert step.c == 2 and torch.equal(step("dog"), torch.tensor(1)) and step.decode(torch.tensor(0)) == "cat"
    assert step("dog").dtype == torch.int64


def test_an_index_beyond_the_labels_is_explained():
    with pytest.raises(DataError, match="2 labels, numbered from 0, but number 2 was asked for"):
        Categorize(["cat", "dog"]).decode(torch.tensor(2))


def test_an_unknown_label_names_itself_and_a_near_one():
    with pytest.raises(DataError, match=r"label 'dgo' is not one of the 2 known ones.*did you mean 'dog'"):
        Categorize(["cat", "dog"])("dgo")
    assert Categorize(["cat"], add_na=True)("dgo").item() == 0


def test_missing_labels_and_no_labels_are_found_at_setup():
    with pytest.raises(DataError, match=r"1 of 3 training items have no label, the first is item 1 \(None\)"):
        TfmdLists(["a", None, "b"], [Categorize])
    with pytest.raises(DataError, match="None of the 2 training items has a label"):
        Categorize().setup([None, float("nan")])
    with pytest.raises(DataError, match="Without training items"):
        Categorize().setup([])


def test_lists_as_labels_point_to_the_multi_label_block():
    with pytest.raises(DataError, match="MultiCategoryBlock"):
        Categorize().setup([["a"], ["b"]])


def test_several_labels_become_zeros_and_ones_and_come_back():
    tls = TfmdLists([["sky", "sea"], ["sea"], []], [MultiCategorize, OneHotEncode])
    assert tls.vocab == ["sea", "sky"] and tls.c == 2
    assert torch.equal(tls.tfms(("sea",)), tls[1])  # a tuple of labels is a list of labels
    assert [v.tolist() for v in tls] == [[1.0, 1.0], [1.0, 0.0], [0.0, 0.0]]
    assert tls.decode(tls[0]) == ["sea", "sky"] and tls.decode(tls[2]) == []
    assert tls[0].dtype == torch.float32 and tls.kinds == ("multicategory",)


def test_one_label_where_several_are_expected_is_explained():
    with pytest.raises(DataError, match="label_delim"):
        MultiCategorize().setup(["sky sea"])


def test_encoded_targets_are_checked_against_their_names():
    step = EncodedMultiCategorize(["a", "b", "c"])
    assert step.decode(step([0, 1, 1])) == ["b", "c"] and step.c == 3
    with pytest.raises(DataError, match="one number for each of the 3 labels"):
        step([0, 1])


@pytest.mark.parametrize("items, c, first", [([1.5, 2], 1, 1.5), ([(1, 2, 3), (4, 5, 6)], 3, [1.0, 2.0, 3.0])])
def test_regression_counts_its_numbers(items, c, first):
    step = RegressionSetup()
    step.setup(items)
    value = step(items[0])
    assert step.c == c and value.dtype == torch.float32 and step.decode(value) == first


@pytest.mark.parametrize("gap", [None, float("nan"), [1.0, None], np.array([1, np.nan]), torch.tensor([torch.nan])])
def test_missing_numbers_are_found_before_training(gap):
    with pytest.raises(DataError, match=r"1 of 3 training items have no target number, the first is item 2 \("):
        TfmdLists([1.0, 2.0, gap, 4.0], [RegressionSetup], splits=([0, 1, 2], [3]))
    with pytest.raises(DataError, match=r"1 of 2 validation items have no target number, the first is item 1 \("):
        TfmdLists([1.0, 2.0, gap, 4.0], [RegressionSetup(c=1)], splits=([0, 1], [3, 2]))
    assert len(TfmdLists([1.0, gap, 4.0], [RegressionSetup], splits=([0], [2])).train) == 1  # left out by the split


def test_regression_on_text_says_what_to_try():
    with pytest.raises(DataError, match="number or a list of numbers, but got str 'cat'"):
        RegressionSetup()("cat")


def test_several_labels_are_looked_up_at_once():
    vocab = CategoryMap(["rain", "fog", "sun"])
    assert (vocab[1], vocab[torch.tensor(2)], vocab[-1], vocab[:2]) == ("rain", "sun", "sun", ["fog", "rain"])
    for indices in (torch.tensor([2, 0]), np.array([2, 0]), [2, 0], (2, 0)):
        assert vocab[indices] == ["sun", "fog"]
    assert vocab[torch.tensor([], dtype=torch.int64)] == []
    assert vocab[torch.tensor([True, False, True])] == vocab[[True, False, True]] == ["fog", "sun"]
    with pytest.raises(IndexError, match="3 labels, but a yes or no for 2"):
        vocab[[True, False]]
