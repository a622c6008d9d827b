"""Classes keep their shares; groups stay whole."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import pytest
from fastlearn.data.problems import DataError
from fastlearn.data.stratify import GroupSplitter, KeepTogether, StratifiedSplitter, share_out
from hypothesis import given
from hypothesis import strategies as st

CLASSES = st.lists(st.sampled_from("abcde"), min_size=2, max_size=200)


@pytest.mark.parametrize(
    "sizes, part, taken",
    [
        ({"a": 10, "b": 10}, 0.2, {"a": 2, "b": 2}),
        ({"a": 1, "b": 2, "c": 97}, 0.2, {"a": 0, "b": 1, "c": 19}),
        ({"a": 7, "b": 3}, 0.5, {"a": 4, "b": 1}),  # 3.5 and 1.5: one more, for the first
        ({"a": 4}, 0.0, {"a": 0}),
    ],
)
def test_shares_worked_by_hand(sizes, part, taken):
    assert share_out(sizes, part) == taken


@given(labels=CLASSES, part=st.floats(0.05, 0.9), seed=st.integers(0, 5))
def test_stratified_split_has_every_class_in_training_and_nearly_its_share_in_validation(labels, part, seed):
    train, valid = StratifiedSplitter(labels, part, seed)(range(len(labels)))
    assert sorted(train + valid) == list(range(len(labels)))
    counts = Counter(labels)
    for label, n in counts.items():
        held_out = sum(labels[i] == label for i in valid)
        assert held_out < n and abs(held_out - n * part) <= max(1, n * part - (n - 1))


def test_stratified_split_reads_folders_functions_and_columns():
    files = [f"{label}/{i}.png" for label in "ab" for i in range(5)]
    for splitter in (StratifiedSplitter(seed=0), StratifiedSplitter(lambda f: f[0], seed=0)):
        assert Counter(files[i][0] for i in splitter(files)[1]) == {"a": 1, "b": 1}
    frame = pd.DataFrame({"y": list("aaaaabbbbb")})
    assert Counter(frame.y[StratifiedSplitter("y", seed=0)(frame)[1]]) == {"a": 1, "b": 1}


def test_stratified_split_takes_lists_of_labels_in_any_order_as_one_class():
    train, valid = StratifiedSplitter([["x", "y"], ["y", "x"], ["z"]], 0.5, seed=0)(range(3))
    assert len(valid) == 1 and 2 in train


@given(groups=CLASSES.filter(lambda g: len(set(g)) > 1), part=st.floats(0.05, 0.9), seed=st.integers(0, 5))
def test_no_group_is_on_both_sides_and_no_side_is_empty(groups, part, seed):
    train, valid = GroupSplitter(groups, part, seed)(range(len(groups)))
    assert sorted(train + valid) == list(range(len(groups))) and train and valid
    assert not {groups[i] for i in train} & {groups[i] for i in valid}


def test_group_split_comes_near_the_size_asked_for():
    groups = [i // 5 for i in range(200)]
    assert len(GroupSplitter(groups, 0.2, seed=1)(range(200))[1]) == 40


@pytest.mark.parametrize("splitter", [StratifiedSplitter(list("aabbccdd")), GroupSplitter(list("aabbccdd"))])
def test_a_seed_repeats_the_split(splitter):
    seeded = type(splitter)(splitter.by, 0.5, seed=4)
    assert seeded(range(8)) == seeded(range(8))


def test_one_group_cannot_be_split():
    with pytest.raises(DataError, match="needs at least two, but the 3 items are 1 group"):
        GroupSplitter(lambda item: "same")(range(3))


def test_labels_of_another_length_and_columns_without_a_frame_are_refused():
    with pytest.raises(DataError, match="one value for each of the 3 items, but this one has 2"):
        StratifiedSplitter(["a", "b"])(range(3))
    with pytest.raises(DataError, match="'y' names a column, but the items are list"):
        StratifiedSplitter("y")([1, 2])


@given(groups=CLASSES, part=st.floats(0.05, 0.9), seed=st.integers(0, 5))
def test_what_is_kept_together_goes_where_its_first_item_is(groups, part, seed):
    split = StratifiedSplitter(["x"] * len(groups), part, seed)
    alone = [set(side) for side in split(range(len(groups)))]
    train, valid = KeepTogether(split, groups)(range(len(groups)))
    assert sorted(train + valid) == list(range(len(groups)))
    for group in set(groups):
        members = [i for i, one in enumerate(groups) if one == group]
        assert {i in train for i in members} == {members[0] in alone[0]}


def test_items_that_a_split_leaves_out_stay_out():
    train, valid = KeepTogether(lambda items: ([1, 3], [4]), ["a", "a", "b", "b", "a"])(range(5))
    assert sorted(train) == [1, 3, 4] and valid == []


def test_groups_by_several_functions_are_linked_by_way_of_others():
    items = [("ann", 1), ("ann", 2), ("bob", 2), ("cem", 3), ("cem", 4), ("dee", 5)]
    by = [lambda item: item[0], lambda item: item[1]]
    for seed in range(6):
        train, valid = GroupSplitter(by, 0.5, seed)(items)
        assert train and valid and ({0, 1, 2} <= set(train) or {0, 1, 2} <= set(valid))
        assert {3, 4} <= set(train) or {3, 4} <= set(valid)
