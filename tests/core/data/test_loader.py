from __future__ import annotations

import json
import signal
import string
import threading
import time

import numpy as np
import pytest
import torch
from fastlearn.data.batch import Batch
from fastlearn.data.collate import CollateError
from fastlearn.data.datasets import Datasets
from fastlearn.data.loader import DataLoader
from fastlearn.data.loader_defaults import default_num_workers
from fastlearn.data.problems import DataError, ItemError
from fastlearn.data.transform import RandomTransform, Transform
from fastlearn.seed import mix_seed
from torch.utils.data import BatchSampler, Dataset, IterableDataset, SequentialSampler, TensorDataset, get_worker_info
from torch.utils.data import DataLoader as TorchDataLoader

PAIRS = [(torch.full((2,), float(i)), torch.tensor(i % 3)) for i in range(10)]


class Noise(RandomTransform):
    """Adds one number per call to the first part."""

    def draw(self, parts, kinds, rng):
        return torch.rand((), generator=rng)

    def apply_value(self, part, shift):
        return part + shift if isinstance(part, torch.Tensor) and part.is_floating_point() else part


def picture_of(i):
    return torch.tensor([float(i)])


def fails_on(*bad, error=OSError):
    def read(i):
        if i in bad:
            raise error(f"cannot read {i}")
        return picture_of(i)

    return read


def made_of(read, n=20):
    return Datasets(list(range(n)), [[read], [lambda i: i % 2]]).train


def readers():
    return [t for t in threading.enumerate() if t.name.startswith("fastlearn-reader")]


def positions(dl):
    return [batch.items.tolist() for batch in dl]


# What users of torch and of the book write.


def test_it_is_a_torch_loader_over_pairs():
    dl = DataLoader(PAIRS, batch_size=4)
    assert isinstance(dl, TorchDataLoader) and len(dl) == 3
    xb, yb = next(iter(dl))
    assert xb.shape == (4, 2) and yb.tolist() == [0, 1, 2, 0] and type(xb) is torch.Tensor
    assert (dl.n_inp, dl.kinds, dl.bs, dl.n) == (1, ("value", "value"), 4, 10)


def test_lone_values_give_tensors_and_texts_give_tuples():
    batches = list(DataLoader(range(15), batch_size=5, shuffle=True))
    assert sorted(torch.cat(batches).tolist()) == list(range(15)) and batches[0].shape == (5,)
    numbers, letters = DataLoader(list(enumerate(string.ascii_lowercase)), batch_size=6).one_batch()
    assert numbers.tolist() == [0, 1, 2, 3, 4, 5] and letters == tuple("abcdef")


def test_a_stream_is_batched_and_transformed():
    class Numbers(IterableDataset):
        def __iter__(self):
            return iter(range(7))

    for dataset in (Numbers(), (i for i in range(7))):
        dl = DataLoader(dataset, bs=3, after_item=Transform(lambda x: x + 1))
        assert [b.tolist() for b in dl] == [[1, 2, 3], [4, 5, 6], [7]]


def test_a_data_set_of_whole_batches_needs_no_collating():
    batches = [(torch.ones(4, 2), torch.zeros(4)), (torch.ones(3, 2), torch.zeros(3))]
    got = list(DataLoader(batches, bs=None, after_batch=Transform(lambda x: x * 2)))
    assert [b[0].shape[0] for b in got] == [4, 3] and got[0][0].max() == 2 and isinstance(got[0], Batch)


def test_samplers_and_batch_samplers_of_torch_decide_the_order():
    assert positions(DataLoader(PAIRS, bs=2, sampler=[3, 1, 3])) == [[3, 1], [3]]
    batches = BatchSampler(SequentialSampler(PAIRS), 4, drop_last=True)
    dl = DataLoader(PAIRS, batch_sampler=batches)
    assert positions(dl) == [[0, 1, 2, 3], [4, 5, 6, 7]] and len(dl) == 2


def test_dicts_and_own_collate_functions_come_through():
    assert DataLoader([{"a": 1}, {"a": 2}], bs=2).one_batch()["a"].tolist() == [1, 2]
    assert list(DataLoader(range(4), bs=2, collate_fn=sum)) == [1, 5]


def test_misspelt_and_impossible_arguments_are_explained():
    with pytest.raises(TypeError, match=r"'shufle'. Did you mean 'shuffle'"):
        DataLoader(PAIRS, shufle=True)
    with pytest.raises(ValueError, match="`workers` is 'thread' or 'process', but got 'threads'"):
        DataLoader(PAIRS, workers="threads")


# Identity, seed, order.


def test_every_batch_knows_its_items():
    dl = DataLoader(PAIRS, bs=4, shuffle=True, seed=1)
    for batch in dl:
        assert batch.items.dtype == np.int64
        assert torch.equal(batch[0][:, 0].long(), torch.from_numpy(batch.items))


