"""Hooks see what goes through, and always come off."""

import inspect

import numpy as np
import pytest
import torch
from fastlearn.callbacks import ActivationStats, HookCallback
from fastlearn.hooks import Hook, Hooks, hook_output, hook_outputs, layer_info, module_summary, total_params
from fastlearn.train.callback import Callback
from fastlearn.train.learner import Learner
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def net():
    return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.BatchNorm1d(8), nn.Linear(8, 2))


@pytest.fixture
def learn(tmp_path):
    torch.manual_seed(0)
    data = TensorDataset(torch.randn(32, 4), torch.randint(2, (32,)))
    made = Learner((DataLoader(data, 8), DataLoader(data, 8)), net(), nn.CrossEntropyLoss(), path=tmp_path)
    made.logger = lambda row: None
    return made


def n_hooks(model):
    return sum(len(m._forward_hooks) + len(m._backward_hooks) for m in model.modules())


def test_an_output_is_kept_detached_and_the_hook_comes_off():
    model, x = net(), torch.randn(3, 4)
    with hook_output(model[0]) as hook:
        y = model(x)
    torch.testing.assert_close(hook.stored, model[0](x))
    assert not hook.stored.requires_grad and y.requires_grad
    assert hook.removed and n_hooks(model) == 0
    hook.remove()


def test_hooks_come_off_after_an_error():
    model = net()
    with pytest.raises(RuntimeError, match="broken"), hook_outputs(model) as hooks:
        assert n_hooks(model) == 4
        raise RuntimeError("broken")
    assert n_hooks(model) == 0 and hooks.stored == [None] * 4


def test_gradients_can_be_kept():
    model, x = net(), torch.randn(3, 4)
    with hook_output(model[3], grad=True) as hook:
        model(x).pow(2).sum().backward()
    torch.testing.assert_close(hook.stored, 2 * model(x).detach())


def test_several_outputs_and_functions_of_ones_own():
    rnn = nn.LSTM(3, 2, batch_first=True)
    with hook_output(rnn) as hook:
        rnn(torch.randn(1, 5, 3))
    assert hook.stored[0].shape == (1, 5, 2) and len(hook.stored[1]) == 2
    model = net()
    with Hooks([model[0], model[3]], lambda m, i, o: tuple(o.shape)) as hooks:
        model(torch.randn(6, 4))
    assert hooks.stored == [(6, 8), (6, 2)] and len(hooks) == 2 and isinstance(hooks[0], Hook)


def test_sizes_and_counts(learn):
    assert total_params(learn.model[0]) == (40, True) and total_params(learn.model) == (74, True)
    assert total_params(nn.ReLU()) == (0, False)
    rows = layer_info(learn, torch.randn(5, 4))
    assert [(row.name, row.shape, row.n_params) for row in rows] == [
        ("Linear", "5 x 8", 40), ("ReLU", "5 x 8", 0), ("BatchNorm1d", "5 x 8", 16), ("Linear", "5 x 2", 18),
    ]  # fmt: skip
    assert "Parameters: 74, of which 74 train" in str(module_summary(learn, torch.randn(5, 4)))
    assert "input 8 x 4" in repr(learn.summary())


def test_a_callback_hooks_the_layers_with_parameters_while_a_fit_runs(learn):
    class Shapes(HookCallback):
        def hook(self, m, inputs, outputs):
            return type(m).__name__, tuple(outputs.shape)

    cb, during = Shapes(), []
    learn.fit(1, cbs=[cb, Callback(before_validate=lambda self: during.append(n_hooks(self.model)))], display=False)
    assert cb.hooks.stored == [("Linear", (8, 8)), ("BatchNorm1d", (8, 8)), ("Linear", (8, 2))]
    assert during == [3] and n_hooks(learn.model) == 0
    with pytest.raises(ZeroDivisionError):
        learn.fit(1, cbs=[Shapes(), Callback(after_loss=lambda self: 1 / 0)], display=False)
    assert n_hooks(learn.model) == 0


def test_statistics_are_those_of_the_outputs(learn):
    kept = []
    keep = HookCallback([learn.model[0]], hook=lambda m, i, o: kept.append(o) if m.training else None)
    stats = ActivationStats(with_hist=True)
    learn.fit(1, 0.0, cbs=[stats, keep], display=False)
    outputs = [o.numpy() for o in kept]
    assert stats.stats.shape == (4, 3, 3)
    numbers = [[f(o) for o in outputs] for f in (np.mean, np.std, lambda o: (o <= 0.05).mean())]
    np.testing.assert_allclose(stats.layer_stats(0), numbers, rtol=1e-4)
    expected = np.stack([np.histogram(o, 40, (0, 10))[0] for o in outputs], 1)
    np.testing.assert_allclose(stats.hist(0), np.log1p(expected), rtol=1e-5)
    assert stats.color_dim(0).images[0].get_array().shape == (40, 4)
    assert len(stats.plot_layer_stats(0)) == 3
    with pytest.raises(ValueError, match="with_hist=True"):
        ActivationStats().hist(0)


def test_every_so_many_batches(learn):
    stats = ActivationStats(every=3)
    learn.fit(2, cbs=stats, display=False)
    assert len(stats.stats) == 3  # batches 0, 3 and 6 of 8
    assert n_hooks(learn.model) == 0


@pytest.mark.parametrize(
    "cls, order, defaults",
    [
        (HookCallback, 0, {"modules": None, "every": None, "remove_end": True, "is_forward": True, "cpu": True}),
        (ActivationStats, -20, {"with_hist": False}),
        (Hook, None, {"is_forward": True, "detach": True, "cpu": False}),
    ],
)  # fmt: skip
def test_published_defaults(cls, order, defaults):
    parameters = inspect.signature(cls).parameters
    assert order is None or cls.order == order
    assert {key: parameters[key].default for key in defaults} == defaults


def test_statistics_may_stay_hooked_and_may_be_those_of_gradients(learn):
    stats = ActivationStats(remove_end=False)
    learn.fit(1, cbs=stats, display=False)
    assert n_hooks(learn.model) == 3
    stats.hooks.remove()
    grads = []
    probe = HookCallback([learn.model[3]], is_forward=False, hook=lambda m, i, o: grads.append(o[0].mean().item()))
    backward = ActivationStats(is_forward=False, modules=[learn.model[3]])
    learn.fit(1, cbs=[backward, probe], display=False)
    np.testing.assert_allclose(backward.layer_stats(0)[0], grads, atol=1e-7)
