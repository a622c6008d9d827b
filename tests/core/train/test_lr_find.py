import copy
import random
import signal

import numpy as np
import pytest
import torch
from fastlearn.data.loaders import DataLoaders
from fastlearn.train import LRFindEnded, LRFindProgress, LRFindStarted, minimum, steep, valley
from fastlearn.train.callback import Callback
from fastlearn.train.learner import Learner
from torch import nn


class Counter(nn.Module):
    """A buffer that is not saved and replaced at each call, and random numbers from everywhere."""

    def __init__(self):
        super().__init__()
        self.register_buffer("calls", torch.zeros(()), persistent=False)

    def forward(self, x):
        self.calls = self.calls + 1
        return x + 0 * (random.random() + np.random.rand())


class Moody(nn.Module):
    """Cross-entropy that does something else from step `at` on."""

    def __init__(self, at, what):
        super().__init__()
        self.at, self.what, self.n = at, what, 0

    def forward(self, pred, target):
        self.n += 1
        loss = nn.functional.cross_entropy(pred, target)
        return self.what(loss) if self.n > self.at else loss


def fail(error):
    def raise_it(loss):
        raise error

    return raise_it


def press_ctrl_c(loss):
    signal.raise_signal(signal.SIGINT)
    return loss


def state(learn):
    """Everything that a search must leave alone, in one comparable value."""
    opt = None if learn._opt is None else copy.deepcopy(learn._opt.state_dict())
    loader = learn.dls.train
    return {
        "weights": {name: tensor.clone() for name, tensor in learn.model.state_dict().items()},
        "buffers": {name: tensor.clone() for name, tensor in learn.model.named_buffers()},
        "grads": [None if p.grad is None else p.grad.clone() for p in learn.model.parameters()],
        "modes": [module.training for module in learn.model.modules()],
        "optimizer": opt,
        "random": (torch.get_rng_state(), random.getstate(), np.random.get_state()[1].copy()),
        "loader": loader.state() if hasattr(loader, "state") else loader.generator.get_state(),
        "history": (learn.history.to_json(), id(learn.history)),
        "control": (id(learn.control), learn.control.stopping, learn.control.lr_scale),
        "callbacks": [id(cb) for cb in learn.cbs],
        "attributes": sorted(vars(learn)),
    }


def same(a, b):
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, torch.Tensor | np.ndarray):
        return np.array_equal(np.asarray(a), np.asarray(b), equal_nan=True)
    return a == b


ENDINGS = {
    "finished": dict(what=lambda loss: loss),
    "nan": dict(what=lambda loss: loss * float("nan")),
    "diverged": dict(what=lambda loss: loss * 1e4),
    "error": dict(what=fail(RuntimeError("shapes do not match"))),
    "interrupted": dict(what=press_ctrl_c),
    "stopped": dict(what=lambda loss: loss),
}


