"""AWD-LSTM is a stack of plain LSTMs once nothing is dropped; its state goes on; it is put together as published."""

from __future__ import annotations

import pytest
import torch
from fastlearn.text.awd_lstm import AWD_LSTM
from fastlearn.text.configs import awd_lstm_clas_config, awd_lstm_lm_config, register_text_arch, settings_for
from fastlearn.text.encoder import SentenceEncoder, in_chunks
from fastlearn.text.heads import LinearDecoder, PoolingLinearClassifier, masked_concat_pool
from fastlearn.text.models import encoder_of, get_language_model, get_text_classifier
from fastlearn.text.splitters import awd_lstm_clas_split, awd_lstm_lm_split
from torch import nn

SMALL = {"emb_sz": 12, "n_hid": 20, "n_layers": 3}


def words(*shape, low=2, high=50):
    return torch.randint(low, high, shape, generator=torch.Generator().manual_seed(0))


def test_without_dropout_it_equals_plain_lstms_with_the_same_weights_over_several_calls():
    model = AWD_LSTM(50, **SMALL, hidden_p=0, input_p=0, embed_p=0, weight_p=0).train()
    plain = [nn.LSTM(12, 20, batch_first=True), nn.LSTM(20, 20, batch_first=True), nn.LSTM(20, 12, batch_first=True)]
    for lstm, layer in zip(plain, model.rnns, strict=True):
        lstm.load_state_dict(layer.module.state_dict())
    states: list = [None, None, None]
    for part in torch.split(words(4, 21), 7, dim=1):
        expected = nn.functional.embedding(part, model.encoder.weight)
        for i, lstm in enumerate(plain):
            expected, states[i] = lstm(expected, states[i])
        assert torch.allclose(model(part), expected, atol=1e-6)


def test_evaluation_is_exact_whatever_is_dropped_in_training():
    model = AWD_LSTM(50, **SMALL).eval()
    bare = AWD_LSTM(50, **SMALL, hidden_p=0, input_p=0, embed_p=0, weight_p=0).train()
    bare.load_state_dict(model.state_dict())
    assert torch.equal(model(words(3, 9)), bare(words(3, 9)))


@pytest.mark.parametrize("name", ["hidden_p", "input_p", "embed_p", "weight_p"])
def test_each_dropout_alone_changes_what_comes_out_in_training(name):
    others = dict.fromkeys(("hidden_p", "input_p", "embed_p", "weight_p"), 0.0)
    model = AWD_LSTM(50, **SMALL, **{**others, name: 0.5}).train()
    first = model(words(3, 9))
    model.reset()
    assert not torch.allclose(first, model(words(3, 9)))


def test_the_state_goes_on_until_it_is_reset_and_has_no_gradient():
    model = AWD_LSTM(50, **SMALL).eval()
    x = words(2, 10)
    whole = model(x)
    model.reset()
    parts = torch.cat([model(x[:, :4]), model(x[:, 4:])], dim=1)
    assert torch.allclose(parts, whole, atol=1e-6)
    assert not any(state.requires_grad for layer in model.hidden for state in layer)
    assert not torch.allclose(model(x), whole)  # it went on
    model.reset()
    assert torch.allclose(model(x), whole)


def test_a_smaller_batch_keeps_the_first_rows_and_a_larger_one_begins_new_ones_at_zero():
    model, x = AWD_LSTM(50, **SMALL).eval(), words(5, 12)
    model(x[:3, :4])
    model(x[:2, 4:8])
    found = model(x[:, 8:])
    model.reset()
    assert torch.allclose(found[:2], model(x[:2])[:, 8:], atol=1e-6)
    model.reset()
    assert torch.allclose(found[2:], model(x[2:, 8:]), atol=1e-6)


def test_two_directions_share_the_sizes():
    model = AWD_LSTM(50, **SMALL, bidir=True).train()
    model(words(4, 6)).sum().backward()
    assert model(words(2, 6)).shape == (2, 6, 12)
    with pytest.raises(ValueError, match=r"even.*emb_sz=13"):
        AWD_LSTM(50, 13, 20, 1, bidir=True)


