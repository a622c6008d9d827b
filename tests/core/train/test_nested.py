"""A pass inside a pass, a fit inside a fit, a callback given twice: what runs outside goes on undisturbed."""

import pytest
import torch
from fastlearn.callbacks import GatherPredsCallback
from fastlearn.data.transform import Transform
from fastlearn.metrics import accuracy
from fastlearn.train import BatchEnded, ValidationProgress
from fastlearn.train.callback import Callback
from fastlearn.train.recorder import Recorder
from torch import nn


def look_inside(event, do):
    """A callback that does `do` at the third training batch (or at `event` otherwise)."""
    return Callback(**{event: lambda self: (self.training and self.iter == 2) and do(self.learn)})


@pytest.mark.parametrize("event", ["before_batch", "after_loss", "after_batch"])
@pytest.mark.parametrize("do", [lambda learn: learn.validate(), lambda learn: learn.get_preds(inner=True)])
def test_a_pass_inside_a_fit_changes_nothing_of_the_fit(make_learner, make_network, weights, event, do):
    def fit(cbs):
        heard, model = [], make_network()
        model[3] = nn.Identity()  # no dropout: torch's loaders draw from the same random numbers
        learn = make_learner(model=model, input_tfms=[Transform(lambda x: x * 2, split_idx=0)])
        learn.remove_cb(Recorder).add_cb(Recorder(train_metrics=True))
        learn.events.subscribe(heard.append)
        learn.fit(1, 0.1, cbs=cbs)
        batches = [(type(e), e.batch, e.n_batches) for e in heard if isinstance(e, BatchEnded | ValidationProgress)]
        return learn, batches

    plain, expected = fit(None)
    nested, heard = fit(look_inside(event, do))
    assert heard == expected and len(heard) == 10
    after = weights(nested.model)
    assert all(torch.equal(tensor, after[name]) for name, tensor in weights(plain.model).items())
    assert nested.history.steps()["loss"].tolist() == plain.history.steps()["loss"].tolist()
    assert nested.recorder.values == plain.recorder.values


def test_a_pass_inside_a_validation_leaves_its_metrics_alone(make_learner):
    def after_batch(self):
        if not self.training and self.learn.in_fit and self.iter == 0 and not inside:
            inside.append(True)
            self.learn.validate(0)

    inside = []
    plain, nested = make_learner(seed=1), make_learner(seed=1)
    plain.fit(1)
    nested.fit(1, cbs=Callback(after_batch=after_batch))
    assert inside and nested.recorder.values == plain.recorder.values


@pytest.mark.parametrize("do", [lambda learn: learn.fit(1), lambda learn: learn.fine_tune(1)])
def test_a_fit_inside_a_fit_is_refused(make_learner, do):
    learn = make_learner()
    with pytest.raises(RuntimeError, match=r"in a fit or a learning rate search already.*Try the second fit after"):
        learn.fit(1, cbs=look_inside("before_batch", do))
    assert all(p.requires_grad for p in learn.model.parameters())
    learn.fit(1)
    assert learn.history.reason == "completed"


def test_a_callback_that_is_attached_already_is_called_once_and_stays(make_learner):
    calls = []
    cb = Callback(before_fit=lambda self: calls.append(1))
    learn = make_learner(cbs=cb)
    learn.fit(1, cbs=cb)
    learn.add_cb(cb)
    learn.fit(1, cbs=[cb, cb])
    assert calls == [1, 1] and learn.cbs.count(cb) == 1
    gather = GatherPredsCallback()
    with learn.added_cbs([gather, gather]):
        assert learn.cbs.count(gather) == 1
    assert gather not in learn.cbs


def test_metrics_and_loaders_can_be_assigned_as_they_are_given(make_learner, make_points):
    learn = make_learner(metrics=None)
    learn.metrics = accuracy
    learn.dls = torch.utils.data.DataLoader(make_points(32), 8), torch.utils.data.DataLoader(make_points(16), 8)
    learn.fit(1)
    assert learn.history.n_steps == 4 and learn.history.last("accuracy") > 0
    learn.metrics = [accuracy]
    assert [metric.name for metric in learn.metrics] == ["accuracy"]
    with pytest.raises(TypeError, match="training and a validation loader"):
        learn.dls = 3
