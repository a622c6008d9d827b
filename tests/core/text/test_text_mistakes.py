"""Mistakes with texts: each is met with a message that says what was expected and what to try."""

from __future__ import annotations

import pandas as pd
import pytest
from fastlearn.data import CategoryBlock, ColReader, DataBlock
from fastlearn.data.problems import DataError
from fastlearn.text.awd_lstm import AWD_LSTM
from fastlearn.text.blocks import TextBlock
from fastlearn.text.learner import language_model_learner, text_classifier_learner
from fastlearn.text.loaders import TextDataLoaders
from fastlearn.text.pieces import BaseTokenizer
from fastlearn.text.subword_tokenizer import SubwordTokenizer
from fastlearn.text.tokenizer import Tokenizer
from fastlearn.text.word_tokenizer import WordTokenizer

SMALL = {"emb_sz": 8, "n_hid": 10, "n_layers": 1}
MAKERS = [language_model_learner, text_classifier_learner]


@pytest.fixture
def reviews():
    return pd.DataFrame({"text": ["a good film", "a bad film"] * 10, "label": ["good", "bad"] * 10})


@pytest.fixture
def dls_lm(reviews):
    return TextDataLoaders.from_df(reviews, text_col="text", is_lm=True, bs=2, seq_len=4, seed=0)


@pytest.fixture
def dls(reviews):
    return TextDataLoaders.from_df(reviews, text_col="text", label_col="label", bs=4, seed=0)


def test_loaders_of_the_other_task_are_told(dls_lm, dls):
    with pytest.raises(TypeError, match=r"target is the next word.*label_col=.*or language_model_learner"):
        text_classifier_learner(dls_lm, AWD_LSTM, config=SMALL, pretrained=False)
    with pytest.raises(TypeError, match=r"target of its own.*is_lm=True.*or text_classifier_learner"):
        language_model_learner(dls, AWD_LSTM, config=SMALL, pretrained=False)


@pytest.mark.parametrize("name", ["AWD_LSTM", "awd_lstm"])
@pytest.mark.parametrize("make", MAKERS)
def test_an_architecture_in_quotes_is_told(dls, dls_lm, make, name):
    with pytest.raises(TypeError, match=rf"got the text '{name}'. Try AWD_LSTM, without the quotes"):
        make(dls if make is text_classifier_learner else dls_lm, name)


@pytest.mark.parametrize("tok", [WordTokenizer(), BaseTokenizer(), SubwordTokenizer(vocab_sz=40)])
def test_one_text_in_the_place_of_several_is_told(tok):
    if isinstance(tok, SubwordTokenizer):
        tok.setup(["a good film", "a bad film"] * 10)
    with pytest.raises(TypeError, match=r"several texts, but got one: 'Hello there\.'. Try .*\[text\].*Tokenizer\("):
        next(iter(tok("Hello there.")))
    assert Tokenizer(WordTokenizer())("Hello")[-1] == "hello"


def test_a_number_of_words_for_a_classifier_is_told(dls):
    learn = text_classifier_learner(dls, AWD_LSTM, config=SMALL, pretrained=False)
    with pytest.raises(DataError, match=r"`rm_type_tfms` is how many of the first 2 steps to leave out, but got 40"):
        learn.predict("The film", 40)


def test_numbers_that_are_taken_for_classes_are_told(reviews):
    with pytest.raises(DataError, match=r"validation set but not in the training.*numbers.*RegressionBlock"):
        TextDataLoaders.from_df(reviews.assign(label=[i / 20 for i in range(20)]), text_col="text", label_col="label")


def test_a_table_without_rows_is_told(reviews):
    with pytest.raises(DataError, match=r"The table has no rows, only the columns 'text', 'label'"):
        TextDataLoaders.from_df(reviews[:0], text_col="text", label_col="label")
    block = DataBlock((TextBlock.from_df("text"), CategoryBlock), get_x=ColReader("text"), get_y=ColReader("label"))
    with pytest.raises(DataError, match=r"There are no items: got an empty list. Look at the call that made it"):
        block.dataloaders([])


def test_a_missing_text_is_told_once(reviews):
    with pytest.raises(DataError) as told:
        TextDataLoaders.from_df(reviews.assign(text=reviews.text.where(reviews.index != 3)), text_col="text")
    assert str(told.value).count("row 3") == 1 and "1 of 20 items" in str(told.value)
