"""Each dropout drops what it says, in training only, with the gradients that follow from it."""

from __future__ import annotations

import warnings

import pytest
import torch
from fastlearn.text.dropouts import EmbeddingDropout, RNNDropout, WeightDropout, dropout_mask, laid_out_like
from hypothesis import given
from hypothesis import strategies as st
from torch import nn


@given(p=st.floats(0, 0.95))
def test_a_mask_holds_zeros_and_what_keeps_the_mean(p):
    mask = dropout_mask(torch.zeros(1), (50, 4), p, torch.Generator().manual_seed(0))
    assert set(mask.unique().tolist()) <= {0.0, torch.tensor(1.0).div(1 - p).item()}


def test_a_mask_drops_the_share_that_was_asked_for():
    mask = dropout_mask(torch.zeros(1), (200, 200), 0.3, torch.Generator().manual_seed(0))
    assert (mask == 0).float().mean().item() == pytest.approx(0.3, abs=0.01)
    assert mask.mean().item() == pytest.approx(1, abs=0.02)


def test_the_same_features_are_dropped_at_every_step():
    dropped = RNNDropout(0.5).train()(torch.ones(4, 7, 30))
    assert set(dropped.unique().tolist()) == {0.0, 2.0}
    assert torch.equal(dropped, dropped[:, :1].expand_as(dropped))
    assert not torch.equal(dropped[0, 0], dropped[1, 0])


@pytest.mark.parametrize("layer", [RNNDropout(0.5), EmbeddingDropout(nn.Embedding(9, 3), 0.5)])
def test_evaluation_drops_nothing(layer):
    x = torch.arange(9)[None] if isinstance(layer, EmbeddingDropout) else torch.randn(2, 3, 4)
    expected = layer.emb(x) if isinstance(layer, EmbeddingDropout) else x
    assert torch.equal(layer.eval()(x), expected)


def test_a_dropped_word_is_gone_at_all_its_places_and_the_others_are_scaled():
    embedding = nn.Embedding(40, 5)
    layer = EmbeddingDropout(embedding, 0.5).train()
    words = torch.arange(40).repeat(2, 2)
    found = layer(words)
    halves = found.view(2, 2, 40, 5)
    assert torch.equal(halves[0, 0], halves[1, 1])
    gone = (halves[0, 0] == 0).all(-1)
    assert 5 < gone.sum() < 35
    assert torch.allclose(halves[0, 0][~gone], 2 * embedding.weight[~gone])


def test_the_gradient_of_a_dropped_word_is_zero_and_padding_gets_none():
    embedding = nn.Embedding(30, 4, padding_idx=1)
    EmbeddingDropout(embedding, 0.4).train()(torch.arange(30)[None]).sum().backward()
    values = {round(v, 4) for v in embedding.weight.grad.unique().tolist()}
    assert values == {0.0, round(1 / 0.6, 4)} and embedding.weight.grad[1].abs().sum() == 0


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU, nn.RNN])
def test_weights_are_dropped_in_training_alone_and_without_a_warning(kind):
    torch.manual_seed(0)
    rnn = kind(3, 8, batch_first=True)
    layer, x = WeightDropout(rnn, 0.5), torch.randn(2, 5, 3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        layer.train()
        first, second = layer(x)[0], layer(x)[0]
        layer.eval()
        plain = layer(x)[0]
    assert not torch.equal(first, second)
    assert torch.equal(plain, rnn(x)[0])
    assert [name for name, _ in layer.named_parameters()] == [f"module.{name}" for name, _ in rnn.named_parameters()]


def test_dropped_weights_are_those_of_a_plain_layer_with_the_mask_written_in():
    torch.manual_seed(0)
    lstm, x = nn.LSTM(3, 6, batch_first=True), torch.randn(2, 4, 3)
    layer = WeightDropout(lstm, 0.4).train()
    torch.manual_seed(7)
    found, _ = layer(x)
    found.pow(2).sum().backward()
    torch.manual_seed(7)
    masked = nn.functional.dropout(lstm.weight_hh_l0.detach(), 0.4)
    other = nn.LSTM(3, 6, batch_first=True)
    other.load_state_dict({**lstm.state_dict(), "weight_hh_l0": masked})
    expected, _ = other(x)
    expected.pow(2).sum().backward()
    assert torch.allclose(found, expected, atol=1e-6)
    scale = torch.where(masked == 0, 0.0, 1 / 0.6)
    assert torch.allclose(lstm.weight_hh_l0.grad, other.weight_hh_l0.grad * scale, atol=1e-5)
    assert torch.allclose(lstm.weight_ih_l0.grad, other.weight_ih_l0.grad, atol=1e-5)


def test_an_error_in_the_layer_leaves_its_own_weights_in_place():
    lstm = nn.LSTM(3, 6, batch_first=True)
    layer = WeightDropout(lstm, 0.5).train()
    with pytest.raises(RuntimeError):
        layer(torch.zeros(2, 4, 5))
    assert all(used is own for used, own in zip(lstm._flat_weights, lstm.parameters(), strict=True))


def test_the_weights_of_any_layer_can_be_dropped():
    linear = nn.Linear(50, 50, bias=False)
    layer = WeightDropout(linear, 0.5, "weight")
    found = layer.train()(torch.eye(50))
    assert set((found == 0).unique().tolist()) == {True, False}
    assert torch.equal(layer.eval()(torch.eye(50)), linear(torch.eye(50)))


def test_weights_in_one_block_keep_the_places_of_the_pattern_and_get_their_gradients():
    block = torch.zeros(100)
    pattern = [block[4:10].view(2, 3), block[12:24].view(4, 3), block[24:28], block[10:12]]
    weights = [torch.randn(part.shape, requires_grad=True) for part in pattern]
    views = laid_out_like(weights, pattern)
    assert len({view.untyped_storage().data_ptr() for view in views}) == 1
    offsets = [view.storage_offset() - views[0].storage_offset() for view in views]
    assert offsets == [part.storage_offset() - 4 for part in pattern]
    assert all(torch.equal(view, weight) for view, weight in zip(views, weights, strict=True))
    sum((i + 1) * view.sum() for i, view in enumerate(views)).backward()
    assert [weight.grad.unique().tolist() for weight in weights] == [[1.0], [2.0], [3.0], [4.0]]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cudnn_takes_dropped_weights_as_one_block_without_a_warning():
    lstm = nn.LSTM(8, 16, batch_first=True).cuda()
    layer, x = WeightDropout(lstm, 0.5).cuda().train(), torch.randn(4, 10, 8, device="cuda")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        layer(x)[0].sum().backward()
    assert lstm.weight_hh_l0.grad is not None and lstm.weight_ih_l0.grad is not None


def test_bad_settings_are_named():
    with pytest.raises(ValueError, match=r"`embed_p` is the share .* got 1.2.*smaller"):
        EmbeddingDropout(nn.Embedding(3, 2), 1.2)
    with pytest.raises(ValueError, match=r"LSTM has no parameter 'weight_hh'.*weight_hh_l0"):
        WeightDropout(nn.LSTM(2, 2), 0.5, "weight_hh")
