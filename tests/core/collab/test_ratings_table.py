"""Loaders of ratings: codes by name, every row once, the columns that were meant, and little memory."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
import warnings

import numpy as np
import pandas as pd
import pytest
import torch
from fastlearn.collab import CollabDataLoaders, TabularCollab
from fastlearn.collab.rated import RatedItems
from fastlearn.collab.repeats import repeated_rows
from fastlearn.data import RandomSplitter, TimeSplitter
from fastlearn.tabular import TabularPandas
from fastlearn.tabular.labels import factorize, factorize_whole, recode
from hypothesis import given
from hypothesis import strategies as st


def loaders(frame, **options) -> CollabDataLoaders:
    return CollabDataLoaders.from_df(frame, **{"bs": 2, "seed": 0, "device": "cpu", **options})


def test_a_batch_is_codes_of_users_and_items_and_ratings(small):
    dls = loaders(small, valid_idx=[8])
    for batch in dls.train:
        codes, ratings = batch
        assert codes.dtype == torch.int64 and codes.shape == (2, 2)
        assert ratings.dtype == torch.float32 and ratings.shape == (2, 1) and batch.kinds == ("cats", "regression")
        for (user, film), stars, row in zip(codes.tolist(), ratings[:, 0].tolist(), batch.items, strict=True):
            said = small.iloc[int(row)]  # the first eight rows are for training, in their order
            assert (dls.classes["user"][user], dls.classes["film"][film], stars) == tuple(said)
    assert list(dls.classes["user"]) == ["#na#", "ann", "bob", "cy"] and dls.classes["film"].o2i["Jaws"] == 3
    assert (dls.user, dls.item, dls.y_names, dls.n_inp, dls.c) == ("user", "film", ["stars"], 1, 1)
    assert isinstance(dls.train.dataset, TabularCollab) and type(dls.loss_func).__name__ == "MSELossFlat"


def test_each_rating_comes_once_an_epoch(ratings):
    """fastai's loader draws rows with replacement, so that an epoch has seen 63 % of them."""
    dls = loaders(ratings, bs=64)
    first, second = ([int(row) for batch in dls.train for row in batch.items] for _ in range(2))
    n = len(dls.train.dataset)
    assert n == len(ratings) - int(0.2 * len(ratings)) and len(set(first)) == len(first) == n // 64 * 64
    assert first != second and [len(batch[0]) for batch in dls.valid][:1] == [64]


def test_the_first_three_columns_are_meant_unless_others_are_named(small):
    turned = small[["stars", "film", "user"]].assign(extra=1)
    dls = loaders(turned, user_name="user", item_name="film", rating_name="stars", valid_idx=[8])
    assert torch.equal(dls.valid.dataset.tensors[0], loaders(small, valid_idx=[8]).valid.dataset.tensors[0])
    with_title = small.assign(title=small["film"].str.upper())
    assert loaders(with_title, item_name="title").classes["title"][1:] == ["BIG", "HEAT", "JAWS", "UP"]


def test_the_split_is_fastais_for_the_same_seed(small):
    order = torch.randperm(9, generator=torch.Generator().manual_seed(3)).tolist()
    table = TabularCollab(small, None, ["user", "film"], [], ["stars"], splits=RandomSplitter(0.34, seed=3))
    assert [split.tolist() for split in table.splits] == [order[3:], order[:3]]
    assert [split.tolist() for split in table.splits] == list(RandomSplitter(0.34, seed=3)(small))
    assert table.train.items.index.tolist() == order[3:]


def test_a_splitter_reads_the_frame(small):
    dls = loaders(small.assign(day=range(9)), splitter=TimeSplitter("day", 0.25))
    assert len(dls.valid.dataset) == 2 and len(dls.train.dataset) == 7


def test_files_and_frames_of_other_libraries_give_the_same(small, tmp_path):
    small.assign(later="x").to_csv(tmp_path / "r.csv", index=False)
    whole = loaders(small, valid_idx=[8])
    from_file = CollabDataLoaders.from_csv(tmp_path / "r.csv", bs=2, seed=0, device="cpu", valid_idx=[8])
    frames = [pytest.importorskip("polars").from_pandas(small), pytest.importorskip("pyarrow").table(dict(small))]
    for other in (from_file, *(loaders(frame, valid_idx=[8]) for frame in frames)):
        for mine, its in zip(whole, other, strict=True):
            assert all(torch.equal(a, b) for a, b in zip(mine.dataset.tensors, its.dataset.tensors, strict=True))


