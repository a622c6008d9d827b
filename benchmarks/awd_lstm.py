"""AWD-LSTM against fastai's: words per second in training, perplexity after the same steps, seconds to write 200 words.

    make bench, or: FASTAI_PYTHON=python-with-fastai python benchmarks/awd_lstm.py [speed] [write] [perplexity]

Figures to reach: words per second at least fastai's; perplexity at most 1.02 times fastai's after the same steps, from
the same first weights, over the same batches and with the same random numbers in every step, as the geometric mean over
seeds; 200 words in at most a fifth of fastai's time, and four times the words in at most about four times the time.

Both sides clip their gradients and warm up to a learning rate of 5e-3. At 1e-2 without clipping single runs blow up on
either side, and rounding decides on which: three pairs gave 0.68, 1.00 and 1.04. LR, CLIP, EPOCHS and SEEDS change it.

The corpus is the docstrings of Python's standard library, about 1 MB, cut into words by one regular expression: both
sides get the same ids, settings (two LSTMs of 400, embedding 200) and number of steps.
One thread; times are of the processor.
"""

from __future__ import annotations

import ast
import json
import math
import os
import random
import re
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import geometric_mean, median, stdev
from typing import Any

import torch
from fastlearn.callbacks.grad_clip import GradientClip
from fastlearn.data.loaders import DataLoaders
from fastlearn.text.awd_lstm import AWD_LSTM
from fastlearn.text.generate import generate, next_word, word_probabilities
from fastlearn.text.learner import language_model_learner
from fastlearn.text.lm_loader import LMDataLoader
from fastlearn.text.pretrained import load_part, read_language_model
from fastlearn.train.callback import Callback
from harness import Variant, paired, ratio, table
from torch import Tensor
from torch.nn import functional as F

FASTAI_PYTHON = os.environ.get("FASTAI_PYTHON")
FASTAI_SCRIPT = Path(__file__).parent / "peer" / "awd_lstm_fastai.py"
OURS, FASTAI = "fastlearn", "fastai"
SIZE = int(os.environ.get("CORPUS", "1000000"))  # letters
SPECIAL = ["xxunk", "xxpad", "xxbos", "xxeos", "xxfld", "xxrep", "xxwrep", "xxup", "xxmaj"]
SETTINGS: dict[str, Any] = {
    "bs": 32, "seq_len": 64, "wd": 0.1, "drop_mult": 0.3, "epochs": int(os.environ.get("EPOCHS", "2")),
    "lr": float(os.environ.get("LR", "5e-3")), "clip": float(os.environ.get("CLIP", "0.25")),
    "config": {"emb_sz": 200, "n_hid": 400, "n_layers": 2}, "speed_documents": 300,
}  # fmt: skip


def documents(size: int) -> list[str]:
    """Docstrings of the standard library in a fixed order, `size` letters altogether."""
    found: list[str] = []
    for file in sorted(Path(sysconfig.get_paths()["stdlib"]).rglob("*.py")):
        if {"site-packages", "test", "tests", "lib2to3"} & set(file.parts):
            continue
        try:
            tree = ast.parse(file.read_text())
        except (SyntaxError, UnicodeDecodeError, ValueError):
            continue
        nodes = [n for n in ast.walk(tree) if isinstance(n, ast.Module | ast.ClassDef | ast.FunctionDef)]
        found += [text for node in nodes if (text := ast.get_docstring(node)) and len(text) > 120]
    random.Random(0).shuffle(found)
    kept, letters = [], 0
    for text in found:
        kept.append(text)
        letters += len(text)
        if letters > size:
            break
    return kept


