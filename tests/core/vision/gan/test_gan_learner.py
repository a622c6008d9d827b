"""The learner as a whole: columns, pictures, predictions, saving, going on, exporting, and a GAN of two learners."""

from pathlib import Path

import numpy as np
import pytest
import torch
from fastlearn.bundle import load_learner
from fastlearn.callbacks.checkpoint import CheckpointCallback
from fastlearn.data.block import CategoryBlock, DataBlock
from fastlearn.data.loader import DataLoader
from fastlearn.data.loaders import DataLoaders
from fastlearn.losses import MSELossFlat
from fastlearn.optim.adam import Adam
from fastlearn.train.callback import Callback
from fastlearn.train.learner import Learner
from fastlearn.vision.blocks import ImageBlock
from fastlearn.vision.gan import (
    AdaptiveLoss,
    FixedGANSwitcher,
    GANLearner,
    GANLoss,
    accuracy_thresh_expand,
    basic_critic,
)
from fastlearn.vision.gan.pictures import as_bytes, made_images, tiled
from fastlearn.vision.normalize import Normalize
from fastlearn.vision.open import PILImageBW
from matplotlib import pyplot as plt
from torch import nn
from torch.utils.data import DataLoader as TorchLoader
from torch.utils.data import TensorDataset


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


# Columns


def test_both_losses_are_columns_of_the_table_and_of_the_history(number_gan):
    learn, rows = number_gan(), []
    learn.logger = rows.append
    learn.fit(2, display=False)
    assert rows[0] == ["epoch", "train_loss", "valid_loss", "gen_loss", "crit_loss", "time"]
    assert learn.history.fits[-1].metric_names == ("gen_loss", "crit_loss")
    assert [f"{learn.history.epochs[i]['gen_loss']:.6f}" for i in (0, 1)] == [row[3] for row in rows[1:]]
    assert all(row[4] and not row[2] for row in rows[1:])  # without validation data there is no validation loss


def test_validation_loss_is_the_generators(number_gan):
    learn = number_gan(valid=True)
    learn.fit(1, display=False)
    gan, (noise, _) = learn.model, learn.dls.valid.dataset.tensors
    with torch.no_grad():
        expected = gan.critic(gan.generator(noise)).mean().item()
    assert learn.history.epochs[-1]["valid_loss"] == pytest.approx(expected, rel=1e-5)
    assert learn.validate()[0] == pytest.approx(expected, rel=1e-5)


def test_columns_of_the_users_own_come_first(number_gan):
    def spread(made, real):
        return made.std()

    learn = number_gan(valid=True, metrics=spread)
    learn.fit(1, display=False)
    assert list(learn.history.epochs[-1])[3:7] == ["valid_loss", "spread", "gen_loss", "crit_loss"][:4]


def test_defaults(number_gan, image_dls):
    wgan, plain = number_gan(), number_gan("plain")
    for learn, clip, switch_eval, n_crit in ((wgan, 0.01, False, 5), (plain, None, True, 1)):
        trainer, switcher = learn.gan_trainer, learn.fixed_gan_switcher
        assert (trainer.clip, trainer.switch_eval, trainer.beta) == (clip, switch_eval, 0.98)
        assert (trainer.gen_first, trainer.show_img) == (False, True)
        assert (switcher.n_crit, switcher.n_gen) == (n_crit, 1) and isinstance(learn.loss_func, GANLoss)


def test_misspelt_words_are_answered_with_the_right_one(number_gan):
    with pytest.raises(TypeError, match="Did you mean 'gen_first'"):
        number_gan(gen_frist=True)
    with pytest.raises(TypeError, match="`generator` is a torch module"):
        GANLearner.wgan(number_gan().dls, "net", nn.Linear(2, 1))


# A GAN learns


def test_a_wgan_moves_its_numbers_to_where_the_real_ones_are(number_gan):
    torch.manual_seed(0)
    learn = number_gan(opt_func=torch.optim.RMSprop, clip=0.1)
    real = learn.dls.train.dataset.tensors[1].mean(0)  # about (2, 2)
    before = (learn.get_preds(ds_idx=0)[0].mean(0) - real).norm().item()
    learn.fit(60, 1e-2, display=False)
    after = (learn.get_preds(ds_idx=0)[0].mean(0) - real).norm().item()
    assert before > 1.5 and after < 0.6, (before, after)


# Pictures


