"""Callbacks that change what a batch does to the weights."""

import copy

import pytest
import torch
from fastlearn.callbacks import (
    BnFreeze,
    CutMix,
    GradientAccumulation,
    GradientClip,
    MCDropoutCallback,
    MixUp,
    RNNRegularizer,
    WeightAveraging,
    rnn_cbs,
)
from fastlearn.losses import CrossEntropyLossFlat
from fastlearn.optim import SGD
from fastlearn.train.callback import Callback
from torch import nn
from torch.nn import functional as F


def plain_net():
    return nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2)).double()


def in_float64(learn):
    """The same points as float64."""
    for dl in (learn.dls.train, learn.dls.valid):
        x, y = dl.dataset.tensors
        dl.dataset.tensors = (x.double(), y)
    return learn


@pytest.mark.parametrize("bs, n_acc", [(4, 16), (8, 16), (16, 16)])
def test_accumulated_micro_batches_equal_one_big_batch(make, bs, n_acc):
    big = in_float64(make(n=48, bs=16, model=plain_net(), opt_func=SGD))
    small = in_float64(make(n=48, bs=bs, model=copy.deepcopy(big.model), opt_func=SGD))
    big.fit(2, 0.1, display=False)
    small.fit(2, 0.1, cbs=GradientAccumulation(n_acc), display=False)
    for a, b in zip(big.model.parameters(), small.model.parameters(), strict=True):
        assert (a - b).abs().max() < 1e-6


def test_gradients_wait_for_enough_samples_also_over_the_end_of_an_epoch(make):
    learn, steps = make(n=32, bs=8), []
    count = Callback(after_step=lambda self: None if self.learn.cleaning_up else steps.append(self.train_iter))
    learn.fit(3, cbs=[GradientAccumulation(24), count], display=False)
    assert steps == [2, 5, 8, 11]
    learn.fit(1, cbs=GradientAccumulation(24), display=False)
    assert all(p.grad is None for p in learn.model.parameters())  # the batch that is left is no part of a next fit


def test_gradients_are_clipped_to_their_norm(make):
    learn, norms = make(), []
    look = Callback(
        before_step=lambda self: norms.append(torch.cat([p.grad.flatten() for p in self.model.parameters()]).norm())
    )
    look.order = 12
    learn.fit(1, 0.1, cbs=[GradientClip(0.01), look], display=False)
    assert len(norms) == 4 and all(norm <= 0.0100001 for norm in norms)


def test_frozen_batch_norm_keeps_its_statistics(make):
    learn = make()
    for p in learn.model[1].parameters():
        p.requires_grad_(False)
    before = learn.model[1].running_mean.clone()
    learn.fit(1, cbs=BnFreeze, display=False)
    assert torch.equal(learn.model[1].running_mean, before)
    learn.fit(1, display=False)
    assert not torch.equal(learn.model[1].running_mean, before)


class Fixed(MixUp):
    """MixUp with numbers that a test knows."""

    def draw_lam(self, n):
        return torch.full((n,), 0.3)

    def draw_order(self, n):
        return torch.arange(n).flip(0)


def test_mixup_blends_inputs_and_the_loss_of_both_classes(make):
    learn, seen = make(), []
    originals = [tuple(part.clone() for part in batch) for batch in learn.dls.train]
    look = Callback(after_loss=lambda self: seen.append((self.xb[0].clone(), self.pred.detach(), self.loss)))
    look.run_valid, look.order = False, 5
    learn.fit(1, 0.0, cbs=[Fixed(), look], display=False)
    order = torch.arange(8).flip(0)
    (x, y), (mixed, pred, loss) = originals[0], seen[0]
    assert torch.allclose(mixed, 0.7 * x + 0.3 * x[order])  # at least half of the sample itself
    assert float(loss) == pytest.approx(float(0.7 * F.cross_entropy(pred, y) + 0.3 * F.cross_entropy(pred, y[order])))


@pytest.mark.parametrize("loss", [CrossEntropyLossFlat(label_smoothing=0.1), nn.CrossEntropyLoss(), F.cross_entropy])
@pytest.mark.parametrize("mix", [MixUp, CutMix])
def test_mixing_gives_the_learner_its_loss_back(make, loss, mix):
    net = nn.Sequential(nn.Unflatten(1, (1, 2, 2)), nn.Flatten(), nn.Linear(4, 2))
    learn = make(model=net, loss=loss)
    images = Callback(before_batch=lambda self: setattr(self.learn, "xb", (self.xb[0].reshape(-1, 1, 2, 2),)))
    images.order = -5
    learn.model = nn.Sequential(nn.Flatten(), nn.Linear(4, 2))
    fail = Callback(after_loss=lambda self: 1 / 0 if self.training and self.train_iter == 2 else None)
    with pytest.raises(ZeroDivisionError):
        learn.fit(1, 0.1, cbs=[mix(), images, fail], display=False)
    assert learn.loss_func is loss
    learn.fit(1, 0.1, cbs=[mix(), images], display=False)
    assert learn.loss_func is loss and learn.history.fits[-1].completed


def test_mixup_blends_targets_that_are_numbers(make):
    learn, seen = make(model=nn.Sequential(nn.Linear(4, 1), nn.Flatten(0)), loss=nn.MSELoss(), metrics=[]), []
    for dl in (learn.dls.train, learn.dls.valid):
        x, y = dl.dataset.tensors
        dl.dataset.tensors = (x, y.float())
    learn.fit(1, 0.0, cbs=[Fixed(), Callback(after_loss=lambda self: seen.append(self.yb[0]))], display=False)
    values = {round(float(v), 4) for v in seen[0]}
    assert values <= {0.0, 0.3, 0.7, 1.0} and values & {0.3, 0.7}


