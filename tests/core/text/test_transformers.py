"""Transformers from a folder behind the text learners: tiny ones are made on the disk, nothing is downloaded."""

from __future__ import annotations

import random
import warnings

import pandas as pd
import pytest
import torch
from fastlearn.bundle import load_learner
from fastlearn.metrics import accuracy
from fastlearn.text.awd_lstm import AWD_LSTM
from fastlearn.text.intrinsic import intrinsic_attention
from fastlearn.text.learner import language_model_learner, text_classifier_learner
from fastlearn.text.loaders import TextDataLoaders
from fastlearn.text.nearest import NearestTexts
from fastlearn.text.transformers_models import TransformerClassifier, TransformerLM, most_words, transformer_split
from fastlearn.text.transformers_tokenizer import TransformersTokenizer

transformers = pytest.importorskip("transformers")

SENTENCES = [f"the {thing} was {how} ." for thing in ("film", "story") for how in ("great", "fine", "poor", "dull")]


@pytest.fixture(scope="module", autouse=True)
def quiet(tmp_path_factory):
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    transformers.utils.logging.set_verbosity_error()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FASTWIDGETS_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("HF_HUB_OFFLINE", "1")
        yield
    torch.set_num_threads(before)


def saved_tokenizer(folder, marks, model):
    from tokenizers import Tokenizer, pre_tokenizers, processors
    from tokenizers.models import WordLevel

    words = [*marks, *sorted({word for text in SENTENCES for word in text.split()})]
    tokenizer = Tokenizer(WordLevel({word: i for i, word in enumerate(words)}, unk_token=marks[1]))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    options = {"unk_token": marks[1]}
    if model == "encoder":
        tokenizer.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
        )
        options |= {"pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    else:
        options["eos_token"] = "<|end|>"
    transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, **options).save_pretrained(folder)
    return words


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("encoder")
    words = saved_tokenizer(folder, ["[PAD]", "[UNK]", "[CLS]", "[SEP]"], "encoder")
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=len(words), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=48,
        max_position_embeddings=40,
    )  # fmt: skip
    transformers.BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def decoder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("decoder")
    words = saved_tokenizer(folder, ["<|end|>", "<unk>"], "decoder")
    torch.manual_seed(0)
    config = transformers.GPT2Config(
        vocab_size=len(words), n_embd=32, n_layer=2, n_head=2, n_positions=24, bos_token_id=0, eos_token_id=0
    )
    transformers.GPT2LMHeadModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def reviews():
    rng, rows = random.Random(0), []
    for i in range(160):
        mine = [s for s in SENTENCES if ("great" in s or "fine" in s) == bool(i % 2)]
        rows.append((" ".join(rng.choice(mine) for _ in range(rng.randint(1, 4))), "good" if i % 2 else "bad"))
    return pd.DataFrame(rows, columns=["text", "label"])


def loaders(folder, reviews, home, is_lm=False):
    tok = TransformersTokenizer(folder)
    return TextDataLoaders.from_df(
        reviews, path=home, text_col="text", label_col="label", tok_tfm=tok.transform("text"), text_vocab=tok.vocab,
        seq_len=8, bs=8, is_lm=is_lm, seed=0,
    )  # fmt: skip


def fitted(learn, *steps):
    with learn.no_bar(), learn.no_logging():
        for step in steps:
            step(learn)
    return learn


@pytest.fixture(scope="module")
def classifier(encoder, reviews, tmp_path_factory):
    learn = text_classifier_learner(
        loaders(encoder, reviews, tmp_path_factory.mktemp("c")), encoder, metrics=accuracy, seed=0
    )
    trains = [any(p.requires_grad and p.ndim > 1 for p in group) for group in learn.splitter(learn.model)]
    assert trains == [False, False, False, True]  # norm layers always do
    return fitted(
        learn,
        lambda learn: learn.fit_one_cycle(1, 5e-3),
        lambda learn: learn.unfreeze(),
        lambda learn: learn.fit_one_cycle(6, slice(1e-3, 5e-3)),
    )


@pytest.fixture(scope="module")
def lm(decoder, reviews, tmp_path_factory):
    dls = loaders(decoder, reviews, tmp_path_factory.mktemp("l"), is_lm=True)
    learn = language_model_learner(dls, str(decoder), metrics=accuracy, seed=0)
    return fitted(learn, lambda learn: learn.fit_one_cycle(4, 1e-2))


