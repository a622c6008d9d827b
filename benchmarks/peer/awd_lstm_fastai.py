"""fastai's side of `benchmarks/awd_lstm.py`: trains on word ids from a file and answers lines on standard input.

FASTAI_PYTHON benchmarks/peer/awd_lstm_fastai.py CORPUS.json

"speed" trains a few steps and prints words per second; "fit SEED FILE" writes the first weights to FILE, trains, and
prints the perplexity on the held out documents; "write N" writes N words and prints the seconds.
"""

from __future__ import annotations

import contextlib
import io
import json
import math
import random
import sys
import tempfile
import time
import warnings
from pathlib import Path
from types import SimpleNamespace

import fastai.callback.progress
import fastai.callback.schedule  # noqa: F401  # adds fit_one_cycle
import numpy as np
import torch
from fastai.callback.core import Callback
from fastai.callback.training import GradientClip
from fastai.data.core import DataLoaders
from fastai.text.data import LMDataLoader
from fastai.text.learner import language_model_learner
from fastai.text.models.awdlstm import AWD_LSTM, awd_lstm_lm_config
from torch.nn import functional as F


class Documents(list):  # type: ignore[type-arg]
    """A list that can have attributes, as the data sets that fastai writes with have."""


class SeedEachBatch(Callback):
    """The same dropout as on the other side."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def before_batch(self) -> None:
        torch.manual_seed(self.seed * 1_000_003 + self.train_iter)


def main(file: str) -> None:
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    corpus = json.loads(Path(file).read_text())
    settings = corpus["settings"]
    documents = {part: [torch.tensor(ids) for ids in corpus[part]] for part in ("train", "valid")}
    folder = tempfile.mkdtemp()

    def dataset(docs: list[torch.Tensor]) -> Documents:
        made = Documents((doc,) for doc in docs)
        made.numericalize, made.tokenizer = SimpleNamespace(vocab=corpus["vocab"]), SimpleNamespace(sep=" ")
        return made

    def loader(docs: list[torch.Tensor], shuffle: bool) -> LMDataLoader:
        return LMDataLoader(
            dataset(docs), lens=[len(doc) for doc in docs], bs=settings["bs"], seq_len=settings["seq_len"],
            shuffle=shuffle, device=torch.device("cpu"), num_workers=0,
        )  # fmt: skip

    def learner(docs: list[torch.Tensor], seed: int, shuffle: bool = True) -> object:
        random.seed(seed)
        np.random.seed(seed)
        torch.manual_seed(seed)
        dls = DataLoaders(loader(docs, shuffle), loader(documents["valid"], False), device=torch.device("cpu"))
        dls.vocab = corpus["vocab"]
        config = {**awd_lstm_lm_config, **settings["config"]}
        return language_model_learner(
            dls, AWD_LSTM, config=config, pretrained=False, path=folder, drop_mult=settings["drop_mult"]
        )

    def fit(learn: object, epochs: int, cbs: object = None) -> float:
        """Words per second."""
        n = len(learn.dls.train) * settings["bs"] * settings["seq_len"] * epochs
        learn.dls.loaders[1] = []
        with contextlib.redirect_stdout(io.StringIO()), learn.no_bar():
            start = time.process_time()
            learn.fit_one_cycle(epochs, settings["lr"], wd=settings["wd"], cbs=cbs)
            return n / (time.process_time() - start)

    def perplexity(model: torch.nn.Module) -> float:
        """Over the held out documents as one stream, the state carried on."""
        stream = torch.cat(documents["valid"])
        n = (len(stream) - 1) // settings["bs"] * settings["bs"]
        x, y = stream[:n].view(settings["bs"], -1), stream[1 : n + 1].view(settings["bs"], -1)
        model.eval()
        model.reset()
        total = 0.0
        with torch.no_grad():
            for i in range(0, x.shape[1], settings["seq_len"]):
                scores = model(x[:, i : i + settings["seq_len"]])[0]
                target = y[:, i : i + settings["seq_len"]]
                total += F.cross_entropy(scores.flatten(0, 1), target.flatten(), reduction="sum").item()
        return math.exp(total / y.numel())

    def write(n: int) -> float:
        """Seconds for `n` words, as `LMLearner.predict` writes them."""
        learn = learner(documents["train"][:40], 0)
        ids = documents["valid"][0][:8]
        learn.dls.test_dl = lambda texts: SimpleNamespace(items=[ids])
        start = time.process_time()
        learn.predict("", n, no_bar=True)
        return time.process_time() - start

    print("ready", flush=True)
    for line in sys.stdin:
        what, *rest = line.split()
        if what == "speed":
            print(fit(learner(documents["train"][: settings["speed_documents"]], 0), 1), flush=True)
        elif what == "write":
            print(write(int(rest[0])), flush=True)
        else:
            learn = learner(documents["train"], int(rest[0]), shuffle=False)
            torch.save(learn.model.state_dict(), rest[1])
            fit(learn, settings["epochs"], [SeedEachBatch(int(rest[0])), GradientClip(settings["clip"])])
            print(perplexity(learn.model), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
