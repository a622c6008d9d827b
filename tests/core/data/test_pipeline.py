import pytest
from fastlearn.data.category import Categorize
from fastlearn.data.pipeline import Pipeline, as_list, compose_tfms, merge_tfms
from fastlearn.data.transform import Transform


class Add(Transform):
    def __init__(self, n, order=0):
        super().__init__(order=order)
        self.n = n

    def encodes(self, x):
        return x + self.n

    def decodes(self, x):
        return x - self.n


class Double(Transform):
    order = 5

    def encodes(self, x):
        return x * 2

    def decodes(self, x):
        return x / 2


class CentreOn(Transform):
    def setups(self, items):
        self.mean = sum(items) / len(items)

    def encodes(self, x):
        return x - self.mean


def test_steps_run_in_order_and_come_back_in_reverse():
    pipe = Pipeline([Double, Add(1)])
    assert [type(step) for step in pipe] == [Add, Double]
    assert pipe(3) == 8 and pipe.decode(8) == 3


def test_equal_orders_stay_as_given():
    assert Pipeline([Add(1), lambda x: x * 10])(1) == 20
    assert Pipeline([lambda x: x * 10, Add(1)])(1) == 11


def test_setup_shows_each_step_the_items_as_the_steps_before_left_them():
    raw = [1, 2, 3]

    class Items:
        def __init__(self, pipe):
            self.pipe = pipe

        def __len__(self):
            return len(raw)

        def __iter__(self):
            return iter(self.pipe(x) for x in raw)

    pipe = Pipeline([lambda x: x * 10, CentreOn()])
    pipe.setup(Items(pipe))
    assert pipe[1].mean == 20 and pipe(3) == 10


def test_a_failed_setup_leaves_the_pipeline_whole():
    pipe = Pipeline([Add(1), CentreOn()])
    with pytest.raises(ZeroDivisionError):
        pipe.setup([])
    assert len(pipe) == 2


def test_pipelines_of_two_splits_share_steps_and_differ_in_what_they_skip():
    train = Pipeline([Add(1)], split_idx=0)
    train.fs[0].split_idx = 0
    assert (train(1), train.with_split(1)(1), train.with_split(None)(1)) == (2, 1, 2)
    valid = train.with_split(1)
    train.add(Double)
    assert valid(1) == 2


def test_of_one_class_or_function_the_later_one_stays():
    def f(x):
        return x

    merged = merge_tfms([f, Add(1), Double()], Add(2), f)
    assert [type(step).__name__ for step in merged] == ["Double", "Add", "Transform"]
    assert merged[1].n == 2


def test_a_list_keeps_all_its_own_steps():
    first, second = Add(1), Add(2)
    assert merge_tfms([Add(5)], [first, second]) == [first, second]


def test_kind_and_vocab_come_from_the_last_step_that_has_one():
    pipe = Pipeline([Categorize(["a", "b"]), Add(0, order=9)])
    assert pipe.kind == "category" and pipe.vocab == ["a", "b"]


GIVEN = [(None, 0), (len, 1), ([len, abs], 2), ((len,), 1), (Double, 1), (Pipeline(len), 1)]


@pytest.mark.parametrize("given, n", GIVEN)
def test_functions_come_alone_in_lists_or_not_at_all(given, n):
    assert len(as_list(given)) == n


def test_compose_applies_in_the_order_given():
    assert compose_tfms(1, [Double(), Add(1)]) == 3
    assert compose_tfms(3, [Double(), Add(1)], is_enc=False, reverse=True) == 1
