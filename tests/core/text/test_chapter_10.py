"""The cells of chapter 10 of the fastai book, on made-up reviews in folders, with only the imports changed."""

from __future__ import annotations

import random

import pytest
from fastlearn.text.all import *  # noqa: F403

# ruff: noqa: F405, F821
del test_set  # pytest would take it for a test

GOOD, BAD, THING = ["great", "lovely", "fine"], ["awful", "boring", "poor"], ["film", "story", "plot"]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    folder, rng = tmp_path_factory.mktemp("imdb"), random.Random(0)
    for part, n in (("train", 200), ("test", 40), ("unsup", 30)):
        for i in range(n):
            label = "unsup" if part == "unsup" else ("pos", "neg")[i % 2]
            words = GOOD if i % 2 == 0 else BAD
            text = " ".join(f"The {rng.choice(THING)} was {rng.choice(words)}!" for _ in range(rng.randint(2, 9)))
            file = folder / part / ("" if part == "unsup" else label) / f"{i}.txt"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
    return folder


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory):
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FASTWIDGETS_HOME", str(tmp_path_factory.mktemp("home")))
        yield
    torch.set_num_threads(before)


def test_tokenising_and_numbering(path):
    files = get_text_files(path, folders=["train", "test", "unsup"])
    txt = files[0].open().read()
    spacy = WordTokenizer()
    toks = first(spacy([txt]))
    assert toks[:3] == ["The", toks[1], "was"] and "!" in toks
    tkn = Tokenizer(spacy)
    assert list(tkn(txt))[:3] == ["xxbos", "xxmaj", "the"]

    txts = [o.open().read() for o in files[:60]]
    sp = SubwordTokenizer(vocab_sz=60)
    sp.setup(txts)
    assert " ".join(first(sp([txt]))[:40]).startswith("▁")

    toks200 = [tkn(text) for text in txts]
    num = Numericalize()
    num.setup(toks200)
    nums = num(tkn(txt))[:20]
    assert " ".join(num.vocab[o] for o in nums).startswith("xxbos xxmaj the")

    dl = LMDataLoader([num(toks) for toks in toks200], bs=8)
    x, y = first(dl)
    assert x.shape == y.shape and torch.equal(x[:, 1:], y[:, :-1])


def test_from_a_language_model_to_a_classifier(path, capsys):
    torch.manual_seed(0)
    get_imdb = partial(get_text_files, folders=["train", "test", "unsup"])
    dls_lm = DataBlock(
        blocks=TextBlock.from_folder(path, is_lm=True), get_items=get_imdb, splitter=RandomSplitter(0.1)
    ).dataloaders(path, path=path, bs=8, seq_len=20, seed=0)
    dls_lm.show_batch(max_n=2)

    small = {"emb_sz": 24, "n_hid": 32, "n_layers": 2}  # the book's are the published ones, with their weights
    learn = language_model_learner(
        dls_lm, AWD_LSTM, drop_mult=0.3, metrics=[accuracy, Perplexity()], config=small, pretrained=False
    )
    learn.fit_one_cycle(1, 2e-2)
    learn.save("1epoch")
    learn = learn.load("1epoch")
    learn.unfreeze()
    learn.fit_one_cycle(2, 2e-2)
    learn.save_encoder("finetuned")
    lm_words, perplexity = learn.model[0].encoder.weight, learn.validate()[2]
    assert perplexity < 10
    TEXT, N_WORDS, N_SENTENCES = "I liked this movie because", 10, 2
    preds = [learn.predict(TEXT, N_WORDS, temperature=0.75) for _ in range(N_SENTENCES)]
    assert len("\n".join(preds).splitlines()) >= 2

    dls_clas = DataBlock(
        blocks=(TextBlock.from_folder(path, vocab=dls_lm.vocab), CategoryBlock),
        get_y=parent_label,
        get_items=partial(get_text_files, folders=["train", "test"]),
        splitter=GrandparentSplitter(valid_name="test"),
    ).dataloaders(path, path=path, bs=16, seq_len=72, seed=0)
    dls_clas.show_batch(max_n=3)
    learn = text_classifier_learner(dls_clas, AWD_LSTM, drop_mult=0.3, metrics=accuracy, config=small, pretrained=False)
    learn = learn.load_encoder("finetuned")
    assert torch.equal(learn.model[0].module.encoder.weight, lm_words)
    learn.fit_one_cycle(1, 2e-2)
    learn.freeze_to(-2)
    learn.fit_one_cycle(1, slice(1e-2 / (2.6**4), 1e-2))
    learn.freeze_to(-3)
    learn.fit_one_cycle(1, slice(5e-3 / (2.6**4), 5e-3))
    learn.unfreeze()
    learn.fit_one_cycle(8, slice(2e-2 / (2.6**4), 2e-2))  # higher and longer than in the book: the model knows little
    print("ACC", learn.validate())
    assert learn.history.reason == "completed" and learn.validate()[1] > 0.9
    label, number, chances = learn.predict("The film was great! The plot was lovely!")
    assert label == ["neg", "pos"][int(number)] and chances.sum().item() == pytest.approx(1)
    assert not torch.equal(learn.model[0].module.encoder.weight, lm_words)  # all of it was unfrozen in the end
    assert "text" in capsys.readouterr().out