def test_pictures_of_fixed_noise_are_kept_with_titles_and_drawn(image_gan):
    learn = image_gan()
    learn.fit(3, 1e-2, display=False)
    trainer = learn.gan_trainer
    assert trainer.titles == ["epoch 1", "epoch 2", "epoch 3"]
    assert [tuple(img.shape) for img in trainer.imgs] == [(1, 35, 35)] * 3
    assert all(img.dtype == torch.uint8 for img in trainer.imgs)
    panels = [(ax.get_title(), np.asarray(ax.images[0].get_array())) for ax in trainer.figure.axes]
    assert [title for title, _ in panels] == trainer.titles
    assert all(np.array_equal(shown, img[0]) for (_, shown), img in zip(panels, trainer.imgs, strict=True))


def test_a_picture_is_what_the_generator_makes_of_the_same_noise_in_evaluation_mode(image_gan):
    learn = image_gan()
    learn.fit(1, 1e-2, display=False)
    noise = learn.gan_trainer._inputs[0]
    assert noise.shape == (16, 8)
    with torch.no_grad():
        made = learn.model.eval()(noise)
    expected = ((made + 1) / 2 * 255).round().to(torch.uint8)
    assert torch.equal(learn.gan_trainer.imgs[0][:, :8, 9:17], expected[1])
    learn.fit(1, 1e-2, display=False)
    assert torch.equal(learn.gan_trainer._inputs[0], noise)  # the same in the next fit
    assert len(learn.gan_trainer.imgs) == 2


def test_pictures_change_nothing_in_training(image_gan, image_dls):
    shown, plain = image_gan(image_dls(seed=2)), image_gan(image_dls(seed=2), show_img=False)
    for learn in (shown, plain):
        learn.fit(2, 1e-2, display=False)
    assert plain.gan_trainer.imgs == [] and plain.gan_trainer.figure is None
    assert shown.history.steps()["loss"].tolist() == plain.history.steps()["loss"].tolist()


def test_a_long_fit_draws_eight_panels_and_every_learner_keeps_one_figure(image_gan):
    learn = image_gan()
    learn.fit(11, 1e-2, display=False)
    titles = [ax.get_title() for ax in learn.gan_trainer.figure.axes]
    assert len(titles) == 8 and titles[-1] == "epoch 11" and "" not in titles and len(learn.gan_trainer.imgs) == 11
    learn.fit(1, 1e-2, display=False)
    assert len(plt.get_fignums()) == 1


def test_numbers_have_no_pictures(number_gan):
    learn = number_gan()
    learn.fit(1, display=False)
    assert learn.gan_trainer.imgs == [] and learn.gan_trainer.figure is None


def test_pictures_are_made_in_the_precision_of_the_weights(image_gan):
    learn = image_gan()
    images = made_images(learn, learn.model.generator.double(), (torch.randn(3, 8),))
    assert images.shape == (3, 1, 8, 8) and images.dtype == torch.uint8
    assert made_images(learn, nn.Linear(8, 2), (torch.randn(3, 8),)) is None


def test_tiles_lie_row_by_row():
    images = torch.arange(5, dtype=torch.uint8).reshape(5, 1, 1, 1).expand(5, 3, 2, 2) + 1
    grid = tiled(images)
    assert grid.shape == (3, 5, 8)
    assert grid[1].tolist() == [[1, 1, 0, 2, 2, 0, 3, 3]] * 2 + [[0] * 8] + [[4, 4, 0, 5, 5, 0, 0, 0]] * 2
    assert tiled(torch.zeros(4, 1, 64, 64)).shape == (1, 130, 130) and tiled(torch.zeros(1, 1, 9, 7)).shape == (1, 9, 7)


def test_numbers_become_bytes():
    assert as_bytes(torch.tensor([-1.0, 0.0, 1.0])).tolist() == [0, 128, 255]
    assert as_bytes(torch.tensor([0.0, 0.5, 1.5])).tolist() == [0, 128, 255]


def test_loaders_of_torch_work_too(image_gan):
    torch.manual_seed(0)
    images = torch.rand(32, 1, 8, 8) * 2 - 1
    loader = TorchLoader(TensorDataset(torch.randn(32, 8), images), 16, shuffle=True)
    learn = image_gan(DataLoaders(loader, [], device="cpu"))
    learn.fit(1, 1e-2, display=False)
    assert learn.gan_trainer.imgs[0].shape == (1, 35, 35)


# Predictions


def test_predictions_are_made_images_before_and_after_a_fit(image_gan):
    learn = image_gan()
    for _ in range(2):
        made, targets = learn.get_preds(dl=learn.dls.test_dl(range(40)))
        assert made.shape == (40, 1, 8, 8) and targets is None and not torch.equal(made[0], made[1])
        learn.fit(1, 1e-2, display=False)


