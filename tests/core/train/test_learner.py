import warnings
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from fastlearn.data.loaders import DataLoaders
from fastlearn.metrics import AvgMetric, accuracy
from fastlearn.optim import SGD
from fastlearn.train import Learner
from fastlearn.train.callback import Callback
from torch import nn


def two_groups(model):
    return [list(model[:2].parameters()), list(model[2:].parameters())]


def three_groups(model):
    return [list(model[0].parameters()), list(model[1].parameters()), list(model[2:].parameters())]


def cosine(a, b, t):
    return a + (b - a) * (1 - np.cos(np.pi * t)) / 2


@pytest.mark.parametrize("opt_func", [None, partial(torch.optim.SGD, momentum=0.9), partial(SGD, mom=0.9)])
def test_a_tiny_run_learns_with_any_optimizer(make_learner, opt_func):
    learn = make_learner(n=256, **({} if opt_func is None else {"opt_func": opt_func}))
    learn.fit_one_cycle(5, 0.05)
    assert learn.history.last("accuracy") > 0.9
    assert isinstance(learn.opt, torch.optim.Optimizer)


def test_one_cycle_goes_up_and_down_and_momentum_mirrors_it(make_learner):
    learn = make_learner()
    learn.fit_one_cycle(2, 1e-2)
    steps = learn.history.steps()
    t = np.arange(16) / 16
    up, down = t[t < 0.25] / 0.25, (t[t >= 0.25] - 0.25) / 0.75
    np.testing.assert_allclose(steps["lr"], np.r_[cosine(4e-4, 1e-2, up), cosine(1e-2, 1e-7, down)], rtol=1e-5)
    np.testing.assert_allclose(steps["mom"], np.r_[cosine(0.95, 0.85, up), cosine(0.85, 0.95, down)], rtol=1e-5)
    np.testing.assert_array_equal(learn.recorder.lrs, steps["lr"])


def test_flat_cos_is_flat_then_falls_and_honours_the_start_epoch(make_learner):
    learn = make_learner()
    learn.fit_flat_cos(4, 1e-2, start_epoch=2)
    t = np.arange(16, 32) / 32
    expected = np.where(t < 0.75, 1e-2, cosine(1e-2, 1e-7, (t - 0.75) / 0.25))
    np.testing.assert_allclose(learn.history.steps()["lr"], expected, rtol=1e-5)
    assert [row["epoch"] for row in learn.history.epochs] == [2, 3]


def test_sgdr_restarts_and_doubles_its_cycles(make_learner):
    learn = make_learner()
    learn.fit_sgdr(2, 1, 1e-2)
    t = np.r_[np.arange(8) / 8, np.arange(16) / 16]
    np.testing.assert_allclose(learn.history.steps()["lr"], cosine(1e-2, 0, t), rtol=1e-5)


def test_momentum_stays_off_where_the_optimizer_runs_without_it(make_learner):
    learn = make_learner(opt_func=SGD)
    learn.fit_one_cycle(1, 1e-2)
    assert not learn.history.steps()["mom"].any()


@pytest.mark.parametrize("lr, expected", [
    (1e-2, [1e-2, 1e-2, 1e-2]), (slice(1e-2), [1e-3, 1e-3, 1e-2]), (slice(1e-4, 1e-2), [1e-4, 1e-3, 1e-2]),
    ([1.0, 2.0, 3.0], [1, 2, 3]),
])  # fmt: skip
def test_rates_spread_over_the_layer_groups(make_learner, lr, expected):
    learn = make_learner(splitter=three_groups)
    learn.fit(1, lr)
    assert {g["layer_group"]: g["lr"] for g in learn.opt.param_groups} == pytest.approx(dict(enumerate(expected)))


def test_as_many_rates_as_groups_are_needed(make_learner):
    with pytest.raises(ValueError, match=r"one for each of the 3 layer groups, but got 2.*slice"):
        make_learner(splitter=three_groups).fit(1, [1e-3, 1e-2])


def test_a_schedule_moves_every_layer_group(make_learner):
    learn = make_learner(splitter=two_groups)
    ends = []
    spy = Callback(after_batch=lambda self: ends.append([g["lr"] for g in self.opt.param_groups]))
    learn.fit_one_cycle(1, slice(1e-3, 1e-1), cbs=spy)
    rates = np.array(ends)
    np.testing.assert_allclose(rates[:, -1], 100 * rates[:, 0], rtol=1e-6)
    assert learn.history.fits[-1].completed


