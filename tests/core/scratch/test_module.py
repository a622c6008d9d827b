"""A module knows what is in it, and can be looked into."""

from __future__ import annotations

import pytest
import torch
from fastlearn.scratch import (
    SGD,
    BatchNorm,
    ConvLayer,
    Hook,
    Hooks,
    Linear,
    Module,
    Parameter,
    ReLU,
    Sequential,
    print_shapes,
    simple_cnn,
)


def test_a_parameter_wants_a_gradient_and_what_comes_of_it_is_a_plain_tensor():
    p = Parameter(torch.ones(3))
    assert isinstance(p, torch.Tensor) and p.requires_grad and p.is_leaf
    assert type(p * 2) is torch.Tensor


def test_a_module_finds_its_parameters_in_attributes_lists_and_modules_inside():
    class Odd(Module):
        def __init__(self):
            self.scale, self.parts = Parameter(torch.ones(1)), [Linear(2, 3), Parameter(torch.zeros(2))]
            self.norm, self.number, self.nothing = BatchNorm(3), 7, None

    odd = Odd()
    shapes = [tuple(p.shape) for p in odd.parameters()]
    assert sorted(shapes) == sorted([(1,), (2,), (3, 2), (3,), (3,), (3,)])
    assert len(odd.tensors()) == len(shapes) + 2  # the running mean and variance are no parameters
    assert [type(m).__name__ for m in odd.modules()] == ["Odd", "Linear", "BatchNorm"]


def test_a_shared_parameter_counts_once():
    one = Linear(2, 2)
    assert len(Sequential(one, one).parameters()) == 2


def test_training_and_use_reach_every_module():
    model = Sequential(ConvLayer(1, 2, norm=BatchNorm), ReLU())
    model.train(False)
    assert not any(module.training for module in model.modules())
    model.train()
    assert all(module.training for module in model.modules())
    assert Linear(1, 1).training  # each has its own


def test_a_state_can_be_put_back():
    model = Sequential(Linear(2, 2), BatchNorm(2))
    before, x = model.state(), torch.randn(8, 2)
    model(x).sum().backward()
    SGD(model.parameters(), 1.0).step()
    assert not torch.equal(model.state()[-1], before[-1])
    model.load(before)
    torch.testing.assert_close(model.state(), before)


def test_moving_takes_parameters_and_state_and_keeps_them_the_same_objects():
    model = Sequential(Linear(2, 2), BatchNorm(2))
    ids = [id(p) for p in model.tensors()]
    assert model.to("cpu").to(torch.float64) is model  # a type stands in for the device that a test machine may lack
    assert [id(p) for p in model.tensors()] == ids and {t.dtype for t in model.tensors()} == {torch.float64}
    assert all(isinstance(p, Parameter) and p.requires_grad for p in model.parameters())


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_model_moved_to_the_gpu_computes_there():
    model, x = simple_cnn(1, 3), torch.rand(2, 1, 8, 8)
    here = model(x)
    torch.testing.assert_close(model.to("cuda")(x.cuda()).cpu(), here, rtol=1e-3, atol=1e-3)


def test_a_module_without_forward_says_so():
    with pytest.raises(NotImplementedError, match="Module has no `forward` yet"):
        Module()(1)


def test_a_module_prints_what_is_inside():
    assert repr(ConvLayer(1, 2)) == "ConvLayer(Conv(), ReLU())"


def test_hooks_see_what_goes_through_and_come_off():
    model, x = simple_cnn(1, 2), torch.rand(3, 1, 8, 8)
    with Hooks(model, lambda module, inputs, output: (tuple(inputs[0].shape), tuple(output.shape))) as hooks:
        model(x)
    assert hooks.stored[0] == ((3, 1, 8, 8), (3, 16, 4, 4)) and hooks.stored[-1] == ((3, 64), (3, 2))
    assert not any(module.hooks for module in model.modules())


def test_one_layer_takes_several_hooks_and_one_comes_off_alone():
    layer, calls = Linear(2, 2), []
    first = Hook(layer, lambda *seen: calls.append("first"))
    with Hook(layer, lambda *seen: calls.append("second")):
        layer(torch.ones(1, 2))
        first.remove()
        first.remove()
        layer(torch.ones(1, 2))
    layer(torch.ones(1, 2))
    assert calls == ["first", "second", "second"] and layer.hooks == ()


def test_hooks_come_off_after_an_error():
    model = simple_cnn(1, 2)
    with pytest.raises(RuntimeError, match="broken"), Hooks(model.modules(), lambda *seen: None):
        raise RuntimeError("broken")
    assert not any(module.hooks for module in model.modules())


def test_shapes_are_printed_layer_by_layer_and_nothing_is_learnt(capsys):
    model = Sequential(ConvLayer(1, 4, stride=2, norm=BatchNorm), simple_cnn(4, 2, widths=(8,)))
    before = model.state()
    shapes = print_shapes(model, torch.rand(5, 1, 8, 8))
    assert [name for name, _ in shapes] == ["Conv", "BatchNorm", "ReLU", "Conv", "ReLU", "AdaptivePool", "Linear"]
    assert [shape for _, shape in shapes][::3] == [(5, 4, 4, 4), (5, 8, 2, 2), (5, 2)]
    assert capsys.readouterr().out.splitlines()[0] == "Conv           5 x 4 x 4 x 4"
    assert model.training
    torch.testing.assert_close(model.state(), before)