def test_the_same_seed_gives_the_same_batches_whatever_the_workers():
    def run(**workers):
        noise = {"after_item": Noise(), "after_batch": Noise()}
        dl = DataLoader(made_of(picture_of), bs=6, shuffle=True, seed=7, **noise, **workers)
        try:
            return [batch[0].flatten().tolist() for _ in range(2) for batch in dl]
        finally:
            dl.close()

    expected = run(num_workers=0)
    assert run(num_workers=1) == run(num_workers=3) == run(num_workers=2, workers="process") == expected
    assert expected[:4] != expected[4:]


def test_without_a_seed_it_follows_torch_and_two_loaders_differ():
    def seeds():
        torch.manual_seed(3)
        return DataLoader(PAIRS, shuffle=True).seed, DataLoader(PAIRS, shuffle=True).seed

    one, other = seeds()
    assert one != other and seeds() == (one, other)


def test_reading_leaves_the_global_random_state_alone():
    dl = DataLoader(PAIRS, shuffle=True, after_item=Noise())
    before = torch.get_rng_state()
    list(dl)
    dl.one_batch()
    assert torch.equal(before, torch.get_rng_state())


def test_a_restored_loader_gives_the_same_batches_again():
    dl = DataLoader(PAIRS, bs=4, shuffle=True, seed=1, after_item=Noise())
    list(dl)
    state = json.loads(json.dumps(dl.state()))
    expected = [b[0].tolist() for b in dl]
    dl.one_batch()
    dl.restore(state)
    assert [b[0].tolist() for b in dl] == expected
    other = DataLoader(PAIRS, bs=4, shuffle=True, seed=99, after_item=Noise())
    other.restore(state)
    assert [b[0].tolist() for b in other] == expected


def test_a_loader_goes_on_in_the_middle_of_an_epoch():
    dl = DataLoader(PAIRS, bs=3, shuffle=True, seed=1, after_item=Noise())
    whole = [b[0].tolist() for b in dl]
    dl.restore(dl.state(batch=2))
    assert [b[0].tolist() for b in dl] == whole[2:]
    assert len(positions(dl)) == 4


def test_looking_at_a_batch_leaves_the_epochs_as_they_are():
    one, other = (DataLoader(PAIRS, bs=4, shuffle=True, seed=1) for _ in range(2))
    seen = [one.one_batch().items.tolist() for _ in range(3)]
    assert positions(one) == positions(other) and len(set(map(tuple, seen))) > 1
    assert len(one.peek(2)[0]) == 2


def test_streams_of_one_seed_differ():
    seeds = {mix_seed(1, a, b) for a in range(20) for b in range(20)}
    assert len(seeds) == 400 and all(0 <= s < 2**63 for s in seeds)
    assert mix_seed(1, 2) != mix_seed(2, 1) and mix_seed(5) == mix_seed(5)


# Transforms and devices.


def test_transforms_run_per_item_per_list_and_per_batch():
    dl = DataLoader(PAIRS, bs=2, after_item=Transform(lambda x: x + 1), before_batch=lambda samples: samples[:1],
                    after_batch=Transform(lambda x: x * 10))  # fmt: skip
    batch = next(iter(dl))
    assert batch[0][:, 0].tolist() == [10] and batch[1].tolist() == [10]
    assert batch.items is None  # samples that `before_batch` made have no known place


def test_added_transforms_reach_worker_processes():
    dl = DataLoader(made_of(picture_of), bs=10, num_workers=1, workers="process")
    before = [b[0].sum().item() for b in dl]
    dl.add_tfms(Transform(lambda x: x * 2), "after_item")
    after = [b[0].sum().item() for b in dl]
    dl.close()
    assert after == [2 * s for s in before]
    with pytest.raises(ValueError, match="after_item, before_batch or after_batch"):
        dl.add_tfms(abs, "after_items")


def test_steps_that_learn_see_the_loader_without_themselves():
    class Scale(Transform):
        def setups(self, dl):
            self.most = dl.one_batch()[0].max()

        def encodes(self, x):
            return x / self.most

    assert DataLoader(PAIRS, bs=10, after_batch=Scale()).one_batch()[0].max() == 1


def test_a_batch_moves_to_the_device():
    dl = DataLoader(PAIRS, bs=2, device="meta")
    assert dl.one_batch()[0].device.type == "meta" and dl.to("cpu").one_batch()[0].device.type == "cpu"