def test_weight_decay_leaves_norms_and_biases_alone(make_learner):
    learn = make_learner(wd=0.1)
    learn.fit(1)
    decayed = {id(p) for g in learn.opt.param_groups if g["weight_decay"] == 0.1 for p in g["params"]}
    assert decayed == {id(p) for name, p in learn.model.named_parameters() if p.ndim == 2}
    assert {g["weight_decay"] for g in learn.opt.param_groups} == {0.1, 0.0}


def test_the_optimizer_persists_between_fits_unless_reset(make_learner):
    learn = make_learner()
    learn.fit(1)
    first = learn.opt
    learn.fit(1)
    assert learn.opt is first
    learn.fit(1, reset_opt=True)
    assert learn.opt is not first


def test_freezing_trains_the_head_and_the_norms(make_learner, weights):
    learn = make_learner(splitter=two_groups)
    learn.freeze()
    before = weights(learn.model)
    learn.fit(1)
    changed = {name for name, w in weights(learn.model).items() if not torch.equal(w, before[name])}
    assert "0.weight" not in changed and {"1.weight", "4.weight"} <= changed
    learn.unfreeze()
    assert all(p.requires_grad for p in learn.model.parameters()) and not learn.opt.state


def test_norms_freeze_too_without_train_bn(make_learner):
    learn = make_learner(splitter=two_groups, train_bn=False)
    learn.freeze()
    assert [name for name, p in learn.model.named_parameters() if p.requires_grad] == ["4.weight", "4.bias"]


def test_fine_tuning_is_a_frozen_and_a_discriminative_fit(make_learner):
    learn = make_learner(splitter=two_groups)
    tops = []
    spy = Callback(before_step=lambda self: tops.append([g["lr"] for g in self.opt.param_groups]))
    learn.fine_tune(2, base_lr=2e-3, freeze_epochs=1, cbs=spy)
    frozen, free = np.array(tops[:8]), np.array(tops[8:])
    assert [run.n_epoch for run in learn.history.fits] == [1, 2]
    assert frozen.max(0)[[0, -1]] == pytest.approx([2e-4, 2e-3], rel=0.1)
    assert free.max(0)[[0, -1]] == pytest.approx([1e-5, 1e-3], rel=0.05)


def test_a_stop_in_the_frozen_part_ends_fine_tuning(make_learner):
    learn = make_learner(splitter=two_groups)
    learn.fine_tune(2, cbs=Callback(after_batch=lambda self: self.control.stop("enough")))
    assert len(learn.history.fits) == 1


def test_a_seed_makes_dropout_repeatable_and_leaves_the_global_state_alone(make_learner, make_network, weights):
    def run(seed):
        learn = make_learner(seed=seed, shuffle=False, model=make_network())
        before = torch.get_rng_state()
        learn.fit(2)
        assert torch.equal(before, torch.get_rng_state())
        return weights(learn.model)

    a, b, c = run(1), run(1), run(2)
    assert all(torch.equal(a[k], b[k]) for k in a) and not all(torch.equal(a[k], c[k]) for k in a)


def test_validate_returns_loss_and_metrics_and_leaves_no_trace(make_learner):
    learn = make_learner()
    learn.fit(1)
    learn.model.train()
    rows, steps = list(learn.history.epochs), learn.history.n_steps
    assert learn.validate() == pytest.approx(learn.recorder.values[-1][1:], rel=1e-5)
    assert learn.model.training and learn.history.epochs == rows and learn.history.n_steps == steps
    assert learn.xb == () and learn.recorder in learn.cbs


def test_validating_inside_a_fit_does_not_disturb_it(make_learner):
    plain, nosy = make_learner(shuffle=False, seed=1), make_learner(shuffle=False, seed=1)
    plain.fit(2)
    nosy.fit(2, cbs=Callback(after_train=lambda self: self.learn.validate(ds_idx=0)))
    assert nosy.recorder.values == plain.recorder.values