def test_prediction_of_given_noise_is_the_generators(image_gan):
    learn = image_gan()
    noise = torch.randn(8)
    with torch.no_grad():
        made = learn.model.eval().generator(noise[None])[0]
    torch.testing.assert_close(learn.predict(noise)[2], made)
    assert len(learn.predict([noise, noise])) == 2


def test_results_are_shown_beside_real_images_and_alone(image_gan, image_dls):
    learn = image_gan(image_dls(valid=range(10)))
    ctxs = list(plt.subplots(1, 4)[1])
    learn.show_results(max_n=2, ctxs=ctxs)
    assert [ax.get_title() for ax in ctxs] == ["real", "made"] * 2
    assert [np.asarray(ax.images[0].get_array()).shape for ax in ctxs] == [(8, 8)] * 4
    learn.show_results(dl=learn.dls.test_dl(range(3)), max_n=3)
    assert [len(ax.images) for ax in plt.gcf().axes[:3]] == [1, 1, 1]
    image_gan().show_results(max_n=1, ctxs=ctxs[:2])  # without validation data
    assert [len(ax.images) for ax in ctxs] == [2, 2, 1, 1]


def test_summary_and_loss_per_item_are_those_of_the_generator(image_gan, image_dls):
    learn = image_gan(image_dls(valid=range(10)))
    text = str(learn.summary())
    assert "Tanh" in text and "Flatten" not in text
    assert learn.get_preds(with_loss=True)[2].shape == (10,)


def test_a_compiled_gan_trains_both_parts_as_it_does_otherwise(number_gan):
    plain, compiled = number_gan(), number_gan().compile(backend="eager")
    for learn in (plain, compiled):
        learn.fit(1, display=False)
    assert compiled.history.steps()["loss"].tolist() == pytest.approx(plain.history.steps()["loss"].tolist(), abs=1e-6)


# Saving and going on


def test_saved_weights_of_both_parts_come_back(image_gan):
    learn, other = image_gan(), image_gan()
    learn.fit(1, 1e-2, display=False)
    learn.save("gan")
    other.load("gan")
    for name, value in learn.model.state_dict().items():
        assert torch.equal(other.model.state_dict()[name], value), name


class Killed(BaseException):
    """What a kill looks like from inside."""


class KillAfter(Callback):
    order = -99

    def __init__(self, step):
        self.step = step

    def before_batch(self):
        if self.training and self.history.n_steps == self.step:
            raise Killed


@pytest.mark.parametrize("step", [2, 5, 6, 8, 13])  # 6 batches an epoch, turns of 4 and 1
def test_a_run_that_goes_on_ends_as_an_unbroken_one(number_gan, step):
    def made(folder):
        options = {"norm": True, "switch_eval": True, "switcher": FixedGANSwitcher(4, 1), "opt_func": Adam, "lr": 0.01}
        return number_gan(folder=folder, **options)

    whole, broken, again = made("whole"), made("broken"), made("broken")
    whole.fit(3, cbs=CheckpointCallback(every_steps=1), display=False)
    with pytest.raises(Killed), broken.added_cbs(KillAfter(step)):
        broken.fit(3, cbs=CheckpointCallback(every_steps=1), display=False)
    again.resume(display=False)
    for name, value in whole.model.state_dict().items():
        assert torch.equal(again.model.state_dict()[name], value), name
    assert again.history.steps()["loss"].tolist() == whole.history.steps()["loss"].tolist()
    for column in ("gen_loss", "crit_loss"):
        assert [row[column] for row in again.history.epochs] == [row[column] for row in whole.history.epochs]
    assert again.gan_trainer.gen_losses.tolist() == whole.gan_trainer.gen_losses.tolist()
    assert all(p.requires_grad for p in again.model.parameters())


def test_a_run_that_goes_on_has_the_pictures_and_the_noise_of_its_beginning(image_gan, image_dls, tmp_path):
    whole, broken, again = (image_gan(image_dls(seed=7), path=tmp_path / n) for n in ("whole", "broken", "broken"))
    whole.fit(3, 1e-2, cbs=CheckpointCallback(every_epochs=1), display=False)
    with pytest.raises(Killed), broken.added_cbs(KillAfter(7)):
        broken.fit(3, 1e-2, cbs=CheckpointCallback(every_epochs=1), display=False)
    again.gan_trainer._inputs = (torch.zeros(16, 8),)
    again.resume(display=False)
    assert again.gan_trainer.titles == ["epoch 1", "epoch 2", "epoch 3"]
    assert all(torch.equal(a, b) for a, b in zip(again.gan_trainer.imgs, whole.gan_trainer.imgs, strict=True))


