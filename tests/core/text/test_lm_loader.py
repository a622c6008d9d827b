"""The batches of a language model: where each token stands, and what the loader promises."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from fastlearn.data.datasets import Datasets
from fastlearn.data.problems import DataError
from fastlearn.data.share import Share
from fastlearn.text.lm_loader import LMDataLoader, pad_id_in
from fastlearn.text.stream import TokenStream
from hypothesis import given, settings
from hypothesis import strategies as st

TEXTS = [torch.arange(a, b) for a, b in ((0, 7), (7, 9), (9, 20), (20, 21), (21, 40))]


def test_rows_go_on_from_batch_to_batch():
    loader = LMDataLoader(TEXTS, bs=3, seq_len=5)
    batches = list(loader)
    assert len(loader) == len(batches) == 3  # 39 // 3 = 13 tokens a row: 5, 5, 3
    assert [tuple(x.shape) for x, _ in batches] == [(3, 5), (3, 5), (3, 3)]
    assert batches[0][0].tolist() == [[0, 1, 2, 3, 4], [13, 14, 15, 16, 17], [26, 27, 28, 29, 30]]
    assert batches[1][0][0].tolist() == [5, 6, 7, 8, 9]
    assert batches[0].items is None and batches[0].kinds == ("text", "text")


@given(
    lengths=st.lists(st.integers(0, 30), min_size=1, max_size=12),
    bs=st.integers(1, 5),
    seq_len=st.integers(1, 9),
    shuffle=st.booleans(),
)
@settings(max_examples=80)
def test_the_target_is_the_next_token_and_nothing_but_the_end_is_lost(lengths, bs, seq_len, shuffle):
    ends = np.cumsum(lengths)
    texts = [np.arange(end - n, end) for n, end in zip(lengths, ends, strict=True)]
    total = int(ends[-1])
    loader = LMDataLoader(texts, bs=bs, seq_len=seq_len, shuffle=shuffle, seed=3)
    if (total - 1) // bs < 1:
        with pytest.raises(DataError, match=f"There are {total} tokens"):
            list(loader)
        return
    with _maybe_warned(shuffle and (total - 1) // bs < seq_len):
        batches = list(loader)
    x, y = (torch.cat([batch[i] for batch in batches], dim=1) for i in (0, 1))
    assert x.dtype == y.dtype == torch.int64 and x.shape == y.shape == (bs, (total - 1) // bs)
    assert torch.equal(x[:, 1:], y[:, :-1])
    flat = x.flatten().tolist()
    assert len(flat) == len(set(flat)) == (total - 1) // bs * bs
    order = [t for i in loader._order(0) for t in texts[i]] if shuffle else list(range(total))
    assert flat == order[: len(flat)] and y.flatten().tolist() == order[1 : len(flat) + 1]


def _maybe_warned(expected):
    from contextlib import nullcontext

    return pytest.warns(UserWarning, match=r"fewer than bs x seq_len") if expected else nullcontext()


def test_texts_come_in_another_order_in_each_epoch_and_the_same_for_a_seed():
    epochs = [[x.tolist() for x, _ in loader] for loader in [_shuffled()] for _ in range(3)]
    assert epochs[0] != epochs[1] != epochs[2]
    again = _shuffled()
    assert [[x.tolist() for x, _ in again] for _ in range(3)] == epochs
    assert [[x.tolist() for x, _ in _shuffled(seed=2)]] != epochs[:1]


def _shuffled(seed=1, **options):
    return LMDataLoader(TEXTS, bs=2, seq_len=4, shuffle=True, seed=seed, **options)


def test_a_run_goes_on_in_the_middle_of_an_epoch():
    loader = _shuffled()
    list(loader)
    batches = iter(loader)
    next(batches), next(batches)
    state, rest = loader.state(batch=2), [x.tolist() for x, _ in batches]
    other = _shuffled(seed=9)
    other.restore(state)
    assert [x.tolist() for x, _ in other] == rest
    assert [x.tolist() for x, _ in other] == [x.tolist() for x, _ in loader]  # and so does the next epoch


def test_processes_have_a_part_of_the_rows_each_in_step():
    alone = LMDataLoader(TEXTS, bs=4, seq_len=4, shuffle=True, seed=1)
    parts = []
    for rank in range(2):
        loader = LMDataLoader(TEXTS, bs=2, seq_len=4, shuffle=True, seed=1)
        loader.share = Share(rank, 2, lambda value: value, even=True)
        assert len(loader) == len(alone)
        parts.append(list(loader))
    for whole, *mine in zip(alone, *parts, strict=True):
        assert torch.equal(torch.cat([x for x, _ in mine]), whole[0])
        assert torch.equal(torch.cat([y for _, y in mine]), whole[1])


def test_one_batch_leaves_the_epochs_as_they_are():
    loader, other = _shuffled(), _shuffled()
    loader.one_batch(), loader.peek(1)
    assert loader.peek(1)[0].shape == (1, 4)
    assert [x.tolist() for x, _ in loader] == [x.tolist() for x, _ in other]


def test_a_change_to_a_batch_changes_no_other():
    loader = LMDataLoader(TEXTS, bs=2, seq_len=4)
    x, y = next(iter(loader))
    x.zero_()
    assert y[0].tolist() == [1, 2, 3, 4]
    assert next(iter(loader))[0][0].tolist() == [0, 1, 2, 3]


def test_batch_transforms_run():
    loader = LMDataLoader(TEXTS, bs=2, seq_len=4, after_batch=lambda x: x + 100)
    assert next(iter(loader))[0][0].tolist() == [100, 101, 102, 103]


def test_rows_are_told_by_the_text_they_begin_in():
    loader = LMDataLoader(TEXTS, bs=3, seq_len=5)
    assert loader.texts_of(0, 0).tolist() == [0, 2, 4]  # tokens 0, 13, 26
    assert loader.texts_of(0, 1).tolist() == [0, 2, 4]  # tokens 5, 18, 31


def test_a_stream_on_disk_gives_the_same(tmp_path):
    TokenStream.of(TEXTS).save(tmp_path / "corpus")
    stream = TokenStream.open(tmp_path / "corpus")
    assert isinstance(stream.ids, np.memmap) and len(stream) == 5 and stream[1].tolist() == [7, 8]
    loader = LMDataLoader(stream, bs=2, seq_len=4, shuffle=True, seed=1)
    assert [x.tolist() for x, _ in loader] == [x.tolist() for x, _ in _shuffled()]
    assert np.array_equal(stream.in_order([4, 0], most_in_memory=3), stream.in_order([4, 0]))


def test_a_stream_that_is_not_whole_is_told(tmp_path):
    with pytest.raises(DataError, match="no stream of tokens to read"):
        TokenStream.open(tmp_path / "none")
    TokenStream.of(TEXTS).save(tmp_path / "corpus")
    np.save(tmp_path / "corpus.ids.npy", np.arange(3, dtype=np.int32))
    with pytest.raises(DataError, match="not whole: 3 ids of 40"):
        TokenStream.open(tmp_path / "corpus")


def test_the_book_reads_numbers_and_other_loaders_share_the_stream():
    loader = LMDataLoader([list(text) for text in TEXTS], bs=2)
    assert next(iter(LMDataLoader(TEXTS, bs=2)))[0].shape == (2, 19)
    assert loader.new(seq_len=3).seq_len == 3 and loader.new(bs=4).bs == 4
    assert len(loader.stream_of_texts) == 5
    assert loader.new(shuffle=True).stream_of_texts is loader.stream_of_texts
    assert loader.new(TEXTS[:2]).n_tokens == 9


@pytest.mark.parametrize(
    "act, error, message",
    [
        (lambda: LMDataLoader(TEXTS, seq_len=0), ValueError, "seq_len.*0"),
        (lambda: LMDataLoader(TEXTS, before_batch=len), DataError, "one stream.*before_batch"),
        (lambda: list(LMDataLoader([[1, 2]], bs=4)), DataError, r"There are 2 tokens in 1 texts.*bs=4.*Try bs=1"),
        (lambda: list(LMDataLoader([], bs=4)), DataError, "There are 0 tokens in 0 texts"),
        (lambda: list(LMDataLoader(["text"], bs=1)), TypeError, "whole numbers.*Numericalize"),
        (lambda: LMDataLoader(TEXTS, sequence=3), TypeError, "LMDataLoader.*sequence"),
    ],
)
def test_bad_input_is_told(act, error, message):
    with pytest.raises(Exception, match=message) as caught:
        act()
    assert isinstance(caught.value, error) or isinstance(caught.value.__cause__, error)


def test_the_padding_is_where_the_vocabulary_has_it():
    assert pad_id_in(["xxunk", "a", "xxpad"]) == 2 and pad_id_in([["xxpad"], ["pos"]]) == 0
    assert pad_id_in(None) == pad_id_in(["a"]) == 1
    assert LMDataLoader(Datasets(TEXTS, [[lambda t: t]])).pad_id == 1


def test_without_any_token_a_smaller_batch_is_no_remedy():
    with pytest.raises(DataError, match=r"0 tokens in 0 texts.*Try more text, or keep less of it for validation"):
        next(iter(LMDataLoader([], bs=2, seq_len=4)))