def test_new_loaders_differ_in_what_was_asked():
    dl = DataLoader(PAIRS, bs=4, shuffle=True, seed=5, after_item=Transform(lambda x: x + 1))
    other = dl.new(PAIRS[:3], bs=2, shuffle=False)
    assert (other.bs, other.shuffle, other.seed, other.n) == (2, False, 5, 3)
    assert [b[0][:, 0].tolist() for b in other] == [[1, 2], [3]]


def test_subclasses_with_arguments_of_their_own_can_be_copied():
    class Weighted(DataLoader):
        def __init__(self, dataset, wgts=None, **kwargs):
            super().__init__(dataset, **kwargs)
            self.wgts = wgts
            self.keep(wgts=wgts)

    assert Weighted(PAIRS, wgts=[1, 2], bs=2).new(bs=3).wgts == [1, 2]


# Sizes.


def test_dropping_keeps_a_lone_incomplete_batch_with_a_warning():
    with pytest.warns(UserWarning, match="10 items and bs=64.*it is kept. Try a bs of at most 10"):
        dl = DataLoader(PAIRS, bs=64, drop_last=True)
    assert len(dl) == 1 and [len(b[0]) for b in dl] == [10]
    assert len(DataLoader(PAIRS, bs=4, drop_last=True)) == 2


def test_a_single_item_that_is_kept_is_not_told_of_a_smaller_batch():
    with pytest.warns(UserWarning, match="There is 1 item and bs=64.*it is kept.*batch normalisation"):
        DataLoader(PAIRS[:1], bs=64, drop_last=True)


def test_nothing_to_read_is_explained():
    dl = DataLoader([], bs=4, shuffle=True)
    assert list(dl) == [] and len(dl) == 0
    with pytest.raises(DataError, match="data set is empty"):
        dl.one_batch()


def test_default_workers_fit_the_data_set():
    class Foreign(Dataset):
        def __getitem__(self, i):
            return i

        def __len__(self):
            return 3

    assert default_num_workers(PAIRS) == 0 and default_num_workers(Foreign()) == 1
    assert 1 <= default_num_workers(made_of(picture_of)) <= 8


# Items that cannot be read.


@pytest.mark.parametrize("workers", [{"num_workers": 0}, {"num_workers": 2}, {"num_workers": 1, "workers": "process"}])
def test_unreadable_items_are_left_out_and_listed_once(workers):
    dl = DataLoader(made_of(fails_on(3, 17)), bs=5, seed=1, **workers)
    for _ in range(2):
        assert [i for batch in positions(dl) for i in batch] == [i for i in range(20) if i not in (3, 17)]
    dl.close()
    assert [(entry.position, entry.item) for entry in dl.set_aside] == [(3, 3), (17, 17)]
    assert "Item 3 (3) failed in `read`" in dl.set_aside[0].reason and "cannot read 3" in dl.set_aside[0].reason


def test_a_batch_of_unreadable_items_is_passed_over():
    dl = DataLoader(made_of(fails_on(0, 1)), bs=2)
    assert positions(dl)[0] == [2, 3] and dl.one_batch().items.tolist() == [2, 3]


@pytest.mark.parametrize("workers", [{"num_workers": 0}, {"num_workers": 2}, {"num_workers": 1, "workers": "process"}])
def test_a_fault_in_the_code_ends_the_epoch_and_names_the_item(workers):
    dl = DataLoader(made_of(fails_on(3, error=KeyError)), bs=5, **workers)
    with pytest.raises(ItemError, match=r"Item 3 \(3\) failed in `read`.*KeyError: 'cannot read 3'"):
        list(dl)
    dl.close()
    assert not readers()


def test_items_must_be_readable_where_asked():
    with pytest.raises(ItemError, match="Item 3"):
        list(DataLoader(made_of(fails_on(3)), bs=5, skip_unreadable=False))


def test_mostly_unreadable_data_is_an_error():
    with pytest.raises(DataError, match=r"16 of 16 items cannot be read.*cannot read 0"):
        list(DataLoader(made_of(fails_on(*range(20))), bs=4))
    with pytest.raises(DataError, match="2 of 2 items cannot be read"):
        list(DataLoader(made_of(fails_on(0, 1), n=2), bs=4))
    with pytest.raises(DataError, match=r"None of the items of the first batches can be read. Item \d"):
        DataLoader(made_of(fails_on(*range(20))), bs=2).one_batch()


@pytest.mark.parametrize("num_workers", [0, 2])
def test_shapes_that_differ_name_part_shapes_and_both_items(num_workers):
    dl = DataLoader(made_of(lambda i: torch.zeros(2, 5 if i == 8 else 4)), bs=10, num_workers=num_workers)
    with pytest.raises(CollateError, match=r"Part \[0\].*\(2, 4\).*\(2, 5\).*item 0 \(0\) with item 8 \(8\)"):
        list(dl)


# Threads.


