"""From texts to a language model, its encoder and a classifier: on made-up reviews whose adjectives tell the label."""

from __future__ import annotations

import json
import random
import re
import warnings

import pandas as pd
import pytest
import torch
from fastlearn.bundle import load_learner
from fastlearn.data.problems import DataError
from fastlearn.interpret import ClassificationInterpretation
from fastlearn.metrics import Perplexity, accuracy
from fastlearn.text.awd_lstm import AWD_LSTM
from fastlearn.text.intrinsic import intrinsic_attention
from fastlearn.text.learner import LMLearner, TextLearner, language_model_learner, text_classifier_learner
from fastlearn.text.loaders import TextDataLoaders
from fastlearn.text.nearest import NearestTexts, text_features
from fastlearn.text.special import SPECIAL_TOKENS

SMALL = {"emb_sz": 24, "n_hid": 32, "n_layers": 2}
GOOD, BAD, THING = ["great", "lovely", "fine"], ["awful", "boring", "poor"], ["film", "story", "plot"]


@pytest.fixture(scope="module", autouse=True)
def one_thread(tmp_path_factory):
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FASTWIDGETS_HOME", str(tmp_path_factory.mktemp("home")))
        yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def reviews():
    rng, rows = random.Random(0), []
    for i in range(240):
        words = GOOD if i % 2 else BAD
        text = " ".join(f"The {rng.choice(THING)} was {rng.choice(words)}." for _ in range(rng.randint(1, 9)))
        rows.append((text, "good" if i % 2 else "bad"))
    return pd.DataFrame(rows, columns=["text", "label"])


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("learners")


def quietly(learn, *steps):
    with learn.no_bar(), learn.no_logging():
        for step in steps:
            step(learn)
    return learn


def lm_loaders(reviews, home, **options):
    options = {"seq_len": 12, "bs": 8, "seed": 0, "path": home, **options}
    return TextDataLoaders.from_df(reviews, is_lm=True, text_col="text", **options)


@pytest.fixture(scope="module")
def lm(reviews, home):
    learn = language_model_learner(
        lm_loaders(reviews, home), AWD_LSTM, config=SMALL, drop_mult=0.2, pretrained=False, seed=1,
        metrics=[accuracy, Perplexity()],
    )  # fmt: skip
    quietly(learn, lambda learn: learn.fit_one_cycle(3, 2e-2))
    learn.save_encoder("finetuned")
    return learn


@pytest.fixture(scope="module")
def classifier_dls(reviews, home, lm):
    return TextDataLoaders.from_df(
        reviews, path=home, text_col="text", label_col="label", text_vocab=lm.dls.vocab, seq_len=12, bs=16, seed=0
    )


def new_classifier(dls, **options):
    options = {"config": SMALL, "pretrained": False, "metrics": accuracy, "seq_len": 12, "seed": 1, **options}
    return text_classifier_learner(dls, AWD_LSTM, **options)


@pytest.fixture(scope="module")
def classifier(classifier_dls):
    learn = new_classifier(classifier_dls, drop_mult=0.3).load_encoder("finetuned")
    rate = 2e-2
    return quietly(
        learn,
        lambda learn: learn.fit_one_cycle(2, rate),
        lambda learn: learn.freeze_to(-2),
        lambda learn: learn.fit_one_cycle(2, slice(rate / 2.6**4, rate)),
        lambda learn: learn.unfreeze(),
        lambda learn: learn.fit_one_cycle(8, slice(rate / 2.6**4, rate)),
    )


# Language models


def test_a_language_model_learns_what_can_be_known(lm):
    loss, right, perplexity = lm.validate()
    assert perplexity < 3 and right > 0.6  # of 19 words three are possible at two places of seven
    assert perplexity == pytest.approx(torch.tensor(loss).exp().item(), rel=1e-3)


