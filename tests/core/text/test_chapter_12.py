"""The recurrent models of chapter 12 of the fastai book, written from scratch, train with only the imports changed."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from fastlearn.callbacks import ModelResetter, RNNRegularizer
from fastlearn.data import DataLoaders
from fastlearn.layers import Module
from fastlearn.losses import CrossEntropyLossFlat
from fastlearn.metrics import accuracy
from fastlearn.text.learner import TextLearner
from fastlearn.train import Learner
from torch import nn

BS, SL = 16, 4
TOKENS = " . ".join(["one", "two", "three", "four", "five", "six"] * 90).split(" ")
VOCAB = list(dict.fromkeys(TOKENS))
NUMS = [VOCAB.index(token) for token in TOKENS]


class LMModel1(Module):
    def __init__(self, vocab_sz, n_hidden):
        self.i_h = nn.Embedding(vocab_sz, n_hidden)
        self.h_h = nn.Linear(n_hidden, n_hidden)
        self.h_o = nn.Linear(n_hidden, vocab_sz)

    def forward(self, x):
        h = F.relu(self.h_h(self.i_h(x[:, 0])))
        h = h + self.i_h(x[:, 1])
        h = F.relu(self.h_h(h))
        h = h + self.i_h(x[:, 2])
        return self.h_o(F.relu(self.h_h(h)))


class LMModel2(LMModel1):
    def forward(self, x):
        h = 0
        for i in range(3):
            h = h + self.i_h(x[:, i])
            h = F.relu(self.h_h(h))
        return self.h_o(h)


class LMModel3(LMModel1):
    def __init__(self, vocab_sz, n_hidden):
        super().__init__(vocab_sz, n_hidden)
        self.h = 0

    def forward(self, x):
        for i in range(3):
            self.h = self.h + self.i_h(x[:, i])
            self.h = F.relu(self.h_h(self.h))
        out = self.h_o(self.h)
        self.h = self.h.detach()
        return out

    def reset(self):
        self.h = 0


class LMModel4(LMModel3):
    def forward(self, x):
        outs = []
        for i in range(SL):
            self.h = self.h + self.i_h(x[:, i])
            self.h = F.relu(self.h_h(self.h))
            outs.append(self.h_o(self.h))
        self.h = self.h.detach()
        return torch.stack(outs, dim=1)


class LMModel5(Module):
    def __init__(self, vocab_sz, n_hidden, n_layers):
        self.i_h = nn.Embedding(vocab_sz, n_hidden)
        self.rnn = nn.RNN(n_hidden, n_hidden, n_layers, batch_first=True)
        self.h_o = nn.Linear(n_hidden, vocab_sz)
        self.h = torch.zeros(n_layers, BS, n_hidden)

    def forward(self, x):
        res, h = self.rnn(self.i_h(x), self.h)
        self.h = h.detach()
        return self.h_o(res)

    def reset(self):
        self.h.zero_()


class LMModel6(Module):
    def __init__(self, vocab_sz, n_hidden, n_layers):
        self.i_h = nn.Embedding(vocab_sz, n_hidden)
        self.rnn = nn.LSTM(n_hidden, n_hidden, n_layers, batch_first=True)
        self.h_o = nn.Linear(n_hidden, vocab_sz)
        self.h = [torch.zeros(n_layers, BS, n_hidden) for _ in range(2)]

    def forward(self, x):
        res, h = self.rnn(self.i_h(x), self.h)
        self.h = [h_.detach() for h_ in h]
        return self.h_o(res)

    def reset(self):
        for h in self.h:
            h.zero_()


class LMModel7(LMModel6):
    def __init__(self, vocab_sz, n_hidden, n_layers, p):
        super().__init__(vocab_sz, n_hidden, n_layers)
        self.drop = nn.Dropout(p)
        self.h_o.weight = self.i_h.weight

    def forward(self, x):
        raw, h = self.rnn(self.i_h(x), self.h)
        out = self.drop(raw)
        self.h = [h_.detach() for h_ in h]
        return self.h_o(out), raw, out


def group_chunks(ds, bs):
    m = len(ds) // bs
    return [ds[i + m * j] for i in range(m) for j in range(bs)]


def loaders(seqs, grouped):
    cut = int(len(seqs) * 0.8)
    train, valid = (group_chunks(part, BS) if grouped else part for part in (seqs[:cut], seqs[cut:]))
    return DataLoaders.from_dsets(train, valid, bs=BS, drop_last=grouped, val_drop_last=grouped, shuffle=False)


def three_and_the_next(grouped):
    return loaders([(torch.tensor(NUMS[i : i + 3]), NUMS[i + 3]) for i in range(0, len(NUMS) - 4, 3)], grouped)


def a_stretch_and_the_next():
    starts = range(0, len(NUMS) - SL - 1, SL)
    return loaders([(torch.tensor(NUMS[i : i + SL]), torch.tensor(NUMS[i + 1 : i + SL + 1])) for i in starts], True)


def trained(learn, lr=1e-2, epochs=15, **options):
    with learn.no_bar(), learn.no_logging():
        learn.fit_one_cycle(epochs, lr, **options)
    return learn.history.last("accuracy")


@pytest.fixture(autouse=True)
def fixed():
    torch.manual_seed(0)


def by_hand(inp, targ):
    return F.cross_entropy(inp.view(-1, len(VOCAB)), targ.view(-1))


@pytest.mark.parametrize(
    "model, grouped, cbs", [(LMModel1, False, None), (LMModel2, False, None), (LMModel3, True, ModelResetter)]
)
def test_models_of_three_words_learn(model, grouped, cbs):
    dls = three_and_the_next(grouped)
    learn = Learner(dls, model(len(VOCAB), 32), loss_func=F.cross_entropy, metrics=accuracy, cbs=cbs)
    assert trained(learn) > 0.9


def test_a_model_that_predicts_every_word_learns():
    model = LMModel4(len(VOCAB), 32)
    assert (
        trained(Learner(a_stretch_and_the_next(), model, loss_func=by_hand, metrics=accuracy, cbs=ModelResetter)) > 0.9
    )


@pytest.mark.parametrize("model", [LMModel5, LMModel6])
def test_models_of_several_layers_learn(model):
    learn = Learner(
        a_stretch_and_the_next(), model(len(VOCAB), 32, 2), loss_func=CrossEntropyLossFlat(), metrics=accuracy,
        cbs=ModelResetter,
    )  # fmt: skip
    assert trained(learn) > 0.9


def test_a_regularised_model_learns_with_the_regulariser_alone_and_in_a_text_learner():
    dls = a_stretch_and_the_next()
    learn = Learner(
        dls, LMModel7(len(VOCAB), 32, 2, 0.3), loss_func=CrossEntropyLossFlat(), metrics=accuracy,
        cbs=[ModelResetter, RNNRegularizer(alpha=2, beta=1)],
    )  # fmt: skip
    plain = learn.validate()[0]
    assert trained(learn, wd=0.1) > 0.9 and learn.validate()[0] < plain
    text = TextLearner(dls, LMModel7(len(VOCAB), 32, 2, 0.3), loss_func=CrossEntropyLossFlat(), metrics=accuracy)
    assert trained(text, wd=0.1) > 0.9


def test_the_regulariser_alone_adds_both_penalties():
    dls = a_stretch_and_the_next()
    model = LMModel7(len(VOCAB), 8, 1, 0.0)
    x, y = dls.one_batch()
    seen = []

    class Note(ModelResetter):
        order = 50

        def after_loss(self):
            seen.append((self.learn.loss_grad.item(), self.learn.loss.item()))

    learn = Learner(
        dls,
        model,
        loss_func=CrossEntropyLossFlat(),
        cbs=[ModelResetter, RNNRegularizer(alpha=2, beta=1), Note()],
        lr=0.0,
    )
    scores, raw, out = model(x)
    expected = 2 * out.pow(2).mean() + (raw[:, 1:] - raw[:, :-1]).pow(2).mean()
    with learn.no_bar(), learn.no_logging():
        learn.fit(1)
    with_penalty, plain = seen[0]
    assert plain == pytest.approx(float(F.cross_entropy(scores.flatten(0, 1), y.flatten())), rel=1e-4)
    assert with_penalty - plain == pytest.approx(float(expected), rel=1e-3)
