"""Words are drawn as the settings say; the model reads each once and is as before afterwards."""

from __future__ import annotations

import pytest
import torch
from fastlearn.text.awd_lstm import AWD_LSTM
from fastlearn.text.generate import generate, next_word, word_probabilities
from fastlearn.text.models import get_language_model
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

SCORES = torch.tensor([0.5, 0.2, 0.15, 0.1, 0.05]).log()


def told(**settings):
    return [round(p, 4) for p in word_probabilities(SCORES, **settings).tolist()]


@pytest.mark.parametrize(
    "settings, expected",
    [
        ({}, [0.5, 0.2, 0.15, 0.1, 0.05]),
        ({"temperature": 0}, [1, 0, 0, 0, 0]),
        ({"never": (0,)}, [0, 0.4, 0.3, 0.2, 0.1]),
        ({"never": (0,), "temperature": 0}, [0, 1, 0, 0, 0]),
        ({"min_p": 0.12}, [0.5882, 0.2353, 0.1765, 0, 0]),
        ({"top_k": 2}, [0.7143, 0.2857, 0, 0, 0]),
        ({"top_k": 99}, [0.5, 0.2, 0.15, 0.1, 0.05]),
        ({"top_p": 0.5}, [1, 0, 0, 0, 0]),
        ({"top_p": 0.6}, [0.7143, 0.2857, 0, 0, 0]),
        ({"temperature": 0.5}, [0.7692, 0.1231, 0.0692, 0.0308, 0.0077]),
    ],
)
def test_probabilities_worked_by_hand(settings, expected):
    assert told(**settings) == pytest.approx(expected, abs=1e-4)


@given(
    scores=st.lists(st.floats(-30, 30), min_size=2, max_size=30),
    temperature=st.floats(0, 5),
    top_k=st.none() | st.integers(1, 30),
    top_p=st.none() | st.floats(0.01, 1),
)
def test_probabilities_add_up_to_one_and_the_likeliest_word_stays(scores, temperature, top_k, top_p):
    scores = torch.tensor(scores)
    p = word_probabilities(scores, temperature, None, top_k, top_p)
    assert p.sum().item() == pytest.approx(1) and (p >= 0).all()
    assert p[scores.argmax()] == p.max() > 0


def test_where_no_word_is_likely_enough_all_stay_and_it_is_said():
    with pytest.warns(RuntimeWarning, match=r"at least 0.9 \(min_p\).*lower"):
        assert told(min_p=0.9) == told()


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"temperature": -1}, "`temperature`.*-1"), ({"top_k": 0}, "`top_k`.*0"), ({"top_k": 2.5}, "`top_k`.*2.5"),
        ({"top_p": 0}, "`top_p`.*0"),
        ({"top_p": 1.2}, "`top_p`.*1.2"), ({"min_p": 2}, "`min_p`.*2"), ({"temperature": float("nan")}, "`temper"),
    ],
)  # fmt: skip
def test_settings_out_of_range_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        word_probabilities(SCORES, **settings)


def test_of_equally_likely_words_no_more_stay_than_asked_for():
    assert word_probabilities(torch.zeros(5), top_k=2).tolist() == [0.5, 0.5, 0, 0, 0]


def test_a_model_of_no_other_words_is_told():
    with pytest.raises(ValueError, match=r"No word is left.*all of the 5"):
        word_probabilities(SCORES, never=range(5))


def test_scores_that_are_no_numbers_are_named():
    with pytest.raises(ValueError, match="NaN"):
        word_probabilities(torch.tensor([1.0, float("nan")]))


def test_words_are_drawn_as_often_as_they_are_likely():
    rng = torch.Generator().manual_seed(0)
    p = word_probabilities(SCORES)
    drawn = torch.bincount(torch.tensor([next_word(p, rng) for _ in range(4000)]), minlength=5) / 4000
    assert torch.allclose(drawn, p.float(), atol=0.025)


class Counting(nn.Module):
    """Notes how many words it is given; the next word is always the last one plus one."""

    def __init__(self):
        super().__init__()
        self.read_words, self.resets = 0, 0

    def reset(self):
        self.resets += 1

    def read(self, words):
        self.read_words += words.shape[1]
        return nn.functional.one_hot((words[:, -1] + 1) % 50, 50).float() * 100


def greedy(scores):
    return int(scores.argmax())


def test_every_word_is_read_once():
    model = Counting()
    assert generate(model, torch.tensor([3, 7]), 5, greedy) == [8, 9, 10, 11, 12]
    assert model.read_words == 2 + 4 and model.resets == 1


def test_only_the_last_word_counts_where_that_is_asked_for():
    model = Counting()
    assert generate(model, torch.tensor([3, 7]), 3, greedy, only_last_word=True) == [8, 9, 10]
    assert model.read_words == 3 and model.resets >= 3


def test_going_on_with_the_state_writes_what_reading_all_anew_writes():
    torch.manual_seed(0)
    model = get_language_model(AWD_LSTM, 40, {"emb_sz": 8, "n_hid": 12, "n_layers": 2})
    words = torch.tensor([2, 9, 4, 33])
    written = generate(model, words, 12, greedy)
    model.eval()
    expected = words.tolist()
    for _ in range(12):
        model.reset()
        expected.append(greedy(model(torch.tensor([expected]))[0][0, -1]))
    assert written == expected[4:]

    class Unknown(nn.Module):  # of which nothing is known but its scores
        def __init__(self):
            super().__init__()
            self.inner = model

        def forward(self, x):
            model.reset()
            return model(x)[0]

    assert generate(Unknown(), words, 12, greedy) == written


def test_mode_and_state_of_the_model_are_as_before():
    model = get_language_model(AWD_LSTM, 40, {"emb_sz": 8, "n_hid": 12, "n_layers": 2}).train()
    model(torch.full((3, 4), 5))
    before = model[0].hidden
    generate(model, torch.tensor([2]), 3, greedy)
    assert model.training and model[0].rnns[0].training
    assert all(
        a is b for kept, layer in zip(model[0].hidden, before, strict=True) for a, b in zip(kept, layer, strict=True)
    )
    with pytest.raises(ZeroDivisionError):
        generate(model, torch.tensor([2]), 3, lambda scores: 1 // 0)
    assert model.training and model[0].hidden is before


def test_nothing_to_begin_with_and_a_negative_number_of_words_are_refused():
    with pytest.raises(ValueError, match="nothing to begin with"):
        generate(Counting(), torch.tensor([], dtype=torch.int64), 3, greedy)
    with pytest.raises(ValueError, match=r"`n_words`.*-1"):
        generate(Counting(), torch.tensor([1]), -1, greedy)
    assert generate(Counting(), torch.tensor([1]), 0, greedy) == []