def test_its_callbacks_and_defaults_are_those_of_recurrent_models(lm):
    names = {type(cb).__name__ for cb in lm.cbs}
    assert {"ModelResetter", "RNNCallback", "RNNRegularizer"} <= names
    assert lm.moms == (0.8, 0.7, 0.8) and (lm.rnn_regularizer.alpha, lm.rnn_regularizer.beta) == (2.0, 1.0)
    assert len(lm.opt.param_groups) >= 3 and lm.model[1].decoder.weight is lm.model[0].encoder.weight


def test_predictions_of_a_stream_are_joined_along_time(lm):
    scores, targets = lm.get_preds()
    assert scores.shape[:2] == targets.shape and scores.shape[0] == 8 and scores.shape[2] == len(lm.dls.vocab)
    assert torch.allclose(scores.sum(-1), torch.ones(targets.shape), atol=1e-4)


def test_it_writes_sentences_it_has_learnt(lm):
    text = lm.predict("The film", 40, temperature=0.5, seed=0)
    assert text.startswith("The film")
    sentences = re.findall(r"[^.]+\.", text)
    assert len(sentences) > 3
    known = re.compile(rf" ?The ({'|'.join(THING)}) was ({'|'.join(GOOD + BAD)})\.")
    assert sum(bool(known.fullmatch(s)) for s in sentences) >= 0.7 * len(sentences)
    assert not any(token in text for token in SPECIAL_TOKENS)


def test_a_seed_writes_the_same_and_a_generator_goes_on(lm):
    assert lm.predict("The film", 15, seed=3) == lm.predict("The film", 15, seed=3)
    assert len({lm.predict("The film", 15, seed=i) for i in range(4)}) > 1
    rng = torch.Generator().manual_seed(0)
    assert lm.predict("The", 15, generator=rng) != lm.predict("The", 15, generator=rng)
    torch.manual_seed(5)
    first = lm.predict("The", 15)
    torch.manual_seed(5)
    assert lm.predict("The", 15) == first


def test_temperature_zero_takes_the_likeliest_word_and_a_decoder_gets_the_tokens(lm):
    assert lm.predict("The film", 12, temperature=0) == lm.predict("The film", 12, top_k=1)
    tokens = lm.predict("The film", 3, temperature=0, decoder=list).split(" ")
    assert tokens[:3] == ["xxmaj", "the", "film"] and len(tokens) == 6
    assert lm.predict("", 4, seed=0) and lm.predict("The film", 0) == "The film"
    assert lm.predict("The film", 6, only_last_word=True, seed=0).startswith("The film")


def test_it_has_fastais_order_of_arguments(lm):
    assert lm.predict("The film", 5, True, 0.75, 0.01, True, None, False).startswith("The film")


@pytest.mark.parametrize("text, kind, message", [(b"bytes", TypeError, "bytes"), (["The"], TypeError, "list")])
def test_what_is_no_text_is_refused(lm, text, kind, message):
    with pytest.raises(kind, match=message):
        lm.predict(text, 3)
    with pytest.raises(ValueError, match="`temperature`"):
        lm.predict("The", 3, temperature=-1)


def test_a_bundle_writes_the_same_text(lm, home):
    where = lm.export("lm.zip")
    again = load_learner(where)
    assert type(again) is LMLearner
    assert again.predict("The film", 20, seed=2) == lm.predict("The film", 20, seed=2)
    assert again.model[1].decoder.weight is again.model[0].encoder.weight


def test_a_bundle_makes_batches_as_the_learner_did(lm, classifier, reviews):
    texts = list(reviews.text[:40])
    for learn in (lm, classifier):
        again = load_learner(learn.export("batches.zip"))
        assert type(again.dls.train) is type(learn.dls.train)
        assert again.dls.train.seq_len == learn.dls.train.seq_len == 12
        there, here = (one.get_preds(dl=one.dls.test_dl(texts))[0] for one in (again, learn))
        assert torch.allclose(there, here, atol=1e-6)


