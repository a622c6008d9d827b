"""Texts from folders, tables and files to batches, and through a learner; how they are shown."""

from __future__ import annotations

import html
import re

import numpy as np
import pandas as pd
import pytest
import torch
from fastlearn.bundle import load_learner
from fastlearn.data import (
    CategoryBlock,
    ColReader,
    ColSplitter,
    DataBlock,
    RandomSplitter,
    RegressionBlock,
    get_text_files,
    parent_label,
)
from fastlearn.data.problems import DataError
from fastlearn.text.blocks import TextBlock
from fastlearn.text.lm_loader import LMDataLoader
from fastlearn.text.loaders import TextDataLoaders, text_part, text_vocab
from fastlearn.text.show import TextTable
from fastlearn.text.sorted_loader import SortedDL
from fastlearn.text.special import SPECIAL_TOKENS
from fastlearn.text.subword_tokenizer import SubwordTokenizer
from fastlearn.train.learner import Learner
from torch import nn

GOOD, BAD = "what a lovely great good film", "an awful bad dull poor film"


def frame(n=40):
    rng = np.random.default_rng(0)
    rows = []
    for i in range(n):
        words = (GOOD if i % 2 else BAD).split()
        text = " ".join(rng.choice(words, size=int(rng.integers(3, 15))))
        rows.append((text.capitalize(), ["neg", "pos"][i % 2], i % 5 == 0, "a;b" if i % 2 else "a", float(i), i % 2))
    return pd.DataFrame(rows, columns=["text", "label", "is_valid", "tags", "score", "hot"])


class BagOfWords(nn.Module):
    """The mean of the words' vectors, padding left out."""

    def __init__(self, n_words: int, n_out: int, pad: int = 1) -> None:
        super().__init__()
        self.n_words, self.n_out, self.pad = n_words, n_out, pad
        self.words, self.out = nn.Embedding(n_words, 16), nn.Linear(16, n_out)

    def forward(self, x):  # (B, L)
        real = (x != self.pad).unsqueeze(-1)
        return self.out((self.words(x) * real).sum(1) / real.sum(1).clamp(min=1))


def from_df(**options):
    settings = {"text_col": "text", "label_col": "label", "valid_col": "is_valid", "bs": 8, "seed": 1, **options}
    return TextDataLoaders.from_df(frame(), **settings)


def test_a_table_gives_texts_and_labels():
    dls = from_df()
    x, y = dls.one_batch()
    assert isinstance(dls.train, SortedDL) and dls.train.seq_len == 72 and dls.train.pad_id == 1
    assert x.dtype == torch.int64 and x.shape[0] == len(y) == 8 and (x[:, 0] == 2).all()
    tokens, classes = dls.vocab
    assert tokens[:9] == SPECIAL_TOKENS and list(classes) == ["neg", "pos"] and dls.c == 2
    assert dls.kinds == ("text", "category") and text_vocab(dls) == tokens
    assert len(dls.train_ds) == 32 and len(dls.valid_ds) == 8
    assert text_part(dls)("A film").tolist() == [2, 0 if "a" not in tokens else tokens.index("a"), tokens.index("film")]


def test_a_table_gives_a_language_model():
    dls = from_df(is_lm=True, seq_len=5, bs=4)
    x, y = dls.one_batch()
    assert isinstance(dls.train, LMDataLoader) and x.shape == y.shape == (4, 5) and dls.train.seq_len == 5
    assert dls.vocab == text_vocab(dls) and isinstance(dls.vocab[0], str)
    assert dls.kinds == ("text", "text") and dls.c == len(dls.vocab)
    assert type(dls.loss_func).__name__ == "CrossEntropyLossFlat"
    assert len(dls.valid_ds) == 8 and torch.equal(dls.valid.one_batch()[0][:, 1:], dls.valid.one_batch()[1][:, :-1])


def test_the_vocabulary_comes_from_the_training_texts_or_from_the_caller():
    assert "lovely" in from_df().vocab[0]
    dls = from_df(text_vocab=["xxunk", "a", "xxpad", "film"])
    assert dls.vocab[0] == ["xxunk", "a", "xxpad", "film"] and dls.train.pad_id == 2
    assert set(dls.one_batch()[0].unique().tolist()) <= {0, 1, 2, 3}
    with pytest.raises(DataError, match=r"vocab=dls.vocab\[0\]"):
        from_df(text_vocab=from_df().vocab)


def test_several_labels_numbers_and_blocks_of_the_callers():
    _, y = from_df(label_col="tags", label_delim=";").one_batch()
    assert y.shape == (8, 2) and y.dtype == torch.float32
    assert from_df(label_col=["score", "score"]).one_batch()[1].shape == (8, 2)
    assert from_df(label_col="score", y_block=RegressionBlock).one_batch()[1].shape == (8,)
    df = frame().assign(cold=lambda df: 1 - df.hot)
    hot = TextDataLoaders.from_df(df, text_col="text", label_col=["hot", "cold"], bs=8, seed=1)
    assert hot.one_batch()[1].shape == (8, 2) and hot.kinds[1] == "multicategory"


