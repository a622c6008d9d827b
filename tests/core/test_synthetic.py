"""The problem to try callbacks on."""

import pytest
import torch
from fastlearn.synthetic import RegModel, VerboseCallback, synth_dbunch, synth_learner
from fastlearn.train.callback import EVENTS


def test_the_data_is_a_line_with_a_little_noise_and_the_same_for_the_same_seed():
    dls = synth_dbunch(a=4, b=-1, bs=8, n_train=3, n_valid=2)
    assert (len(dls.train), len(dls.valid)) == (3, 2)
    x, y = (torch.cat(parts) for parts in zip(*[(b[0], b[1]) for b in dls.valid], strict=True))
    assert x.shape == (16, 1) and 0 < (y - (4 * x - 1)).std() < 0.2
    again = next(iter(synth_dbunch(a=4, b=-1, bs=8, n_train=3, n_valid=2).valid))
    assert torch.equal(again[0], x[:8])


def test_the_learner_finds_the_line_and_leaves_the_global_seed_alone(tmp_path):
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    learn = synth_learner(path=tmp_path, lr=0.05)
    assert torch.equal(torch.rand(1), expected)
    learn.fit(5, display=False)
    assert learn.model.a.item() == pytest.approx(2, abs=0.1) and learn.model.b.item() == pytest.approx(3, abs=0.1)


def test_a_model_and_data_of_ones_own_are_taken(tmp_path):
    model, data = RegModel(7), synth_dbunch(n_train=1)
    learn = synth_learner(data=data, model=model, path=tmp_path, model_dir="m")
    assert learn.model is model and learn.dls is data and learn.model_dir == "m"


def test_every_event_of_a_fit_is_printed_in_order(capsys, tmp_path):
    learn = synth_learner(n_train=1, n_valid=1, path=tmp_path, default_cbs=False)
    learn.fit(1, cbs=VerboseCallback(), display=False)
    printed = [line for line in capsys.readouterr().out.split() if line in EVENTS]
    batch = ["before_batch", "after_pred", "after_loss"]
    step = ["before_backward", "after_backward", "before_step", "after_step"]
    assert printed == [
        "before_fit", "before_epoch", "before_train", *batch, *step, "after_batch", "after_train",
        "before_validate", *batch, "after_batch", "after_validate", "after_epoch", "after_fit",
    ]  # fmt: skip
