import inspect

import pytest
from fastlearn.keywords import check_keywords


@check_keywords
def resize(size, method="crop"):
    return size, method


def test_known_keywords_pass_and_the_signature_stays():
    assert resize(3, method="pad") == (3, "pad") and list(inspect.signature(resize).parameters) == ["size", "method"]


@pytest.mark.parametrize("keyword, hint", [("methd", "Did you mean 'method'"), ("colour", "It takes: method, size")])
def test_unknown_keywords_get_a_hint(keyword, hint):
    with pytest.raises(TypeError, match=rf"resize\(\) got an unexpected keyword argument '{keyword}'. {hint}"):
        resize(3, **{keyword: 1})


def test_a_function_of_any_keyword_cannot_be_checked():
    with pytest.raises(TypeError, match="takes any keyword argument"):
        check_keywords(lambda **kwargs: None)


def test_transposed_words_are_recognised():
    @check_keywords
    def fit(lr_max=1, wd=0, max_epochs=2):
        return lr_max

    with pytest.raises(TypeError, match=r"fit\(\) .* Did you mean 'lr_max'"):
        fit(max_lr=1)
