import gc
import weakref

import pytest
from fastlearn.train import Recorder
from fastlearn.train.callback import EVENTS, Callback
from fastlearn.train.dispatch import order_callbacks, resolve


def cb(name, order=0, before=(), after=()):
    return type(name, (Callback,), {"order": order, "before": before, "after": after})()


def names(cbs):
    return [type(c).__name__ for c in cbs]


def test_callbacks_run_by_order_and_then_as_attached():
    assert names(order_callbacks([cb("A", 5), cb("B", -1), cb("C", 5)])) == ["B", "A", "C"]


def test_declared_neighbours_go_before_whatever_the_order_says():
    late = cb("Late", 90)
    assert names(order_callbacks([cb("First", 1), late, cb("Early", 99, before=(type(late),))])) == [
        "First",
        "Early",
        "Late",
    ]
    assert names(order_callbacks([late, cb("Follower", -9, after=(type(late),))])) == ["Late", "Follower"]


def test_contradicting_declarations_are_refused_by_name():
    a = cb("A")
    b = cb("B", before=(type(a),), after=(type(a),))
    with pytest.raises(ValueError, match=r"a, b cannot be put in order.*circle"):
        order_callbacks([a, b])


def test_contradiction_leaves_the_learner_as_it_was(make_learner):
    learn = make_learner()
    before = list(learn.cbs)
    with pytest.raises(ValueError, match="cannot be put in order"):
        learn.add_cb(type("Odd", (Callback,), {"before": (Recorder,), "after": (Recorder,)}))
    assert learn.cbs == before and not hasattr(learn, "odd")


def test_an_event_that_nobody_handles_has_no_handlers():
    table = resolve([Callback(after_batch=lambda self: None)], training=True)
    assert [event for event, handlers in table.items() if handlers] == ["after_batch"]
    assert set(table) == set(EVENTS) and len(EVENTS) == 24


@pytest.mark.parametrize("flag, training", [("run_train", True), ("run_valid", False)])
def test_flags_silence_only_the_events_of_batches(flag, training):
    class Both(Callback):
        def before_batch(self): ...
        def before_epoch(self): ...

    quiet = Both()
    setattr(quiet, flag, False)
    assert not resolve([quiet], training)["before_batch"] and resolve([quiet], not training)["before_batch"]
    assert resolve([quiet], training)["before_epoch"]


def test_functions_stand_in_for_methods_and_a_misspelt_event_is_named():
    seen = []
    Callback(before_fit=lambda self: seen.append(self.name)).before_fit()
    assert seen == ["callback"]
    with pytest.raises(TypeError, match=r"'after_bach' is not an event.*Did you mean 'after_batch'"):
        Callback(after_bach=print)


def test_a_method_that_almost_is_an_event_is_refused_when_attached(make_learner):
    class Typo(Callback):
        def after_epochs(self): ...

    with pytest.raises(TypeError, match=r"Typo.after_epochs .*Did you mean 'after_epoch'"):
        make_learner().add_cb(Typo)


def test_writing_the_learners_state_on_a_callback_is_refused_with_the_remedy():
    with pytest.raises(AttributeError, match=r"Try self.learn.xb = "):
        Callback().xb = 1


def test_a_callback_that_is_not_attached_says_so():
    with pytest.raises(RuntimeError, match=r"not attached to a learner. Try learn.add_cb"):
        _ = Callback().model


@pytest.mark.parametrize("class_name, attribute", [
    ("TrainEvalCallback", "train_eval"), ("GradientClip", "gradient_clip"), ("Recorder", "recorder"),
    ("LRFinder", "lr_finder"),
])  # fmt: skip
def test_a_callback_is_an_attribute_in_snake_case(class_name, attribute):
    assert type(class_name, (Callback,), {})().name == attribute


def test_adding_and_removing_for_the_length_of_a_block(make_learner):
    learn = make_learner()
    before = list(learn.cbs)

    class Extra(Callback): ...

    with learn.added_cbs(Extra), learn.removed_cbs(Recorder):
        assert hasattr(learn, "extra") and not hasattr(learn, "recorder")
    assert learn.cbs == before and not hasattr(learn, "extra") and learn.recorder.learn is learn


def test_a_name_that_the_learner_needs_itself_is_refused(make_learner):
    with pytest.raises(ValueError, match="would become the attribute 'fit'"):
        make_learner().add_cb(type("Fit", (Callback,), {}))


def test_a_learner_that_is_dropped_is_freed_without_the_collector(make_learner):
    learn = make_learner()
    learn.fit(1)
    model = weakref.ref(learn.model)
    gc.disable()
    try:
        del learn
        assert model() is None
    finally:
        gc.enable()
