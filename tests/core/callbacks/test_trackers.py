"""Callbacks that follow a value: what counts as better, and what they do about it."""

import contextlib
import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from fastlearn.callbacks import EarlyStoppingCallback, ReduceLROnPlateau, SaveModelCallback, TrackerCallback
from fastlearn.train.callback import Callback


def bests(make, dictate, losses, **kwargs):
    learn, seen = make(cbs=dictate(losses)), []
    tracker = TrackerCallback(**kwargs)
    note = Callback(after_epoch=lambda self: seen.append(tracker.new_best))
    note.order = 99
    learn.fit(len(losses), cbs=[tracker, note], display=False)
    return seen, tracker


@pytest.mark.parametrize(
    "losses, kwargs, better",
    [
        ([3, 2, 2.5, 1], {}, [True, True, False, True]),
        ([3, 2.95, 2.8], {"min_delta": 0.1}, [True, False, True]),
        ([3, 2.95, 2.8], {"min_delta": -0.1}, [True, False, True]),
        ([math.nan, 3, math.nan, 2], {}, [False, True, False, True]),
        ([1, 2, 1.5], {"comp": np.greater}, [True, True, False]),
    ],
)
def test_what_counts_as_better(make, dictate, losses, kwargs, better):
    assert bests(make, dictate, losses, **kwargs)[0] == better


def test_metrics_are_better_when_they_are_greater_and_errors_when_they_are_smaller():
    assert not TrackerCallback("accuracy").lower_is_better
    assert TrackerCallback("error_rate").lower_is_better


def test_a_name_that_is_not_recorded_is_said_before_training(make):
    with pytest.raises(ValueError, match=r"follows 'acuracy', which is not recorded. Did you mean 'accuracy'"):
        make().fit(1, cbs=TrackerCallback("acuracy"), display=False)


def test_the_best_of_an_earlier_fit_counts_if_it_is_asked_to(make, dictate):
    for reset, expected in ((True, 5), (False, 1)):
        tracker = TrackerCallback(reset_on_fit=reset)
        learn = make(cbs=[tracker, dictate([1])])
        learn.fit(1, display=False)
        learn.remove_cbs(dictate)
        learn.fit(1, cbs=dictate([5]), display=False)
        assert tracker.best == expected


@pytest.mark.parametrize("losses, n", [([3, 2, 2.1, 2.2, 1], 4), ([3, 2, 1, 0.5, 0.4], 5), ([1, 2, 3, 4, 5], 3)])
def test_early_stopping_waits_for_its_patience(make, dictate, losses, n):
    learn = make(cbs=dictate(losses))
    learn.fit(5, cbs=EarlyStoppingCallback(patience=2), display=False)
    assert len(learn.history.epochs) == n
    if n < 5:
        assert learn.history.reason == f"valid_loss has not improved on {min(losses[:n]):.4g} for 2 epochs"
    else:
        assert learn.history.fits[-1].completed


def test_the_best_weights_are_saved_and_come_back(make, dictate):
    learn, kept = make(cbs=dictate([3, 1, 2, 2])), {}
    copy = Callback(after_epoch=lambda self: kept.update({self.epoch: self.model[0].weight.detach().clone()}))
    saver = SaveModelCallback()
    learn.fit(4, 0.1, cbs=[saver, copy], display=False)
    assert torch.equal(learn.model[0].weight, kept[1])
    assert saver.last_saved_path == learn.path / "models" / "model.safetensors"
    assert learn.history.notes[-1].text == "the weights of epoch 2 are back (valid_loss 1)"


def test_the_best_weights_come_back_after_a_stop_and_ctrl_c_but_not_after_an_error(make, dictate):
    for ends, back in ((lambda cb: cb.control.stop("enough"), True), (interrupt, True), (fail, False)):
        learn, kept = make(cbs=dictate([1, 2, 3, 4])), {}
        copy = Callback(after_epoch=lambda self, kept=kept: kept.setdefault(0, self.model[0].weight.detach().clone()))
        end = Callback(after_batch=lambda self, ends=ends: self.training and self.epoch == 2 and ends(self))
        with contextlib.suppress(RuntimeError):
            learn.fit(4, 0.1, cbs=[SaveModelCallback(), copy, end], display=False)
        assert torch.equal(learn.model[0].weight, kept[0]) == back


