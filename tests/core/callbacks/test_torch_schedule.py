"""torch's schedulers, and our optimizers, in a learner."""

import collections
import functools

import numpy as np
import pytest
import torch
from fastlearn.callbacks import CheckpointCallback, ParamScheduler, TorchScheduler
from fastlearn.optim import Lamb, OptimWrapper, QHAdam, SchedLin, ranger
from fastlearn.train.callback import Callback
from torch.optim import lr_scheduler


def rates(learn):
    return learn.history.steps()["lr"].tolist()


def by_torch(make, lr, n):
    opt = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=lr)
    scheduler, seen = make(opt), []
    for _ in range(n):
        seen.append(opt.param_groups[-1]["lr"])
        opt.step()
        scheduler.step()
    return seen


@pytest.mark.parametrize(
    "scheduler",
    [
        functools.partial(lr_scheduler.OneCycleLR, max_lr=0.1, total_steps=9),
        functools.partial(lr_scheduler.ExponentialLR, gamma=0.5),
        functools.partial(lr_scheduler.LambdaLR, lr_lambda=lambda n: 1 / (n + 1)),
    ],
)
def test_a_scheduler_of_torch_sets_the_rates_that_it_sets_alone(make_learner_sgd, scheduler):
    learn = make_learner_sgd()
    learn.fit(2, 0.1, cbs=TorchScheduler(scheduler), display=False)
    assert rates(learn) == pytest.approx(by_torch(scheduler, 0.1, 8))
    learn.fit(2, 0.1, cbs=TorchScheduler(scheduler), display=False)  # begins anew
    assert rates(learn)[8:] == pytest.approx(by_torch(scheduler, 0.1, 8))


@pytest.fixture
def make_learner_sgd(make):
    return functools.partial(make, opt_func=functools.partial(torch.optim.SGD, momentum=0.9))


def test_steps_once_an_epoch_and_by_a_value(make_learner_sgd, dictate):
    learn = make_learner_sgd()
    learn.fit(3, 1.0, cbs=TorchScheduler(lambda o: lr_scheduler.StepLR(o, 1, 0.1), every="epoch"), display=False)
    assert rates(learn)[::4] == pytest.approx([1, 0.1, 0.01])
    learn = make_learner_sgd(cbs=dictate([3, 3, 3, 3]))
    plateau = TorchScheduler(lambda o: lr_scheduler.ReduceLROnPlateau(o, factor=0.5, patience=0), monitor="valid_loss")
    learn.fit(4, 1.0, cbs=plateau, display=False)
    assert rates(learn)[::4] == pytest.approx([1, 1, 0.5, 0.25])


@pytest.mark.parametrize(
    "scheduler", [lambda o: lr_scheduler.ExponentialLR(o, 0.9), lambda o: lr_scheduler.LambdaLR(o, lambda n: 0.9**n)]
)
def test_what_is_scaled_by_hand_stays_scaled(make_learner_sgd, scheduler):
    learn = make_learner_sgd()
    halve = Callback(after_batch=lambda self: self.training and self.train_iter == 3 and self.control.scale_lr(0.5))
    learn.fit(2, 1.0, cbs=[TorchScheduler(scheduler), halve], display=False)
    expected = 0.9 ** np.arange(8) * np.array([1] * 3 + [0.5] * 5)
    assert rates(learn) == pytest.approx(expected.tolist(), rel=1e-5)


def test_a_scheduler_goes_on_with_its_run(make_learner_sgd):
    def schedule():
        return TorchScheduler(functools.partial(lr_scheduler.OneCycleLR, max_lr=0.1, total_steps=9))

    whole, broken = make_learner_sgd(), make_learner_sgd()
    whole.fit(2, 0.1, cbs=schedule(), display=False)
    halt = Callback(after_batch=lambda self: self.training and self.train_iter == 3 and self.control.stop("now"))
    with broken.added_cbs(halt):
        broken.fit(2, 0.1, cbs=[schedule(), CheckpointCallback()], display=False)
    again = make_learner_sgd()
    again.resume(cbs=schedule(), display=False)
    assert rates(again) == rates(whole)
    assert torch.equal(again.model[0].weight, whole.model[0].weight)


def nested(opt):
    warm = lr_scheduler.LinearLR(opt, 0.1, total_iters=2)
    steps = lr_scheduler.MultiStepLR(opt, [2, 4], 0.5)
    return lr_scheduler.SequentialLR(opt, [warm, steps], milestones=[2])