def test_cutmix_pastes_a_box_and_weighs_the_targets_by_area(make):
    class Box(CutMix):
        def draw_box(self, height, width):
            return 0, 2, 1, 4

    cb, seen = Box(), []
    learn = make(model=nn.Sequential(nn.Flatten(), nn.Linear(16, 2)))
    images = torch.arange(32.0).reshape(32, 1, 1, 1).expand(32, 1, 4, 4)
    learn.dls.train.dataset.tensors = (images, torch.arange(32) % 2)
    learn.dls.valid.dataset.tensors = (images[:16], torch.arange(16) % 2)
    learn.fit(1, 0.0, cbs=[cb, Callback(after_loss=lambda self: seen.append(self.xb[0]))], display=False)
    first = seen[0][0, 0]
    assert (first[2:] == 0).all() and (first[:, 0] == 0).all() and len(first[:2, 1:].unique()) == 1
    assert torch.equal(images, torch.arange(32.0).reshape(32, 1, 1, 1).expand(32, 1, 4, 4))
    assert cb.lam.tolist() == pytest.approx([1 - 6 / 16] * 8)


def test_monte_carlo_dropout_varies_predictions_and_ends_with_them(make):
    learn = make(model=nn.Sequential(nn.Linear(4, 64), nn.Dropout(0.5), nn.Linear(64, 2)))
    learn.model.eval()
    preds = torch.stack([learn.get_preds(cbs=MCDropoutCallback)[0] for _ in range(3)])
    assert preds.std(0).min() > 0
    assert torch.equal(learn.get_preds()[0], learn.get_preds()[0])
    assert not any(module.training for module in learn.model.modules())


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.out, self.resets = nn.GRU(1, 3, batch_first=True), nn.Linear(3, 2), 0

    def reset(self):
        self.resets += 1

    def forward(self, x):
        raw, _ = self.rnn(x[..., None])
        return self.out(raw[:, -1]), [raw], [raw * 2]


def test_recurrent_models_are_reset_unpacked_and_regularised(make):
    learn, seen = make(model=Recurrent()), []
    look = Callback(after_loss=lambda self: seen.append((self.learn.loss_grad.detach(), self.loss, self.learn.rnn.out)))
    look.order, look.run_valid = 2, False
    learn.fit(2, 0.1, cbs=[*rnn_cbs(alpha=2.0, beta=1.0), look], display=False)
    assert learn.model.resets == 2 + 2 + 1
    with_penalty, plain, out = seen[0]
    raw = out / 2
    penalty = 2.0 * out.pow(2).mean() + (raw[:, 1:] - raw[:, :-1]).pow(2).mean()
    assert float(with_penalty) == pytest.approx(float(plain + penalty), rel=1e-5)
    assert [type(cb).__name__ for cb in rnn_cbs()] == ["ModelResetter", "RNNCallback"]
    assert RNNRegularizer().alpha == 0


def test_a_search_for_a_rate_runs_with_any_callback_attached_and_writes_no_file(make, tmp_path):
    from fastlearn import callbacks as C

    attached = [
        C.CSVLogger(), C.CheckpointCallback(), C.SaveModelCallback(), C.EarlyStoppingCallback(), C.ReduceLROnPlateau(),
        C.TrackerCallback(), C.FetchPredsCallback(), C.ShowGraphCallback(), C.CollectDataCallback(),
        C.ActivationStats(), C.ShortEpochCallback(), C.TorchScheduler(lambda opt: 1 / 0), WeightAveraging(), MixUp(),
        GradientClip(), BnFreeze(), GradientAccumulation(16), C.MixedPrecision("bf16"), C.ChannelsLast(),
        MCDropoutCallback(), *rnn_cbs(1.0, 1.0),
    ]  # fmt: skip
    learn = make(cbs=attached)
    before = {name: value.clone() for name, value in learn.model.state_dict().items()}
    learn.validate(), learn.get_preds(with_loss=True), learn.summary()  # before any fit
    found = learn.lr_find(num_it=20, display=False, show_plot=False)
    assert found.stopped in ("finished", "diverged"), found.message
    assert list(tmp_path.iterdir()) == []
    assert all(torch.equal(before[name], value) for name, value in learn.model.state_dict().items())
    assert learn.take_step is None and not torch.is_autocast_enabled("cpu")


def test_averaged_weights_are_validated_and_kept(make):
    learn, by_hand, during = make(), {}, []

    def follow(self):
        now = {name: p.detach().clone() for name, p in self.model.named_parameters()}
        n = by_hand.setdefault("n", 0) + 1
        decay = min(0.9, (1 + n) / (10 + n))
        for name, p in now.items():
            by_hand[name] = p if n == 0 else by_hand[name] * decay + p * (1 - decay)
        by_hand["n"] = n

    start = Callback(
        before_fit=lambda self: by_hand.update({n: p.detach().clone() for n, p in self.model.named_parameters()})
    )
    watch = Callback(
        after_step=follow, before_validate=lambda self: during.append(self.model[0].weight.detach().clone())
    )
    watch.order = 50
    learn.fit(2, 0.1, cbs=[WeightAveraging(0.9), start, watch], display=False)
    assert torch.allclose(learn.model[0].weight, by_hand["0.weight"], atol=1e-6)
    assert torch.allclose(during[-1], by_hand["0.weight"], atol=1e-6)