def interrupt(cb):
    raise KeyboardInterrupt


def fail(cb):
    raise RuntimeError("broken")


@pytest.mark.parametrize("every, names", [(True, {"m_0", "m_1", "m_2"}), (2, {"m_0", "m_2"})])
def test_every_epoch_can_be_saved(make, every, names):
    learn = make()
    learn.fit(3, cbs=SaveModelCallback(fname="m", every_epoch=every), display=False)
    assert {path.stem for path in (learn.path / "models").iterdir()} == names
    with pytest.raises(ValueError, match="give one of the two"):
        SaveModelCallback(every_epoch=True, at_end=True)


def rates(learn):
    steps = learn.history.steps()
    return [float(steps["lr"][steps["epoch"] == e][0]) for e in range(int(steps["epoch"].max()) + 1)]


def test_the_rate_is_lowered_on_a_plateau_with_and_without_a_schedule(make, dictate):
    learn = make(cbs=dictate([3, 3, 3, 3, 3]))
    learn.fit(5, 1.0, cbs=ReduceLROnPlateau(patience=1, factor=2), display=False)
    assert rates(learn) == [1, 1, 0.5, 0.25, 0.125]
    plain, lowered = make(), make(cbs=dictate([3, 3, 2]))
    plain.fit_one_cycle(3, 1.0, display=False)
    lowered.fit_one_cycle(3, 1.0, cbs=ReduceLROnPlateau(factor=4), display=False)
    assert np.divide(rates(lowered), rates(plain)).tolist() == pytest.approx([1, 1, 0.25])


def test_the_rate_does_not_fall_below_its_least(make, dictate):
    learn = make(cbs=dictate([3] * 5))
    learn.fit(5, 1.0, cbs=ReduceLROnPlateau(factor=10, min_lr=0.05), display=False)
    assert rates(learn) == pytest.approx([1, 1, 0.1, 0.05, 0.05])


@pytest.mark.parametrize("cls", [EarlyStoppingCallback, ReduceLROnPlateau])
@pytest.mark.parametrize("patience", [-3, 0, 1.5])
def test_a_patience_that_is_none_is_refused(cls, patience):
    with pytest.raises(ValueError, match=f"`patience` is a whole number of epochs, at least 1, but got {patience}"):
        cls(patience=patience)


def test_a_value_that_never_is_a_number_is_said_as_such(make, dictate):
    learn = make(cbs=dictate([math.nan] * 3))
    learn.fit(3, cbs=EarlyStoppingCallback(patience=2), display=False)
    assert learn.history.reason == "valid_loss was no number for 2 epochs"


@pytest.mark.parametrize("cls", [EarlyStoppingCallback, SaveModelCallback, ReduceLROnPlateau])
def test_following_what_is_measured_on_validation_data_needs_some(make, cls):
    learn = make()
    for valid in (None, []):
        learn.dls = SimpleNamespace(train=learn.dls.train, valid=valid)
        with pytest.raises(ValueError, match=r"follows 'valid_loss', but there is no validation.*monitor='train_loss'"):
            learn.fit(1, cbs=cls(), display=False)
        learn.fit(1, cbs=cls(monitor="train_loss"), display=False)


def test_the_last_weights_are_saved_beside_the_best(make, dictate):
    learn, kept = make(cbs=dictate([1, 2, 3])), {}
    copy = Callback(after_epoch=lambda self: kept.update({self.epoch: self.model[0].weight.detach().clone()}))
    learn.fit(3, 0.1, cbs=[SaveModelCallback(fname="m", at_end=True), copy], display=False)
    assert torch.equal(learn.model[0].weight, kept[2])
    for name, epoch in (("m_end", 2), ("m", 0)):
        learn.load(name)
        assert torch.equal(learn.model[0].weight, kept[epoch])