def test_the_recorder_speaks_as_in_the_book(make_learner):
    learn = make_learner()
    learn.fit(3)
    assert learn.recorder.values[-1][2] == learn.history.last("accuracy")
    assert learn.recorder.metric_names == ["epoch", "train_loss", "valid_loss", "accuracy", "time"]
    assert len(learn.recorder.losses) == len(learn.recorder.lrs) == 24 and learn.recorder.iters == [8, 16, 24]
    learn.fit(1)
    assert len(learn.recorder.values) == 1 and len(learn.recorder.losses) == 8 and len(learn.history.epochs) == 4


def test_the_recorder_draws_losses_and_schedules(make_learner):
    import matplotlib

    matplotlib.use("Agg")
    learn = make_learner()
    learn.fit_one_cycle(2, 1e-2)
    ax = learn.recorder.plot_loss()
    assert [len(line.get_xdata()) for line in ax.lines] == [11, 2]
    assert [a.get_ylabel() for a in learn.recorder.plot_sched()] == ["lr", "mom"]


def test_training_metrics_on_request(make_learner):
    learn = make_learner()
    learn.recorder.train_metrics = True
    learn.fit(1)
    assert list(learn.history.epochs[0])[2:6] == ["train_loss", "train_accuracy", "valid_loss", "valid_accuracy"]


def test_two_metrics_with_one_name_are_refused(make_learner):
    with pytest.raises(ValueError, match="needs a name of its own"):
        make_learner(metrics=[accuracy, AvgMetric(accuracy)])


def test_input_transforms_belong_to_the_learner(make_learner):
    seen = []

    def double(x):
        return 2 * x

    spy = Callback(after_pred=lambda self: seen.append(self.x))
    learn = make_learner(model=nn.Linear(4, 2), input_tfms=double, cbs=spy)
    learn.validate()
    torch.testing.assert_close(seen[0], 2 * next(iter(learn.dls.valid))[0])


def test_without_a_loss_the_remedy_is_named(make_network):
    with pytest.raises(ValueError, match=r"`loss_func` has to be given. Try loss_func=CrossEntropyLossFlat\(\)"):
        Learner(SimpleNamespace(train=[], valid=[]), make_network())


def test_data_without_loaders_is_refused(make_network):
    with pytest.raises(TypeError, match=r"training and a validation loader .* got dict"):
        Learner({}, make_network(), nn.CrossEntropyLoss())


def test_a_misspelt_argument_is_named(make_learner):
    with pytest.raises(TypeError, match="Did you mean 'metrics'"):
        make_learner(metric=accuracy)
    with pytest.raises(TypeError, match="Did you mean 'lr_max'"):
        make_learner().fit_one_cycle(1, lr_mx=1)


def test_a_loader_without_batches_says_what_to_try(make_learner):
    learn = make_learner(n=8)
    learn.dls = SimpleNamespace(train=torch.utils.data.DataLoader(range(8), 16, drop_last=True), valid=None)
    for call in (learn.lr_find, partial(learn.fit, 1)):
        with pytest.raises(ValueError, match=r"no batches: a batch takes 16 items and the data set has 8.*at most 8"):
            call()


@pytest.mark.filterwarnings("ignore:Using a target size")
def test_an_error_in_the_loss_tells_the_shapes(make_learner):
    with pytest.raises((ValueError, RuntimeError), match=r"The loss failed on Tensor of shape \(16, 2\).*\(16,\)"):
        make_learner(loss_func=nn.MSELoss()).fit(1)


@pytest.mark.parametrize("n_out, error", [(1, True), (5, False)])
def test_outputs_that_do_not_fit_the_classes_are_told_at_the_first_batch(make_points, n_out, error):
    dls = DataLoaders.from_dsets(make_points(), make_points(64), bs=16, num_workers=0, device="cpu")
    for dl in dls.loaders:
        dl.dataset.vocab, dl.dataset.c, dl._kinds = ["left", "right"], 2, ("value", "category")
    learn = Learner(dls, nn.Linear(4, n_out), nn.CrossEntropyLoss())
    words = rf"The model gives {n_out} scores .* the data has 2 classes. Try a last layer with 2 outputs"
    if error:
        with pytest.raises(ValueError, match=words):
            learn.fit(1)
    else:
        with pytest.warns(RuntimeWarning, match=words):
            learn.fit(1)


