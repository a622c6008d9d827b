import inspect
import warnings

import pytest
import torch
from fastlearn.data.check import check_labels
from fastlearn.warn import warn_user
from torch import nn


def test_two_fits_at_one_line_that_stop_at_nan_are_both_told_at_that_line(make_learner):
    with warnings.catch_warnings(record=True) as caught:
        warnings.resetwarnings()  # the rule of a plain Python: once for each text and line
        warnings.simplefilter("default")
        for _ in range(2):
            learn = make_learner(loss_func=lambda pred, target: nn.functional.cross_entropy(pred, target) * torch.nan)
            line = inspect.currentframe().f_lineno + 1
            learn.fit_one_cycle(1)
    said = [w for w in caught if "loss became nan at step 1" in str(w.message)]
    assert [(w.filename, w.lineno) for w in said] == [(__file__, line)] * 2


def test_a_warning_about_labels_points_at_the_line_that_gave_them():
    with pytest.warns(UserWarning, match="single class") as caught:
        line = inspect.currentframe().f_lineno + 1
        check_labels(["cat"], ["cat"])
    assert (caught[0].filename, caught[0].lineno) == (__file__, line)


def test_a_filter_for_errors_is_obeyed():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(RuntimeWarning, match="too large"):
            warn_user("too large")
