"""The losses: values by hand, and which part gets gradients."""

import pytest
import torch
import torch.nn.functional as F
from fastlearn.vision.gan import AdaptiveLoss, GANLoss, GANModule, accuracy_thresh_expand, gan_loss_from_func
from fastlearn.vision.gan.losses import wgan_crit_loss, wgan_gen_loss
from torch import nn


def test_wgan_losses_by_hand():
    real, fake = torch.tensor([[1.0], [3.0]]), torch.tensor([[-1.0], [2.0]])
    assert wgan_crit_loss(real, fake).item() == pytest.approx(2.0 - 0.5)
    assert wgan_gen_loss(fake, None, None).item() == pytest.approx(0.5)


def test_loss_from_functions_by_hand():
    gen, crit = gan_loss_from_func(F.l1_loss, lambda scores, target: ((scores - target) ** 2).mean(), (2.0, 10.0))
    scores, made, target = torch.tensor([0.5, 0.0]), torch.tensor([1.0, 2.0]), torch.tensor([1.0, 5.0])
    assert gen(scores, made, target).item() == pytest.approx(2 * (0.25 + 1.0) / 2 + 10 * 1.5)
    real = torch.tensor([1.0, 3.0])
    assert crit(real, scores).item() == pytest.approx(((0 + 4) / 2 + (0.25 + 0) / 2) / 2)
    alike, _ = gan_loss_from_func(F.l1_loss, lambda scores, target: ((scores - target) ** 2).mean())
    assert alike(scores, made, target).item() == pytest.approx(0.625 + 1.5)


def test_loss_from_functions_wants_two_weights():
    with pytest.raises(ValueError, match=r"two numbers.*got \(1.0, 2.0, 3.0\)"):
        gan_loss_from_func(F.l1_loss, F.mse_loss, (1.0, 2.0, 3.0))


def two_by_hand():
    """A generator that doubles, a critic that adds up, with the weights as parameters."""
    generator, critic = nn.Linear(2, 2, bias=False), nn.Linear(2, 1, bias=False)
    generator.weight.data, critic.weight.data = 2 * torch.eye(2), torch.ones(1, 2)
    return GANModule(generator, critic)


def test_gan_loss_is_that_of_the_part_in_turn():
    gan = two_by_hand()
    loss = GANLoss(lambda scores, made, target: scores.mean() + (made - target).abs().mean(),
                   lambda real, fake: real.mean() - fake.mean(), gan)  # fmt: skip
    noise, real = torch.tensor([[1.0, 2.0]]), torch.tensor([[5.0, 5.0]])
    assert loss(gan(real), noise).item() == pytest.approx(10 - 6)  # the critic is in turn
    assert loss.crit_loss.item() == pytest.approx(4) and loss.gen_loss is None
    gan.switch(True)
    assert loss(gan(noise), real).item() == pytest.approx(6 + (3 + 1) / 2)
    assert loss.gen_loss.item() == pytest.approx(8) and not loss.gen_loss.requires_grad


def test_gradients_reach_the_part_in_turn_only_while_the_critic_learns():
    gan = two_by_hand()
    loss = GANLoss(wgan_gen_loss, wgan_crit_loss, gan)
    noise, real = torch.randn(3, 2), torch.randn(3, 2)
    loss(gan(real), noise).backward()
    assert gan.generator.weight.grad is None and gan.critic.weight.grad is not None
    expected = real.mean(0) - 2 * noise.mean(0)
    torch.testing.assert_close(gan.critic.weight.grad[0], expected)


def test_gan_loss_holds_no_weights_of_the_model():
    assert GANLoss(F.l1_loss, nn.MSELoss(), two_by_hand()).state_dict() == {}
    assert list(GANLoss(F.l1_loss, nn.Linear(1, 1), two_by_hand()).state_dict()) == [
        "crit_loss_func.weight",
        "crit_loss_func.bias",
    ]


@pytest.mark.parametrize("shape", [(3,), (3, 1), (3, 4), (3, 1, 2, 2)])
def test_adaptive_loss_repeats_the_target_for_every_score(shape):
    scores = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    target = torch.tensor([0, 1, 1])
    repeated = torch.stack([t * torch.ones(shape[1:]) for t in target.float()])
    expected = F.binary_cross_entropy_with_logits(scores, repeated)
    torch.testing.assert_close(AdaptiveLoss(nn.BCEWithLogitsLoss())(scores, target), expected)


def test_adaptive_loss_reads_scores_as_its_loss_does():
    loss = AdaptiveLoss(nn.BCEWithLogitsLoss())
    assert loss.activation(torch.zeros(1)).item() == 0.5 and loss.decodes(torch.tensor([0.4, 0.6])).tolist() == [0, 1]


def test_adaptive_loss_refuses_targets_that_are_no_single_value():
    with pytest.raises(ValueError, match=r"one target for each image.*\(3, 2\).*\(3, 4\)"):
        AdaptiveLoss(nn.BCEWithLogitsLoss())(torch.zeros(3, 4), torch.zeros(3, 2))


def test_accuracy_counts_scores_on_the_right_side():
    scores = torch.tensor([[2.0, -2.0], [1.0, 3.0]])
    assert accuracy_thresh_expand(scores, torch.tensor([0, 1])).item() == 0.75
    assert accuracy_thresh_expand(torch.tensor([[0.6], [0.4]]), torch.tensor([1, 1]), sigmoid=False).item() == 0.5
    assert accuracy_thresh_expand(torch.tensor([[0.6], [0.4]]), torch.tensor([1, 1]), 0.3, False).item() == 1
