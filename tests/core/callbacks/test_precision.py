"""Half precision, layout, compilation and recomputation: the same learning, and a clean way back."""

import copy
import math

import pytest
import torch
from fastlearn.callbacks import (
    ChannelsLast,
    CheckpointCallback,
    GradientClip,
    MixedPrecision,
    NonNativeMixedPrecision,
    SaveModelCallback,
    WeightAveraging,
)
from fastlearn.optim import SGD
from fastlearn.train.callback import Callback
from torch import nn


def conv_net():
    return nn.Sequential(
        nn.Unflatten(1, (1, 2, 2)), nn.Conv2d(1, 8, 2, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(),
        nn.Linear(72, 2),
    )  # fmt: skip


def accuracy_after(learn, n=6):
    learn.fit_one_cycle(n, 3e-2, display=False)
    return learn.history.epochs[-1]["accuracy"]


@pytest.mark.parametrize("switch", ["to_fp16", "to_bf16", "to_non_native_fp16", "to_channelslast"])
def test_a_small_network_learns_in_half_precision(make, switch):
    learn = getattr(make(n=128, model=conv_net()), switch)()
    assert accuracy_after(learn) > 0.85
    assert {p.dtype for p in learn.model.parameters()} == {torch.float32}
    assert learn.get_preds()[0].dtype == torch.float32
    assert learn.take_step is None


def test_the_model_runs_in_half_and_the_loss_gets_float32(make):
    learn, seen = make(), {}
    hook = learn.model[0].register_forward_hook(lambda m, i, o: seen.update(inside=o.dtype))
    look = Callback(after_loss=lambda self: seen.update(pred=self.pred.dtype, loss=self.loss.dtype))
    learn.to_bf16().fit(1, cbs=look, display=False)
    hook.remove()
    assert seen == {"inside": torch.bfloat16, "pred": torch.float32, "loss": torch.float32}
    assert not torch.is_autocast_enabled("cpu")


def test_an_overflow_is_left_out_counted_and_told(make):
    learn, before = make(opt_func=SGD), {}

    def explode(self):
        if self.train_iter == 1:
            before["w"] = self.model[0].weight.detach().clone()
            self.model[0].weight.grad[0, 0] = float("inf")

    def after(self):
        if self.train_iter == 1:
            before["after"] = self.model[0].weight.detach().clone()

    cb = Callback(after_backward=explode, after_batch=after)
    cb.run_valid, cb.order = False, -50
    learn.to_fp16(init_scale=8.0).fit(1, 0.1, cbs=cb, display=False)
    assert torch.equal(before["w"], before["after"])
    assert learn.mixed_precision.n_overflows == 1 and learn.mixed_precision.scale == 4.0
    assert [note.text for note in learn.history.notes] == ["1 step left out: the gradients overflowed in fp16"]
    assert learn.history.fits[-1].completed


def test_clipping_sees_true_gradients(make):
    learn, norms = make(), []
    look = Callback(
        before_step=lambda self: norms.append(float(nn.utils.get_total_norm([p.grad for p in self.model.parameters()])))
    )
    look.order = 12
    learn.to_fp16(init_scale=1024.0).fit(1, 0.1, cbs=[GradientClip(0.01), look], display=False)
    assert max(norms) <= 0.01001


def test_autocast_ends_with_an_error(make):
    learn = make().to_bf16()
    with pytest.raises(ZeroDivisionError):
        learn.fit(1, cbs=Callback(after_pred=lambda self: 1 / 0), display=False)
    assert not torch.is_autocast_enabled("cpu") and learn.take_step is None
    assert not [cb for cb in learn.to_fp32().cbs if isinstance(cb, MixedPrecision)]


def test_a_precision_that_is_none_is_refused():
    with pytest.raises(ValueError, match="'fp16' or 'bf16', but got 'fp8'"):
        MixedPrecision("fp8")


@pytest.mark.parametrize("flat", [False, True])
def test_master_weights_take_steps_that_float16_would_lose(make, flat):
    learn, halves = make(opt_func=SGD, model=nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Linear(8, 2))), {}
    look = Callback(before_train=lambda self: halves.update({n: p.dtype for n, p in self.model.named_parameters()}))
    learn.to_non_native_fp16(flat_master=flat, dynamic=False)
    learn.model[2].bias.requires_grad_(False)
    own = [list(group["params"]) for group in learn.opt.param_groups]
    start = learn.model[0].weight.detach().clone()
    learn.fit(1, 1e-5, cbs=look, display=False)
    assert halves["0.weight"] == torch.float16 and halves["1.weight"] == torch.float32
    moved = (learn.model[0].weight - start).abs().max()
    assert 0 < moved < 1e-4
    for group, params in zip(learn.opt.param_groups, own, strict=True):
        assert [id(p) for p in group["params"]] == [id(p) for p in params]


def test_the_dynamic_scale_finds_its_place(make):
    learn = make(n=64).to_non_native_fp16()
    learn.fit(2, 1e-2, display=False)
    cb = learn.non_native_mixed_precision
    assert cb.n_overflows > 0 and cb.loss_scale < 2.0**24
    assert isinstance(cb, NonNativeMixedPrecision)


def test_overflows_of_float16_by_hand_are_told(make):
    learn = make(n=64).to_non_native_fp16()
    learn.fit(2, 1e-2, display=False)
    texts = [note.text for note in learn.history.notes if note.kind == "problem"]
    counts = [int(text.split()[0]) for text in texts]
    assert sum(counts) == learn.non_native_mixed_precision.n_overflows > 1
    assert all(text.endswith("left out: the gradients overflowed in fp16") for text in texts)