def test_a_bundle_pads_as_its_vocabulary_says(reviews, home):
    words = ["xxunk", "the", "xxpad", "xxbos", "was", "film", "great"]
    dls = TextDataLoaders.from_df(reviews, path=home, text_col="text", text_vocab=words, bs=8, seq_len=12, seed=0)
    by_length = dls.train.new(sort_func=lambda sample: len(sample[0]))
    learn = new_classifier(type(dls)(by_length, dls.valid))
    again = load_learner(learn.export(home / "padded.zip"))
    assert again.dls.train.pad_id == learn.dls.train.pad_id == 2
    assert again.model[0].pad_idx == 2


def test_a_backwards_model_writes_what_comes_before(reviews, home):
    dls = lm_loaders(reviews, home, backwards=True)
    learn = language_model_learner(dls, AWD_LSTM, config=SMALL, drop_mult=0.2, pretrained=False, seed=1)
    quietly(learn, lambda learn: learn.fit_one_cycle(3, 2e-2))
    text = learn.predict("was great.", 2, temperature=0)
    assert re.fullmatch(rf"([Tt]he )?({'|'.join(THING)}) was great\.", text)


def test_too_little_text_and_a_precision_that_lstms_lack_are_told(reviews, home):
    learn = language_model_learner(lm_loaders(reviews[:3], home, bs=128), AWD_LSTM, config=SMALL, pretrained=False)
    with pytest.raises(DataError, match=r"There are \d+ tokens in 2 texts, but a batch has bs=128 rows"):
        quietly(learn, lambda learn: learn.fit(1))
    learn = language_model_learner(lm_loaders(reviews, home), AWD_LSTM, config=SMALL, pretrained=False).to_fp16()
    with pytest.raises(ValueError, match=r"LSTMs .*fp16.*to_bf16"):
        quietly(learn, lambda learn: learn.fit(1))


def test_saved_weights_come_back(lm, home):
    before = lm.model[0].encoder.weight.clone()
    lm.save("lm")
    with torch.no_grad():
        lm.model[0].encoder.weight.zero_()
    lm.load("lm")
    assert torch.equal(lm.model[0].encoder.weight, before)


# Classifiers


def test_a_classifier_on_the_encoder_learns(classifier):
    assert classifier.validate()[1] > 0.95


def test_it_predicts_single_texts_as_it_does_in_batches(classifier):
    label, index, chances = classifier.predict("The film was lovely. The plot was great.")
    assert label == "good" == classifier.dls.vocab[1][int(index)] and chances.argmax() == index
    texts = ["The film was poor.", "The film was lovely. " * 12, "The plot was great."]
    together = classifier.get_preds(dl=classifier.dls.test_dl(texts))[0]
    alone = torch.stack([classifier.predict(text)[2] for text in texts])
    assert torch.allclose(together, alone, atol=1e-5)


def test_a_classifier_bundle_predicts_the_same(classifier):
    again = load_learner(classifier.export("classifier.zip"))
    assert type(again) is TextLearner
    text = "The story was boring. The film was fine."
    assert torch.allclose(again.predict(text)[2], classifier.predict(text)[2], atol=1e-6)
    assert again.predict(text)[0] == classifier.predict(text)[0]


def test_the_encoder_is_loaded_and_all_but_the_head_frozen(lm, classifier_dls):
    learn = new_classifier(classifier_dls)
    assert learn.load_encoder("finetuned") is learn
    assert torch.equal(learn.model[0].module.encoder.weight, lm.model[0].encoder.weight)
    groups = learn.splitter(learn.model)
    assert len(groups) == 4
    assert [any(p.requires_grad for p in group) for group in groups] == [False, False, False, True]


