"""The step from texts, files and rows to tokens, alone and set up on a corpus."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pandas as pd
import pytest
from fastlearn.data.datasets import TfmdLists
from fastlearn.data.problems import DataError
from fastlearn.text.pieces import BaseTokenizer
from fastlearn.text.rules import lowercase
from fastlearn.text.subword_tokenizer import SubwordTokenizer
from fastlearn.text.tokenizer import Tokenizer
from fastlearn.text.vocab import Numericalize
from fastlearn.text.word_tokenizer import WordTokenizer


@pytest.fixture
def files(tmp_path):
    for name, text in {"a.txt": "First text", "b.txt": "second\r\nline", "c.txt": "\ufeffThird"}.items():
        (tmp_path / name).write_bytes(text.encode())
    return [tmp_path / name for name in ("a.txt", "b.txt", "c.txt")]


def test_a_string_a_file_and_a_row_are_texts(files):
    step = Tokenizer(WordTokenizer())
    assert step("First text") == ["xxbos", "xxmaj", "first", "text"] == step(files[0])
    assert step(files[1]) == ["xxbos", "second", "\n", "line"]
    assert step(files[2])[1:] == ["xxmaj", "third"]
    row = pd.DataFrame({"title": ["Ab"], "body": ["cd"]}).iloc[0]
    assert Tokenizer.from_df("body")(row) == ["xxbos", "cd"]
    assert Tokenizer.from_df(["title", "body"])(row)[1:] == ["xxfld", "1", "xxmaj", "ab", "xxfld", "2", "cd"]
    assert Tokenizer.from_df(["title", "body"], mark_fields=False)(row)[1:] == ["xxmaj", "ab", "cd"]


def test_a_class_and_a_function_are_tokenisers_too():
    assert Tokenizer(BaseTokenizer)("a b") == ["xxbos", "a", "b"]
    assert Tokenizer(lambda texts: (list(text) for text in texts), rules=[str.upper])("ab") == ["A", "B"]
    with pytest.raises(TypeError, match=r"function from texts.*WordTokenizer\(\)"):
        Tokenizer("words")


def test_own_rules_take_the_place_of_the_usual_ones():
    assert Tokenizer(rules=[])("Hello THERE") == ["Hello", "THERE"]
    assert Tokenizer(rules=[lowercase], post_rules=[lambda t: t[:3]])("Hello")[1:] == ["hel"]


def test_a_corpus_is_tokenised_once_and_found_again(files, monkeypatch):
    step = Tokenizer()
    items = TfmdLists(files, [step])
    [used] = items.tfms
    assert len(used.corpus) == 3
    monkeypatch.setattr("fastlearn.text.tokenizer.text_of", None)  # no file is read a second time
    assert items[1] == ["xxbos", "second", "\n", "line"]
    assert np.shares_memory(items[0].ids, used.corpus.ids)


def test_equal_texts_are_tokenised_once():
    items = TfmdLists(["same", "same", "other"], [Tokenizer()])
    assert len(items.tfms[0].corpus) == 2
    assert [list(tokens)[1] for tokens in items] == ["same", "same", "other"]


def test_subwords_are_learnt_from_the_training_texts_only():
    texts = ["walking talking jumping walks talks jumps"] * 8 + ["zyzzyva quux"] * 2
    items = TfmdLists(texts, [Tokenizer(SubwordTokenizer(vocab_sz=40))], splits=[range(8), range(8, 10)])
    assert "".join(items[0]).startswith("xxbos▁walk")
    assert "xxunk" in list(items[9])  # letters of the validation texts were never seen


def test_files_that_are_no_text_are_left_out_and_told(files):
    files[1].write_bytes(b"caf\xe9")
    with pytest.warns(UserWarning, match=r"1 of 3 files cannot be read.*b\.txt.*utf-8.*byte 3 is 0xe9.*latin-1"):
        items = TfmdLists(files, [Tokenizer()])
    assert items[0] and items[2]
    with pytest.raises(DataError, match=r"b\.txt"):
        items[1]
    with pytest.warns(UserWarning, match="1 of 3 files"):
        numbered = TfmdLists(files, [Tokenizer(), Numericalize(min_freq=1)])
    assert len(numbered[0]) and len(numbered[2])
    assert Tokenizer(encoding="latin-1")(files[1]) == ["xxbos", "café"]


def test_a_folder_without_any_text_is_an_error(files):
    for file in files:
        file.write_bytes(b"\xff\xfe\xff")
    with pytest.raises(DataError, match=r"3 of 3 items have no text"):
        TfmdLists(files, [Tokenizer()])


def test_missing_texts_are_counted_and_the_first_is_named():
    df = pd.DataFrame({"text": ["a", None, float("nan"), "b"], "other": ["x"] * 4})
    with pytest.raises(DataError, match=r"2 of 4 items have no text. The first: .* in row 1.*NaN.*dropna"):
        TfmdLists(df, [Tokenizer.from_df("text")])
    both = Tokenizer.from_df(["text", "other"], mark_fields=False)
    assert both(df.iloc[1]) == ["xxbos", "x"]  # one of several columns may be missing


@pytest.mark.parametrize(
    "item, message",
    [
        (float("nan"), "missing.*dropna"),
        (None, "missing"),
        (b"bytes", r"bytes.*decode\('utf-8'\)"),
        (3, "a text is a str.*int 3"),
    ],
)
def test_what_is_no_text_is_told(item, message):
    with pytest.raises(DataError, match=f"(?i){message}"):
        Tokenizer()(item)


def test_an_unknown_encoding_and_folder_are_told(files, tmp_path):
    with pytest.raises(DataError, match="no text encoding 'utf-9'"):
        Tokenizer(encoding="utf-9")
    with pytest.raises(DataError, match="no folder"):
        Tokenizer.from_folder(tmp_path / "missing")


@pytest.mark.parametrize("remake", [copy.deepcopy, lambda step: pickle.loads(pickle.dumps(step))])
def test_a_copy_gives_the_same(remake):
    step = Tokenizer()
    step.setup(["one text", "another"])
    assert remake(step)("one text") == step("one text")


def test_tokens_pass_through():
    step = Tokenizer()
    assert step(["already", "tokens"]) == ["already", "tokens"]
    assert step(step("a")) == ["xxbos", "a"]


def test_empty_texts_and_one_word():
    items = TfmdLists(["", "word"], [Tokenizer()])
    assert [list(tokens) for tokens in items] == [["xxbos"], ["xxbos", "word"]]
