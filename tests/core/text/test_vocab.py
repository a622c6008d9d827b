"""The vocabulary by hand-worked counts, and numbers there and back."""

from __future__ import annotations

import copy
import pickle
import warnings
from collections import Counter

import pytest
import torch
from fastlearn.data.problems import DataError
from fastlearn.text.special import SPECIAL_TOKENS
from fastlearn.text.tokenizer import Tokenizer
from fastlearn.text.vocab import Numericalize, count_tokens, make_vocab


def test_specials_come_first_then_the_frequent_ones_then_fill_up_to_a_multiple_of_8():
    vocab = make_vocab(Counter("aaaabbbcccdde"), min_freq=3)
    assert vocab == [*SPECIAL_TOKENS, "a", "b", "c", *["xxfake"] * 4]  # d and e are too rare


def test_a_multiple_of_8_is_filled_up_by_8():
    assert make_vocab(Counter("abcdefg"), min_freq=1)[-9:] == ["g", *["xxfake"] * 8]


def test_the_largest_size_counts_the_special_tokens():
    vocab = make_vocab(Counter("aaaaabbbbcccddde"), min_freq=1, max_vocab=11)
    assert vocab[:11] == [*SPECIAL_TOKENS, "a", "b"] and set(vocab[11:]) == {"xxfake"}


def test_special_tokens_among_the_counted_ones_stay_in_their_place():
    assert make_vocab(Counter({"xxmaj": 100, "a": 5}), min_freq=1)[:10] == [*SPECIAL_TOKENS, "a"]


def test_other_special_tokens_are_taken():
    assert make_vocab(Counter("aaa"), special_toks=["xxunk", "xxpad"])[:3] == ["xxunk", "xxpad", "a"]


def test_tokens_are_counted_whatever_they_come_in():
    tok = Tokenizer()
    some = [tok("b a b"), ["a", "c"], Tokenizer()("c B")]
    assert count_tokens(some) == Counter({"xxbos": 2, "b": 3, "a": 2, "c": 2})  # a single capital has no mark
    assert list(count_tokens(some))[:3] == ["xxbos", "b", "a"]


def test_numbers_there_and_back():
    tok, num = Tokenizer(), Numericalize(min_freq=1)
    tokens = tok("A good, good day")
    num.setup([tokens])
    ids = num(tokens)
    assert ids.dtype == torch.int64 and ids.shape == (len(tokens),)
    assert num.decode(ids) == tokens
    assert num(list(tokens)).tolist() == ids.tolist()  # plain lists too
    assert num(tok("A bad day")).tolist().count(0) == 1  # an unknown word is xxunk
    assert num.o2i["good"] == num.vocab.index("good") and "xxfake" not in num.o2i


def test_a_vocabulary_without_the_mark_of_unknown_words_says_what_becomes_of_them():
    step = Numericalize(["a", "b"])
    assert step(["b", "a"]).tolist() == [1, 0]
    with pytest.warns(UserWarning, match=r"no 'xxunk'.*such as 'zebra'.*taken for its first, 'a'.*SPECIAL_TOKENS"):
        assert step(["b", "zebra"]).tolist() == [1, 0]
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # it is said once
        step(["lion"])


def test_a_table_that_grows_is_looked_up_again():
    tok, num = Tokenizer(), Numericalize(["xxunk", "xxpad", "new", "old", "xxbos"])
    assert num(tok("old")).tolist() == [4, 3]
    assert num(tok("new old")).tolist() == [4, 2, 3]


def test_padding_and_unknown_are_where_the_vocabulary_has_them():
    num = Numericalize(["a", "xxunk", "xxpad"])
    assert (num.unk_id, num.pad_id) == (1, 2) and num(["z", "a"]).tolist() == [1, 0]


@pytest.mark.parametrize("remake", [copy.copy, lambda step: pickle.loads(pickle.dumps(step))])
def test_a_copy_works_alone(remake):
    num = Numericalize(["xxunk", "a"])
    assert remake(num)(["a"]).tolist() == [1]


@pytest.mark.parametrize(
    "act, message",
    [
        (lambda: Numericalize()(["a"]), r"no vocabulary yet.*setup"),
        (lambda: Numericalize(["a"])("a text"), r"list of tokens.*Tokenizer"),
        (lambda: Numericalize(["a"])([1, 2]), r"list of tokens"),
        (lambda: Numericalize([["a", "b"], ["pos", "neg"]]), r"vocab=dls.vocab\[0\]"),
        (lambda: Numericalize(["a", "b"]).decode(torch.tensor([0, 7])), r"2 tokens.*number 7.*another one"),
        (lambda: Numericalize(["a", "b"]).decode(torch.tensor([-1])), r"number -1"),
    ],
)
def test_bad_input_is_told(act, message):
    with pytest.raises(DataError, match=message):
        act()


def test_empty_text_is_an_empty_row():
    assert Numericalize(["xxunk"])([]).shape == (0,)