def test_threads_end_with_the_epoch_and_when_the_loop_stops_early():
    dl = DataLoader(made_of(picture_of, n=200), bs=4, num_workers=3)
    for _ in range(3):
        assert len(list(dl)) == 50
    assert not readers()
    batches = iter(dl)
    next(batches)
    assert len(readers()) == 3
    batches.close()
    assert not readers()
    for _ in dl:
        break
    assert not readers()


def test_an_iterator_never_started_starts_no_threads():
    kept = iter(DataLoader(made_of(picture_of), num_workers=2))
    assert not readers()
    kept.close()


def test_an_interrupt_while_waiting_ends_the_threads():
    reading, release = threading.Event(), threading.Event()

    def slow(i):
        reading.set()
        release.wait(5)
        return picture_of(i)

    def interrupt():
        reading.wait(5)
        time.sleep(0.1)  # by then the main thread waits for the first batch
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        release.set()

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        list(DataLoader(made_of(slow), bs=5, num_workers=2))
    assert not readers()


def test_two_epochs_may_run_at_once():
    dl = DataLoader(made_of(picture_of), bs=5, num_workers=2, shuffle=True, seed=1)
    expected = [positions(dl), positions(dl)]
    dl.restore({"seed": 1, "epoch": 0})
    pairs = list(zip(iter(dl), iter(dl), strict=True))
    assert [[a.items.tolist() for a, _ in pairs], [b.items.tolist() for _, b in pairs]] == expected


def test_waiting_is_counted():
    def slow(i):
        time.sleep(0.01)
        return picture_of(i)

    dl = DataLoader(made_of(slow), bs=10, num_workers=0)
    list(dl)
    assert dl.wait_seconds >= 0.2


def test_processes_stay_between_epochs_and_end_when_closed():
    dl = DataLoader(made_of(lambda i: torch.tensor([get_worker_info().seed])), bs=10, num_workers=2, workers="process")
    runs = [sorted({b[0][0].item() for b in dl}) for _ in range(2)]
    assert runs[0] == runs[1]
    workers = dl._pool._loader._iterator._workers
    next(iter(dl))  # stopped early: the next epoch is whole again
    assert len(positions(dl)) == 2 and all(w.is_alive() for w in workers)
    dl.close()
    assert not any(w.is_alive() for w in workers)


@pytest.mark.parametrize("workers", [{"num_workers": 0}, {"num_workers": 2}, {"num_workers": 1, "workers": "process"}])
def test_a_pass_within_a_pass_leaves_the_outer_one_whole(workers):
    dl = DataLoader(PAIRS, bs=2, **workers)
    outer, inner = iter(dl), iter(dl)
    seen = [(a.items.tolist(), b.items.tolist()) for a, b in zip(outer, inner, strict=True)]
    expected = [[i, i + 1] for i in range(0, 10, 2)]
    assert [a for a, _ in seen] == [b for _, b in seen] == expected
    within = [(a.items.tolist(), len(positions(dl))) for a in dl]
    assert within == [(batch, 5) for batch in expected]
    dl.close()


def test_a_training_batch_that_shrinks_to_one_item_is_left_out_of_the_epoch():
    dl = DataLoader(made_of(fails_on(0, 1, 2), n=12), bs=4, num_workers=0, drop_last=True)
    assert positions(dl) == [[4, 5, 6, 7], [8, 9, 10, 11]]
    assert [entry.position for entry in dl.set_aside] == [0, 1, 2]  # item 3 is sound, and in other epochs' batches
    for training in ({"shuffle": True}, {"drop_last": True}):
        with pytest.raises(DataError, match="1 of 2 items cannot be read, so little is left to train on"):
            positions(DataLoader(made_of(fails_on(1), n=2), bs=2, num_workers=0, **training))


def test_every_sound_item_of_a_validation_pass_comes():
    dl = DataLoader(made_of(fails_on(0, 1, 2), n=12), bs=4, num_workers=0)
    assert positions(dl) == [[3], [4, 5, 6, 7], [8, 9, 10, 11]]
    assert [len(b) for b in positions(DataLoader(PAIRS[:3], bs=2, shuffle=True, num_workers=0))] == [2, 1]  # not shrunk


def test_a_batch_or_its_inputs_alone_are_decoded_without_being_taken_apart():
    class Double(Transform):
        def encodes(self, x: torch.Tensor):
            return x * 2

        def decodes(self, x: torch.Tensor):
            return x / 2

    x, y = torch.rand(6, 3), torch.rand(6)
    dl = DataLoader(TensorDataset(x, y), bs=6, after_batch=Double)
    batch = dl.one_batch()
    torch.testing.assert_close(dl.decode(batch)[1], y)
    (inputs,) = dl.decode((batch[0],))
    torch.testing.assert_close(inputs, x)