def test_tokens_and_ids_are_those_of_the_models_own_tokenizer(encoder, decoder, reviews, tmp_path):
    theirs = transformers.AutoTokenizer.from_pretrained(encoder)
    dls = loaders(encoder, reviews, tmp_path)
    x, _ = dls.one_batch()
    assert dls.vocab[0][:4] == ["xxpad", "xxunk", "[CLS]", "[SEP]"] and dls.train.pad_id == 0
    row = [i for i in x[0].tolist() if i]
    assert row == theirs(theirs.decode(row, skip_special_tokens=True)).input_ids
    assert TransformersTokenizer(decoder).vocab[:2] == ["xxpad", "xxunk"]  # padded with the mark of an end


def test_the_tokenizer_goes_back_to_text_and_is_made_again_without_files(encoder):
    tok = TransformersTokenizer(encoder)
    tokens = next(iter(tok(["the film was odd ."])))
    assert tokens == ["[CLS]", "the", "film", "was", "xxunk", ".", "[SEP]"]
    again = TransformersTokenizer(**tok.constructor_arguments())
    assert next(iter(again(["the film was odd ."]))) == tokens and again.vocab == tok.vocab
    assert tok.join(tokens).split() == ["the", "film", "was", "."]


def test_features_are_those_of_the_model_itself(encoder):
    plain = transformers.BertModel.from_pretrained(encoder).eval()
    words = torch.tensor([[2, 5, 6, 3], [2, 7, 3, 0]])
    model = TransformerClassifier(plain.config.to_dict(), 2, pad_idx=0).eval()
    model.encoder.load_state_dict(plain.state_dict())
    mask = (words != 0).long()
    hidden = plain(input_ids=words, attention_mask=mask).last_hidden_state
    expected = (hidden * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
    assert torch.allclose(model.features(words), expected, atol=1e-6)
    shifted = torch.tensor([[0, 0, 2, 5, 6, 3], [0, 0, 0, 2, 7, 3]])
    assert torch.allclose(model.features(shifted), expected, atol=1e-6)
    assert torch.allclose(model(words[1:, :3]), model(words)[1:], atol=1e-6)


def test_a_classifier_learns_with_rates_by_group(classifier):
    assert classifier.validate()[1] > 0.95
    assert classifier.predict("the film was great .")[0] == "good"
    groups = transformer_split(classifier.model)
    assert len(groups) == 4 and sum(map(len, groups)) == len(list(classifier.model.parameters()))
    assert len({id(p) for group in groups for p in group}) == len(list(classifier.model.parameters()))


def test_long_texts_are_cut_to_what_the_model_reads(classifier):
    assert classifier.model.most == 40
    assert classifier.predict("the film was great . " * 30)[0] == "good"


def test_a_classifier_bundle_needs_no_files_of_the_model(classifier, reviews):
    again = load_learner(classifier.export("c.zip"))
    for text in reviews.text[:3]:
        assert torch.allclose(again.predict(text)[2], classifier.predict(text)[2], atol=1e-6)


def test_attention_and_neighbours_work_for_transformers(classifier, reviews):
    found = intrinsic_attention(classifier, "the film was great .")
    assert len(found.tokens) == 7 and found.weights.max() == 1
    near = NearestTexts(classifier, list(reviews.text[:60]))
    labels = [reviews.label[text.row] for text in near.find("the story was dull .", k=5)]
    assert labels.count("bad") >= 4


def test_a_decoder_learns_and_writes_beyond_its_places(lm):
    assert lm.validate()[1] > 0.6
    text = lm.predict("the film", 60, temperature=0.3, seed=0)
    assert text.startswith("the film was ") and len(text.split()) >= 50
    assert lm.model.most == 24
    assert lm.predict("the film", 12, seed=1) == lm.predict("the film", 12, seed=1)


def test_reading_on_in_the_cache_equals_reading_all_anew(lm):
    model = lm.model.eval()
    words = torch.tensor([4, 7, 9, 5, 6])
    with torch.no_grad():
        reader = model.new_reader()
        found = [reader(words[:2]), reader(words[2:3]), reader(words[3:])]
        expected = [model(words[None, :n])[0, -1] for n in (2, 3, 5)]
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(found, expected, strict=True))


