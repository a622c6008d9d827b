from __future__ import annotations

import pytest
import torch
from fastlearn.data.block import DataBlock
from fastlearn.data.category import Categorize, RegressionSetup
from fastlearn.data.datasets import Datasets, TfmdLists
from fastlearn.data.loader import DataLoader
from fastlearn.data.loaders import DataLoaders
from fastlearn.data.problems import DataError, ItemError
from fastlearn.data.transform import Transform
from torch.utils.data import DataLoader as TorchDataLoader
from torch.utils.data import Subset, TensorDataset

SPLITS = [range(12), range(12, 16)]


def number(i):
    return torch.tensor([float(i)])


def parity(i):
    return "even" if i % 2 == 0 else "odd"


def dsets(**kwargs):
    return Datasets(list(range(16)), [[number], [parity, Categorize]], splits=SPLITS, **kwargs)


def torch_loader(n=6):
    return TorchDataLoader(TensorDataset(torch.ones(n, 3, 4, 4), torch.zeros(n, dtype=torch.int64)), batch_size=2)


def test_training_shuffles_and_drops_its_last_batch_and_validation_does_not():
    dls = dsets().dataloaders(bs=5, device="cpu")
    assert (len(dls.train), len(dls.valid), dls.bs) == (2, 1, 5)
    assert dls.train.shuffle and not dls.valid.shuffle and not dls.valid.drop_last
    assert len(dsets().dataloaders(bs=5, drop_last=False, val_bs=2).valid) == 2


def test_they_know_what_a_learner_asks():
    dls = dsets().dataloaders(bs=4, device="cpu", path="somewhere")
    assert (dls.vocab, dls.c, dls.n_inp, dls.kinds) == (["even", "odd"], 2, 1, ("value", "category"))
    assert dls.device == torch.device("cpu") and dls.path.name == "somewhere"
    assert dls[0] is dls.train and dls[1] is dls.valid and len(dls) == 2
    assert dls.train_ds.items == list(range(12)) and dls.valid_ds.items == [12, 13, 14, 15]


def test_asking_for_a_validation_loader_that_is_not_there_changes_nothing():
    dls = DataLoaders(DataLoader([1, 2], bs=1))
    assert len(dls.valid) == 0 and len(dls.valid_ds) == 0 and list(dls[1]) == []
    assert len(dls) == 1 and list(dls) == [dls.train]


@pytest.mark.parametrize("target, name", [(Categorize, "CrossEntropyLossFlat"), (RegressionSetup, "MSELossFlat")])
def test_the_default_loss_fits_the_target(target, name):
    data = Datasets([0, 1], [[number], [lambda i: i, target]])
    assert type(data.dataloaders(bs=2).loss_func).__name__ == name
    assert Datasets([0, 1], [[number], [number]]).dataloaders(bs=2).loss_func is None


def test_one_seed_serves_all_loaders():
    runs = [[b.items.tolist() for b in dsets().dataloaders(bs=4, seed=3).train] for _ in range(2)]
    assert runs[0] == runs[1] != [b.items.tolist() for b in dsets().dataloaders(bs=4, seed=4).train]


def test_any_two_torch_loaders_will_do():
    dls = DataLoaders(torch_loader(), torch_loader(4))
    xb, _ = dls.one_batch()
    assert xb.shape == (2, 3, 4, 4) and dls.kinds == ("image", "value") and dls.n_inp == 1
    assert dls.vocab is None and dls.c is None and dls.loss_func is None and dls.bs == 2
    assert len(dls.test_dl(torch_loader(3).dataset)) == 2
    with pytest.raises(DataError, match="loaders of fastlearn only"):
        dls.add_tfms(abs)


def test_a_data_set_that_lists_its_classes_is_one_of_categories():
    class Listed(TensorDataset):
        classes = ("cat", "dog")

        def __getitem__(self, i):
            return torch.ones(3, 4, 4), i % 2

    dataset = Listed(torch.ones(4))
    for loader in (TorchDataLoader(dataset, batch_size=2), DataLoader(Subset(dataset, [0, 1, 2]), bs=2)):
        dls = DataLoaders(loader, loader)
        assert (dls.vocab, dls.c, dls.kinds) == (["cat", "dog"], 2, ("image", "category"))
        assert type(dls.loss_func).__name__ == "CrossEntropyLossFlat"


def test_our_loaders_and_nothing():
    dls = DataLoaders(DataLoader(range(4), bs=2), DataLoader(range(4), bs=2))
    assert dls.n_inp == 1 and len(list(dls.train)) == 2
    with pytest.raises(DataError, match="got none"):
        DataLoaders()


def test_items_that_were_not_split_have_an_empty_validation_loader():
    dls = Datasets([1, 2], [[number]]).dataloaders(bs=2)
    assert len(dls.valid) == 0 and list(dls.valid) == []


