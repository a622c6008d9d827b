import threading
import time

import pytest
from fastlearn.train.control import FitControl


@pytest.mark.parametrize("factor", [0, -1, float("nan"), float("inf")])
def test_a_factor_that_is_no_positive_number_is_refused(factor):
    with pytest.raises(ValueError, match="positive number that multiplies the learning rate"):
        FitControl().scale_lr(factor)


def test_keep_is_last_or_best():
    with pytest.raises(ValueError, match="'last' or 'best', but got 'first'"):
        FitControl().stop(keep="first")


def test_factors_multiply_until_the_loop_takes_them():
    control = FitControl()
    control.scale_lr(0.5)
    control.scale_lr(0.5)
    assert control.lr_scale == 0.25 and control.applied_lr_scale == 1
    assert control.take_lr_factor() == 0.25
    control.scale_lr(2)
    assert control.lr_scale == 0.5 and control.applied_lr_scale == 0.25


def test_the_first_stop_counts_and_ends_a_pause():
    control = FitControl()
    control.pause()
    control.stop("too hot", keep="best")
    control.stop("too late")
    control.hold()  # returns: nothing is paused any more
    assert control.stop_request.reason == "too hot" and control.stop_request.keep == "best"


def test_a_pause_holds_until_another_thread_resumes_and_calls_pollers_meanwhile():
    control, polls = FitControl(), []
    control.add_poller(lambda: polls.append(time.perf_counter()))
    control.pause()
    threading.Timer(0.35, control.resume).start()
    began = time.perf_counter()
    control.hold()
    assert time.perf_counter() - began > 0.3
    assert 2 <= len(polls) <= 5  # at most ten a second


def test_a_poller_that_raises_is_reported_and_removed():
    control = FitControl()

    def broken():
        raise OSError("gone")

    control.add_poller(broken)
    with pytest.warns(RuntimeWarning, match=r"raised OSError and is not called again.*gone"):
        control.poll()
    assert control.next_poll == float("inf")


def test_beginning_a_fit_forgets_what_was_asked_before():
    control = FitControl()
    control.pause()
    control.scale_lr(3)
    control.stop()
    control.begin()
    assert not control.paused and not control.stopping and not control.pending and control.lr_scale == 1
