"""From tokens back to writing."""

from __future__ import annotations

import pytest
from fastlearn.text.readable import ReadText, readable
from fastlearn.text.tokenizer import Tokenizer


@pytest.mark.parametrize(
    "text",
    [
        "Hello, world!",
        "It's GREAT, don't you think?",
        "One well-known state-of-the-art (really) 100% U.S. thing.",
        "Soo good!!!!",
        "first line\nsecond line\n\nthird",
        "no no no no way",
        'He said "hello there" to me.',
        "cost $5 and/or €10 […] 😀 :-)",
        "مرحبا بالعالم שלום",
        "i ❤️ 👩‍👩‍👧 👍🏽 🇩🇪 🇫🇷!",
        "",
    ],
)
def test_a_text_comes_back_as_it_was_written(text):
    step = Tokenizer()
    assert str(step.decode(step(text))) == text


@pytest.mark.parametrize(
    "tokens, wanted",
    [
        ("xxbos xxmaj hi xxpad xxpad", "Hi"),
        ("xxmaj xxunk a", "xxunk a"),
        ("xxup abc xxeos", "ABC"),
        ("xxrep 3 ! x", "!!! x"),
        ("xxwrep 3 xxup no", "NO NO NO"),
        ("xxfld 1 xxmaj title xxfld 2 body", "\nTitle\nbody"),
        ("xxrep", ""),
        ("xxrep many a", "many a"),
        ("xxmaj xxwrep 3 no", "no no no"),
        ("xxrep xxfld xxmaj a", "\nA"),
        ("xxup xxmaj xxbos", ""),
        ("xxmaj", ""),
        ("xxrep 99999999999999 a", "a" * 1000),
        ("a \n▁ b", "a\n b"),
    ],
)
def test_special_tokens_are_turned_into_writing(tokens, wanted):
    assert readable(tokens.split(" ")) == wanted


def test_the_text_knows_its_tokens():
    step = Tokenizer()
    text = step.decode(step("Hi you"))
    assert isinstance(text, ReadText) and text.tokens == ["xxbos", "xxmaj", "hi", "you"]
