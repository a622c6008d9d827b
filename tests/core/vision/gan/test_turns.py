"""Whose turn it is, what the other part keeps, and what a fit leaves behind."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from fastlearn.callbacks.grad_accumulation import GradientAccumulation
from fastlearn.callbacks.schedule import ParamScheduler
from fastlearn.callbacks.weight_averaging import WeightAveraging
from fastlearn.optim.adam import Adam
from fastlearn.optim.schedule import SchedLin
from fastlearn.train.callback import Callback
from fastlearn.train.learner import Learner
from fastlearn.vision.gan import (
    AdaptiveGANSwitcher,
    FixedGANSwitcher,
    GANDiscriminativeLR,
    GANSwitcher,
    GANTrainer,
    set_freeze_model,
)
from torch import nn


def copies(module):
    return {name: value.detach().clone() for name, value in module.state_dict().items()}


def changed(module, before):
    return sorted(name for name, value in module.state_dict().items() if not torch.equal(value, before[name]))


class Watch(Callback):
    """Notes, for each training batch, whose turn it was, what trained, the modes, and what had changed at its end."""

    order = 65  # before the switcher

    def __init__(self):
        self.turns, self.moved, self.trains, self.modes, self.gradients = [], [], [], [], []

    def before_batch(self):
        if self.training:
            gan = self.model
            self.turns.append("G" if self.learn.gan_trainer.gen_mode else "C")
            self.trains.append(
                [any(p.requires_grad for p in part.parameters()) for part in (gan.generator, gan.critic)]
            )
            self.modes.append((gan.generator.training, gan.critic.training))
            self._before = [copies(gan.generator), copies(gan.critic)]

    def before_step(self):
        parts = (self.model.generator, self.model.critic)
        self.gradients.append([any(p.grad is not None for p in part.parameters()) for part in parts])

    def after_batch(self):
        if self.training:
            parts = (self.model.generator, self.model.critic)
            self.moved.append([bool(changed(part, b)) for part, b in zip(parts, self._before, strict=True)])


def watched(learn, n=1, **options):
    watch = Watch()
    learn.fit(n, cbs=[watch, *options.pop("cbs", [])], display=False, **options)
    return watch


@pytest.mark.parametrize("opt_func", [Adam, torch.optim.RMSprop])
def test_each_step_changes_the_part_in_turn_and_leaves_the_other_untouched(number_gan, opt_func):
    watch = watched(number_gan("plain", opt_func=opt_func), 2, wd=0.1)
    assert "".join(watch.turns) == "CG" * 6
    assert watch.trains == [[False, True], [True, False]] * 6
    assert watch.gradients == watch.trains and watch.moved == watch.trains


def test_wgan_trains_the_critic_five_times_as_often_and_goes_on_over_epochs(number_gan):
    watch = watched(number_gan(), 3)  # 6 batches an epoch
    assert "".join(watch.turns) == "CCCCCG" * 3
    watch = watched(number_gan(switcher=FixedGANSwitcher(4, 3)), 3)
    assert "".join(watch.turns) == "CCCCGGG" * 2 + "CCCC"


def test_a_turn_may_be_longer_than_an_epoch(number_gan):
    watch = watched(number_gan(switcher=FixedGANSwitcher(n_crit=8, n_gen=1)), 3)
    assert "".join(watch.turns) == "C" * 8 + "G" + "C" * 8 + "G"


def test_the_generator_may_begin_and_every_fit_begins_anew(number_gan):
    learn = number_gan("plain", gen_first=True)
    assert "".join(watched(learn).turns) == "GCGCGC"
    learn = number_gan(switcher=FixedGANSwitcher(4, 1))
    assert "".join(watched(learn).turns) == "".join(watched(learn).turns) == "CCCCGC"


def test_lengths_of_turns_may_depend_on_the_other_parts_steps(number_gan):
    switcher = FixedGANSwitcher(
        n_crit=lambda gen_steps: 4 if gen_steps == 0 else 1, n_gen=lambda crit_steps: 2 if crit_steps == 4 else 1
    )
    assert "".join(watched(number_gan(switcher=switcher), 2).turns) == "CCCCGGCGCGCG"


def test_adaptive_turns_end_once_the_loss_is_low_enough(number_gan):
    class Losses(Callback):
        order = -6  # before the losses are read

        def after_loss(self):
            if self.training:
                self.learn.loss = torch.tensor(losses.pop(0))

    losses = [3.0, 2.0, 0.9, 5.0, 0.5, 0.9, 2.0, 0.4, 9.0, 9.0, 9.0, 9.0]
    learn = number_gan("plain", switcher=AdaptiveGANSwitcher(gen_thresh=0.6, critic_thresh=1.0))
    assert "".join(watched(learn, 2, cbs=[Losses()]).turns) == "CCCGGCGGCCCC"
    assert "".join(watched(number_gan("plain", switcher=AdaptiveGANSwitcher)).turns) == "CGCGCG"


def test_batches_that_gather_gradients_do_not_count_as_steps(number_gan):
    learn = number_gan("plain")
    watch = watched(learn, 2, cbs=[GradientAccumulation(8)])  # two batches of 4
    assert "".join(watch.turns) == "CCGGCCGGCCGG"
    assert watch.moved[1::2] == [[False, True], [True, False]] * 3
    assert watch.moved[::2] == [[False, False]] * 6


@pytest.mark.parametrize("switch_eval", [True, False])
def test_the_part_that_waits_is_in_evaluation_mode_if_asked(number_gan, switch_eval):
    learn = number_gan("plain", norm=True, valid=True, switch_eval=switch_eval)
    watch = watched(learn, 2)
    waiting = not switch_eval
    assert watch.modes == [(waiting, True), (True, waiting)] * 6  # also at the start of the second epoch
    for gen_moved, crit_moved in watch.moved[::2]:
        assert crit_moved and gen_moved is not switch_eval  # batch norm's statistics are all that may move


def test_the_critic_is_clipped_before_its_first_and_after_each_of_its_steps(number_gan):
    class Sizes(Callback):
        order = 65

        def before_batch(self):
            sizes.append(max(p.abs().max().item() for p in self.model.critic.parameters()))

        after_batch = before_batch

    sizes = []
    learn = number_gan(clip=0.03)
    assert max(p.abs().max() for p in learn.model.critic.parameters()) > 0.03
    learn.fit(1, 10.0, cbs=Sizes(), display=False)
    assert sizes == [pytest.approx(0.03)] * 12
    assert max(p.abs().max() for p in learn.model.generator.parameters()) > 0.03
    unclipped = number_gan(clip=None)
    unclipped.fit(1, 10.0, display=False)
    assert max(p.abs().max() for p in unclipped.model.critic.parameters()) > 0.03


def test_a_step_of_the_critic_is_the_one_worked_out_by_torch(number_gan):
    learn, same = number_gan(clip=0.5), number_gan(clip=0.5)
    seen = []

    class First(Callback):
        order = -6

        def before_batch(self):
            seen.append((self.xb[0], self.yb[0]))

        def after_batch(self):
            self.learn.control.stop("one batch")

    learn.fit(1, 0.1, cbs=First(), display=False)
    (real, noise), critic = seen[0], same.model.critic
    assert real.shape == (4, 2) and noise.shape == (4, 3)
    with torch.no_grad():
        for p in critic.parameters():
            p.clamp_(-0.5, 0.5)
    opt = torch.optim.SGD(critic.parameters(), 0.1)
    (critic(real).mean() - critic(same.model.generator(noise).detach()).mean()).backward()
    opt.step()
    for one, other in zip(learn.model.critic.parameters(), critic.parameters(), strict=True):
        torch.testing.assert_close(one, other.clamp(-0.5, 0.5))


def test_what_was_frozen_stays_frozen_and_all_else_trains_again_after_the_fit(number_gan):
    learn = number_gan("plain")
    set_freeze_model(learn.model.generator[0], False)
    before = copies(learn.model.generator)
    learn.fit(2, display=False)
    assert changed(learn.model.generator, before) == ["2.bias", "2.weight"]
    frozen = [name for name, p in learn.model.named_parameters() if not p.requires_grad]
    assert frozen == ["generator.0.weight", "generator.0.bias"]


def test_a_fit_that_fails_leaves_both_parts_free_and_the_model_the_generator(number_gan):
    def fail(self):
        raise RuntimeError("no more")

    learn = number_gan()
    with pytest.raises(RuntimeError, match="no more"):
        learn.fit(1, cbs=Callback(after_loss=fail), display=False)
    assert all(p.requires_grad for p in learn.model.parameters()) and learn.model.gen_mode


def test_predictions_in_the_middle_of_a_fit_do_not_disturb_the_turns(number_gan):
    class PredictInside(Callback):
        order = 66

        def after_batch(self):
            if self.training and self.learn.in_fit and self.learn.dl is self.learn.dls.train:
                shapes.append(self.learn.get_preds(inner=True)[0].shape)

    shapes = []
    learn, plain = number_gan(valid=True), number_gan(valid=True)
    assert "".join(watched(learn, cbs=[PredictInside()]).turns) == "CCCCCG"
    plain.fit(1, display=False)
    assert shapes == [(24, 2)] * 6
    assert changed(learn.model, copies(plain.model)) == []


def test_a_search_for_a_learning_rate_leaves_everything_as_it_was(number_gan):
    learn = number_gan()
    before = copies(learn.model)
    result = learn.lr_find(num_it=12, show_plot=False, display=False, stop_div=False)
    assert result.stopped == "finished", result
    assert changed(learn.model, before) == [] and all(p.requires_grad for p in learn.model.parameters())
    assert learn.gan_trainer.imgs == [] and learn.model.gen_mode
    assert "".join(watched(learn).turns) == "CCCCCG"


def test_the_critics_rates_are_multiplied_and_put_back(number_gan):
    class NoteRates(Callback):
        order = 65

        def before_step(self):
            used.append([group["lr"] for group in self.opt.param_groups])

    used = []
    splitter = lambda gan: [list(gan.generator.parameters()), list(gan.critic.parameters())]  # noqa: E731
    learn = number_gan("plain", splitter=splitter, cbs=[GANDiscriminativeLR(4.0), NoteRates()])
    learn.fit(1, [0.1, 0.2], display=False)
    by_layer_group = [{group["layer_group"]: group["lr"] for group in learn.opt.param_groups}]
    assert by_layer_group == [{0: 0.1, 1: 0.2}]  # each group keeps its own
    assert [max(rates) for rates in used] == pytest.approx([0.8, 0.2] * 3)
    assert [min(rates) for rates in used] == pytest.approx([0.4, 0.1] * 3)
    assert learn.history.steps()["lr"].tolist() == pytest.approx([0.8, 0.2] * 3)


def test_the_critics_rates_follow_a_schedule(number_gan):
    learn = number_gan("plain", cbs=GANDiscriminativeLR(2.0))
    learn.fit(1, cbs=ParamScheduler({"lr": SchedLin(0.6, 0.0)}), display=False)
    assert learn.history.steps()["lr"].tolist() == pytest.approx([1.2, 0.5, 0.8, 0.3, 0.4, 0.1])


def test_averaged_weights_are_what_pictures_and_the_end_of_the_fit_have(image_gan):
    learn = image_gan()
    learn.fit(2, 1e-2, cbs=WeightAveraging(0.9), display=False)
    assert len(learn.gan_trainer.imgs) == 2 and all(p.requires_grad for p in learn.model.parameters())


def test_bad_settings_are_named():
    with pytest.raises(ValueError, match=r"`clip` is the largest size.*got 0"):
        GANTrainer(clip=0)
    with pytest.raises(ValueError, match="`beta` is the weight of the past"):
        GANTrainer(beta=1)
    with pytest.raises(ValueError, match=r"`n_crit` is a number of steps.*got 0"):
        FixedGANSwitcher(n_crit=0)
    with pytest.raises(ValueError, match=r"`n_gen` is a number of steps.*got 'two'"):
        FixedGANSwitcher(n_gen="two")
    with pytest.raises(ValueError, match="`mult_lr` multiplies"):
        GANDiscriminativeLR(-1.0)


def test_what_does_not_fit_together_is_named(number_gan):
    learn = number_gan()
    set_freeze_model(learn.model.critic, False)
    with pytest.raises(ValueError, match="The critic has no parameter that trains"):
        learn.fit(1, display=False)
    plain = Learner(learn.dls, nn.Linear(3, 2), nn.MSELoss(), cbs=GANTrainer())
    with pytest.raises(TypeError, match="trains a GANModule, but the learner's model is a Linear"):
        plain.fit(1, display=False)
    with pytest.raises(RuntimeError, match="switches a GANTrainer, and there is none"):
        Learner(learn.dls, nn.Linear(3, 2), nn.MSELoss(), cbs=FixedGANSwitcher()).fit(1, display=False)
    with pytest.raises(NotImplementedError, match="needs a method is_due"):
        number_gan(switcher=GANSwitcher()).fit(1, display=False)


def test_several_processes_are_refused(number_gan):
    learn = number_gan()
    learn.processes = SimpleNamespace(rank=0, first=True)
    with pytest.raises(RuntimeError, match=r"trained by one process.*outside distrib_ctx"):
        learn.fit(1, display=False)


def test_a_batch_without_real_images_is_named(number_gan):
    learn = number_gan()
    noise = [(torch.randn(4, 3),)] * 2
    learn.dls = noise, []
    with pytest.raises(ValueError, match="inputs for the generator and real images, but got inputs alone"):
        learn.fit(1, display=False)


def test_real_images_of_another_size_are_named(image_gan):
    learn = image_gan()
    small = [(torch.randn(4, 8), torch.rand(4, 1, 12, 12))] * 6
    learn.dls = small, []
    with pytest.raises(ValueError, match=r"images of shape \(1, 8, 8\), but the real ones are \(1, 12, 12\).*\(8\)"):
        learn.fit(1, display=False)


def test_losses_of_both_are_kept_step_by_step(number_gan):
    learn = number_gan(switcher=FixedGANSwitcher(2, 1))
    learn.fit(2, display=False)
    losses, trainer = learn.history.steps()["loss"], learn.gan_trainer
    assert trainer.crit_losses.tolist() == losses[[0, 1, 3, 4, 6, 7, 9, 10]].tolist()
    assert trainer.gen_losses.tolist() == losses[[2, 5, 8, 11]].tolist()
    mean, weight = 0.0, 0.0
    for loss in trainer.gen_losses.astype(np.float64):
        mean, weight = 0.98 * mean + 0.02 * loss, 0.98 * weight + 0.02
    assert learn.history.epochs[-1]["gen_loss"] == pytest.approx(mean / weight, rel=1e-5)
