"""fastai's side of `benchmarks/tabular.py`: answers each line on standard input with a line of JSON, in CPU time.

FASTAI_PYTHON benchmarks/peer/tabular_fastai.py FOLDER, then lines such as `rows 64` and `train mixed 0`; or, for a
process of its own that prepares the table FOLDER/NAME.pkl: FASTAI_PYTHON benchmarks/peer/tabular_fastai.py FOLDER NAME
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import fastai.callback.progress
import fastai.callback.schedule  # noqa: F401  # adds fit_one_cycle
import pandas as pd
import torch
from fastai.data.block import CategoryBlock, RegressionBlock
from fastai.data.transforms import Normalize
from fastai.tabular.core import Categorify, FillMissing, TabularPandas, add_datepart
from fastai.tabular.learner import tabular_learner
from fastai.torch_core import set_seed

sys.path.insert(0, str(Path(__file__).parents[1]))
from memory import peak_since, resting
from scores import scores

PROCS = [Categorify, FillMissing, Normalize]


def read(folder: Path, name: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    """A table of the benchmark, and what is known of it."""
    return pd.read_pickle(folder / f"{name}.pkl"), json.loads((folder / f"{name}.json").read_text())


def prepared(frame: pd.DataFrame, about: dict[str, Any]) -> TabularPandas:
    if "date" in about:
        frame = add_datepart(frame, about["date"])
    splits = (about["train"], about["valid"])
    block = RegressionBlock() if "y_range" in about else CategoryBlock()
    return TabularPandas(frame, PROCS, about["cats"], about["conts"], y_names="y", y_block=block, splits=splits)


def preparing(folder: Path, name: str) -> dict[str, float]:
    """Seconds, and MB above what lay in memory before."""
    frame, about = read(folder, name)
    before, start = resting(), time.process_time()
    prepared(frame, about)
    return {"seconds": time.process_time() - start, "extra": peak_since(before)}


def rows(to: TabularPandas, bs: int) -> dict[str, float]:
    """Rows a second of the training loader."""
    loader, n, most = to.dataloaders(bs=bs, device=torch.device("cpu")).train, 0, 300 * bs
    start = time.process_time()
    for batch in loader:
        n += len(batch[-1])
        if n >= most:
            break
    return {"rows": n / (time.process_time() - start)}


def train(folder: Path, name: str, seed: int) -> dict[str, float]:
    """How good predictions are after a one-cycle fit, and seconds of an epoch."""
    frame, about = read(folder, name)
    set_seed(seed, True)
    dls = prepared(frame, about).dataloaders(bs=about["bs"], device=torch.device("cpu"))
    learn = tabular_learner(dls, layers=[200, 100], y_range=about.get("y_range"), path=tempfile.mkdtemp())
    with learn.no_bar(), learn.no_logging():
        start = time.process_time()
        learn.fit_one_cycle(about["epochs"], about["lr"])
        seconds = (time.process_time() - start) / about["epochs"]
        preds, targets = learn.get_preds()
    return {**scores(preds.numpy(), targets.numpy()), "seconds": seconds}


def main(folder: Path, *name: str) -> None:
    torch.set_num_threads(1)
    if name:
        print(json.dumps(preparing(folder, name[0])))
        return
    print("ready", flush=True)
    million: TabularPandas | None = None
    for line in sys.stdin:
        what, *given = line.split()
        if what == "rows" and million is None:
            million = prepared(*read(folder, "million"))
        found = rows(million, int(given[0])) if what == "rows" else train(folder, given[0], int(given[1]))
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