def test_an_encoder_with_another_vocabulary_is_refused_or_matched(reviews, home, lm):
    fewer = TextDataLoaders.from_df(reviews[:60], path=home, text_col="text", seq_len=12, bs=16, seed=0,
                                    text_vocab=[*SPECIAL_TOKENS, "was", "film", "new", "the"])  # fmt: skip
    learn = new_classifier(fewer)
    with pytest.raises(
        ValueError, match=r"another vocabulary: \d+ words, where the data has 13; 12 are in both.*match_vocab"
    ):
        learn.load_encoder("finetuned")
    learn.load_encoder("finetuned", match_vocab=True)
    table, words = lm.model[0].encoder.weight, lm.dls.vocab
    assert torch.equal(learn.model[0].module.encoder.weight[9], table[words.index("was")])
    assert torch.allclose(learn.model[0].module.encoder.weight[11], table.mean(0), atol=1e-6)


def test_an_encoder_of_another_size_or_that_is_not_there_is_named(classifier_dls):
    learn = new_classifier(classifier_dls, config={**SMALL, "n_hid": 40})
    with pytest.raises(
        ValueError, match=r"finetuned.safetensors is of another architecture.*\(128, 24\) and not \(160, 24\)"
    ):
        learn.load_encoder("finetuned")
    with pytest.raises(FileNotFoundError, match=r"Saved there: .*finetuned"):
        learn.load_encoder("tuned")


def test_a_pretrained_language_model_is_loaded_from_files(lm, classifier_dls, reviews, home):
    words = lm.dls.vocab
    lm.save("pre")
    (home / "models" / "words.json").write_text(json.dumps(words))
    learn = language_model_learner(
        lm_loaders(reviews, home), AWD_LSTM, config=SMALL, pretrained_fnames=["pre", "words"]
    )
    real = [i for i, word in enumerate(words) if word != "xxfake"]
    assert torch.equal(learn.model[0].encoder.weight[real], lm.model[0].encoder.weight[real])
    assert [any(p.requires_grad for p in group) for group in learn.splitter(learn.model)] == [False, False, True]
    small = text_classifier_learner(classifier_dls, AWD_LSTM, config=SMALL, pretrained_fnames=["pre", "words"])
    assert torch.equal(small.model[0].module.encoder.weight[real], lm.model[0].encoder.weight[real])
    (home / "models" / "words.json").write_text(json.dumps(words[:-1]))
    with pytest.raises(ValueError, match="vocabulary does not match the weights"):
        language_model_learner(lm_loaders(reviews, home), AWD_LSTM, config=SMALL, pretrained_fnames=["pre", "words"])


def test_loaders_without_words_are_refused():
    with pytest.raises(ValueError, match=r"needs the words of the data"):
        language_model_learner(object(), AWD_LSTM, pretrained=False)


# Understanding


def test_intrinsic_attention_points_at_the_words_that_decide(classifier):
    found = intrinsic_attention(classifier, "The film was great. The plot was lovely.")
    assert found.label == "good" and len(found.tokens) == len(found.weights) and found.weights.max() == 1
    assert {"great", "lovely"} & {token for token, _ in found.top(4)}
    other = intrinsic_attention(classifier, "The film was great. The plot was lovely.", class_id="bad")
    assert other.label == "bad" and other.score < found.score
    assert not any(p.grad is not None and p.grad.abs().sum() for p in classifier.model[0].parameters())
    assert classifier.model[0].bptt == 12
    with pytest.raises(ValueError, match=r"no class 'ugly'.*bad, good"):
        intrinsic_attention(classifier, "The film", class_id="ugly")


def by_hand(learn, tokens, label):
    """The gradient of a class's score for `tokens`, in the order in which they are read."""
    model = learn.model.eval()
    ids = torch.tensor([[learn.dls.vocab[0].index(token) for token in tokens]])
    vectors = model[0].module.encoder(ids).detach().requires_grad_()
    model[0].module.reset()
    output = model[0].module(vectors, from_embeds=True)
    scores = model[1]((output, torch.zeros_like(ids, dtype=torch.bool)))[0]
    model[0].module.reset()
    scores[0, learn.dls.vocab[1].index(label)].backward()
    expected = vectors.grad[0].abs().sum(-1)
    return (expected / expected.max()).numpy()


