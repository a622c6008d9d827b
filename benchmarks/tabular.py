"""Tables: preparing a million rows, batches a second, and training, against fastai and gradient-boosted trees.

    make bench, or: FASTAI_PYTHON=python-with-fastai python benchmarks/tabular.py

Figures to reach: preparing 1,000,000 rows of 10 columns of categories and 10 of numbers takes at most 0.6 of fastai's
time and at most 1.3 times the size of the data in extra memory; batches of 64 come at least 50 times as fast, of 1024
at least 15 times; an epoch takes at most 0.35 of fastai's time. On the mixed table accuracy is at least 0.8395 and
log-loss at most 0.3465, on breast cancer accuracy is at least 0.973. Tables are made up, or scikit-learn's; one
thread, and times of the CPU.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import mean, median
from typing import Any

import numpy as np
import pandas as pd
import torch
from fastlearn.data import CategoryBlock
from fastlearn.tabular import Categorify, FillMissing, Normalize, TabularPandas, tabular_learner
from harness import table
from memory import peak_since, resting

FASTAI_PYTHON = os.environ.get("FASTAI_PYTHON")
FASTAI_SCRIPT = Path(__file__).parent / "peer" / "tabular_fastai.py"
PROCS = [Categorify, FillMissing, Normalize]
SIZES = (2, 5, 10, 20, 50, 100, 300, 1000, 3000, 10_000)
Numbers = dict[str, float]
Side = Callable[[str], Numbers]


def million(n: int = 1_000_000) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Ten columns of text with 2 to 10,000 labels, ten of numbers, three of these with holes."""
    rng = np.random.default_rng(0)
    columns: dict[str, Any] = {}
    for i, size in enumerate(SIZES):
        labels = np.array([f"cat{i}_{k}" for k in range(size)], dtype=object)
        columns[f"c{i}"] = labels[rng.integers(0, size, n)]
    for i in range(10):
        numbers = rng.normal(size=n) * (i + 1) + i
        if i < 3:
            numbers[rng.random(n) < 0.02] = np.nan
        columns[f"x{i}"] = numbers
    order = rng.permutation(n)
    return pd.DataFrame({**columns, "y": rng.integers(0, 2, n)}), about(order[: int(0.8 * n)], order[int(0.8 * n) :])


def mixed(n: int = 50_000) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Six columns of categories, two of which act together, and six of numbers; the last fifth is for validation."""
    rng = np.random.default_rng(0)
    sizes = [3, 5, 8, 12, 25, 50]
    codes = np.stack([rng.integers(0, size, n) for size in sizes], 1)
    x = rng.normal(size=(n, 6))
    effects = [rng.normal(size=size) for size in sizes]
    pairs = rng.normal(size=(8, 12))
    score = sum(effects[i][codes[:, i]] for i in range(6)) * 0.6 + np.sin(2 * x[:, 0]) + x[:, 1] * x[:, 2]
    score = score + 0.5 * x[:, 3] ** 2 - 0.5 + pairs[codes[:, 2], codes[:, 3]] + x[:, 4] * effects[1][codes[:, 1]]
    y = (rng.random(n) < 1 / (1 + np.exp(-2 * score))).astype(int)
    frame = pd.DataFrame({**{f"c{i}": [f"v{code}" for code in codes[:, i]] for i in range(6)},
                          **{f"x{i}": x[:, i] for i in range(6)}, "y": y})  # fmt: skip
    return frame, {**about(range(40_000), range(40_000, n), 6), "bs": 256, "epochs": 4, "lr": 5e-3}


def cancer() -> tuple[pd.DataFrame, dict[str, Any]]:
    """scikit-learn's breast cancer, shuffled; a quarter is for validation."""
    from sklearn.datasets import load_breast_cancer

    frame = load_breast_cancer(as_frame=True).frame.sample(frac=1, random_state=0).reset_index(drop=True)
    frame = frame.rename(columns={"target": "y"})
    known = {**about(range(426), range(426, 569)), "cats": [], "conts": [name for name in frame if name != "y"]}
    return frame, {**known, "bs": 32, "epochs": 10, "lr": 1e-2}