def test_several_text_columns_are_one_text():
    dls = from_df(text_col=["label", "text"])
    first = dls.train.decode_batch(dls.one_batch(), 1)[0][0].tokens
    assert first[:3] == ["xxbos", "xxfld", "1"] and "xxfld" in first[3:]
    block = DataBlock(blocks=(TextBlock.from_df(["label", "text"]), CategoryBlock), get_x=ColReader("text"),
                      get_y=ColReader("label"), splitter=ColSplitter("is_valid"))  # fmt: skip
    again = block.dataloaders(frame(), bs=8, seed=1)
    assert again.train.decode_batch(again.one_batch(), 1)[0][0].tokens[:3] == ["xxbos", "xxfld", "1"]


def test_backwards_is_the_mirror_image():
    ahead, back = from_df(shuffle=False), from_df(shuffle=False, backwards=True)
    for (x, _), (z, _) in zip(ahead.valid, back.valid, strict=True):
        for row, mirrored in zip(x, z, strict=True):
            assert row[row != 1].flip(0).tolist() == mirrored[mirrored != 1].tolist()
    assert back.train.decode_batch(back.one_batch(), 1)[0][0].tokens[0] == "xxbos"


def test_a_file_of_a_table(tmp_path):
    frame().to_csv(tmp_path / "labels.csv", index=False)
    dls = TextDataLoaders.from_csv(tmp_path, text_col="text", label_col="label", valid_col="is_valid", bs=8)
    assert len(dls.train_ds) == 32 and dls.path == tmp_path
    (tmp_path / "latin.csv").write_bytes("text,label\ncaf\xe9,a\n".encode("latin-1"))
    with pytest.raises(DataError, match=r"latin\.csv.*utf-8.*0xe9.*latin-1"):
        TextDataLoaders.from_csv(tmp_path, "latin.csv")


@pytest.fixture
def folder(tmp_path):
    for i, (text, label, valid, *_) in enumerate(frame().itertuples(index=False)):
        path = tmp_path / "texts" / ("valid" if valid else "train") / label
        path.mkdir(parents=True, exist_ok=True)
        (path / f"{i}.txt").write_text(text)
    return tmp_path / "texts"


def test_a_folder_gives_what_the_table_gives(folder):
    dls = TextDataLoaders.from_folder(folder, bs=8, seed=1)
    assert len(dls.train_ds) == 32 and sorted(dls.vocab[0]) == sorted(from_df().vocab[0])
    assert len(TextDataLoaders.from_folder(folder, valid_pct=0.5, bs=8, seed=1).valid_ds) == 20
    lm = TextDataLoaders.from_folder(folder, is_lm=True, bs=4, seq_len=6)
    assert lm.one_batch()[0].shape == (4, 6) and len(lm.valid_ds) == 8
    with pytest.raises(DataError, match=r"no 'test'.*\['train', 'valid'\]"):
        TextDataLoaders.from_folder(folder, valid="test")


def test_the_chapter_of_the_book(folder):
    lm = DataBlock(
        blocks=TextBlock.from_folder(folder, is_lm=True), get_items=get_text_files, splitter=RandomSplitter(0.1, seed=0)
    ).dataloaders(folder, path=folder, bs=4, seq_len=8)
    classes = DataBlock(
        blocks=(TextBlock.from_folder(folder, vocab=lm.vocab), CategoryBlock), get_y=parent_label,
        get_items=get_text_files, splitter=RandomSplitter(0.1, seed=0),
    ).dataloaders(folder, path=folder, bs=8, seq_len=72)  # fmt: skip
    assert lm.train.seq_len == 8 and classes.vocab[0] == lm.vocab and classes.train.seq_len == 72
    with pytest.raises(TypeError, match=r"seq_le.*Did you mean 'seq_len'"):
        DataBlock(blocks=TextBlock(is_lm=True)).dataloaders(["a"], seq_le=8)


def test_subwords_all_the_way():
    dls = from_df(tok_tfm=SubwordTokenizer(vocab_sz=60))
    assert any(token.startswith("▁") for token in dls.vocab[0])
    assert str(dls.train.decode_batch(dls.one_batch(), 1)[0][0])[0].isupper()


def test_a_learner_learns_predicts_and_comes_back_from_a_bundle(tmp_path):
    dls = from_df()
    learn = Learner(dls, BagOfWords(len(dls.vocab[0]), 2), metrics=[], path=tmp_path, seed=0)
    with learn.no_bar(), learn.no_logging():
        learn.fit(6, 0.05)
        preds, targets = learn.get_preds()
    assert (preds.argmax(1) == targets).float().mean() == 1
    assert [str(dls.vocab[1][t]) for t in targets] == frame().label[frame().is_valid].tolist()  # in the table's order
    label, _, probs = learn.predict("What a lovely, good film!")
    assert label == "pos" and probs.argmax() == 1
    many = learn.predict(["so dull and poor", GOOD, BAD * 3])
    assert [one[0] for one in many] == ["neg", "pos", "neg"]
    other = load_learner(learn.export("texts.zip"), trust=[BagOfWords])
    again = other.predict("What a lovely, good film!")
    assert again[0] == "pos" and torch.allclose(again[2], probs)
    assert text_vocab(other.dls) == dls.vocab[0]


