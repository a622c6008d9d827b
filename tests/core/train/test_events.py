import math
from dataclasses import replace

import pytest
from fastlearn.train.events import BatchEnded, EpochEnded, Events, FitEnded


def batch(step):
    return BatchEnded(epoch=0, step=step, batch=step, n_batches=100, training=True, seconds=step / 100)


def test_a_listener_that_raises_is_reported_once_and_dropped():
    events, heard = Events(), []

    def broken(event):
        raise ValueError("no room for points")

    events.subscribe(broken)
    events.subscribe(heard.append)
    with pytest.warns(RuntimeWarning, match=r"broken raised ValueError at FitEnded .*no room for points"):
        events.send(FitEnded("completed", True))
    events.send(FitEnded("completed", True))
    assert len(heard) == 2


def test_progress_is_held_back_but_its_last_always_arrives_before_the_epoch_ends():
    events, heard = Events(), []
    events.subscribe(heard.append, every=1000)
    for step in range(1, 6):
        events.progress(batch(step))
    events.send(EpochEnded(0, 5, {}))
    assert [getattr(event, "batch", "epoch") for event in heard] == [1, 5, "epoch"]


def test_progress_that_was_delivered_is_not_delivered_again():
    events, heard = Events(), []
    events.subscribe(heard.append, every=0)
    events.progress(batch(1))
    events.send(EpochEnded(0, 1, {}))
    assert [type(event) for event in heard] == [BatchEnded, EpochEnded]


def test_each_listener_has_a_rate_of_its_own():
    events, often, seldom = Events(), [], []
    events.subscribe(often.append, every=0)
    events.subscribe(seldom.append, every=1000)
    for step in range(1, 4):
        events.progress(batch(step))
    assert (len(often), len(seldom)) == (3, 1)


def test_with_nobody_listening_no_progress_is_ever_due():
    events = Events()
    unsubscribe = events.subscribe(print)
    assert events.next_due == -math.inf
    unsubscribe()
    assert events.next_due == math.inf


def test_a_negative_rate_is_refused_with_a_remedy():
    with pytest.raises(ValueError, match=r"least number of seconds .* got -1.*every=0.1"):
        Events().subscribe(print, every=-1)


def test_the_last_batch_of_a_pass_is_told_once_to_those_that_missed_it():
    events, seldom, often = Events(), [], []
    events.subscribe(seldom.append, every=1000)
    events.subscribe(often.append)
    for step in range(1, 4):
        events.progress(batch(step))
    events.catch_up(replace(batch(3), seconds=9.0))
    assert [event.batch for event in seldom] == [1, 3] and [event.batch for event in often] == [1, 2, 3]
