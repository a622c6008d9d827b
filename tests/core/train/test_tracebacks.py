"""What IPython shows of an error in a fit: the user's own frames, and few of ours."""

from __future__ import annotations

import traceback
from collections.abc import Callable as Function
from typing import Any

import pytest
from fastlearn.data.loaders import DataLoaders
from fastlearn.train.callback import Callback
from torch import nn
from torch.utils.data import DataLoader


def shown(error: BaseException) -> list[str]:
    """The functions of the frames that IPython does not leave out; the last is never left out."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    kept = [frame for frame in frames[:-1] if not frame.f_locals.get("__tracebackhide__", False)]
    return [frame.f_code.co_name for frame in (*kept, frames[-1])]


def broken(*args: Any) -> Any:
    raise ArithmeticError("mine")


class BrokenCallback(Callback):
    def after_loss(self) -> None:
        broken()


class BrokenItems:
    def __len__(self) -> int:
        return 64

    __getitem__ = broken


def spoil_loss(learn: Any) -> None:
    learn.loss_func = broken


def spoil_model(learn: Any) -> None:
    learn.model.forward = broken


def spoil_data(learn: Any) -> None:
    learn.dls = DataLoaders(DataLoader(BrokenItems(), 16), learn.dls.valid)


def spoil_callback(learn: Any) -> None:
    learn.add_cb(BrokenCallback())


@pytest.mark.parametrize(
    "spoil, between",
    [
        (spoil_callback, ["after_loss"]),
        (spoil_loss, ["compute_loss"]),
        (spoil_model, None),  # frames of torch
        (spoil_data, None),
    ],
)
def test_an_error_in_a_fit_shows_the_users_own_frames(make_learner, spoil: Function, between: list[str] | None) -> None:
    learn = make_learner(model=nn.Linear(4, 2))
    spoil(learn)
    with pytest.raises(ArithmeticError, match="mine") as caught:
        learn.fit_one_cycle(1, display=False)
    names = shown(caught.value)
    assert names[1] == "fit_one_cycle" and names[-1] == "broken"
    hidden = {"staged", "_batches", "_train_batch", "_valid_batch", "run_fit", "fire", "checked", "called", "_epoch"}
    assert not hidden & set(names)
    assert between is None or names[2:-1] == between


def test_an_error_in_a_metric_shows_the_users_own_frames(make_learner) -> None:
    learn = make_learner(metrics=[broken])
    with pytest.raises(ArithmeticError, match="metric 'broken' failed in epoch 1") as caught:
        learn.fit(1, display=False)
    assert shown(caught.value)[1:] == ["accumulate", "broken"]


def test_a_wrong_call_still_shows_who_raised(make_learner) -> None:
    with pytest.raises(TypeError, match="n_epochs") as caught:
        make_learner().fit(n_epochs=1)
    assert shown(caught.value)[-1] == "checked"


def test_plain_python_still_shows_every_frame(make_learner) -> None:
    learn = make_learner(cbs=BrokenCallback())
    with pytest.raises(ArithmeticError) as caught:
        learn.fit(1, display=False)
    names = [frame.f_code.co_name for frame, _ in traceback.walk_tb(caught.value.__traceback__)]
    assert {"run_fit", "staged", "_train_batch", "fire"} <= set(names)