def corpus(size: int) -> dict[str, Any]:
    """Word ids of the documents, nine tenths of which are for training."""
    tokens = [["xxbos", *re.findall(r"\w+|[^\w\s]", text.lower())] for text in documents(size)]
    counts = Counter(word for text in tokens for word in text)
    vocab = SPECIAL + [w for w, n in counts.most_common(10_000) if n >= 3 and w not in SPECIAL]
    ids = {word: i for i, word in enumerate(vocab)}
    numbers = [[ids.get(word, 0) for word in text] for text in tokens]
    cut = int(len(numbers) * 0.9)
    return {"vocab": vocab, "train": numbers[:cut], "valid": numbers[cut:], "settings": SETTINGS}


class SeedEachBatch(Callback):
    """The same dropout as on the other side."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def before_batch(self) -> None:
        torch.manual_seed(self.seed * 1_000_003 + self.train_iter)


class Ours:
    """Our side: the same things that the peer does when asked."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.train_docs = [torch.tensor(ids) for ids in data["train"]]
        self.valid_docs = [torch.tensor(ids) for ids in data["valid"]]

    def learner(self, docs: list[Tensor], seed: int, shuffle: bool = True, cbs: Any = None) -> Any:
        torch.manual_seed(seed)
        bs, seq_len = SETTINGS["bs"], SETTINGS["seq_len"]
        dls = DataLoaders(LMDataLoader(docs, bs=bs, seq_len=seq_len, shuffle=shuffle), [], device="cpu")
        dls.__class__ = type("Named", (DataLoaders,), {"vocab": self.data["vocab"]})
        return language_model_learner(
            dls, AWD_LSTM, config=SETTINGS["config"], pretrained=False, drop_mult=SETTINGS["drop_mult"], cbs=cbs
        )

    def fit(self, learn: Any, epochs: int) -> float:
        """Words per second."""
        n = len(learn.dls.train) * SETTINGS["bs"] * SETTINGS["seq_len"] * epochs
        with learn.no_bar(), learn.no_logging():
            start = time.process_time()
            learn.fit_one_cycle(epochs, SETTINGS["lr"], wd=SETTINGS["wd"])
            return n / (time.process_time() - start)

    def speed(self) -> float:
        """Words per second."""
        return self.fit(self.learner(self.train_docs[: SETTINGS["speed_documents"]], 0), 1)

    def perplexity(self, seed: int, first: Path) -> float:
        """On the held out documents as one stream, the state carried on; `first` holds the first weights, if any."""
        steady = [SeedEachBatch(seed), GradientClip(SETTINGS["clip"])]
        learn = self.learner(self.train_docs, seed, shuffle=False, cbs=steady)
        model = learn.model
        if first.is_file():
            load_part(model, read_language_model(first), str(first))
        self.fit(learn, SETTINGS["epochs"])
        stream, bs, step = torch.cat(self.valid_docs), SETTINGS["bs"], SETTINGS["seq_len"]
        n = (len(stream) - 1) // bs * bs
        x, y = stream[:n].view(bs, -1), stream[1 : n + 1].view(bs, -1)
        model.eval()
        model.reset()
        total = 0.0
        with torch.no_grad():
            for i in range(0, x.shape[1], step):
                scores, target = model(x[:, i : i + step])[0], y[:, i : i + step]
                total += F.cross_entropy(scores.flatten(0, 1), target.flatten(), reduction="sum").item()
        return math.exp(total / y.numel())

    def write(self, n: int) -> float:
        """Seconds for `n` words, as `LMLearner.predict` writes them."""
        model = self.learner(self.train_docs[:40], 0).model
        rng = torch.Generator().manual_seed(0)
        start = time.process_time()
        generate(
            model, self.valid_docs[0][:8], n, lambda scores: next_word(word_probabilities(scores, never=(0,)), rng)
        )
        return time.process_time() - start