def test_more_new_texts_than_a_batch_holds_are_predicted():
    dls = from_df()
    learn = Learner(dls, BagOfWords(len(dls.vocab[0]), 2), metrics=[], seed=0)
    texts = [GOOD + " film" * (i % 7) for i in range(20)]
    assert len(learn.predict(texts)) == 20


def test_new_rows_texts_and_files_are_items(folder):
    dls = from_df()
    assert next(iter(dls.test_dl(frame().head(3))))[0].shape[0] == 3
    assert next(iter(dls.test_dl("one text")))[0].shape[0] == 1
    files = TextDataLoaders.from_folder(folder, bs=8, seed=1)
    some = get_text_files(folder)[:2]
    assert next(iter(files.test_dl(some)))[0].shape[0] == 2
    assert next(iter(files.test_dl(["a text // with slashes"])))[0].shape[1] > 4  # a text, no path


def test_markup_in_a_text_is_shown_as_text(capsys):
    df = frame()
    df["text"] = "<script>alert('x')</script> & <b>bold</b> text"
    dls = TextDataLoaders.from_df(df, text_col="text", label_col="label", valid_col="is_valid", bs=8, seed=1)
    dls.show_batch(max_n=2)
    assert "script" in capsys.readouterr().out
    page = TextTable(["text", "<i>"], [["<script>alert('x')</script>", '"&"']])._repr_html_()
    assert "<script" not in page and "<i>" not in page
    assert html.unescape(re.findall(r"<td[^>]*>(.*?)</td>", page)[0]) == "<script>alert('x')</script>"


def test_a_batch_is_shown_readable_and_as_tokens(capsys):
    dls = from_df()
    dls.show_batch(max_n=3)
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].split() == ["text", "category"] and len(shown) == 4 and "xxmaj" not in shown[1]
    dls.show_batch(max_n=1, as_tokens=True)
    assert "xxbos xxmaj" in capsys.readouterr().out
    dls.show_batch(max_n=1, trunc_at=2)
    assert "…" in capsys.readouterr().out
    from_df(is_lm=True, seq_len=5, bs=4).show_batch(max_n=2)
    assert capsys.readouterr().out.splitlines()[0].split() == ["text", "next"]


def test_results_are_shown_beside_their_targets(capsys):
    dls = from_df()
    learn = Learner(dls, BagOfWords(len(dls.vocab[0]), 2), metrics=[], seed=0)
    learn.show_results(max_n=2)
    assert capsys.readouterr().out.splitlines()[-3].split() == ["text", "category", "prediction"]


@pytest.mark.parametrize(
    "options, message",
    [
        ({"text_col": "body"}, r"no column 'body'.*'text', 'label'"),
        ({"text_col": 77}, r"no column 77"),
        ({"label_col": "lable"}, r"no column 'lable'"),
    ],
)
def test_columns_that_are_not_there_are_told(options, message):
    with pytest.raises(DataError, match=message):
        from_df(**options)


def test_texts_that_a_model_cannot_read_any_tokens_of_are_refused():
    with pytest.raises(ValueError, match=r"`seq_len` is how many tokens.*got 0"):
        TextDataLoaders.from_df(frame(), text_col="text", label_col="label", seq_len=0)
    with pytest.raises(DataError, match=r"those of a table, but got list.*DataFrame"):
        TextDataLoaders.from_df([1, 2])


def test_a_misspelt_argument_is_told():
    with pytest.raises(TypeError, match=r"TextDataLoaders.from_df.*text_cols.*Did you mean 'text_col'"):
        TextDataLoaders.from_df(frame(), text_cols="text")


def test_missing_texts_are_told_before_training():
    df = frame()
    df.loc[3, "text"] = None
    with pytest.raises(DataError, match=r"1 of 40 items have no text. The first: There is no text in row 3"):
        TextDataLoaders.from_df(df, text_col="text", label_col="label")


def test_scripts_and_signs_of_all_kinds_go_through():
    df = pd.DataFrame({"text": ["", "word", "😀😀😀 :-)", "مرحبا بالعالم", "שלום", "日本語", "a\0b", "x" * 10**5] * 3,
                       "label": list("ab") * 12})  # fmt: skip
    dls = TextDataLoaders.from_df(df, bs=4, seed=0, valid_pct=0.25)
    assert all((x[:, 0] == 2).all() for x, _ in dls.train)
    dls.train.decode_batch(dls.one_batch())