def test_schema_gives_all_users_by_hand(small):
    dls = loaders(small, valid_idx=[8], schema={"user": ["zoe", "cy", "bob", "ann"]})
    assert list(dls.classes["user"]) == ["#na#", "zoe", "cy", "bob", "ann"]


def test_what_training_has_not_seen_is_code_0(small):
    dls = loaders(small, valid_idx=[5])  # nobody else has rated Big
    assert dls.valid.dataset.tensors[0].tolist() == [[2, 0]] and "Big" not in dls.classes["film"]
    assert "never seen in training ('Big')" in str(dls.procs.findings[0])
    with pytest.warns(UserWarning, match=r"Column 'film': a value never seen in training \('Alien'\).*1 row \(7\)"):
        codes = next(iter(dls.test_dl(pd.DataFrame({"user": ["ann"], "film": ["Alien"]}, index=[7]))))[0]
    assert codes.tolist() == [[1, 0]]


def test_batches_and_rows_can_be_seen(small, capsys):
    dls = loaders(small, valid_idx=[8])
    dls.show_batch(max_n=2)
    assert capsys.readouterr().out.split()[:3] == ["user", "film", "stars"]
    dls.train.dataset.show(1)
    assert "ann" in capsys.readouterr().out


def test_the_callers_frame_stays_as_it_is(small):
    before = small.copy()
    loaders(small)
    pd.testing.assert_frame_equal(small, before)


# Who has rated what.


def test_rated_items_of_several_users():
    users, items = np.array([2, 1, 0, 2, 3, 2]), np.array([5, 6, 7, 8, 9, 5])
    rated = RatedItems(users, items, 5)
    places, found = rated.of(np.array([2, 4, 3, 0]))
    assert sorted(zip(places.tolist(), found.tolist(), strict=True)) == [(0, 5), (0, 5), (0, 8), (2, 9)]  # 0: nobody
    assert rated.counts(10).tolist() == [0, 0, 0, 0, 0, 2, 1, 1, 1, 1]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=40))
def test_repeats_are_those_of_pandas(pairs):
    codes = np.array(pairs, dtype=np.int16).reshape(-1, 2)
    frame = pd.DataFrame(codes)
    expected = frame.duplicated().to_numpy() & (codes > 0).all(1)
    found = repeated_rows(codes, 5)
    assert (found is None and not expected.any()) or (found is not None and found.tolist() == expected.tolist())


# Memory.


@given(st.lists(st.integers(-(2**40), 2**40), min_size=1, max_size=30), st.integers(0, 6))
def test_whole_numbers_are_told_apart_without_hashing(numbers, shift):
    nearer = pd.Series([number >> 8 * shift for number in numbers])
    for column in (pd.Series(numbers), nearer, pd.Series([number % 5 for number in numbers], dtype="int8")):
        quick, plain = factorize_whole(column), factorize(column)
        if quick is None:
            assert column.max() - column.min() >= 4 * len(column)
            continue
        codes, labels = quick
        assert labels == sorted(plain[1]) and [labels[code] for code in codes] == column.tolist()
        assert recode(codes, np.arange(len(labels) + 1)).tolist() == codes.tolist()


def test_whole_numbers_of_every_type_up_to_their_ends():
    for kind in ("uint8", "int8", "uint64", "int64"):
        ends = np.iinfo(kind)
        for column in (np.array([ends.max, ends.max - 1], kind), np.array([ends.min, ends.min + 1, ends.max], kind)):
            found = factorize_whole(column)
            assert found is None or [found[1][code] for code in found[0]] == column.tolist()
    assert factorize_whole(np.array([1.0])) is None and factorize_whole(pd.Series([], dtype=int)) is None
    assert factorize_whole(pd.Series([1, None], dtype="Int64")) is None


