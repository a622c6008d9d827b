"""Before and after whom a callback runs: by class, by name, by fastai's older words."""

import pytest
from fastlearn.train.callback import Callback
from fastlearn.train.dispatch import order_callbacks


class First(Callback):
    order = 90


class FirstOfAll(First):
    pass


class Second(Callback):
    order = -90


def sorted_names(word, value):
    cb = type("Declares", (Callback,), {word: value})()
    return [type(one).__name__ for one in order_callbacks([cb, Second(), First()])]


@pytest.mark.parametrize("word", ["after", "run_after"])
@pytest.mark.parametrize("value", [First, "First", (First,), ["First"], [Second, "First"]])
def test_it_comes_after_a_class_a_name_or_several(word, value):
    assert sorted_names(word, value) == ["Second", "First", "Declares"]


@pytest.mark.parametrize("word", ["before", "run_before"])
@pytest.mark.parametrize("value", [Second, "Second", (Second,), {"Second"}])
def test_it_comes_before_a_class_a_name_or_several(word, value):
    assert sorted_names(word, value) == ["Declares", "Second", "First"]


def test_a_name_stands_for_its_subclasses_as_a_class_does():
    cb = type("Declares", (Callback,), {"after": "First"})()
    assert [type(c).__name__ for c in order_callbacks([cb, FirstOfAll()])] == ["FirstOfAll", "Declares"]


def test_what_is_neither_a_class_nor_a_name_is_refused_and_a_misspelt_name_is_said():
    with pytest.raises(
        TypeError, match=r"`run_after` of Declares is a callback class.*got 3. Try run_after = Recorder"
    ):
        sorted_names("run_after", 3)
    with pytest.raises(ValueError, match=r"names 'Frist'.*Did you mean 'First'"):
        sorted_names("before", "Frist")
    assert sorted_names("before", "NotImportedYet")[0] == "Second"  # it may come later


def test_the_older_words_hold_in_a_learner(make_learner):
    late = type("Late", (Callback,), {"run_after": "Recorder", "order": -99})
    names = [cb.name for cb in make_learner(cbs=late).cbs]
    assert names.index("late") > names.index("recorder")
