"""Words and signs: what fastai's tokeniser gives on strings with traps, recorded, and what holds for any text."""

# ruff: noqa: RUF001  # typographic signs are meant

from __future__ import annotations

import pickle
import time

import pytest
from fastlearn.text.encode import TextEncoder
from fastlearn.text.pieces import BaseTokenizer
from fastlearn.text.rules import PROC_RULES, apply_rules, replace_space
from fastlearn.text.tokenizer import Tokenizer
from fastlearn.text.word_tokenizer import WordTokenizer
from hypothesis import given, settings
from hypothesis import strategies as st

# Text and tokens of fastai 2.8.12 with spaCy 3.8.18 and the usual rules.
REFERENCE = [
    ("", "xxbos"),
    ("Hello", "xxbos xxmaj hello"),
    ("This is a test", "xxbos xxmaj this is a test"),
    ("The U.S. dollar $1 is $1.00.", "xxbos xxmaj the xxup u.s . dollar $ 1 is $ 1.00 ."),
    ("&copy;   Fast.ai www.fast.ai/INDEX", "xxbos © xxmaj fast.ai xxrep 3 w .fast.ai / xxup index"),
    ("I'm GREAT, don't you think?!", "xxbos xxmaj i 'm xxup great , do n't you think ? !"),
    ("cccccc what a movie!!!!", "xxbos xxrep 6 c what a movie xxrep 4 !"),
    ("very very very good", "xxbos xxwrep 3 very good"),
    ("no no no!", "xxbos xxwrep 3 no !"),
    ("This is BAD<br /><br />A B C", "xxbos xxmaj this is xxup bad \n\n a b c"),
    ("Amp amp; quot;quotedquot; #39;s", "xxbos xxmaj amp & ' quoted ' 's"),
    ("well-known e-mail foo--bar", "xxbos well - known e - mail foo -- bar"),
    ("can't won't cannot gonna", "xxbos ca n't wo n't can not gon na"),
    ("McDonald's iPhone X2 IDs", "xxbos mcdonald 's iphone xxup x2 ids"),
    (
        "10:30pm 5km 1,000.50 3.5% 10-20 #1 a/b \\n new",
        "xxbos 10:30pm 5 km 1 , xxrep 3 0 .50 3.5 % 10 - 20 # 1 a / b \n▁ new",
    ),
    ("Line one\nLine two\n\n   indented\t tab", "xxbos xxmaj line one \n xxmaj line two \n\n▁ indented \t▁ tab"),
    ("emoji 😀😀😀 :-) fun:) <3", "xxbos emoji xxrep 3 😀 :-) fun :) <3"),
    ("café Élan ÀB naïve", "xxbos café élan àb naïve"),
    ("مرحبا بالعالم שלום", "xxbos مرحبا بالعالم שלום"),
    ("日本語 テキスト。", "xxbos 日本語 テキスト 。"),
    ("<script>alert('x')</script>", "xxbos < script > alert('x ' ) < / script >"),
    ("... wait… what...", "xxbos … wait … what …"),
    ("x.y.z foo_bar __init__ print(x) key=value", "xxbos x.y.z foo_bar _ _ init _ _ print(x ) key = value"),
    (
        "Mr. Smith went to Washington D.C. at 5p.m.",
        "xxbos xxmaj mr . xxmaj smith went to xxmaj washington xxup d.c . at 5 p.m.",
    ),
    ("THE END", "xxbos xxup the xxup end"),
    ("a  b   c", "xxbos a b c"),
    ("((nested) [brackets])", "xxbos ( ( nested ) [ brackets ] )"),
    ("\"quoted\" 'single' “curly”", "xxbos \" quoted \" ' single ' “ curly ”"),
    ("one @-@ two 3 @.@ 5 <unk>", "xxbos one - two 3.5 xxunk"),
    ("it's John's rock'n'roll o'clock", "xxbos it 's xxmaj john 's rock'n'roll o'clock"),
    ("AAAA bbb 1111 a a a a", "xxbos xxrep 4 a xxrep 3 b xxrep 4 1 xxwrep 4 a"),
    ("state-of-the-art, isn't it; (yes)", "xxbos state - of - the - art , is n't it ; ( yes )"),
    ("http://example.com/a?b=c&d user@mail.com", "xxbos http : / / example.com / a?b = c&d user@mail.com"),
    ("№ ½ ° 5°C. £5 5£ €10", "xxbos № ½ ° 5 ° c . £ 5 5 £ € 10"),
    ("ß İstanbul ΣΑΣ", "xxbos ß i̇stanbul σας"),
]
TRICKY = st.text(
    st.sampled_from("aBcdE ABn't'’.,;:!?…-—/#\\\n\t 0123$%€°()[]\"“”😀é中&;<>*_=+ @"), max_size=60
) | st.lists(st.sampled_from(["no", "NO", "No", "don't", "U.S.", "e.g.", "!!!", "\n", " ", "a", "5km", "<br />"])).map(
    " ".join
)


