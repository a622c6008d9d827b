"""Pieces of words learnt from a corpus, by the Rust library, and by the libraries that are extras."""

from __future__ import annotations

import json
import pickle
import random

import pytest
from fastlearn.text.encode import TextEncoder
from fastlearn.text.recipe import encoder_of, recipe_of
from fastlearn.text.subword_tokenizer import SubwordTokenizer, vocab_size_for
from fastlearn.text.tokenize_corpus import tokenize_corpus
from fastlearn.text.tokenizer import Tokenizer

STEMS = ["walk", "talk", "play", "jump", "look", "help", "cook", "work", "paint", "clean"]
ENDS = ["", "s", "ed", "ing", "er", "ers"]


@pytest.fixture(scope="module")
def texts():
    rng = random.Random(0)
    return [" ".join(rng.choice(STEMS) + rng.choice(ENDS) for _ in range(20)) for _ in range(200)]


@pytest.mark.parametrize("model_type", ["unigram", "bpe"])
def test_pieces_are_learnt_and_put_together_again(texts, model_type):
    tok = SubwordTokenizer(vocab_sz=60, model_type=model_type).setup(texts)
    pieces = next(tok(["walking painters"]))
    assert pieces[0].startswith("▁") and len(pieces) > 2
    assert tok.join(pieces) == "walking painters"
    assert "UNK" not in "".join(pieces)


@pytest.mark.parametrize("model_type", ["unigram", "bpe"])
def test_special_tokens_stay_whole(texts, model_type):
    step = Tokenizer(SubwordTokenizer(vocab_sz=60, model_type=model_type))
    step.tok.setup(texts, step._encoder.rules)
    tokens = list(step("Walking PLAYED!!!!"))
    assert tokens[:2] == ["xxbos", "xxmaj"] and {"xxup", "xxrep"} <= set(tokens)
    assert str(step.decode(step("Walking played"))) == "Walking played"


@pytest.mark.parametrize("model_type", ["unigram", "bpe"])
def test_characters_beyond_the_coverage_are_unknown_and_take_no_place(texts, model_type):
    tok = SubwordTokenizer(vocab_sz=60, model_type=model_type, char_coverage=0.999).setup([*texts, "汉字 ß ð ŋ"])
    known = {piece for text in [*texts, "汉字 ß ð ŋ"] for piece in next(tok([text]))}
    assert all(piece.strip("▁").isascii() for piece in known) and "xxunk" in known
    every = SubwordTokenizer(vocab_sz=60, model_type=model_type, char_coverage=1.0).setup([*texts, "汉字 ß ð ŋ"])
    assert "xxunk" not in next(every(["汉字 ß ð ŋ walk"]))


def test_learning_twice_gives_the_same_pieces(texts):
    first, second = (SubwordTokenizer(vocab_sz=60).setup(texts) for _ in range(2))
    assert list(first(texts)) == list(second(texts))


def test_the_size_is_a_quarter_of_the_distinct_words():
    assert vocab_size_for([" ".join(f"w{i}" for i in range(1000))], 30000) == 256  # 250, to a multiple of 8
    assert vocab_size_for(["a b"], 30000) == 29
    assert vocab_size_for([" ".join(f"w{i}" for i in range(1000))], 100) == 100


def test_what_was_learnt_goes_along(texts):
    tok = SubwordTokenizer(vocab_sz=60).setup(texts)
    other = SubwordTokenizer(**json.loads(json.dumps(tok.constructor_arguments())))
    third = encoder_of(recipe_of(TextEncoder(tok))).tok
    assert list(tok(texts)) == list(other(texts)) == list(pickle.loads(pickle.dumps(tok))(texts)) == list(third(texts))


def test_worker_processes_have_the_pieces(texts, monkeypatch):
    tok = SubwordTokenizer(vocab_sz=60).setup(texts)
    here, there = (tokenize_corpus(texts, TextEncoder(tok), n_workers=n, cache=False) for n in (0, 2))
    assert here.ids.tolist() == there.ids.tolist() and here.tokens == there.tokens


@pytest.mark.parametrize(
    "act, message",
    [
        (lambda: SubwordTokenizer()(["a"]), r"learns its pieces.*setup"),
        (lambda: SubwordTokenizer(model_type="wordpiece"), r"unigram.*wordpiece"),
        (lambda: SubwordTokenizer(vocab_sz=5), r"at least 29.*5"),
        (lambda: SubwordTokenizer(state="{}"), r"`state`.*cannot be read"),
        (lambda: SubwordTokenizer().setup(["", " "]), r"no words in the 2 texts"),
    ],
)
def test_bad_input_is_told(act, message):
    with pytest.raises(ValueError, match=message):
        act()


def test_sentencepiece_is_taken_as_it_is(texts):
    pytest.importorskip("sentencepiece", reason="SentencePiece is an extra")
    from fastlearn.text.sentencepiece_tokenizer import SentencePieceTokenizer

    step = Tokenizer(SentencePieceTokenizer(vocab_sz=80))
    step.setup(texts)
    assert list(step("Walking"))[:2] == ["▁xxbos", "▁xxmaj"]
    other = SentencePieceTokenizer(**step.tok.constructor_arguments())
    assert list(other(texts)) == list(step.tok(texts))
    with pytest.raises(ValueError, match="no SentencePiece model yet"):
        SentencePieceTokenizer()(["a"])


def test_a_file_that_is_no_sentencepiece_model_is_told(tmp_path):
    pytest.importorskip("sentencepiece", reason="SentencePiece is an extra")
    from fastlearn.text.sentencepiece_tokenizer import SentencePieceTokenizer

    (tmp_path / "m.model").write_bytes(b"no model")
    with pytest.raises(ValueError, match="no SentencePiece model"):
        SentencePieceTokenizer(sp_model=tmp_path / "m.model")


def test_spacy_is_taken_as_it_is():
    pytest.importorskip("spacy", reason="spaCy is an extra")
    from fastlearn.text.spacy_tokenizer import SpacyTokenizer

    assert list(Tokenizer(SpacyTokenizer("de"))("Das ist z.B. gut.")) == [
        "xxbos", "xxmaj", "das", "ist", "z.b.", "gut", ".",
    ]  # fmt: skip
    again = pickle.loads(pickle.dumps(SpacyTokenizer()))
    assert list(again(["xxbos don't"])) == [["xxbos", "do", "n't"]]
    with pytest.raises(ImportError, match="no tokeniser for 'xx-none'"):
        SpacyTokenizer("xx-none")
