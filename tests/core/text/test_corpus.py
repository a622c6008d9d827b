"""Whole corpora: the same tokens however they are made; what was done once is not done again; bounded memory."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest
from fastlearn.text import tokenize_corpus as module
from fastlearn.text.block_cache import BlockCache
from fastlearn.text.corpus import CorpusBuilder
from fastlearn.text.encode import TextEncoder
from fastlearn.text.pool import TokenizerPool
from fastlearn.text.recipe import digest_of, encoder_of, recipe_of
from fastlearn.text.rules import PROC_RULES, lowercase
from fastlearn.text.token_blocks import TokenBlock, encode_block
from fastlearn.text.tokenize_corpus import in_blocks, tokenize_corpus
from fastlearn.text.tokens import Tokens
from fastlearn.text.word_tokenizer import WordTokenizer
from hypothesis import given, settings
from hypothesis import strategies as st

WORDS = ["the", "cat", "on", "a", "It's", "GREAT", "no", "no", "no", "😀", "\n", "don't", "e.g.", "...", "<br />"]


def texts(n=200, seed=0):
    rng = random.Random(seed)
    return [" ".join(rng.choices(WORDS, k=rng.randint(0, 30))) for _ in range(n)]


def encoder():
    return TextEncoder(WordTokenizer())


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(module, "in_blocks", lambda texts: in_blocks(texts, most=800))


def test_a_corpus_holds_each_text_in_order():
    given_texts = texts()
    corpus = tokenize_corpus(given_texts, encoder())
    assert len(corpus) == len(given_texts)
    assert [list(tokens) for tokens in corpus] == [
        [own.tokens[i] for i in own.encode(text)] for text in given_texts for own in [encoder()]
    ]
    assert corpus.lengths.tolist() == [len(tokens) for tokens in corpus]
    assert corpus.counter == Counter(token for tokens in corpus for token in tokens)
    assert list(corpus.counter) == list(
        Counter(token for tokens in corpus for token in tokens)
    )  # ties are the same too


def test_blocks_and_processes_change_nothing(small_blocks):
    whole = tokenize_corpus(texts(), encoder(), n_workers=0, cache=False)
    shared = tokenize_corpus(iter(texts()), encoder(), n_workers=2, cache=False)
    assert whole.tokens == shared.tokens
    assert np.array_equal(whole.ids, shared.ids) and np.array_equal(whole.offsets, shared.offsets)


def test_an_interrupted_run_goes_on_where_it_was(small_blocks, tmp_path, monkeypatch):
    made = []

    def counting(encoder, block):
        if len(made) == 3 and not resumed:
            raise KeyboardInterrupt
        made.append(block)
        return encode_block(encoder, block)

    monkeypatch.setattr(module, "encode_block", counting)
    resumed = []
    with pytest.raises(KeyboardInterrupt):
        tokenize_corpus(texts(), encoder(), cache=tmp_path)
    resumed.append(True)
    corpus = tokenize_corpus(texts(), encoder(), cache=tmp_path)
    assert len(made) == len(list(in_blocks(texts(), 800)))  # none twice
    assert np.array_equal(corpus.ids, tokenize_corpus(texts(), encoder(), cache=False).ids)


def test_a_pool_goes_on_between_blocks_that_are_there(small_blocks, tmp_path):
    blocks = list(in_blocks(texts(), 800))
    store = BlockCache(tmp_path, digest_of(recipe_of(encoder())))
    for number in (1, 2, 5):
        store.keep(store.path_of(blocks[number]), encode_block(encoder(), blocks[number]))
    before = {path: path.stat().st_ino for path in tmp_path.iterdir()}
    corpus = tokenize_corpus(texts(), encoder(), n_workers=2, cache=tmp_path)
    assert np.array_equal(corpus.ids, tokenize_corpus(texts(), encoder(), cache=False).ids)
    assert len(list(tmp_path.iterdir())) == len(blocks)
    assert all(path.stat().st_ino == inode for path, inode in before.items())  # those were not written again


def test_texts_added_at_the_end_leave_the_rest_in_the_cache(small_blocks, tmp_path, monkeypatch):
    tokenize_corpus(texts(), encoder(), cache=tmp_path)
    made = []
    monkeypatch.setattr(module, "encode_block", lambda e, b: made.append(b) or encode_block(e, b))
    tokenize_corpus([*texts(), "one more"], encoder(), cache=tmp_path)
    assert len(made) == 1


@pytest.mark.parametrize("damage", [lambda c: c[:-1], lambda c: c[:10], lambda c: b"", lambda c: c[:-4] + b"\0\1\2\3"])
def test_a_damaged_block_is_made_again(tmp_path, damage):
    first = tokenize_corpus(texts(), encoder(), cache=tmp_path)
    [file] = tmp_path.iterdir()
    file.write_bytes(damage(file.read_bytes()))
    assert np.array_equal(tokenize_corpus(texts(), encoder(), cache=tmp_path).ids, first.ids)


def test_another_tokeniser_does_not_find_the_blocks_of_this_one(tmp_path):
    tokenize_corpus(["One Two"], encoder(), cache=tmp_path)
    other = tokenize_corpus(["One Two"], TextEncoder(WordTokenizer(), [lowercase]), cache=tmp_path)
    assert list(other[0]) == ["xxbos", "one", "two"]
    assert len(list(tmp_path.iterdir())) == 2


def test_the_cache_stays_below_its_limit(tmp_path):
    store = BlockCache(tmp_path, "x", most_bytes=1500)
    for number in range(6):
        block = encode_block(encoder(), [f"text number {number} " * 20])
        store.keep(store.path_of([str(number)]), block)
    store.tidy()
    assert 0 < sum(file.stat().st_size for file in tmp_path.iterdir()) <= 1500


def test_a_folder_that_cannot_be_written_to_does_no_harm(tmp_path):
    (tmp_path / "file").write_text("in the way")
    corpus = tokenize_corpus(texts(), encoder(), cache=tmp_path / "file")
    assert len(corpus) == len(texts())


def test_what_does_not_fit_in_memory_goes_to_a_file():
    builder = CorpusBuilder(most_in_memory=50)
    plain = CorpusBuilder()
    for block in in_blocks(texts(), 500):
        for one in (builder, plain):
            one.add(encode_block(encoder(), block))
    spilt, whole = builder.finish(), plain.finish()
    assert isinstance(spilt.ids, np.memmap) and not isinstance(whole.ids, np.memmap)
    assert np.array_equal(spilt.ids, whole.ids)
    assert spilt.counter == whole.counter


def test_an_encoder_forgets_when_it_has_learnt_too_much(monkeypatch):
    monkeypatch.setattr("fastlearn.text.encode.MOST_REMEMBERED", 20)
    own = encoder()
    blocks = [encode_block(own, block) for block in in_blocks(texts(), 300)]
    assert len(own.tokens) < 60
    fresh = [encode_block(encoder(), block) for block in in_blocks(texts(), 300)]
    assert [b.tokens for b in blocks] == [b.tokens for b in fresh]
    assert all(np.array_equal(a.ids, b.ids) for a, b in zip(blocks, fresh, strict=True))


@given(st.lists(st.text(st.characters(codec=None), max_size=20), max_size=5))
@settings(max_examples=50)
def test_a_block_comes_back_from_bytes_as_it_was(some):
    block = encode_block(encoder(), some)
    back = TokenBlock.from_bytes(block.to_bytes())
    assert back.tokens == block.tokens
    assert np.array_equal(back.ids, block.ids) and np.array_equal(back.lengths, block.lengths)


def test_texts_that_no_file_could_hold_go_through_worker_processes():
    with TokenizerPool(recipe_of(encoder()), 1) as pool:
        [block] = pool.encode([["lone \ud800 half", "", "nul \0"]])
    assert block.tokens == ["xxbos", "lone", "\ud800", "half", "nul", "\0"]


def test_a_rule_that_fails_in_a_worker_process_is_reported():
    recipe = {**recipe_of(encoder()), "rules": ["operator:neg"]}
    with TokenizerPool(recipe, 1) as pool, pytest.raises(RuntimeError, match=r"could not tokenise.*TypeError"):
        list(pool.encode([["text"]]))


def test_a_worker_that_dies_is_reported_with_what_to_try():
    with TokenizerPool(recipe_of(encoder()), 1) as pool:
        pool._processes[0].kill()
        with pytest.raises(RuntimeError, match=r"ended before.*n_workers=0"):
            list(pool.encode([["text"]]))


def test_a_recipe_makes_the_same_encoder_again():
    made = encoder_of(recipe_of(TextEncoder(WordTokenizer(), PROC_RULES[:-1])))
    assert made.rules == PROC_RULES[:-1] and not made.in_one_go
    assert [made.tokens[i] for i in made.encode("It's ME")] == ["xxmaj", "it", "'s", "xxup", "me"]


def test_rules_without_a_name_have_no_recipe_and_work_in_this_process(small_blocks):
    own = TextEncoder(WordTokenizer(), [lambda text: text.upper()])
    assert recipe_of(own) is None
    assert list(tokenize_corpus(["abc"], own, n_workers=2)[0]) == ["ABC"]


def test_the_number_of_processes_follows_the_size(monkeypatch):
    monkeypatch.setattr(module, "usable_cpus", lambda: 4)
    recipe = recipe_of(encoder())
    sizes = (None, 10**6, 10**7, 2 * 10**7, 10**9)
    assert [module._workers(None, size, recipe) for size in sizes] == [0, 0, 1, 2, 4]
    assert module._workers(None, 10**9, None) == 0
    with pytest.raises(ValueError, match=r"n_workers.*-1"):
        tokenize_corpus(["a"], encoder(), n_workers=-1)


def test_nothing_gives_an_empty_corpus():
    corpus = tokenize_corpus([], encoder())
    assert len(corpus) == 0 and corpus.counter == Counter() and len(corpus.ids) == 0


def test_tokens_read_like_a_list():
    tokens = tokenize_corpus(["One two two"], encoder())[0]
    assert tokens == ["xxbos", "xxmaj", "one", "two", "two"]
    assert tokens[1] == "xxmaj" and tokens[-2:] == ["two", "two"] and isinstance(tokens[:2], Tokens)
    assert tokens.__add__(["end"])[-1] == "end" and tokens.count("two") == 2 and "one" in tokens
    assert tokens != "text" and repr(tokens) == repr(list(tokens))
