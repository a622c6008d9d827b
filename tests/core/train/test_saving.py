import json

import pytest
import torch
from safetensors import safe_open
from torch import nn


def test_weights_and_optimizer_come_back_and_training_goes_on_the_same(make_learner, weights):
    one = make_learner(shuffle=False, seed=1)
    one.fit(1)
    path = one.save("first")
    assert path == one.path / "models" / "first.safetensors"
    one.fit(1)
    two = make_learner(shuffle=False, seed=1)
    two.history.begin_fit(0, [])  # the seed of a fit depends on how many came before
    two.load("first")
    two.fit(1)
    a, b = weights(one.model), weights(two.model)
    assert all(torch.equal(a[name], b[name]) for name in a)


def test_a_file_holds_tensors_and_json_and_no_pickle(make_learner):
    learn = make_learner()
    learn.fit(1)
    with safe_open(learn.save("plain"), framework="pt") as opened:
        assert json.loads(opened.metadata()["optimizer"])["class"] == "AdamW"
        assert "model.0.weight" in opened.keys()  # noqa: SIM118  # it is not a mapping


def test_weights_alone_can_be_saved_and_loaded(make_learner, weights):
    learn = make_learner()
    learn.save("alone", with_opt=False)
    other = make_learner()
    nn.init.zeros_(other.model[0].weight)
    other.load("alone")
    assert torch.equal(other.model[0].weight, learn.model[0].weight)
    with pytest.raises(ValueError, match="holds no optimizer"):
        other.load("alone", with_opt=True)


def test_a_missing_file_names_what_is_there(make_learner):
    learn = make_learner()
    learn.save("here")
    with pytest.raises(FileNotFoundError, match=r"no saved weights at .*there.*Saved there: here"):
        learn.load("there")


def test_weights_of_another_model_are_refused(make_learner):
    make_learner().save("small")
    with pytest.raises(ValueError, match=r"(?s)do not fit the model.*Try a learner built like"):
        make_learner(model=nn.Linear(4, 2)).load("small")


def test_a_damaged_file_is_refused_with_words(make_learner):
    learn = make_learner()
    path = learn.save("whole")
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(ValueError, match="not a whole safetensors file"):
        learn.load("whole")


def test_the_state_of_another_optimizer_is_refused(make_learner):
    learn = make_learner()
    learn.fit(1)
    learn.save("adam")
    other = make_learner(opt_func=torch.optim.SGD)
    with pytest.raises(ValueError, match=r"holds the state of AdamW .* but the learner has SGD.*with_opt=False"):
        other.load("adam")
    other.load("adam", with_opt=False)


def test_the_state_of_lamb_is_not_taken_for_that_of_radam(make_learner):
    from fastlearn.optim import Lamb, RAdam

    learn = make_learner(opt_func=Lamb)
    learn.fit(1)
    learn.save("lamb")
    with pytest.raises(ValueError, match=r"state of Optimizer\(.*lamb_step\).*but the learner has .*radam_step"):
        make_learner(opt_func=RAdam).load("lamb")


def test_a_failed_save_leaves_the_old_file(make_learner, monkeypatch):
    learn = make_learner()
    before = learn.save("kept").read_bytes()

    def full(tensors, path, meta):
        path.write_bytes(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr("safetensors.torch.save_file", full)
    with pytest.raises(OSError, match="No space"):
        learn.save("kept")
    folder = learn.path / "models"
    assert [p.name for p in folder.iterdir()] == ["kept.safetensors"] and (
        folder / "kept.safetensors"
    ).read_bytes() == before
