"""Batches of texts of about one length, and their padding by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from fastlearn.data.problems import DataError
from fastlearn.data.share import Share
from fastlearn.text.padding import PadChunk, PadInput, pad_chunk, pad_input, pad_input_chunk
from fastlearn.text.reverse import ReverseText, reverse_text
from fastlearn.text.sorted_loader import SortedDL
from hypothesis import given, settings
from hypothesis import strategies as st

T = torch.tensor


def sample(n, label=0):
    return torch.arange(10, 10 + n), T(label)


@pytest.mark.parametrize(
    "length, options, wanted",
    [
        (10, {"seq_len": 4}, [1, 1, 1, 1, 7, 8, 9, 1, 1, 1]),  # one whole chunk in front, the rest behind
        (10, {"seq_len": 4, "pad_first": False}, [7, 8, 9, 1, 1, 1, 1, 1, 1, 1]),
        (3, {"seq_len": 4}, [7, 8, 9]),
        (6, {"seq_len": 4}, [7, 8, 9, 1, 1, 1]),
        (8, {"seq_len": 2, "pad_idx": 0}, [0, 0, 0, 0, 7, 8, 9, 0]),
    ],
)
def test_chunks_of_padding(length, options, wanted):
    assert pad_chunk(T([7, 8, 9]), pad_len=length, **options).tolist() == wanted


@given(n=st.integers(0, 40), longer=st.integers(0, 60), seq_len=st.integers(1, 20))
@settings(max_examples=60)
def test_a_padded_text_begins_at_a_multiple_of_the_length(n, longer, seq_len):
    padded = pad_chunk(torch.full((n,), 5), seq_len=seq_len, pad_len=n + longer)
    places = torch.nonzero(padded == 5).flatten().tolist()
    assert len(padded) == n + longer and len(places) == n
    assert not places or (places[0] % seq_len == 0 and places == list(range(places[0], places[0] + n)))


def test_padding_at_one_end():
    rows = [sample(3), sample(1)]
    assert [r[0].tolist() for r in pad_input(rows)] == [[10, 11, 12], [10, 1, 1]]
    assert [r[0].tolist() for r in PadInput(pad_first=True)(rows)] == [[10, 11, 12], [1, 1, 10]]
    assert [r[0].tolist() for r in PadInput(backwards=True)(rows)] == [[12, 11, 10], [10, 1, 1]]
    assert [r[0].tolist() for r in PadInput(pad_idx=9)(rows)] == [[10, 11, 12], [10, 9, 9]]
    assert [r[0].tolist() for r in pad_input_chunk(rows, seq_len=2)] == [[10, 11, 12], [1, 1, 10]]


def test_only_texts_are_padded():
    rows = [(torch.arange(3), torch.zeros(2), torch.arange(1)), (torch.arange(2), torch.ones(2), torch.arange(4))]
    padded = PadChunk(seq_len=10)(rows, kinds=("text", "multicategory", "text"))
    assert [[len(part) for part in row] for row in padded] == [[4, 2, 4], [4, 2, 4]]
    fields = PadInput(pad_fields=[0, 2])(rows)
    assert [[len(part) for part in row] for row in fields] == [[3, 2, 4], [3, 2, 4]]


def dataset(lengths):
    return [sample(n, i) for i, n in enumerate(lengths)]


def test_validation_goes_from_the_longest_to_the_shortest_and_knows_its_items():
    loader = SortedDL(dataset([3, 9, 1, 5]), bs=2)
    batches = list(loader)
    assert [x.shape[1] for x, _ in batches] == [9, 3]
    assert [batch.items.tolist() for batch in batches] == [[1, 3], [0, 2]]
    assert [y.tolist() for _, y in batches] == [[1, 3], [0, 2]]


@given(lengths=st.lists(st.integers(1, 50), min_size=1, max_size=400), bs=st.integers(1, 6), seed=st.integers(0, 99))
@settings(max_examples=40)
def test_training_visits_each_text_once_and_the_longest_first(lengths, bs, seed):
    loader = SortedDL([None] * len(lengths), res=lengths, bs=bs, shuffle=True, seed=seed)
    order = list(loader.sampler)
    assert sorted(order) == list(range(len(lengths)))
    assert lengths[order[0]] == max(lengths)
    loader.sampler.epoch = 1
    assert len(lengths) < 60 or list(loader.sampler) != order


def test_training_pads_little():
    rng = np.random.default_rng(0)
    lengths = rng.integers(5, 400, 1000)
    batches = list(SortedDL(dataset(lengths), bs=16, shuffle=True, seed=1, drop_last=True))
    plain = [lengths[i : i + 16] for i in range(0, 1000, 16)]
    assert sum(x.numel() for x, _ in batches) < 0.62 * sum(len(part) * part.max() for part in plain)
    assert len(batches) == 62


def test_the_seed_and_the_epoch_give_the_order_and_a_run_goes_on():
    def make(seed=4):
        return SortedDL(dataset(range(1, 60)), bs=4, shuffle=True, seed=seed)

    loader = make()
    epochs = [[batch.items.tolist() for batch in loader] for _ in range(2)]
    assert epochs[0] != epochs[1]
    other = make(8)
    other.restore({**loader.state(), "epoch": 1, "batch": 3})
    assert [batch.items.tolist() for batch in other] == epochs[1][3:]


def test_processes_share_each_batch():
    parts = []
    for rank in range(2):
        loader = SortedDL(dataset(range(1, 33)), bs=4, shuffle=True, seed=4)
        loader.share = Share(rank, 2, lambda value: value, even=True)
        parts.append([batch.items.tolist() for batch in loader])
    assert len(parts[0]) == len(parts[1]) == 4
    assert sorted(i for part in parts for batch in part for i in batch) == list(range(32))


def test_a_length_of_its_own_and_new_loaders():
    loader = SortedDL(dataset([3, 9, 1]), sort_func=lambda s: -len(s[0]), bs=3)
    assert next(iter(loader)).items.tolist() == [2, 0, 1]
    assert next(iter(loader.new(bs=1, batch_size=None))).items.tolist() == [2]
    assert SortedDL(dataset([3, 9, 1]), bs=3, seq_len=4).new(dataset([2, 5])).seq_len == 4
    with pytest.raises(DataError, match="each of 2 items, but has 3"):
        SortedDL(dataset([1, 2]), res=[1, 2, 3])


def test_the_padding_step_of_the_caller_stays():
    loader = SortedDL(dataset([1, 3]), bs=2, seq_len=2, before_batch=PadInput(pad_first=True))
    assert next(iter(loader))[0].tolist() == [[10, 11, 12], [1, 1, 10]]


def test_backwards_and_back():
    step = ReverseText()
    assert step(T([1, 2, 3])).tolist() == [3, 2, 1] == reverse_text(T([1, 2, 3])).tolist()
    assert step.decode(step(T([1, 2]))).tolist() == [1, 2]