def test_a_decoder_bundle_writes_the_same(lm):
    again = load_learner(lm.export("lm.zip"))
    assert again.predict("the film", 15, seed=4) == lm.predict("the film", 15, seed=4)


def test_its_encoder_serves_a_classifier(lm, decoder, reviews, tmp_path):
    lm.save_encoder("enc")
    learn = text_classifier_learner(loaders(decoder, reviews, lm.path), decoder, pretrained=False, seed=0)
    learn.load_encoder("enc")
    assert torch.equal(learn.model.encoder.wte.weight, lm.model.decoder.transformer.wte.weight)


def test_another_vocabulary_is_refused_unless_the_weights_are_new(encoder, reviews, tmp_path):
    dls = TextDataLoaders.from_df(reviews, path=tmp_path, text_col="text", label_col="label", seq_len=8, bs=8, seed=0)
    with pytest.raises(
        ValueError, match=r"vocabulary does not match the weights.*TransformersTokenizer.*pretrained=False"
    ):
        text_classifier_learner(dls, encoder)
    fresh = text_classifier_learner(dls, encoder, pretrained=False, lin_ftrs=[20], ps=[0.2, 0.1])
    assert fresh.model.encoder.get_input_embeddings().num_embeddings == len(dls.vocab[0])
    assert all(p.requires_grad for p in fresh.model.parameters())


def test_settings_of_recurrent_models_are_told_to_change_nothing(encoder, reviews, tmp_path):
    tok = TransformersTokenizer(encoder)
    dls = TextDataLoaders.from_df(
        reviews, path=tmp_path, text_col="text", label_col="label", tok_tfm=tok.transform("text"), text_vocab=tok.vocab
    )
    with pytest.warns(UserWarning, match=r"drop_mult, alpha: of recurrent models.*hidden_dropout_prob"):
        text_classifier_learner(dls, encoder, drop_mult=0.3, alpha=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        text_classifier_learner(dls, encoder, seq_len=72)


def test_what_is_not_there_or_no_decoder_is_named(encoder, decoder, reviews, tmp_path):
    dls = loaders(decoder, reviews, tmp_path, is_lm=True)
    with pytest.raises(OSError, match=r"'nowhere/to-be-found' could not be read.*nothing is downloaded"):
        language_model_learner(dls, "nowhere/to-be-found")
    with pytest.raises(OSError, match="could not be read"):
        TransformersTokenizer(tmp_path)
    config = transformers.ViTConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=1).to_dict()
    with pytest.raises(ValueError, match=r"'vit' is no model that transformers makes as AutoModelForCausalLM"):
        TransformerLM(config)
    with pytest.raises(ValueError, match=r"2 layers .* `ps` has 1"):
        TransformerClassifier(transformers.AutoConfig.from_pretrained(encoder).to_dict(), 2, [4], [0.1])
    with pytest.raises(TypeError, match=r"text architecture such as AWD_LSTM"):
        language_model_learner(dls, torch.nn.LSTM, pretrained=False)
    assert AWD_LSTM is not None


def test_more_words_than_places_are_refused_with_a_remedy(lm):
    with pytest.raises(ValueError, match=r"at most 24 words at once, but a batch has 30.*seq_len=24"):
        lm.model(torch.zeros(1, 30, dtype=torch.int64))


def test_places_that_begin_behind_the_padding_are_not_counted():
    config = transformers.RobertaConfig(
        vocab_size=20, hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8,
        max_position_embeddings=14, pad_token_id=1,
    )  # fmt: skip
    model = TransformerClassifier(config.to_dict(), 2, pad_idx=1).eval()
    assert most_words(model.encoder) == 12
    assert model(torch.randint(2, 20, (2, 30))).shape == (2, 2)


def test_the_encoder_of_a_pair_is_taken():
    config = transformers.T5Config(vocab_size=20, d_model=8, d_kv=4, d_ff=16, num_layers=2, num_heads=2)
    model = TransformerClassifier(config.to_dict(), 3, pad_idx=0).eval()
    assert model(torch.randint(2, 20, (2, 9))).shape == (2, 3) and model.most is None
    assert len(transformer_split(model)) == 4
