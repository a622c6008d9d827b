"""Tokens of frames, files of tables, and folders of files."""

from __future__ import annotations

import json
from collections import Counter

import pandas as pd
import pytest
from fastlearn.data.problems import DataError
from fastlearn.text.subword_tokenizer import SubwordTokenizer
from fastlearn.text.tokenize_files import tokenize_files, tokenize_folder
from fastlearn.text.tokenize_tables import load_tokenized_csv, tokenize_csv, tokenize_df, tokenize_texts

DF = pd.DataFrame({"title": ["One", "Two"], "body": ["some text", "Other text, longer"], "label": ["a", "b"]})


def test_texts():
    assert [list(tokens) for tokens in tokenize_texts(["A b", "c"])] == [["xxbos", "a", "b"], ["xxbos", "c"]]
    assert len(tokenize_texts(iter(["A b", "c"]))) == 2
    with pytest.raises(DataError, match="read twice"):
        tokenize_texts(iter(["a"]), tok=SubwordTokenizer())
    with pytest.raises(DataError, match=r"list of texts, but got one.*\[text\]"):
        tokenize_texts("hello")
    with pytest.raises(DataError, match="the one at 1 is"):
        tokenize_texts(["a", None])


def test_a_frame_gets_tokens_in_the_place_of_its_texts():
    made, counter = tokenize_df(DF, "body")
    assert list(made) == ["title", "label", "text", "text_length"]
    assert made.text.tolist()[0] == ["xxbos", "some", "text"] and made.text_length.tolist() == [3, 6]
    assert counter == Counter(token for tokens in made.text for token in tokens)
    assert list(DF) == ["title", "body", "label"]  # the caller's stays
    both, _ = tokenize_df(DF, ["title", "body"], tok_text_col="tokens")
    assert both.tokens[0] == ["xxbos", "xxfld", "1", "xxmaj", "one", "xxfld", "2", "some", "text"]
    with pytest.raises(DataError, match=r"Row 1 .*There is no text in \['body'\].*NaN.*dropna"):
        tokenize_df(DF.assign(body=["a", None]), "body")
    with pytest.raises(DataError, match=r"Row 0 .*str, but got bytes.*decode"):
        tokenize_df(DF.assign(body=[b"a", "b"]), "body")
    with pytest.raises(DataError, match=r"those of a table, but got list"):
        tokenize_df(["a"], "body")


@pytest.mark.parametrize("chunksize", [1, 50000])
def test_a_file_of_a_table_there_and_back(tmp_path, chunksize):
    DF.to_csv(tmp_path / "texts.csv", index=False)
    made = tokenize_csv(tmp_path / "texts.csv", "body", chunksize=chunksize)
    assert made == tmp_path / "texts_tok.csv"
    df, counter = load_tokenized_csv(made)
    expected, counts = tokenize_df(DF, "body")
    pd.testing.assert_frame_equal(df, expected, check_dtype=False)
    assert counter == counts
    assert sorted(path.name for path in tmp_path.iterdir()) == ["texts.csv", "texts_tok.counter.json", "texts_tok.csv"]


@pytest.mark.parametrize("tok", [SubwordTokenizer, SubwordTokenizer(vocab_sz=40)])
def test_pieces_are_learnt_once_from_all_rows(tmp_path, tok):
    texts = ["walking talking"] * 20 + ["painting cleaning"] * 20
    pd.DataFrame({"text": texts}).to_csv(tmp_path / "texts.csv", index=False)
    df, _ = load_tokenized_csv(tokenize_csv(tmp_path / "texts.csv", "text", tok=tok, rules=[], chunksize=10))
    assert "xxunk" not in {token for tokens in df.text for token in tokens}
    assert len({tuple(tokens) for tokens in df.text}) == 2  # each text always splits alike


def test_a_table_without_rows_gives_one_without_rows(tmp_path):
    (tmp_path / "head.csv").write_text("text,label\n")
    df, counter = load_tokenized_csv(tokenize_csv(tmp_path / "head.csv", "text"))
    assert list(df) == ["label", "text", "text_length"] and len(df) == 0 == len(counter)


def test_files_that_are_no_table_are_told(tmp_path):
    with pytest.raises(DataError, match=r"no file .*none\.csv"):
        tokenize_csv(tmp_path / "none.csv", "text")
    with pytest.raises(DataError, match=r"no file .*none\.csv"):
        load_tokenized_csv(tmp_path / "none.csv")
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(DataError, match=r"empty\.csv.*cannot be read as a CSV table"):
        tokenize_csv(tmp_path / "empty.csv", "text")
    (tmp_path / "latin.csv").write_bytes("text\ncafé\n".encode("latin-1"))
    with pytest.raises(DataError, match=r"not a table in utf-8: byte \d+ is 0xe9"):
        tokenize_csv(tmp_path / "latin.csv", "text")
    df, _ = load_tokenized_csv(tokenize_csv(tmp_path / "latin.csv", "text", encoding="latin-1"))
    assert df.text[0] == ["xxbos", "café"]


def test_an_error_in_the_middle_of_a_table_leaves_no_half_file(tmp_path):
    DF.assign(body=["a", None]).to_csv(tmp_path / "texts.csv", index=False)
    with pytest.raises(DataError):
        tokenize_csv(tmp_path / "texts.csv", "body", chunksize=1)
    assert [path.name for path in tmp_path.iterdir()] == ["texts.csv"]
    with pytest.raises(DataError, match=r"cannot be read.*tokenising again"):
        (tmp_path / "x.csv").write_text("text\na b\n")
        load_tokenized_csv(tmp_path / "x.csv")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "texts" / "pos").mkdir(parents=True)
    (tmp_path / "texts" / "a.txt").write_text("First text")
    (tmp_path / "texts" / "pos" / "b.txt").write_text("second\nline é", encoding="utf-8")
    (tmp_path / "texts" / "c.md").write_text("no text file")
    return tmp_path / "texts"


def test_a_folder_gives_a_folder_of_tokens_and_counts(folder):
    made = tokenize_folder(folder)
    assert made == folder.parent / "texts_tok"
    assert (made / "a.txt").read_text() == "xxbos xxmaj first text"
    assert (made / "pos" / "b.txt").read_text(encoding="utf-8") == "xxbos second \n line é"
    assert json.loads((made / "lengths.json").read_text()) == {"a.txt": 4, "pos/b.txt": 5}
    assert json.loads((made / "counter.json").read_text())["xxbos"] == 2
    assert not (made / "c.md").exists()


def test_what_is_done_is_not_done_again_unless_something_changed(folder):
    made = tokenize_folder(folder)
    (made / "a.txt").write_text("mark")
    tokenize_folder(folder)
    assert (made / "a.txt").read_text() == "mark"
    tokenize_folder(folder, rules=[])
    assert (made / "a.txt").read_text() == "First text"
    (folder / "a.txt").write_text("Longer now")
    tokenize_folder(folder, rules=[])
    assert (made / "a.txt").read_text() == "Longer now"


def test_files_that_are_no_text_are_told(folder):
    (folder / "a.txt").write_bytes(b"\xff")
    with pytest.raises(DataError, match=r"a\.txt.*utf-8.*0xff"):
        tokenize_folder(folder)
    with pytest.raises(DataError, match="one name for each of 1 files, but there are 2"):
        tokenize_files([folder / "a.txt"], folder, folder / "out", ["a", "b"])