def about(train: Any, valid: Any, n: int = 10) -> dict[str, Any]:
    names = {"cats": [f"c{i}" for i in range(n)], "conts": [f"x{i}" for i in range(n)]}
    return {**names, "train": [int(i) for i in train], "valid": [int(i) for i in valid]}


def read(folder: Path, name: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    return pd.read_pickle(folder / f"{name}.pkl"), json.loads((folder / f"{name}.json").read_text())


def prepared(frame: pd.DataFrame, known: dict[str, Any]) -> TabularPandas:
    splits = (known["train"], known["valid"])
    return TabularPandas(frame, PROCS, known["cats"], known["conts"], "y", CategoryBlock(), splits)


def preparing(folder: Path, name: str) -> Numbers:
    """Seconds, and MB above what lay in memory before."""
    frame, known = read(folder, name)
    before, start = resting(), time.process_time()
    prepared(frame, known)
    return {"seconds": time.process_time() - start, "extra": peak_since(before)}


def rows(to: TabularPandas, bs: int) -> Numbers:
    """Rows a second of the training loader."""
    loader, n = to.dataloaders(bs=bs, device="cpu", seed=0).train, 0
    start = time.process_time()
    for batch in loader:
        n += len(batch[-1])
    return {"rows": n / (time.process_time() - start)}


def train(folder: Path, name: str, seed: int) -> Numbers:
    """Accuracy and log-loss after a one-cycle fit, and seconds of an epoch."""
    frame, known = read(folder, name)
    dls = prepared(frame, known).dataloaders(bs=known["bs"], device="cpu", seed=seed)
    learn = tabular_learner(dls, layers=[200, 100], path=folder, seed=seed)
    with learn.no_bar(), learn.no_logging():
        start = time.process_time()
        learn.fit_one_cycle(known["epochs"], known["lr"])
        seconds = (time.process_time() - start) / known["epochs"]
    preds, targets = learn.get_preds()
    picked = preds[torch.arange(len(preds)), targets].clamp(1e-6, 1)
    hits = (preds.argmax(1) == targets).float()
    return {"accuracy": float(hits.mean()), "logloss": float(-picked.log().mean()), "seconds": seconds}


def trees(folder: Path, name: str) -> Numbers:
    """Gradient-boosted trees of scikit-learn on the same columns: the line that every table is measured by."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import log_loss

    to = prepared(*read(folder, name))
    start = time.process_time()
    model = HistGradientBoostingClassifier(random_state=0, categorical_features=to.cat_names or None)
    model.fit(to.train.xs, to.train.y)
    seconds = time.process_time() - start
    chances, y = model.predict_proba(to.valid.xs), to.valid.y
    hits = float((chances.argmax(1) == y).mean())
    return {"accuracy": hits, "logloss": float(log_loss(y, chances)), "seconds": seconds}


class Peer:
    """fastai in a process of its own, asked by lines."""

    def __init__(self, folder: Path) -> None:
        command = [str(FASTAI_PYTHON), "-W", "ignore", str(FASTAI_SCRIPT), str(folder)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdin is not None and self.process.stdout is not None
        self.to, self.back = self.process.stdin, self.process.stdout
        self.back.readline()

    def __call__(self, line: str) -> Numbers:
        self.to.write(f"{line}\n")
        self.to.flush()
        found: Numbers = json.loads(self.back.readline())
        return found

    def close(self) -> None:
        self.to.close()
        self.process.wait()


def alone(python: str, script: Path, folder: Path, name: str) -> Numbers:
    """Prepare the table `name` in a fresh process."""
    done = subprocess.run([python, "-W", "ignore", str(script), str(folder), name], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found: Numbers = json.loads(done.stdout.splitlines()[-1])
    return found


def against(runs: list[Numbers], peers: list[Numbers]) -> str:
    """The median over the rounds of seconds divided by the peer's; nothing where there is no peer."""
    return f"{median(a['seconds'] / b['seconds'] for a, b in zip(runs, peers, strict=True)):.2f}" if peers else ""


def compare_preparing(folder: Path, rounds: int = 3) -> None:
    lines: list[list[object]] = []
    head = ["", "seconds", "of fastai's", "extra MB", "of the data"]
    for name in ("million", "objects"):
        size = pd.read_pickle(folder / f"{name}.pkl").memory_usage(deep=True).sum() / 2**20
        runs: dict[str, list[Numbers]] = {"fastlearn": [], "fastai": []}
        for _ in range(rounds):
            runs["fastlearn"].append(alone(sys.executable, Path(__file__), folder, name))
            if FASTAI_PYTHON:
                runs["fastai"].append(alone(FASTAI_PYTHON, FASTAI_SCRIPT, folder, name))
        for side, found in runs.items():
            if found:
                extra = median(run["extra"] for run in found)
                seconds = median(run["seconds"] for run in found)
                share = against(found, runs["fastai"])
                sizes = [f"{extra:.0f}", f"{extra / size:.2f}"]
                lines.append([f"{side}, {name}", f"{seconds:.2f}", share, *sizes])
    table("Preparing 1,000,000 rows of 10 + 10 columns", head, lines)


def compare_batches(folder: Path, peer: Side | None, rounds: int = 5) -> None:
    to = prepared(*read(folder, "million"))
    lines: list[list[object]] = []
    for bs in (64, 1024):
        ours, theirs = [], []
        for _ in range(rounds):
            ours.append(rows(to, bs)["rows"])
            if peer is not None:
                theirs.append(peer(f"rows {bs}")["rows"])
        times = f"{median(a / b for a, b in zip(ours, theirs, strict=True)):.0f}" if theirs else ""
        lines.append([bs, f"{median(ours):,.0f}", f"{median(theirs):,.0f}" if theirs else "", times])
    table("Rows a second of the training loader", ["batch", "fastlearn", "fastai", "times"], lines)


def compare_training(folder: Path, peer: Side | None, name: str, seeds: int) -> None:
    runs: dict[str, list[Numbers]] = {"fastlearn": [], "fastai": [], "trees": [trees(folder, name)]}
    for seed in range(seeds):
        runs["fastlearn"].append(train(folder, name, seed))
        if peer is not None:
            runs["fastai"].append(peer(f"train {name} {seed}"))
    lines: list[list[object]] = []
    for side, found in runs.items():
        if found:
            share = against(found, runs["fastai"]) if side == "fastlearn" else ""
            spread = [f"{mean(run[key] for run in found):.4f}" for key in ("accuracy", "logloss")]
            lines.append([side, *spread, f"{median(run['seconds'] for run in found):.3f}", share])
    table(f"Training on the table {name}, {seeds} seeds (trees: one whole fit)",
          ["", "accuracy", "log-loss", "s/epoch", "of fastai's"], lines)  # fmt: skip


def main() -> None:
    torch.set_num_threads(1)
    if len(sys.argv) == 3:
        print(json.dumps(preparing(Path(sys.argv[1]), sys.argv[2])))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = {"million": million(), "mixed": mixed(), "cancer": cancer()}
        objects = made["million"][0].astype({f"c{i}": object for i in range(10)})
        for key, (frame, known) in {**made, "objects": (objects, made["million"][1])}.items():
            frame.to_pickle(folder / f"{key}.pkl")
            (folder / f"{key}.json").write_text(json.dumps(known))
        del made, objects
        compare_preparing(folder)
        peer = Peer(folder) if FASTAI_PYTHON else None
        compare_batches(folder, peer)
        compare_training(folder, peer, "mixed", 3)
        compare_training(folder, peer, "cancer", 5)
        if peer is not None:
            peer.close()


if __name__ == "__main__":
    main()