@pytest.mark.parametrize("text, tokens", REFERENCE, ids=range(len(REFERENCE)))
def test_tokens_are_those_of_the_reference(text, tokens):
    assert list(Tokenizer()(text)) == tokens.split(" ")


@given(text=TRICKY)
@settings(max_examples=150)
def test_the_quick_way_gives_what_rules_and_words_give_one_after_the_other(text):
    words = [replace_space(token) for token in next(iter(WordTokenizer()([apply_rules(text, PROC_RULES)])))]
    encoder = TextEncoder(WordTokenizer())
    assert encoder.in_one_go
    assert [encoder.tokens[i] for i in encoder.encode(text)] == words


@given(text=TRICKY | st.text(max_size=40))
@settings(max_examples=100)
def test_no_character_but_single_spaces_is_lost(text):
    tokens = next(iter(WordTokenizer()([text])))
    assert all(tokens)
    assert "".join(tokens).replace(" ", "") == text.replace(" ", "")


@given(text=TRICKY)
@settings(max_examples=40)
def test_words_are_those_of_spacy(text):
    pytest.importorskip("spacy", reason="spaCy is an extra")
    split, words = _spacy(), WordTokenizer()
    for word in text.split():
        if "中" not in word:  # a point before such a letter splits there
            assert list(words.split_word(word)) == [token.text for token in split(word)], word


def _spacy(cache=[]):  # noqa: B006  # made once
    if not cache:
        import spacy

        cache.append(spacy.blank("en").tokenizer)
    return cache[0]


def test_raw_text_keeps_its_case_and_its_abbreviations():
    split = WordTokenizer()
    text = "Mr. Smith's U.S. dollar isn't $1.00, e.g. Don't!"
    assert next(split([text])) == [
        "Mr.", "Smith", "'s", "U.S.", "dollar", "is", "n't", "$", "1.00", ",", "e.g.", "Do", "n't", "!",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["x" * 1_000_000, "!?" * 60_000, "a.B" * 60_000, "'" * 60_000 + "a", "a-b" * 60_000])
def test_a_word_without_an_end_takes_time_by_its_length_only(text):
    start = time.perf_counter()
    assert "".join(next(iter(WordTokenizer()([text])))) == text
    assert time.perf_counter() - start < 10


def test_a_million_characters_without_a_space_are_tokenised():
    text = "".join(chr(97 + (i * 7919) % 26) for i in range(1_000_000))
    assert list(Tokenizer()(text)) == ["xxbos", text]


def test_other_languages_are_refused_with_what_has_them():
    with pytest.raises(ValueError, match=r"English.*lang='de'.*SpacyTokenizer\('de'\)"):
        WordTokenizer("de")


def test_a_tokenizer_survives_pickling_for_worker_processes():
    split = WordTokenizer()
    next(split(["some text"]))
    assert next(pickle.loads(pickle.dumps(split))(["It's"])) == ["It", "'s"]


def test_splitting_at_a_character_is_there_too():
    assert list(BaseTokenizer("-")(["a-b"])) == [["a", "b"]]
    assert list(Tokenizer(BaseTokenizer(), rules=[])("a  b")) == ["a", "", "b"]