@pytest.mark.parametrize("trained", [False, True], ids=["fresh", "trained"])
@pytest.mark.parametrize("ours", [False, True], ids=["torch loader", "our loader"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_after_a_search_everything_is_as_it_was(make_learner, make_network, make_points, ending, ours, trained):
    learn = make_learner(model=nn.Sequential(Counter(), make_network()))
    if ours:
        dls = DataLoaders.from_dsets(make_points(), make_points(64, 5), bs=16, seed=3, num_workers=0, device="cpu")
        learn = Learner(dls, learn.model, learn.loss_func, path=learn.path)
    if trained:
        learn.fit_one_cycle(1, 1e-3)
        learn.control.stop("of an older fit")
    loss = Moody(40, **ENDINGS[ending])
    learn.loss_func = loss
    if ending == "stopped":
        learn.add_cb(Callback(after_step=lambda self: self.learn.lr_finder.control.stop() if loss.n > 40 else None))
    before = state(learn)
    result = learn.lr_find(stop_div=ending != "finished")  # whether it diverges on its own is a matter of chance
    assert result.stopped == ending and result.message
    after = state(learn)
    for what in before:
        assert same(before[what], after[what]), what


def test_the_search_rises_exponentially_and_smooths_like_a_debiased_average(make_learner):
    result = make_learner().lr_find(num_it=50, stop_div=False)
    np.testing.assert_allclose(result.lrs, 1e-7 * (10 / 1e-7) ** (np.arange(50) / 50), rtol=1e-6)
    assert result.losses.shape == (50,) and result.stopped == "finished"


def test_a_search_is_repeatable_and_finds_a_rate_that_trains(make_learner):
    learn = make_learner(n=256, seed=1)
    first, second = learn.lr_find(), learn.lr_find()
    np.testing.assert_array_equal(first.losses, second.losses)
    assert 1e-5 < first.valley < 1
    learn.fit_one_cycle(4, first.valley)
    assert learn.history.last("accuracy") > 0.85


def test_a_search_after_fine_tuning_does_not_raise(make_learner):
    learn = make_learner(splitter=lambda m: [list(m[:2].parameters()), list(m[2:].parameters())])
    learn.fine_tune(1)
    assert learn.lr_find().valley is not None


def test_the_result_unpacks_to_the_suggestions_asked_for(make_learner):
    result = make_learner(n=256).lr_find(suggest_funcs=(minimum, steep, valley))
    low, steepest, middle = result
    assert (
        (low, steepest, middle) == (result.minimum, result.steep, result.valley) == tuple(result.suggestions.values())
    )
    assert not hasattr(result, "slide") and "valley=" in repr(result)


@pytest.mark.parametrize("ending, words", [
    ("nan", r"not a number at step 20 of 100 \(learning rate"),
    ("error", r"ended at step 20 .* RuntimeError: .*shapes do not match"),
    ("diverged", "diverged at step"),
    ("interrupted", "interrupted at step 20 .*as it was before"),
])  # fmt: skip
def test_the_message_says_what_happened_and_where(make_learner, ending, words):
    import re

    result = make_learner(loss_func=Moody(20, **ENDINGS[ending])).lr_find()
    assert re.search(words, result.message)
    assert result.valley is None and "too few points" in result.message
    assert (result.error is not None) == (ending == "error")


def test_diverging_at_once_gives_words_and_no_traceback(make_learner):
    result = make_learner(loss_func=Moody(3, lambda loss: loss * 1e5)).lr_find()
    assert result.stopped == "diverged" and len(result.losses) < 10 and result.valley is None


@pytest.mark.parametrize("n, words", [(48, "The data's 3 batches were used 3 times, some once more."),
                                      (80, "The data's 5 batches were used twice."),
                                      (16, "The data's one batch was used 10 times.")])  # fmt: skip
def test_a_small_data_set_is_repeated_and_that_is_said(make_learner, n, words):
    result = make_learner(n=n).lr_find(num_it=10, stop_div=False)
    assert len(result.losses) == 10 and words in result.message


def test_what_callbacks_and_users_hold_together_stays_the_same_object(make_learner):
    log, seen, counts = [1], {"a"}, {"n": 1}

    class Keeps(Callback):
        def __init__(self):
            self.log, self.seen, self.counts = log, seen, counts

        def after_batch(self):
            self.log.append(2)
            self.seen.add("b")
            self.counts["n"] += 1

    learn = make_learner(cbs=Keeps())
    learn.lr_find(num_it=10, stop_div=False)
    assert (log, seen, counts) == ([1], {"a"}, {"n": 1})
    learn.fit(1)
    assert learn.keeps.log is log and len(log) > 1 and "b" in seen and counts["n"] == len(log)


def test_a_learner_without_a_suggestion_says_what_none_will_mean(make_learner):
    found = make_learner(loss_func=Moody(3, lambda loss: loss * 1e5), lr=2e-4).lr_find()
    assert found.valley is None and "takes the learner's own, 0.0002" in found.message


def test_at_least_six_steps_are_made(make_learner):
    assert len(make_learner().lr_find(num_it=1).losses) == 6


def test_rates_that_do_not_rise_are_refused(make_learner):
    with pytest.raises(ValueError, match=r"from a positive rate up to a higher one.*start_lr=1 and end_lr=0.1"):
        make_learner().lr_find(start_lr=1, end_lr=0.1)


def test_listeners_hear_the_search_and_no_fit(make_learner):
    learn, heard = make_learner(), []
    learn.events.subscribe(heard.append)
    result = learn.lr_find(num_it=20, stop_div=False)
    assert [type(event) for event in heard] == [LRFindStarted, *[LRFindProgress] * 20, LRFindEnded]
    assert heard[-1].result is result and heard[0].num_it == 20


def test_a_plot_shows_the_curve_and_the_suggestions(make_learner):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    ax = make_learner(n=256).lr_find().plot()
    assert ax.get_xscale() == "log" and len(ax.lines) == 2


def test_a_suggestion_that_fails_is_told_and_the_others_are_kept(make_learner):
    def broken(lrs, losses, num_it):
        raise ZeroDivisionError("no slope")

    learn = make_learner(n=256)
    found = learn.lr_find(suggest_funcs=(broken, valley), show_plot=False)
    assert found.broken is None and found.valley > 0
    assert "broken suggests nothing: it raised ZeroDivisionError: no slope." in found.message


def test_the_display_of_a_search_is_let_go_whatever_happens(make_learner, monkeypatch):
    learn = make_learner()
    monkeypatch.setattr("fastlearn.train.lr_find.open_lr_find_display", lambda learn, finder: lambda event: None)
    monkeypatch.setattr("fastlearn.train.lr_find._result", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        learn.lr_find()
    assert not learn.events.has_listeners


def test_a_search_whose_loss_explodes_at_its_last_step_went_through_all_of_them(make_learner):
    found = make_learner(loss_func=Moody(19, lambda loss: loss * 1e6)).lr_find(num_it=20, show_plot=False)
    assert found.stopped == "finished" and "went through all 20 steps" in found.message


def test_the_message_tells_the_last_rate_that_was_tried(make_learner):
    found = make_learner().lr_find(end_lr=1e6, num_it=60, show_plot=False, display=False)
    assert found.stopped in ("diverged", "nan") and f"(learning rate {found.lrs[-1]:.2g})" in found.message


def test_a_loss_below_zero_does_not_diverge_at_once(make_learner):
    learn = make_learner(loss_func=lambda pred, y: torch.nn.functional.cross_entropy(pred, y) - 10)
    found = learn.lr_find(end_lr=1e-3, num_it=20, show_plot=False, display=False)
    assert found.stopped == "finished" and len(found.lrs) == 20
