"""Every item is on one side of a split at most, sizes are as asked, and chance stays private."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from fastlearn.data.problems import DataError
from fastlearn.data.split import (
    ColSplitter,
    EndSplitter,
    FileSplitter,
    FuncSplitter,
    GrandparentSplitter,
    IndexSplitter,
    MaskSplitter,
    RandomSplitter,
    RandomSubsetSplitter,
    TrainTestSplitter,
)
from hypothesis import given
from hypothesis import strategies as st

TEN = list("abcdefghij")


@given(n=st.integers(2, 300), pct=st.floats(0.01, 0.99), seed=st.integers(0, 9))
def test_random_split_parts_the_items_and_empties_no_side(n, pct, seed):
    train, valid = RandomSplitter(pct, seed)(range(n))
    assert sorted(train + valid) == list(range(n))
    assert train and valid and len(valid) <= max(1, n * pct)


def test_random_split_is_the_permutation_of_torch_for_the_same_seed():
    with torch.random.fork_rng():
        torch.manual_seed(42)
        order = torch.randperm(10).tolist()  # what fastai draws after seeding the global generator
    assert RandomSplitter(0.2, seed=42)(TEN) == (order[2:], order[:2])


@pytest.mark.parametrize(
    "splitter",
    [RandomSplitter(seed=3), RandomSubsetSplitter(0.5, 0.2, seed=3), TrainTestSplitter(random_state=3)],
)
def test_no_seeded_splitter_touches_the_global_random_state(splitter):
    before = torch.get_rng_state(), np.random.get_state()[1].copy()
    splitter(TEN)
    assert torch.equal(before[0], torch.get_rng_state()) and (before[1] == np.random.get_state()[1]).all()


@pytest.mark.parametrize("splitter", [RandomSplitter(), TrainTestSplitter()])
def test_unseeded_splits_follow_the_seed_of_torch(splitter):
    with torch.random.fork_rng():
        splits = [(torch.manual_seed(seed), splitter(range(100)))[1] for seed in (1, 1, 2)]
        again = splitter(range(100))
    assert splits[0] == splits[1] != splits[2] != again


@pytest.mark.parametrize("pct, sizes", [(0.0, (10, 0)), (0.25, (8, 2)), (1.0, (0, 10))])
def test_random_split_sizes(pct, sizes):
    train, valid = RandomSplitter(pct, seed=0)(TEN)
    assert (len(train), len(valid)) == sizes


@pytest.mark.parametrize("make", [lambda p: RandomSplitter(p), lambda p: EndSplitter(p)])
def test_a_percentage_instead_of_a_part_is_refused(make):
    with pytest.raises(ValueError, match=r"`valid_pct` is a part of the whole, between 0 and 1, but got 20"):
        make(20)


@pytest.mark.parametrize(
    "n, splitter, split",
    [
        (5, EndSplitter(0.4), ([0, 1, 2], [3, 4])),
        (5, EndSplitter(0.4, valid_last=False), ([2, 3, 4], [0, 1])),
        (3, EndSplitter(0.2), ([0, 1], [2])),  # int(3 * 0.2) is 0, which emptied the training set elsewhere
        (2, EndSplitter(0.99), ([0], [1])),
        (3, EndSplitter(0.0), ([0, 1, 2], [])),
    ],
)
def test_end_split_empties_no_side(n, splitter, split):
    assert splitter(range(n)) == split


def test_subset_split_takes_disjoint_parts():
    train, valid = RandomSubsetSplitter(0.5, 0.2, seed=1)(range(20))
    assert (len(train), len(valid), len({*train, *valid})) == (10, 4, 14)
    with pytest.raises(ValueError, match=r"together at most 1, but got 0\.9 and 0\.2"):
        RandomSubsetSplitter(0.9, 0.2)


def test_scikit_split_is_scikits_own():
    from sklearn.model_selection import train_test_split

    stratify = [0, 1] * 5
    expected = train_test_split(range(10), test_size=0.4, random_state=7, stratify=stratify)
    assert TrainTestSplitter(0.4, random_state=7, stratify=stratify)(TEN) == tuple(map(list, expected))
    assert TrainTestSplitter(0.2, shuffle=False)(TEN) == (list(range(8)), [8, 9])


def test_index_split_counts_negative_positions_from_the_end():
    assert IndexSplitter([3, -1, 3])(range(5)) == ([0, 1, 2], [3, 4])
    assert IndexSplitter(np.array([0]))(range(3)) == ([1, 2], [0])
    assert IndexSplitter(torch.tensor([0]))(range(3)) == ([1, 2], [0])
    with pytest.raises(DataError, match=r"names 1 positions outside the 3 items: \[3\]"):
        IndexSplitter([3])(range(3))


@pytest.mark.parametrize("given", [[0.7], "ab", [1, None], np.array([1.0])])
def test_positions_are_whole_numbers(given):
    with pytest.raises(DataError, match=r"`valid_idx` holds positions, which are whole numbers, .*RandomSplitter"):
        IndexSplitter(given)


@pytest.mark.parametrize("kind", [list, np.array, pd.Series, torch.tensor])
def test_a_mask_in_the_place_of_positions_is_refused(kind):
    with pytest.raises(DataError, match=r"`valid_idx` holds positions, but got truth values.*Try MaskSplitter"):
        IndexSplitter(kind([False, True, True]))


def test_mask_split_wants_one_entry_an_item():
    assert MaskSplitter(np.array([True, False, True]))(range(3)) == ([1], [0, 2])
    with pytest.raises(DataError, match="one entry for each of the 2 items, but this one has 3"):
        MaskSplitter([True, False, True])(range(2))


def test_function_split_sees_items_or_rows():
    assert FuncSplitter(lambda item: item > "c")(["a", "d", "b"]) == ([0, 2], [1])
    frame = pd.DataFrame({"year": [2019, 2021]})
    assert FuncSplitter(lambda row: row.year > 2020)(frame) == ([0], [1])


def test_file_split_takes_names_from_a_file(tmp_path):
    listed = tmp_path / "valid.txt"
    listed.write_text("2.jpg\r\n  3.jpg \n\n")
    assert FileSplitter(listed)([Path("x/1.jpg"), Path("y/2.jpg"), "3.jpg"]) == ([0], [1, 2])
    with pytest.raises(DataError, match=r"None of the 2 names in .* is the name of an item. .*'9.jpg'"):
        FileSplitter(listed)([Path("9.jpg")])
    with pytest.raises(DataError, match="cannot be read"):
        FileSplitter(tmp_path / "missing.txt")


def test_grandparent_split_goes_by_the_folder_two_levels_up():
    items = [Path(p) for p in ("d/train/a/1", "d/valid/a/2", "d/test/a/3", "d/val/b/4")]
    assert GrandparentSplitter()(items) == ([0], [1])
    assert GrandparentSplitter(valid_name=("valid", "val"))(items) == ([0], [1, 3])


def test_grandparent_split_lists_the_folders_there_are():
    message = r"No item lies in a folder 'valid' .*\['test', 'train'\] there. Try .*valid_name"
    with pytest.raises(DataError, match=message):
        GrandparentSplitter()(["d/train/a/1", "d/test/a/2"])


@pytest.mark.parametrize(
    "values, on, valid",
    [
        ([True, False, True], None, [0, 2]),
        (["False", "True", "no"], None, [1]),  # every non-empty text is true to Python
        ([1.0, float("nan"), None], None, [0]),
        (["test", "train", "valid"], ["test", "valid"], [0, 2]),
        (["test", "train", "valid"], "valid", [2]),
    ],
)
def test_column_split_reads_what_the_column_says(values, on, valid):
    frame = pd.DataFrame({"x": range(3), "is_valid": values})
    assert ColSplitter(on=on)(frame)[1] == valid
    assert ColSplitter(col=1, on=on)(frame)[1] == valid


def test_column_split_explains_what_it_cannot_read():
    with pytest.raises(DataError, match="'maybe' is neither true nor false"):
        ColSplitter()(pd.DataFrame({"is_valid": ["maybe"]}))
    with pytest.raises(DataError, match=r"no column 'is_valid' in the dataframe. It has \['x'\]"):
        ColSplitter()(pd.DataFrame({"x": [1]}))
    with pytest.raises(DataError, match="reads a column of a dataframe, but the items are list"):
        ColSplitter()([1, 2])
