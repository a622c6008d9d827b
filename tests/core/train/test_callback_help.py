"""What a callback sees of its learner, and what is said where it asks or is asked for something unknown."""

import copy

import pytest
import torch
from fastlearn.callbacks import ActivationStats, CSVLogger, EarlyStoppingCallback, GradientClip, SaveModelCallback
from fastlearn.train.callback import Callback
from fastlearn.train.learner import Learner
from torch import nn
from torch.nn import functional as F


def test_rate_path_and_data_of_the_learner_are_there(make_learner):
    cb = Callback()
    learn = make_learner(cbs=cb, lr=0.25)
    assert (cb.lr, cb.path, cb.data) == (0.25, learn.path, learn.dls)


def test_a_callback_may_keep_attributes_of_its_own_by_these_names(make_learner):
    class Own(Callback):
        def __init__(self):
            self.path, self.data, self.lr = "mine", [], 3

    cb = Own()
    learn = make_learner(cbs=cb)
    assert (cb.path, cb.data, cb.lr) == ("mine", [], 3) and learn.lr == 1e-3
    del cb.lr
    assert cb.lr == 1e-3


def test_another_attribute_of_the_learner_is_pointed_to_and_nothing_else_is(make_learner):
    cb = Callback()
    with pytest.raises(AttributeError, match=r"Callback has no attribute 'wd'\.$"):
        _ = cb.wd
    learn = make_learner(cbs=cb)
    with pytest.raises(AttributeError, match=r"no attribute 'wd'. The learner has: try self.learn.wd"):
        _ = cb.wd
    with pytest.raises(AttributeError, match=r"has no attribute 'wdd'\.$"):
        _ = cb.wdd
    assert learn._opt is None  # looking does not make an optimizer
    assert not hasattr(cb, "before_batch") and copy.copy(cb).name == "callback"


def test_a_property_that_fails_keeps_its_own_error(make_learner):
    class Broken(Callback):
        @property
        def value(self):
            return [].nothing

    with pytest.raises(AttributeError, match="'list' object has no attribute 'nothing'"):
        _ = Broken().value
    with pytest.raises(RuntimeError, match="not attached"):
        _ = Broken().lr


@pytest.mark.parametrize(
    "make, said",
    [
        (lambda: EarlyStoppingCallback(monitr="a"), r"EarlyStoppingCallback\(\).*'monitr'. Did you mean 'monitor'"),
        (lambda: SaveModelCallback(fnam="a"), r"SaveModelCallback\(\).*Did you mean 'fname'"),
        (lambda: GradientClip(maxnorm=1), r"GradientClip\(\).*Did you mean 'max_norm'"),
        (lambda: CSVLogger(apend=True), r"CSVLogger\(\).*Did you mean 'append'"),
        (lambda: ActivationStats(withhist=True), r"Did you mean 'with_hist'"),
        (lambda: OfMyOwn(hieght=1), r"OfMyOwn\(\).*Did you mean 'height'"),
        (lambda: Inherits(hieght=1), r"Inherits\(\).*Did you mean 'height'"),
    ],
)
def test_a_misspelt_argument_of_a_callback_says_what_was_meant(make, said):
    with pytest.raises(TypeError, match=said):
        make()


class OfMyOwn(Callback):
    def __init__(self, height=0):
        self.height = height


class Inherits(OfMyOwn):
    pass


def test_class_ids_that_the_model_has_no_score_for_are_said_with_the_numbers(make_learner):
    for loss in (nn.CrossEntropyLoss(), F.cross_entropy):
        learn = make_learner(model=nn.Linear(4, 1), loss_func=loss)
        with pytest.raises(ValueError, match=r"gives 1 scores.*class ids from 0 to 1. Try a last layer with 2 outputs"):
            learn.fit(1, display=False)


def test_the_loss_itself_says_it_where_a_later_batch_has_them(make_learner, make_points):
    data = make_points(32)
    data.tensors[1][-1] = 5
    loader = torch.utils.data.DataLoader(data, 8)
    learn = Learner((loader, loader), nn.Linear(4, 2), nn.CrossEntropyLoss(), path=make_learner().path)
    said = r"(?s)loss failed on .*The model gives 2 scores.*to 5. Try a last layer with 6 outputs.*Target 5 is out of"
    with pytest.raises(IndexError, match=said):
        learn.fit(1, display=False)


def test_ids_that_are_ignored_and_other_losses_are_left_alone(make_learner, make_points):
    data = make_points(32)
    data.tensors[1][:4] = -100
    loader = torch.utils.data.DataLoader(data, 8)
    learn = Learner((loader, loader), nn.Linear(4, 2), nn.CrossEntropyLoss(), path=make_learner().path)
    learn.fit(1, display=False)
    learn = make_learner(model=nn.Linear(4, 1), loss_func=lambda pred, y: F.mse_loss(pred[:, 0], y.float()))
    learn.metrics = []
    learn.fit(1, display=False)


def test_a_class_in_place_of_a_loss_is_said_at_once(make_learner):
    with pytest.raises(TypeError, match=r"got the class CrossEntropyLoss. Try loss_func=CrossEntropyLoss\(\)"):
        make_learner(loss_func=nn.CrossEntropyLoss)
    with pytest.raises(TypeError, match="called with prediction and target, but got 'mse'"):
        make_learner(loss_func="mse")