def test_the_first_vectors_are_small_and_ids_beyond_the_vocabulary_are_named():
    model = AWD_LSTM(50, **SMALL)
    assert model.encoder.weight.abs().max() <= 0.1
    assert model.encoder.weight.std().item() == pytest.approx(0.2 / 12**0.5, rel=0.1)
    with pytest.raises(ValueError, match=r"knows 50 words, ids 0 to 49, but a batch has ids from 3 to 77.*text_vocab"):
        model(torch.tensor([[3, 77]]))


def test_the_published_sizes_and_dropouts():
    sizes = {"emb_sz": 400, "n_hid": 1152, "n_layers": 3, "pad_token": 1, "bidir": False}
    lm = {"output_p": 0.1, "hidden_p": 0.15, "input_p": 0.25, "embed_p": 0.02, "weight_p": 0.2}
    classifier = {"output_p": 0.4, "hidden_p": 0.3, "input_p": 0.4, "embed_p": 0.05, "weight_p": 0.5}
    assert dict(awd_lstm_lm_config) == {**sizes, **lm, "tie_weights": True, "out_bias": True}
    assert dict(awd_lstm_clas_config) == {**sizes, **classifier}
    own = awd_lstm_lm_config.copy()
    own["n_hid"] = 1552
    assert awd_lstm_lm_config["n_hid"] == 1152


def test_every_dropout_is_multiplied_and_unknown_settings_are_named():
    model = get_language_model(AWD_LSTM, 50, SMALL, drop_mult=0.5)
    encoder = model[0]
    assert (encoder.embed_p, encoder.input_p, encoder.hidden_p, encoder.weight_p) == (0.01, 0.125, 0.075, 0.1)
    assert model[1].output_p == 0.05
    with pytest.raises(TypeError, match=r"no setting 'n_hidden'.*'n_hid'"):
        get_language_model(AWD_LSTM, 50, {"n_hidden": 3})
    with pytest.raises(ValueError, match=r"`input_p` .* got 1.2.*drop_mult"):
        get_text_classifier(AWD_LSTM, 50, 2, config=SMALL, drop_mult=3)
    with pytest.raises(TypeError, match=r"text architecture such as AWD_LSTM.*LSTM"):
        get_language_model(nn.LSTM, 50)


def test_the_decoder_uses_the_table_of_the_encoder():
    tied, untied = (get_language_model(AWD_LSTM, 50, {**SMALL, "tie_weights": tie}) for tie in (True, False))
    assert tied[1].decoder.weight is tied[0].encoder.weight
    assert untied[1].decoder.weight is not untied[0].encoder.weight
    scores, raw, dropped = tied.train()(words(2, 5))
    assert scores.shape == (2, 5, 50) and raw.shape == dropped.shape == (2, 5, 12)
    assert torch.allclose(scores, dropped @ tied[0].encoder.weight.T + tied[1].decoder.bias, atol=1e-6)
    with pytest.raises(ValueError, match=r"one shape.*\(50, 20\).*\(50, 12\)"):
        LinearDecoder(50, 20, tie_encoder=nn.Embedding(50, 12))


def test_layer_groups_hold_every_parameter_once_and_in_order():
    lm, classifier = get_language_model(AWD_LSTM, 50, SMALL), get_text_classifier(AWD_LSTM, 50, 2, config=SMALL)
    for model, split, n in ((lm, awd_lstm_lm_split, 4), (classifier, awd_lstm_clas_split, 5)):
        groups = split(model)
        flat = [p for group in groups for p in group]
        assert len(groups) == n and len(flat) == len(set(flat)) == len(list(model.parameters()))
    assert awd_lstm_lm_split(lm)[-1][0] is lm[0].encoder.weight
    assert awd_lstm_clas_split(classifier)[0][0] is classifier[0].module.encoder.weight


# Pooling and whole texts


def test_pooling_worked_by_hand():
    output = torch.tensor([[[1.0], [5.0], [3.0], [9.0]], [[9.0], [2.0], [-4.0], [9.0]]])
    mask = torch.tensor([[False, False, False, True], [True, False, False, True]])
    assert masked_concat_pool(output, mask, 72).tolist() == [[3.0, 5.0, 3.0], [-4.0, 2.0, -1.0]]


def test_a_row_of_padding_pools_to_zeros():
    pooled = masked_concat_pool(torch.randn(2, 3, 4), torch.tensor([[True] * 3, [False] * 3]))
    assert pooled[0].tolist() == [0.0] * 12 and torch.isfinite(pooled).all()


