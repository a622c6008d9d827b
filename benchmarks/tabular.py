"""Tables: preparing a million rows, batches a second, and training, against fastai and gradient-boosted trees.

    make bench, or: FASTAI_PYTHON=python-with-fastai python benchmarks/tabular.py [--data FOLDER]

Figures to reach: preparing 1,000,000 rows of 10 columns of categories and 10 of numbers takes at most 0.6 of fastai's
time and at most 1.3 times the size of the data in extra memory; batches of 64 come at least 50 times as fast, of 1024
at least 15 times; an epoch takes at most 0.35 of fastai's time. On the mixed table accuracy is at least 0.8395 and
log-loss at most 0.3465, on breast cancer accuracy is at least 0.973. These tables are made up, or scikit-learn's; one
thread, and times of the CPU; both sides of a seed run one after the other.

Real tables are in no repository of ours, and are compared only where `--data` or BENCHMARK_DATA has them:
adult.csv.gz (incomes, fastai's ADULT_SAMPLE) and bike_hour.csv.gz (bicycle hire, a regression with dates as in the
Rossmann competition).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean, median, stdev
from typing import Any

import pandas as pd
import torch
from fastlearn.data import CategoryBlock, RegressionBlock
from fastlearn.tabular import Categorify, FillMissing, Normalize, TabularPandas, add_datepart, tabular_learner
from harness import table
from memory import peak_since, resting
from scores import scores
from sides import arguments, find_data, verdict
from tables import Table, adult, bikes, cancer, million, mixed

FASTAI_PYTHON = os.environ.get("FASTAI_PYTHON")
FASTAI_SCRIPT = Path(__file__).parent / "peer" / "tabular_fastai.py"
PROCS = [Categorify, FillMissing, Normalize]
PREPARING = "preparing"
MADE_UP = {"mixed": mixed, "cancer": cancer}
REAL = {"adult": (adult, "adult.csv.gz"), "bikes": (bikes, "bike_hour.csv.gz")}
Numbers = dict[str, float]
Side = Callable[[str], Numbers]


def read(folder: Path, name: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    return pd.read_pickle(folder / f"{name}.pkl"), json.loads((folder / f"{name}.json").read_text())


def prepared(frame: pd.DataFrame, known: dict[str, Any]) -> TabularPandas:
    if "date" in known:
        frame = add_datepart(frame, known["date"])
    block = RegressionBlock() if "y_range" in known else CategoryBlock()
    splits = (known["train"], known["valid"])
    return TabularPandas(frame, PROCS, known["cats"], known["conts"], "y", block, splits)


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
    """How good predictions are after a one-cycle fit, and seconds of an epoch."""
    frame, known = read(folder, name)
    dls = prepared(frame, known).dataloaders(bs=known["bs"], device="cpu", seed=seed)
    learn = tabular_learner(dls, layers=[200, 100], y_range=known.get("y_range"), path=folder, seed=seed)
    with learn.no_bar(), learn.no_logging():
        start = time.process_time()
        learn.fit_one_cycle(known["epochs"], known["lr"])
        seconds = (time.process_time() - start) / known["epochs"]
        preds, targets = learn.get_preds()
    return {**scores(preds.numpy(), targets.numpy()), "seconds": seconds}


def trees(folder: Path, name: str) -> Numbers:
    """Gradient-boosted trees of scikit-learn on the same columns: the line that every table is measured by."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    frame, known = read(folder, name)
    to = prepared(frame, known)
    kind = HistGradientBoostingRegressor if "y_range" in known else HistGradientBoostingClassifier
    start = time.process_time()
    model = kind(random_state=0, categorical_features=to.cat_names or None).fit(to.train.xs, to.train.y)
    seconds = time.process_time() - start
    said = model.predict(to.valid.xs) if "y_range" in known else model.predict_proba(to.valid.xs)
    return {**scores(said, to.valid.y.to_numpy()), "seconds": seconds}


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


def alone(command: list[str], folder: Path, name: str) -> Numbers:
    """Prepare the table `name` in a fresh process."""
    done = subprocess.run([*command, str(folder), name], capture_output=True, text=True)
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
            runs["fastlearn"].append(alone([sys.executable, "-W", "ignore", __file__, PREPARING], folder, name))
            if FASTAI_PYTHON:
                runs["fastai"].append(alone([FASTAI_PYTHON, "-W", "ignore", str(FASTAI_SCRIPT)], folder, name))
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
    words = [key for key in runs["trees"][0] if key != "seconds"]
    lines: list[list[object]] = []
    for side, found in runs.items():
        if found:
            share = against(found, runs["fastai"]) if side == "fastlearn" else ""
            spread = [_spread([run[key] for run in found]) for key in words]
            lines.append([side, *spread, f"{median(run['seconds'] for run in found):.3f}", share])
    table(f"Training on the table {name}, {seeds} seeds (trees: one whole fit)",
          ["", *words, "s/epoch", "of fastai's"], lines)  # fmt: skip
    if peer is not None:
        sign, key = (-1, "RMSE") if "RMSE" in words else (1, "accuracy")
        print(f"\n  {key}: {verdict(*([sign * run[key] for run in runs[side]] for side in ('fastlearn', 'fastai')))}")


def make(folder: Path, wanted: Sequence[str], data: Path | None) -> list[str]:
    """Write the tables for what is `wanted` to `folder`; which of the trainings there is a table for."""
    made: dict[str, Table] = {}
    if PREPARING in wanted or "batches" in wanted:
        made["million"] = million()
        objects = made["million"][0].astype({f"c{i}": object for i in range(10)})
        made["objects"] = (objects, made["million"][1])
    made.update({name: MADE_UP[name]() for name in MADE_UP if name in wanted})
    for name, (reader, file) in REAL.items():
        found = find_data(data, file) if name in wanted else None
        if found is not None:
            made[name] = reader(found)
        elif name in wanted:
            print(f"\nThe table {name} is left out: --data has no {file}.", file=sys.stderr)
    for name, (frame, known) in made.items():
        frame.to_pickle(folder / f"{name}.pkl")
        (folder / f"{name}.json").write_text(json.dumps(known))
    return [name for name in (*MADE_UP, *REAL) if name in made]


def main() -> None:
    torch.set_num_threads(1)
    if sys.argv[1:2] == [PREPARING] and len(sys.argv) == 4:
        print(json.dumps(preparing(Path(sys.argv[2]), sys.argv[3])))
        return
    given = arguments(__doc__ or "", (PREPARING, "batches", *MADE_UP, *REAL))
    wanted = given.only or [PREPARING, "batches", *MADE_UP, *REAL]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        trainings = make(folder, wanted, given.data)
        if PREPARING in wanted:
            compare_preparing(folder)
        peer = Peer(folder) if FASTAI_PYTHON else None
        if "batches" in wanted:
            compare_batches(folder, peer)
        for training in trainings:
            compare_training(folder, peer, training, given.seeds)
        if peer is not None:
            peer.close()


def _spread(values: list[float]) -> str:
    return f"{mean(values):.4f}" + (f" ± {stdev(values):.4f}" if len(values) > 1 else "")


if __name__ == "__main__":
    main()