def test_attention_is_that_of_a_gradient_taken_by_hand(classifier):
    found = intrinsic_attention(classifier, "The film was great.", class_id="good")
    assert found.weights == pytest.approx(by_hand(classifier, found.tokens, "good"), abs=1e-4)


def test_the_words_of_a_backwards_reader_are_shown_in_the_order_of_the_text(reviews, home):
    dls = TextDataLoaders.from_df(reviews, path=home, text_col="text", label_col="label", bs=8, backwards=True, seed=1)
    learn = text_classifier_learner(dls, AWD_LSTM, config=SMALL, pretrained=False, seed=1)
    found = intrinsic_attention(learn, "film was great", class_id="good")
    assert found.tokens == ("film", "was", "great")
    assert found.weights[::-1] == pytest.approx(by_hand(learn, found.tokens[::-1], "good"), abs=1e-4)


def test_marked_text_is_escaped(classifier):
    found = intrinsic_attention(classifier, "The film was great.")
    hostile = type(found)(("<script>alert(1)</script>", "&"), found.weights[:2], "<b>", 0.0)
    shown = hostile._repr_html_()
    assert "<script>" not in shown and "&lt;script&gt;" in shown and "&lt;b&gt;" in shown and "&amp;" in shown
    assert "rgba(" in found._repr_html_() and "great" in repr(found)


def test_a_language_model_has_no_classes_to_weigh(lm):
    with pytest.raises(ValueError, match="score of a class"):
        intrinsic_attention(lm, "The film")


@pytest.mark.parametrize("kind", ["lm", "classifier"])
def test_the_nearest_text_is_the_same_one_and_others_like_it(request, kind, reviews):
    learn = request.getfixturevalue(kind)
    texts = list(dict.fromkeys(reviews.text))[:40]
    near = NearestTexts(learn, texts, bs=7)
    best = near.find(texts[5], k=3)
    assert best[0].row == 5 and best[0].text == texts[5] and best[0].similarity == pytest.approx(1, abs=1e-4)
    assert best[0].similarity >= best[1].similarity >= best[2].similarity
    assert 5 not in [found.row for found in near.like(5, k=39)]
    one_by_one = torch.cat([text_features(learn, [text]) for text in texts[:6]])
    assert torch.allclose(one_by_one, text_features(learn, texts[:6]), atol=1e-5)


def test_a_classifier_finds_texts_of_the_same_class(classifier, reviews):
    near = NearestTexts(classifier, list(reviews.text))
    labels = [reviews.label[found.row] for found in near.find("The plot was awful. The film was poor.", k=10)]
    assert labels.count("bad") >= 9


def test_nothing_to_search_is_refused(classifier):
    with pytest.raises(ValueError, match="at least one"):
        NearestTexts(classifier, [])
    near = NearestTexts(classifier, ["The film.", "The plot."])
    with pytest.raises(ValueError, match=r"`row`.*0 to 1.*7"):
        near.like(7)
    with pytest.raises(ValueError, match=r"`k`.*0"):
        near.find("The film.", k=0)


def test_the_largest_losses_are_shown_with_their_texts(classifier, capsys):
    found = ClassificationInterpretation.from_learner(classifier)
    found.plot_top_losses(2)
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].split() == ["text", "category", "prediction", "loss"] and len(shown) == 3
    worst = found.top_losses(1)[0].item()
    assert shown[1].endswith(f"{worst:.4g}") and shown[1].startswith("The ")


def test_a_single_text_to_train_on_is_told_in_words(reviews, home):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dls = TextDataLoaders.from_df(reviews[:1], path=home, text_col="text", label_col="label")
    learn = text_classifier_learner(dls, AWD_LSTM, config=SMALL, pretrained=False)
    with pytest.raises(DataError, match=r"single item.*batch normalisation.*no other item to train on"):
        learn.fit(1, display=False)
