import math

import numpy as np
import pytest
import torch
from fastlearn.callbacks.collect_data import CollectDataCallback
from fastlearn.callbacks.early_stopping import EarlyStoppingCallback
from fastlearn.metrics import accuracy
from fastlearn.train.history import History
from hypothesis import given
from hypothesis import strategies as st


def history_of(losses, beta=0.98):
    history = History(beta)
    history.begin_fit(1, ["accuracy"])
    for i, loss in enumerate(losses):
        history.add_step(torch.tensor(loss), 0, 0.1, 0.9, 0.01 * i, 0.001, 4, np.arange(4) + 4 * i)
    return history


@given(st.lists(st.floats(-100, 100, width=32), min_size=1, max_size=300), st.sampled_from([0.1, 0.5, 0.98]))
def test_the_smoothed_loss_is_the_debiased_moving_average(losses, beta):
    age = np.subtract.outer(np.arange(len(losses)), np.arange(len(losses)))
    weights = np.where(age >= 0, (1 - beta) * beta ** np.abs(age), 0)
    expected = weights @ np.array(losses) / weights.sum(1)
    np.testing.assert_allclose(history_of(losses, beta).steps()["smooth_loss"], expected, rtol=1e-4, atol=1e-3)


@given(st.lists(st.integers(0, 20), min_size=1, max_size=6))
def test_reading_in_between_changes_nothing(blocks):
    whole, read = history_of([0.5 * i for i in range(sum(blocks))]), History()
    read.begin_fit(1, [])
    for i in range(sum(blocks)):
        read.add_step(torch.tensor(0.5 * i), 0, 0.1, 0.9, 0.01 * i, 0.001, 4)
        if i in np.cumsum(blocks):
            read.steps()
    for name, column in whole.steps().items():
        np.testing.assert_array_equal(column, read.steps()[name])


def test_a_nan_does_not_blank_the_smoothed_curve():
    steps = history_of([1.0, math.nan, 1.0]).steps()
    assert np.isnan(steps["loss"]).tolist() == [False, True, False]
    np.testing.assert_allclose(steps["smooth_loss"], [1, 1, 1])


def test_the_smoothed_loss_starts_anew_with_each_fit_and_the_steps_go_on():
    history = history_of([100.0])
    history.begin_fit(1, [])
    history.add_step(torch.tensor(1.0), 0, 0.1, 0.9, 0, 0, 4)
    assert history.steps()["smooth_loss"].tolist() == [100, 1] and history.steps()["step"].tolist() == [0, 1]
    assert [run.start_step for run in history.fits] == [0, 1]


def test_each_step_knows_its_items():
    history = history_of([1.0, 2.0])
    assert history.items(1).tolist() == [4, 5, 6, 7]
    with pytest.raises(IndexError, match="0 to 1, but got 2"):
        history.items(2)


def test_last_is_the_latest_value_and_an_unknown_name_is_refused():
    history = history_of([1.0])
    assert math.isnan(history.last("valid_loss"))
    history.add_epoch(0, {"train_loss": 1.0, "valid_loss": 0.5, "accuracy": None}, 2.0)
    assert history.last("valid_loss") == 0.5 and math.isnan(history.last("accuracy"))
    with pytest.raises(KeyError, match="'recall' is not recorded; the history has accuracy"):
        history.last("recall")


def test_a_history_survives_json():
    history = history_of([1.0, math.nan])
    history.add_epoch(0, {"valid_loss": 0.5}, 2.0)
    history.add_note("lr", "learning rate times 0.5", 0.5)
    history.end_fit("stopped", False)
    again = History.from_json(history.to_json())
    for name, column in history.steps().items():
        np.testing.assert_array_equal(column, again.steps()[name])
    assert (again.epochs, again.notes, again.fits) == (history.epochs, history.notes, history.fits)
    assert again.items(1).tolist() == [4, 5, 6, 7] and again.reason == "stopped"


def test_text_that_is_no_history_is_refused():
    with pytest.raises(ValueError, match="not a history of version 1"):
        History.from_json('{"version": 9}')


def test_frames_have_a_row_a_step_or_an_epoch():
    history = history_of([1.0, 2.0])
    history.add_epoch(0, {"valid_loss": 0.5}, 2.0)
    assert history.to_frame().shape == (2, 9)
    assert history.to_frame("epochs").columns.tolist() == ["epoch", "step", "valid_loss", "seconds"]


def test_every_fit_keeps_what_it_was_trained_with_in_json_too(make_learner):
    learn = make_learner(lr=0.02)
    learn.fit_one_cycle(1, 3e-3, wd=0.1, cbs=[CollectDataCallback()])
    learn.fit(1)
    first, second = (fit.settings for fit in History.from_json(learn.history.to_json()).fits)
    assert "fit_one_cycle(n_epoch=1" in first["code"] and first["call"]["arguments"]["wd"] == 0.1
    assert first["learner"]["optimizer"]["groups"][0]["weight_decay"] == 0.1
    assert "CollectDataCallback" in [cb["class"] for cb in first["call"]["cbs"]]
    assert second["versions"]["torch"] == torch.__version__ and second["learner"]["lr"] == 0.02


def test_the_plot_has_a_panel_for_each_metric_and_a_line_between_fits(make_learner):
    learn = make_learner(metrics=accuracy)
    with pytest.raises(RuntimeError, match="nothing to plot"):
        learn.history.plot()
    learn.fit(2)
    learn.fit(1)
    loss, metric = learn.history.plot()
    assert (loss.get_ylabel(), metric.get_ylabel()) == ("loss", "accuracy")
    np.testing.assert_allclose(loss.lines[0].get_ydata(), learn.history.steps()["smooth_loss"])
    assert list(metric.lines[0].get_ydata()) == [row["accuracy"] for row in learn.history.epochs]
    assert [line.get_linestyle() for line in metric.lines[1:]] == [":"]


def test_settings_are_what_a_callback_was_made_with_and_not_what_it_gathered(make_learner):
    learn = make_learner(cbs=[CollectDataCallback(), EarlyStoppingCallback(patience=7)])
    learn.fit(2)
    learn.fit(1)
    settings = {cb["class"]: cb["settings"] for cb in learn.history.fits[-1].settings["learner"]["callbacks"]}
    assert learn.collect_data.data and settings["CollectDataCallback"] == {}
    assert settings["EarlyStoppingCallback"]["patience"] == 7 and "best" not in settings["EarlyStoppingCallback"]