class Peer:
    """fastai in a process of its own."""

    def __init__(self, file: Path) -> None:
        assert FASTAI_PYTHON is not None
        self.process = subprocess.Popen(
            [FASTAI_PYTHON, FASTAI_SCRIPT, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        if self._line() != "ready":
            raise SystemExit("The fastai process did not start.")

    def ask(self, question: str) -> float:
        assert self.process.stdin is not None
        print(question, file=self.process.stdin, flush=True)
        return float(self._line().split()[0])

    def stop(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


def compare_speed(ours: Ours, peer: Peer | None) -> None:
    variants: dict[str, Variant] = {OURS: ours.speed}
    if peer is not None:
        variants[FASTAI] = partial(peer.ask, "speed")
    measured = paired(variants, rounds=int(os.environ.get("ROUNDS", "5")))
    rows: list[list[object]] = [[side, f"{median(measured[side]):.0f}"] for side in variants]
    table("Training, words per second", ["library", "words/s"], rows)
    if peer is not None:
        print(f"\n  against fastai: {ratio(measured, OURS, FASTAI):.2f} x (at least 1.00)")


def compare_writing(ours: Ours, peer: Peer | None) -> None:
    lengths = (50, 200, 800)
    variants: dict[str, Variant] = {f"{OURS} {n}": partial(ours.write, n) for n in lengths}
    if peer is not None:
        variants |= {f"{FASTAI} {n}": partial(peer.ask, f"write {n}") for n in lengths[:2]}
    measured = paired(variants, rounds=3)
    rows: list[list[object]] = [[side, f"{median(measured[side]):.3f}"] for side in variants]
    table("Writing", ["library, words", "s"], rows)
    print(f"\n  800 words against 200: {ratio(measured, f'{OURS} 800', f'{OURS} 200'):.2f} x the time (about 4)")
    if peer is not None:
        print(f"  200 words, fastai against ours: {ratio(measured, f'{FASTAI} 200', f'{OURS} 200'):.1f} x (at least 5)")


def compare_perplexity(ours: Ours, peer: Peer | None) -> None:
    found: dict[str, list[float]] = {OURS: [], FASTAI: []}
    for seed in range(int(os.environ.get("SEEDS", "5"))):
        with tempfile.TemporaryDirectory() as folder:
            first = Path(folder) / "first.pth"
            if peer is not None:
                found[FASTAI].append(peer.ask(f"fit {seed} {first}"))
            found[OURS].append(ours.perplexity(seed, first))
        print(
            f"  seed {seed}: " + ", ".join(f"{side} {values[-1]:.2f}" for side, values in found.items() if values),
            flush=True,
        )
    rows: list[list[object]] = [
        [side, f"{geometric_mean(values):.1f}", ", ".join(f"{value:.1f}" for value in values)]
        for side, values in found.items()
        if values
    ]
    table("Perplexity on held out documents", ["library", "geometric mean", "seeds"], rows)
    if peer is not None:
        pairs = [a / b for a, b in zip(found[OURS], found[FASTAI], strict=True)]
        error = math.exp(stdev(map(math.log, pairs)) / math.sqrt(len(pairs))) if len(pairs) > 1 else math.nan
        print("\n  pairs: " + ", ".join(f"{pair:.3f}" for pair in pairs))
        print(f"  against fastai: {geometric_mean(pairs):.3f} x, give or take a factor of {error:.3f} (at most 1.02)")


COMPARE: dict[str, Callable[[Ours, Peer | None], None]] = {
    "speed": compare_speed, "write": compare_writing, "perplexity": compare_perplexity,
}  # fmt: skip


def main(what: list[str]) -> None:
    torch.set_num_threads(1)
    data = corpus(SIZE)
    n = sum(map(len, data["train"]))
    print(f"{len(data['train'])} documents, {n:,} words for training, {len(data['vocab']):,} different ones")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "corpus.json"
        file.write_text(json.dumps(data))
        peer = Peer(file) if FASTAI_PYTHON else None
        if peer is None:
            print("fastai is left out: FASTAI_PYTHON names no Python that has it.", file=sys.stderr)
        for name in what or list(COMPARE):
            COMPARE[name](Ours(data), peer)
        if peer is not None:
            peer.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