def test_a_test_loader_reads_like_validation_with_labels_if_asked():
    add = Transform(lambda x: x + 100, split_idx=0)
    dls = dsets().dataloaders(bs=4, after_item=add, device="cpu")
    (xb,) = dls.test_dl([1, 2]).one_batch()
    assert xb.flatten().tolist() == [1, 2]
    xb, yb = dls.test_dl([1, 2], with_labels=True, bs=1).one_batch()
    assert yb.tolist() == [1] and dls.test_dl(7).one_batch()[0].item() == 7
    assert dls.test_dl([1, 2]).n_inp == 1


def test_a_test_item_that_cannot_be_read_is_an_error():
    def read(i):
        if i == 99:
            raise OSError("gone")
        return number(i)

    dls = Datasets(list(range(4)), [[read]], splits=[[0, 1], [2, 3]]).dataloaders(bs=2)
    with pytest.raises(ItemError, match=r"Item 1 \(99\).*gone"):
        list(dls.test_dl([1, 99]))


def test_transforms_can_be_added_to_some_loaders():
    dls = dsets().dataloaders(bs=4, shuffle=False, device="cpu")
    dls.add_tfms(Transform(lambda x: x + 100), "after_batch", loaders=[1])
    assert dls.one_batch()[0].max() < 100 < dls.valid.one_batch()[0].max()
    empty = dls.new_empty()
    assert len(empty.train) == 0 and len(empty.valid.after_batch) == 1


def test_steps_learn_from_training_and_serve_all_loaders():
    class Centre(Transform):
        def setups(self, dl):
            self.mean = dl.one_batch()[0].mean()

        def encodes(self, x: torch.Tensor):
            return x - self.mean if x.is_floating_point() else x

    dls = dsets().dataloaders(bs=12, after_batch=Centre, device="cpu")
    assert dls.one_batch()[0].mean().abs() < 1e-5 and dls.valid.one_batch()[0].mean() == 13.5 - 5.5


def test_misspelt_arguments_are_found_through_every_door():
    block = DataBlock(get_items=lambda s: s)
    for make in (dsets().dataloaders, lambda **k: block.dataloaders([1, 2, 3, 4, 5], **k), DataLoaders.from_dsets):
        with pytest.raises(TypeError, match=r"'num_worker'. Did you mean 'num_workers'"):
            make(num_worker=1)


def test_samples_show_as_a_table_where_nothing_draws_them(capsys):
    dls = dsets().dataloaders(bs=4, shuffle=False, drop_last=False)
    dls.show_batch(max_n=2)
    assert capsys.readouterr().out.splitlines() == ["input (value)  target (category)", "[0.0]          even",
                                                    "[1.0]          odd"]  # fmt: skip
    dls.show_results(dls.one_batch(), torch.tensor([1, 1, 0, 0]), max_n=2)
    assert capsys.readouterr().out.splitlines()[1].split() == ["[0.0]", "even", "odd"]


@pytest.mark.parametrize("count", [0, -1, 2.5, True])
def test_a_number_of_samples_that_is_none_is_named(count):
    dls = dsets().dataloaders(bs=4)
    with pytest.raises(ValueError, match=rf"`max_n` is a whole number from 1 up, but got {count}"):
        dls.show_batch(max_n=count)
    with pytest.raises(ValueError, match=rf"`max_n` is a whole number from 1 up, but got {count}"):
        dls.show_results(dls.one_batch(), torch.tensor([1, 1, 0, 0]), max_n=count)


def test_unique_shows_one_item_several_times(capsys):
    dsets().dataloaders(bs=4).show_batch(max_n=3, unique=True)
    rows = capsys.readouterr().out.splitlines()[1:]
    assert len(rows) == 3 and len(set(rows)) == 1


def test_samples_that_show_themselves_do():
    drawn = []

    class Twins(tuple):
        def show(self, ctx=None, **kwargs):
            drawn.append((ctx, self[0].item(), self[1]))

    tls = TfmdLists(range(4), [lambda i: tuple.__new__(Twins, (torch.tensor(i), i > 1))], splits=[[0, 1, 2], [3]])
    dls = tls.dataloaders(bs=3, shuffle=False, device="cpu")
    assert dls.n_inp == 1 and dls.one_batch().sample_type is Twins
    dls.show_batch(ctxs=["a", "b", "c"])
    assert drawn == [("a", 0, False), ("b", 1, False), ("c", 2, True)]


def test_decoded_samples_are_returned_unshown():
    samples = dsets().dataloaders(bs=4, shuffle=False).show_batch(max_n=2, show=False)
    assert [(x.item(), y) for x, y in samples] == [(0.0, "even"), (1.0, "odd")]