def half_exact(tensor):
    return torch.equal(tensor, tensor.half().float())


@pytest.mark.parametrize("flat", [False, True])
def test_the_float32_weights_are_saved_and_loaded_during_the_fit(make, flat):
    learn, best = make(opt_func=SGD), {}

    def look(self):
        if self.learn.save_model.new_best:
            best.update({name: value.clone() for name, value in self.model.state_dict().items()})

    end = Callback(after_epoch=look)
    end.order = 62
    learn.to_non_native_fp16(flat_master=flat, dynamic=False)
    saves = SaveModelCallback(comp=lambda new, old: math.isinf(old))  # the first epoch is the best
    learn.fit(3, 1e-2, cbs=[saves, end], display=False)
    assert best["0.weight"].dtype == torch.float32 and not half_exact(best["0.weight"])
    for name, value in learn.model.state_dict().items():
        assert torch.equal(value, best[name]), name

    def back(self):
        if self.train_iter == 2:
            self.model.load_state_dict(best)
            self.learn.seen = self.model.state_dict()["0.weight"].clone()

    load = Callback(before_batch=back)
    load.run_valid = False
    learn.fit(1, 0.0, cbs=load, display=False)
    assert torch.equal(learn.seen, best["0.weight"]) and torch.equal(learn.model[0].weight, best["0.weight"])


def test_frozen_weights_keep_their_float32_bits(make):
    learn = make(opt_func=SGD).to_non_native_fp16()
    learn.model[0].weight.requires_grad_(False)
    before = learn.model[0].weight.detach().clone()
    learn.fit(1, 1e-2, display=False)
    assert torch.equal(learn.model[0].weight, before) and not half_exact(before)


def test_weights_that_a_callback_lends_the_model_are_those_that_are_saved(make):
    """Averaged weights are in the model while it is validated."""
    learn, seen = make(opt_func=SGD).to_non_native_fp16(dynamic=False), {}

    def zero(self):
        with torch.no_grad():
            self.model[0].bias.zero_()
        seen["bias"] = self.model.state_dict()["0.bias"]

    learn.fit(1, 1e-2, cbs=Callback(before_validate=zero), display=False)
    assert seen["bias"].eq(0).all() and learn.model[0].bias.ne(0).any()


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("extra", [[], [WeightAveraging(0.5)]], ids=["alone", "averaged"])
def test_float16_by_hand_goes_on_with_its_run(make, flat, extra):
    def built():
        return make(n=64).to_non_native_fp16(flat_master=flat, max_loss_scale=2.0**18, scale_wait=3)

    def fit(learn, *cbs):
        learn.fit_one_cycle(2, 1e-2, cbs=[*extra, *cbs], display=False)

    whole = built()
    fit(whole)
    for step in (3, 8, 11):
        broken, again = built(), built()
        halt = Callback(
            after_batch=lambda self, n=step: self.training and self.history.n_steps == n and self.control.stop("now")
        )
        with broken.added_cbs(halt):
            fit(broken, CheckpointCallback())
        again.resume(cbs=extra, display=False)
        assert again.history.steps()["loss"].tolist() == whole.history.steps()["loss"].tolist()
        for name, value in whole.model.state_dict().items():
            assert torch.equal(value, again.model.state_dict()[name]), name
        one, other = again.non_native_mixed_precision, whole.non_native_mixed_precision
        assert (one.loss_scale, one.n_overflows) == (other.loss_scale, other.n_overflows)


def test_channels_last_changes_the_layout_and_not_the_result(make):
    a, b = make(model=conv_net(), opt_func=SGD), make(model=conv_net(), opt_func=SGD)
    b.model = copy.deepcopy(a.model)
    a.fit(1, 0.1, display=False)
    b.to_channelslast(use_amp=False).fit(1, 0.1, display=False)
    assert torch.allclose(a.model[1].weight, b.model[1].weight, atol=1e-6)
    assert b.model[1].weight.is_contiguous(memory_format=torch.channels_last)
    b.to_contiguous()
    assert b.model[1].weight.is_contiguous() and not [cb for cb in b.cbs if isinstance(cb, ChannelsLast)]


def test_a_compiled_model_gives_the_same_and_leaves_the_model_alone(make):
    a, b = make(opt_func=SGD), make(opt_func=SGD)
    a.fit(1, 0.1, display=False)
    names = list(b.model.state_dict())
    b.compile(backend="aot_eager").fit(1, 0.1, display=False)
    assert b.forward is not b.model and list(b.model.state_dict()) == names
    for p, q in zip(a.model.parameters(), b.model.parameters(), strict=True):
        assert torch.allclose(p, q, atol=1e-6)
    assert b.uncompile().forward is b.model
    b.compile(backend="eager").model = nn.Linear(4, 2)
    assert b.forward is b.model  # another model was not compiled


def test_recomputed_activations_give_the_same_gradients_and_statistics(make):
    blocks = [nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Tanh(), nn.Dropout(0.2)) for _ in range(3)]
    model = nn.Sequential(nn.Sequential(*blocks), nn.Linear(4, 2))
    a, b = make(model=model, opt_func=SGD), make(model=copy.deepcopy(model), opt_func=SGD)
    torch.manual_seed(1)
    a.fit(1, 0.1, display=False)
    torch.manual_seed(1)
    b.recompute_activations().fit(1, 0.1, display=False)
    for name, value in a.model.state_dict().items():
        assert torch.allclose(value, b.model.state_dict()[name]), name
    assert "forward" in b.model[0][0][0].__dict__
    b.recompute_activations(False)
    assert not any("forward" in m.__dict__ for m in b.model.modules())