# Exporting


def test_the_exported_generator_makes_the_same_images(image_gan, tmp_path):
    learn = image_gan()
    learn.fit(1, 1e-2, display=False)
    path = learn.export("gan.zip")
    assert Path(path).is_file()
    loaded, noise = load_learner(path), torch.randn(8)
    torch.testing.assert_close(loaded.predict(noise)[2], learn.predict(noise)[2])
    assert loaded.get_preds(dl=loaded.dls.test_dl(range(5)))[0].shape == (5, 1, 8, 8)
    with pytest.raises(ValueError, match="generator of a GAN without its critic, so there is no loss"):
        loaded.loss_func(torch.zeros(1), torch.zeros(1))


# Two learners


def two_learners(pictures, crit_tfms=None):
    def brighter(picture):
        return PILImageBW.create(picture.point(lambda value: min(255, value + 40)))

    images = DataBlock(blocks=(ImageBlock(PILImageBW), ImageBlock(PILImageBW)), get_x=brighter)
    dls = images.dataloaders(pictures, bs=8, seed=0, num_workers=0, device="cpu")
    torch.manual_seed(1)
    gen = Learner(dls, nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 1, 3, padding=1)),
                  MSELossFlat(), input_tfms=Normalize.from_stats([0.4], [0.2]))  # fmt: skip
    judged = DataBlock(blocks=(ImageBlock(PILImageBW), CategoryBlock(["made", "real"])), get_x=lambda pair: pair[0],
                       get_y=lambda pair: pair[1])  # fmt: skip
    labelled = [(p, "real") for p in pictures] + [(brighter(p), "made") for p in pictures]
    crit = Learner(judged.dataloaders(labelled, bs=8, seed=0, num_workers=0, device="cpu"),
                   basic_critic(8, 1, n_features=4), AdaptiveLoss(nn.BCEWithLogitsLoss()),
                   metrics=accuracy_thresh_expand, input_tfms=crit_tfms)  # fmt: skip
    for learn in (gen, crit):
        learn.logger = lambda row: None
    return gen, crit


def test_a_gan_of_two_learners(pictures, tmp_path):
    gen, crit = two_learners(pictures)
    crit.fit(10, 1e-2, display=False)
    assert crit.history.epochs[-1]["accuracy_thresh_expand"] > 0.9
    learn = GANLearner.from_learners(gen, crit, weights_gen=(1.0, 50.0), path=tmp_path)
    learn.logger = lambda row: None
    assert learn.gan_trainer.switch_eval and learn.gan_trainer.clip is None
    learn.fit(2, 1e-3, display=False)
    assert learn.model.generator is gen.model and learn.model.critic is crit.model
    assert learn.gan_trainer.imgs[0].shape == (1, 26, 26) and learn.path == tmp_path
    batch = learn.dls.valid.one_batch()
    with torch.no_grad():
        made = learn.model((batch[0] - 0.4) / 0.2)  # the inputs are normalised as in the generator's learner
        scores = learn.model.critic(made)
        expected = -torch.log(torch.sigmoid(scores)).mean() + 50 * ((made - batch[1]) ** 2).mean()
    assert learn.validate(dl=[batch])[0] == pytest.approx(expected.item(), rel=1e-4)


def test_the_critic_sees_images_normalised_as_it_was_trained(pictures):
    gen, crit = two_learners(pictures, Normalize.from_stats([0.3], [0.1]))
    learn = GANLearner.from_learners(gen, crit)
    images = torch.rand(2, 1, 8, 8, requires_grad=True)
    crit.model.eval()
    torch.testing.assert_close(learn.model.critic(images), crit.model((images - 0.3) / 0.1))
    learn.model.critic(images).sum().backward()
    assert images.grad.abs().sum() > 0  # on the way to the generator


def test_other_transforms_of_the_critics_inputs_are_refused(pictures):
    gen, crit = two_learners(pictures, lambda x: x)
    with pytest.raises(ValueError, match="cannot take over: only Normalize"):
        GANLearner.from_learners(gen, crit)


def test_a_critic_alone_may_give_one_score_for_two_classes(pictures):
    _, crit = two_learners(pictures)
    assert crit.dls.c == 2
    crit.fit(1, 1e-2, display=False)
    assert crit.get_preds()[0].shape[1] == 1


def test_validation_loader_of_ours_without_items_is_fine(number_gan):
    learn = number_gan()
    assert isinstance(learn.dls.valid, DataLoader) and len(learn.dls.valid) == 0
    learn.fit(1, display=False)