def test_texts_end_in_the_same_chunk_and_begin_at_its_start():
    batch = torch.tensor([[5, 6, 7, 8, 9], [5, 6, 1, 1, 1], [1, 1, 1, 4, 1], [1, 1, 1, 1, 1]])
    moved, begins = in_chunks(batch, 2, 1)
    assert moved.tolist() == [[5, 6, 7, 8, 9, 1], [1, 1, 1, 1, 5, 6], [1, 1, 1, 1, 4, 1], [1] * 6]
    assert begins == [0, 2, 2, 3]


@pytest.mark.parametrize("n", [1, 3, 4, 5, 9, 30])
def test_a_text_is_encoded_alike_alone_and_beside_others_however_it_is_padded(n):
    model = get_text_classifier(AWD_LSTM, 50, 2, seq_len=4, config=SMALL, max_len=12).eval()
    text, longer = words(1, n), words(1, 31)
    alone = model(text)[0]
    for before in (0, (31 - n) // 4 * 4, 31 - n):
        row = torch.full((1, 31), 1)
        row[0, before : before + n] = text
        assert torch.allclose(model(torch.cat([row, longer, row]))[0][[0, 2]], alone, atol=1e-6)


def test_only_the_last_words_are_kept_and_only_they_get_gradients():
    torch.manual_seed(0)
    lstm = AWD_LSTM(50, 6, 8, 1, hidden_p=0, input_p=0, embed_p=0, weight_p=0)
    text = torch.arange(2, 22)[None]
    output, mask = SentenceEncoder(5, lstm, max_len=10)(text)
    assert output.shape == (1, 10, 6) and mask.shape == (1, 10)
    lstm.reset()
    assert torch.allclose(output, lstm(text)[:, 10:], atol=1e-6)
    output.sum().backward()
    used = lstm.encoder.weight.grad.abs().sum(1) > 0
    assert used.nonzero().flatten().tolist() == list(range(12, 22))


def test_a_batch_without_a_word_is_refused():
    with pytest.raises(ValueError, match="nothing but padding"):
        SentenceEncoder(4, AWD_LSTM(50, **SMALL))(torch.full((2, 5), 1))
    with pytest.raises(ValueError, match=r"whole chunk.*max_len=3"):
        SentenceEncoder(4, AWD_LSTM(50, **SMALL), max_len=3)


def test_the_head_has_a_layer_for_each_size():
    head = PoolingLinearClassifier([36, 50, 2], [0.4, 0.1], 72)
    kinds = [type(layer).__name__ for block in head.layers for layer in block]
    assert kinds == ["BatchNorm1d", "Dropout", "Linear", "ReLU", "BatchNorm1d", "Dropout", "Linear"]
    bounded = PoolingLinearClassifier([36, 1], [0.1], 72, y_range=(0, 5)).eval()
    scores = bounded((torch.randn(9, 4, 12) * 50, torch.zeros(9, 4, dtype=torch.bool)))[0]
    assert scores.min() >= 0 and scores.max() <= 5
    with pytest.raises(ValueError, match=r"2 layers .* 1 dropouts"):
        PoolingLinearClassifier([36, 50, 2], [0.4], 72)


def test_an_encoder_of_ones_own_can_be_registered():
    class Bag(nn.Module):
        def __init__(self, vocab_sz, emb_sz, pad_token=1):
            super().__init__()
            self.encoder = nn.Embedding(vocab_sz, emb_sz, padding_idx=pad_token)

        def forward(self, x):
            return self.encoder(x)

    from fastlearn.text.configs import TextArch

    config = {"emb_sz": 8, "output_p": 0.1, "pad_token": 1, "tie_weights": True, "out_bias": True}
    register_text_arch(Bag, TextArch("emb_sz", config, config, list, list))
    assert get_language_model(Bag, 30)(words(2, 3, high=30))[0].shape == (2, 3, 30)
    model = get_text_classifier(Bag, 30, 4)
    assert model.eval()(words(2, 3, high=30))[0].shape == (2, 4) and isinstance(encoder_of(model), Bag)
    assert settings_for(config, None, 2.0)["output_p"] == 0.2