def test_items_set_aside_are_reported_once_at_the_end(make_learner):
    learn = make_learner()
    entries = [SimpleNamespace(item=f"{name}.jpg", position=i, reason="truncated") for i, name in enumerate("abcde")]
    learn.dls.train.set_aside = []
    note = Callback(after_train=lambda self: self.dls.train.set_aside.extend(entries))
    with pytest.warns(RuntimeWarning, match=r"5 training items could not be read.*a.jpg \(truncated\); .*and 2 more"):
        learn.fit(1, cbs=note)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        learn.fit(1)


def test_batches_remember_their_items(make_points):
    dls = DataLoaders.from_dsets(make_points(), make_points(64), bs=16, seed=1, num_workers=0, device="cpu")
    learn = Learner(dls, nn.Linear(4, 2), nn.CrossEntropyLoss())
    learn.fit(1)
    assert sorted(np.concatenate([learn.history.items(i) for i in range(8)])) == list(range(128))


def test_the_loop_can_be_printed_and_the_model_summed_up(make_learner, capsys):
    learn = make_learner()
    state = torch.get_rng_state()
    summary = learn.summary()
    assert summary.n_params == 16 * 5 + 32 + 34 and summary.layers[0].shape == "16 x 16"
    assert "Dropout" in str(summary) and torch.equal(state, torch.get_rng_state())
    learn.show_training_loop()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 24 and "after_batch" in lines[14] and "recorder" in lines[14]


def test_one_item_that_was_set_aside_is_told_in_the_singular(make_learner):
    learn = make_learner()
    learn.dls.train.set_aside = []
    entry = SimpleNamespace(item="a.jpg", position=0, reason="truncated")
    with pytest.warns(RuntimeWarning, match=r"1 training item could not be read and was left out: a.jpg"):
        learn.fit(1, cbs=Callback(after_train=lambda self: self.dls.train.set_aside.append(entry)))


@pytest.mark.parametrize("call, words", [
    (lambda learn: learn.fit(1.5), r"`n_epoch` is a whole number of epochs, but got 1.5"),
    (lambda learn: learn.fit(2, start_epoch=0.5), r"`start_epoch` is a whole number of epochs, but got 0.5"),
    (lambda learn: learn.fine_tune(1.5), r"`n_epoch` is a whole number of epochs, but got 1.5"),
    (lambda learn: learn.fit(1, lr="1e-3"), r"A learning rate is a number.*got '1e-3'. Try lr=1e-3"),
    (lambda learn: learn.fit_one_cycle(1, slice("1e-5", 1e-3)), r"A learning rate is a number"),
    (lambda learn: learn.fine_tune(1, "1e-3"), r"A learning rate is a number"),
])  # fmt: skip
def test_what_is_not_a_number_is_refused_at_the_call(make_learner, call, words):
    learn = make_learner()
    with pytest.raises(TypeError, match=words):
        call(learn)
    assert learn.history.fits == [] and all(p.requires_grad for p in learn.model.parameters())


def test_a_rate_in_words_is_refused_when_the_learner_is_made(make_learner):
    with pytest.raises(TypeError, match=r"A learning rate is a number.*got '1e-3'"):
        make_learner(lr="1e-3")


def test_a_misspelt_argument_is_told_with_the_name_that_was_called(make_learner):
    with pytest.raises(TypeError, match=r"^Learner.fit_one_cycle\(\) got .* 'max_lr'. Did you mean 'lr_max'\?"):
        make_learner().fit_one_cycle(1, max_lr=1e-3)
    with pytest.raises(TypeError, match=r"^Special\(\) got an unexpected keyword argument 'metric'"):
        type("Special", (Learner,), {})(None, None, metric=accuracy)


def test_a_callback_reads_how_the_learner_was_made(make_learner):
    cb = Callback()
    learn = make_learner(cbs=cb, opt_func=SGD)
    assert cb.opt_func is SGD and cb.cbs is learn.cbs


def test_what_cannot_be_plotted_yet_and_a_metric_in_quotes_are_answered_in_words(make_learner):
    learn = make_learner()
    with pytest.raises(RuntimeError, match=r"nothing to plot before the first fit. Try learn\.fit_one_cycle"):
        learn.recorder.plot_loss()
    with pytest.raises(TypeError, match=r"got the text 'accuracy'. Try metrics=accuracy"):
        make_learner(metrics="accuracy")
