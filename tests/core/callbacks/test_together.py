"""Callbacks that meet: averages and those who save, blends, learners that share one, and what a gradient can spoil."""

from __future__ import annotations

import pytest
import torch
from fastlearn.callbacks import CutMix, GradientClip, MixUp, SaveModelCallback, WeightAveraging
from fastlearn.train.callback import Callback
from torch import nn


def stop_after(n_epoch: int, **how) -> Callback:
    return Callback(after_epoch=lambda self: self.epoch + 1 == n_epoch and self.control.stop(**how))


def worse_from(epoch: int) -> Callback:
    """Later epochs validate badly, so that an earlier one is the best."""

    def spoil(self):
        if self.epoch >= epoch and not self.learn.cleaning_up:
            self.history.epochs[-1]["valid_loss"] += 100

    callback = Callback(after_epoch=spoil)
    callback.order = 55
    return callback


@pytest.mark.parametrize("how", ["save", "keep", "complete", "stop"])
def test_weights_that_come_back_are_the_averages_that_were_measured(make, how):
    learn = make(n=64)
    cbs = [WeightAveraging(0.9), worse_from(2)]
    cbs += {"save": [SaveModelCallback()], "keep": [stop_after(4, keep="best")], "stop": [stop_after(3)]}.get(how, [])
    learn.fit(5, 0.5, cbs=cbs, display=False)
    rows = [row["valid_loss"] - (100 if row["epoch"] >= 2 else 0) for row in learn.history.epochs]
    best = min(range(2), key=lambda i: rows[i])
    expected = rows[best] if how in ("save", "keep") else rows[-1]
    assert learn.validate()[0] == pytest.approx(expected, abs=1e-6)


def test_averaging_changes_nothing_of_the_training_itself(make):
    def trained(*cbs):
        learn, seen = make(n=64), []
        watch = Callback(before_batch=lambda self: self.training and seen.append(self.model[0].weight.detach().clone()))
        nested = Callback(after_batch=lambda self: self.training and self.learn.get_preds(inner=True))
        learn.fit(3, 0.1, cbs=[*cbs, watch, nested], display=False)
        return torch.stack(seen)

    torch.testing.assert_close(trained(WeightAveraging(0.9)), trained())


def test_one_way_of_blending_at_a_time(make):
    with pytest.raises(ValueError, match="MixUp and CutMix"):
        make().fit(1, cbs=[MixUp(), CutMix()], display=False)
    with pytest.raises(ValueError, match=r"images \(B, C, H, W\)"):
        make().fit(1, cbs=CutMix(), display=False)


def test_a_callback_works_on_the_learner_that_trains_whichever_had_it_last(make):
    clip, heard = GradientClip(1e-9), []
    first, second = make(cbs=clip), make(cbs=clip)
    before = first.model[0].weight.detach().clone()
    watch = Callback(after_batch=lambda self: heard.append(self.learn))
    first.fit(1, 0.1, wd=0, cbs=watch, display=False)
    assert set(heard) == {first} and torch.allclose(first.model[0].weight, before, atol=1e-3)
    second.fit(1, cbs=watch, display=False)
    assert set(heard) == {first, second}


class SpoilsGradients(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 2)

    def forward(self, x):
        out = self.layer(x)
        return out + (out * 0).sqrt()  # a gradient of 0 times infinity


def test_a_gradient_that_is_not_a_number_is_not_said_to_have_spared_the_weights(make):
    learn = make(model=SpoilsGradients())
    with pytest.warns(RuntimeWarning, match="The weights hold NaN"):
        learn.fit(2, display=False)
    assert learn.history.reason == "loss became nan at step 2"


def test_a_loss_that_a_callback_left_in_its_graph_is_recorded_as_a_number(make):
    learn = make()
    learn.fit(1, cbs=Callback(after_loss=lambda self: setattr(self.learn, "loss", self.loss_grad * 2)), display=False)
    assert learn.history.steps()["loss"].shape == (4,)


def test_a_stop_between_two_epochs_is_told_as_one(make, capsys):
    make().fit(6, cbs=stop_after(3), display=False)
    assert "Stopped after epoch 3 of 6" in capsys.readouterr().out


def test_out_of_memory_says_what_can_be_done(make):
    def full(self):
        raise torch.cuda.OutOfMemoryError("CUDA out of memory.")

    with pytest.raises(torch.cuda.OutOfMemoryError, match=r"find_batch_size.*GradientAccumulation.*recompute"):
        make().fit(1, cbs=Callback(before_batch=full), display=False)


def test_a_compiled_model_is_not_recomputed_as_well(make):
    learn = make().compile(backend="eager")
    with pytest.raises(ValueError, match="uncompile"):
        learn.recompute_activations()
    learn.uncompile().recompute_activations()
    with pytest.raises(ValueError, match=r"recompute_activations\(False\)"):
        learn.compile()
    learn.recompute_activations(False).compile(backend="eager")
