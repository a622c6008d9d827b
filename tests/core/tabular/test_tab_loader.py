"""The loader of tables keeps what every loader promises: the seed, the rows of a batch, its place, its share."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from fastlearn.data import DataError, Transform, WeightedSampler
from fastlearn.data.share import Share
from fastlearn.tabular import Categorify, Normalize, TabDataLoader, TabularDataLoaders, TabularPandas, TabWeightedDL
from torch.utils.data import DataLoader as TorchLoader


def counted(n: int = 100, n_valid: int = 20) -> TabularPandas:
    """A table whose number, unscaled, is the number of the row."""
    frame = pd.DataFrame({"c": [str(i % 7) for i in range(n)], "x": np.arange(n, dtype=float), "y": np.arange(n) * 2.0})
    return TabularPandas(frame, [Categorify], ["c"], ["x"], "y", splits=(range(n - n_valid), range(n - n_valid, n)))


def loader(n: int = 80, bs: int = 16, **options) -> TabDataLoader:
    return TabDataLoader(counted(n, 0).train, bs, device="cpu", **options)


def rows_of(batches) -> list[list[int]]:
    return [batch[1][:, 0].int().tolist() for batch in batches]


def test_a_batch_is_what_the_rows_say():
    dl = loader(shuffle=True, seed=1)
    assert isinstance(dl, TorchLoader) and dl.num_workers == 0
    for batch in dl:
        codes, numbers, y = batch
        assert codes.dtype == torch.int64 and codes.shape == (16, 1) and numbers.dtype == torch.float32
        assert batch.items.tolist() == numbers[:, 0].int().tolist()
        assert y[:, 0].tolist() == (numbers[:, 0] * 2).tolist() and batch.kinds == ("cats", "conts", "regression")
        assert codes[:, 0].tolist() == [i % 7 + 1 for i in batch.items]


@pytest.mark.parametrize("bs", [1, 7, 16, 80, 5000])
@pytest.mark.parametrize("shuffle", [True, False])
def test_each_row_comes_once_an_epoch(bs, shuffle):
    dl = loader(80, bs, shuffle=shuffle, seed=0)
    rows = [row for batch in rows_of(dl) for row in batch]
    assert sorted(rows) == list(range(80)) and (rows == list(range(80))) != shuffle and len(rows_of(dl)) == len(dl)


def test_rows_come_once_where_they_are_gathered_in_several_blocks():
    dl = loader(10_000, 64, shuffle=True, seed=0, drop_last=True)
    batches = rows_of(dl)
    assert len(batches) == 156 == len(dl) and {len(batch) for batch in batches} == {64}
    rows = [row for batch in batches for row in batch]
    assert len(set(rows)) == len(rows) == 156 * 64


def test_the_seed_and_the_epoch_give_the_order():
    first, second = loader(shuffle=True, seed=5), loader(shuffle=True, seed=5)
    epochs = [rows_of(first), rows_of(first)]
    assert epochs[0] != epochs[1] and [rows_of(second), rows_of(second)] == epochs
    assert rows_of(loader(shuffle=True, seed=6)) != epochs[0]


def test_the_order_is_that_of_any_loader_of_ours():
    from fastlearn.data import DataLoader

    plain = DataLoader(torch.arange(80.0), bs=16, shuffle=True, seed=9)
    assert rows_of(loader(shuffle=True, seed=9)) == [batch.int().tolist() for batch in plain]


def test_a_run_goes_on_in_the_middle_of_an_epoch():
    dl = loader(shuffle=True, seed=2)
    list(dl)
    whole = rows_of(dl)
    again = loader(shuffle=True, seed=7)
    state = dl.state(batch=2)
    again.restore(state)
    assert rows_of(again) == whole[2:] and rows_of(again) == rows_of(dl)


@pytest.mark.parametrize("size", [2, 3])
def test_processes_share_every_batch(size):
    whole = rows_of(loader(100, 4 * size, shuffle=True, seed=3))
    parts = []
    for rank in range(size):
        dl = loader(100, 4, shuffle=True, seed=3)
        dl.share = Share(rank, size, lambda value: value)
        parts.append(rows_of(dl))
        assert len(parts[-1]) == len(dl)
    joined = [[row for part in parts if i < len(part) for row in part[i]] for i in range(len(whole))]
    assert joined == whole


def test_peeking_leaves_the_epochs_as_they_are():
    dl = loader(shuffle=True, seed=4)
    first, second = dl.one_batch(), dl.one_batch()
    assert first.items.tolist() != second.items.tolist() and len(dl.peek(3)[0]) == 3
    assert rows_of(dl) == rows_of(loader(shuffle=True, seed=4))


def test_a_sampler_says_which_rows():
    assert rows_of(loader(bs=2, sampler=[3, 1, 3])) == [[3, 1], [3]]
    assert rows_of(loader(batch_sampler=[[5], [6, 7]])) == [[5], [6, 7]]


def test_weights_draw_rows_as_often_as_they_say():
    weights = [0.0] * 40 + [1.0] * 40
    for dl in (TabWeightedDL(counted(80, 0).train, 16, wgts=weights, seed=0, device="cpu"),
               loader(sampler=WeightedSampler(weights, seed=0))):  # fmt: skip
        rows = [row for batch in rows_of(dl) for row in batch]
        assert len(rows) == 80 and min(rows) >= 40 and len(set(rows)) < 40
    plain = TabWeightedDL(counted(80, 0).train, 16, shuffle=True, seed=0, device="cpu")
    assert sorted(row for batch in rows_of(plain) for row in batch) == list(range(80))
    with pytest.raises(DataError, match="one weight for each of the 80 rows, but got 2"):
        TabWeightedDL(counted(80, 0).train, 16, wgts=[1, 2])


def test_batch_transforms_run():
    class Louder(Transform):
        def encodes(self, x):
            return x * 10 if x.is_floating_point() and x.shape[-1] == 1 else x

    batch = next(iter(loader(bs=4, after_batch=Louder())))
    assert batch[1][:, 0].tolist() == [0, 10, 20, 30] and batch.items.tolist() == [0, 1, 2, 3]


def test_what_reads_items_one_by_one_is_refused():
    with pytest.raises(DataError, match=r"no items for after_item\. Try after_batch"):
        loader(after_item=[lambda x: x])
    with pytest.raises(DataError, match="reads a TabularPandas, but got list"):
        TabDataLoader([1, 2, 3])


def test_a_loader_of_other_rows():
    dl = loader(shuffle=True, seed=0)
    assert rows_of(dl.new(counted(10, 0).train, shuffle=False, bs=5)) == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]


def test_loaders_have_the_defaults_of_training():
    dls = counted().dataloaders(bs=32, device="cpu", seed=0)
    assert isinstance(dls, TabularDataLoaders) and dls.train.shuffle and dls.train.drop_last and not dls.valid.shuffle
    assert (len(dls.train), len(dls.valid), dls.n_inp, dls.c) == (2, 1, 2, 1)
    assert type(dls.loss_func).__name__ == "MSELossFlat" and dls.cat_names == ["c"] and dls.classes["c"][0] == "#na#"
    assert sorted(row for batch in rows_of(dls.valid) for row in batch) == list(range(80, 100))


def test_loaders_of_a_frame_and_of_a_file(adults, tmp_path):
    columns = {"cat_names": ["job"], "cont_names": ["age", "tax"], "y_names": "salary"}
    options = {
        **columns,
        "procs": [Categorify, Normalize],
        "valid_idx": range(40),
        "bs": 16,
        "device": "cpu",
        "seed": 1,
    }
    path = tmp_path / "adults.csv"
    adults.to_csv(path, index=False)
    one, other = TabularDataLoaders.from_df(adults, **options), TabularDataLoaders.from_csv(path, **options)
    for a, b in zip(one.train, other.train, strict=True):
        assert all(torch.equal(p, q) for p, q in zip(a, b, strict=True))
    assert len(one.valid_ds) == 40 and one.vocab == ["<50k", ">=50k"]


def test_columns_that_nobody_named_are_numbers_or_told_apart(adults):
    frame = adults.drop(columns=["hours"])
    named = TabularDataLoaders.from_df(frame, procs=[Categorify], cat_names=["job", "married"], y_names="salary")
    assert named.cont_names == ["age", "tax"]
    guessed = TabularDataLoaders.from_df(frame, procs=[Categorify], y_names="salary")
    assert (guessed.cat_names, guessed.cont_names) == (["job", "married"], ["age", "tax"])


def test_new_rows_come_with_their_targets_if_there_are_any(adults):
    dls = TabularDataLoaders.from_df(adults.dropna(), procs=[Categorify], cat_names=["job"], cont_names=["age"],
                                     y_names="salary", device="cpu")  # fmt: skip
    assert (
        len(next(iter(dls.test_dl(adults)))) == 3 and len(next(iter(dls.test_dl(adults.drop(columns="salary"))))) == 2
    )
    assert len(next(iter(dls.test_dl(adults, with_labels=False)))) == 2
    with pytest.raises(DataError, match="no column 'salary', which holds the targets"):
        dls.test_dl(adults.drop(columns="salary"), with_labels=True)
    strange = adults.assign(salary="no idea")
    with pytest.warns(UserWarning, match="taken without targets"):
        assert len(next(iter(dls.test_dl(strange)))) == 2
    assert len(dls.test_dl(adults.iloc[:0])) == 0 and len(dls.test_dl({"job": "tech", "age": 3.0}).dataset) == 1
    encoded = dls.table.new(adults)
    assert len(dls.test_dl(encoded).dataset) == 200


@pytest.mark.parametrize("shuffle", [True, False])
def test_show_batch_is_a_table_in_words(adults, capsys, shuffle):
    dls = TabularDataLoaders.from_df(adults, y_names="salary", procs=[Categorify, Normalize], cat_names=["job"],
                                     cont_names=["age"], device="cpu", seed=0, shuffle=shuffle)  # fmt: skip
    dls.show_batch(max_n=3)
    lines = capsys.readouterr().out.strip().splitlines()
    assert lines[0].split() == ["job", "age", "salary"] and len(lines) == 4
    assert {line.split()[1] for line in lines[1:]} <= set(adults["job"])
    age = float(lines[1].split()[2])
    assert age in set(adults["age"].round(3))