def chained(opt):
    cyclic = lr_scheduler.CyclicLR(opt, 0.01, 0.1, step_size_up=3, cycle_momentum=False)
    return lr_scheduler.ChainedScheduler([cyclic, lr_scheduler.ConstantLR(opt, 0.3, total_iters=5)])


def stopped_at(make, step, schedule):
    halt = Callback(
        after_batch=lambda self: self.training and self.history.n_steps == step and self.control.stop("now")
    )
    learn = make()
    with learn.added_cbs(halt):
        learn.fit(3, 0.1, cbs=[schedule, CheckpointCallback()], display=False)


@pytest.mark.filterwarnings("ignore:The epoch parameter in")  # SequentialLR does that itself
@pytest.mark.parametrize("step", [1, 2, 3, 5])
@pytest.mark.parametrize("schedule", [nested, chained])
def test_schedulers_within_a_scheduler_go_on_with_its_run(make_learner_sgd, schedule, step, recwarn):
    whole = make_learner_sgd()
    whole.fit(3, 0.1, cbs=TorchScheduler(schedule), display=False)
    stopped_at(make_learner_sgd, step, TorchScheduler(schedule))
    again = make_learner_sgd()
    again.resume(cbs=TorchScheduler(schedule), display=False)
    assert rates(again) == rates(whole)
    assert torch.equal(again.model[0].weight, whole.model[0].weight)
    assert not [one for one in recwarn if "Checkpoints do not hold" in str(one.message)]


class Strange(lr_scheduler.ExponentialLR):
    """One whose state holds what no file can."""

    def __init__(self, optimizer):
        self.queue = collections.deque([1.0])
        super().__init__(optimizer, 0.9)


def test_what_a_scheduler_loses_is_said_once(make_learner_sgd):
    cbs = [TorchScheduler(Strange), CheckpointCallback(every_steps=1)]
    with pytest.warns(RuntimeWarning, match=r"do not hold TorchScheduler\.scheduler\.queue.*state_dict") as said:
        make_learner_sgd().fit(2, 0.1, cbs=cbs, display=False)
    assert len([one for one in said if "queue" in str(one.message)]) == 1


@pytest.mark.parametrize("opt_func", [Lamb, QHAdam, ranger, functools.partial(OptimWrapper, opt=torch.optim.RMSprop)])
def test_learners_take_every_optimizer_with_groups_schedules_and_runs(make, opt_func):
    def splitter(model):
        return [list(model[0].parameters()), list(model[1:].parameters())]

    def fit(learn, *cbs):
        learn.fit_one_cycle(2, slice(1e-3, 1e-2), cbs=list(cbs), display=False)

    whole = make(opt_func=opt_func, splitter=splitter)
    fit(whole)
    assert np.isfinite(whole.history.steps()["loss"]).all()
    broken = make(opt_func=opt_func, splitter=splitter)
    with broken.added_cbs(Callback(after_batch=lambda self: self.train_iter == 5 and self.control.stop("now"))):
        fit(broken, CheckpointCallback())
    again = make(opt_func=opt_func, splitter=splitter)
    again.resume(display=False)
    for a, b in zip(whole.model.parameters(), again.model.parameters(), strict=True):
        assert torch.equal(a, b)


def test_any_hyper_parameter_can_be_scheduled(make):
    learn, seen = make(opt_func=QHAdam), []
    look = Callback(after_step=lambda self: seen.append(self.opt.param_groups[0]["nu_1"]))
    learn.fit(2, 1e-3, cbs=[ParamScheduler({"nu_1": SchedLin(0.0, 0.8)}), look], display=False)
    assert seen == pytest.approx(np.linspace(0, 0.7, 8).tolist())


def test_a_scheduler_that_needs_a_value_is_told_so_before_training(make):
    with pytest.raises(ValueError, match=r"ReduceLROnPlateau steps by a value.*monitor='valid_loss'"):
        make().fit(1, cbs=TorchScheduler(lr_scheduler.ReduceLROnPlateau), display=False)


def test_a_scheduler_that_is_made_already_is_refused():
    made = lr_scheduler.StepLR(torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1), 1)
    with pytest.raises(TypeError, match=r"a StepLR that is made already.*TorchScheduler\(partial\(StepLR"):
        TorchScheduler(made)