def many(n: int) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame({"user": rng.integers(0, n // 100, n, dtype=np.int32),
                         "item": rng.integers(0, n // 1000 + 50, n, dtype=np.int32),
                         "rating": rng.integers(1, 11, n).astype(np.float32) / 2})  # fmt: skip


def test_loaders_take_less_than_40_bytes_a_rating_in_numpy():
    """20 million ratings may take 1 GB above their frame, 50 bytes each; 8 of them, the order, are torch's."""
    n = 400_000
    frame = many(n)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # some pairs come twice
        loaders(frame.head(1000))  # what is imported and made once
        tracemalloc.start()
        try:
            dls = loaders(frame, bs=1024)
            kept, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert len(dls.train.dataset) == 320_000
    assert peak < 40 * n, f"{peak / n:.1f} bytes a rating at the peak"
    assert kept < 16 * n, f"{kept / n:.1f} bytes a rating are kept"  # codes 8, rating 4


WHOLE = """
import sys, warnings
sys.path[:0] = {paths!r}
import torch
from memory import peak_since, resting
from test_ratings_table import many
from fastlearn.collab import CollabDataLoaders
warnings.simplefilter("ignore")
torch.set_num_threads(1)
frame = many(20_000_000)
before = resting()
dls = CollabDataLoaders.from_df(frame, bs=4096, seed=0, device="cpu")
batch = next(iter(dls.train))
print(peak_since(before), len(dls.train.dataset))
"""


@pytest.mark.soak
def test_twenty_million_ratings_take_less_than_a_gigabyte(request):
    root = request.config.rootpath
    code = WHOLE.format(paths=[str(root / "benchmarks"), str(root / "tests/core/collab")])
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert int(out[1]) == 16_000_000 and 240 < float(out[0]) < 1000, out


# Rubbish.


def test_a_missing_column_is_named_with_what_was_meant(small):
    with pytest.raises(ValueError, match=r"no column 'flim', given as item_name.*Did you mean 'film'"):
        loaders(small, item_name="flim")
    with pytest.raises(ValueError, match=r"three columns, user, item and rating, but the table has \['user', 'film'\]"):
        loaders(small[["user", "film"]])
    with pytest.raises(ValueError, match=r"in three columns, but got \['film', 'film', 'stars'\].*naming user_name"):
        loaders(small, user_name="film")


def test_ratings_that_are_text_are_named_with_their_rows(small):
    words = small.astype({"stars": object})
    words.loc[[2, 4], "stars"] = "good"
    with pytest.raises(ValueError, match=r"Column 'stars' is a column of numbers, but holds text in 2 rows \(2, 4\)"):
        loaders(words)
    with pytest.raises(ValueError, match=r"Column 'stars'.*9 rows .*Try pd.to_numeric"):
        loaders(small.astype({"stars": str}))


@pytest.mark.parametrize("hole, match", [(np.nan, "no value in 2 rows"), (np.inf, "infinite values in 2 rows")])
def test_ratings_that_are_no_numbers_are_named_with_their_rows(small, hole, match):
    small.loc[[3, 6], "stars"] = hole
    with pytest.raises(ValueError, match=rf"'stars'.*{match} \(3, 6\)"):
        loaders(small)


def test_one_user_or_one_item_is_refused(small):
    with pytest.raises(ValueError, match="All 3 ratings are of one user, 'ann'"):
        loaders(small.head(3))
    with pytest.raises(ValueError, match="All 3 ratings are of one film, 'Up'"):
        loaders(small[small["film"] == "Up"])


def test_no_ratings_are_refused(small, tmp_path):
    with pytest.raises(ValueError, match="The table has no rows"):
        loaders(small.head(0))
    with pytest.raises(ValueError, match="A table is a data frame"):
        loaders(None)
    small.head(0).to_csv(tmp_path / "empty.csv", index=False)
    with pytest.raises(ValueError, match="The table has no rows"):
        CollabDataLoaders.from_csv(tmp_path / "empty.csv")
    with pytest.raises(ValueError, match="There is no file"):
        CollabDataLoaders.from_csv(tmp_path / "nothing.csv")


def test_ratings_without_a_user_are_told(small):
    small.loc[4, "user"] = None
    with pytest.warns(UserWarning, match=r"Column 'user' has no value in 1 row \(4\).*dropna\(subset=\['user'\]\)"):
        dls = loaders(small, valid_idx=[8])
    assert dls.train.dataset.tensors[0][4, 0] == 0


def test_pairs_that_come_twice_are_told(small):
    with pytest.warns(UserWarning, match=r"same as in an earlier row in 2 rows \(9, 10\).*drop_duplicates\(\['user'"):
        loaders(pd.concat([small, small.head(2)], ignore_index=True), valid_idx=[8])


def test_clean_ratings_are_met_in_silence(small):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loaders(small, valid_idx=[8])


def test_other_columns_have_no_place_in_ratings(small):
    with pytest.raises(ValueError, match=r"a column of users and one of items, but got the columns \['user'\]"):
        TabularCollab(small, None, ["user"], [], ["stars"])
    with pytest.raises(ValueError, match=r"\['stars'\] of numbers.*Try cat_names"):
        TabularCollab(small, None, ["user", "film"], ["stars"])
    assert not isinstance(TabularPandas(small, None, [], ["stars"]), TabularCollab)


def test_a_misspelt_argument_is_named(small):
    with pytest.raises(TypeError, match="Did you mean 'item_name'"):
        CollabDataLoaders.from_df(small, item_nam="film")
