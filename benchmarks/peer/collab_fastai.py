"""fastai's side of `benchmarks/collab.py`: one line of JSON for a recipe and a seed.

FASTAI_PYTHON benchmarks/peer/collab_fastai.py RECIPE SEED
"""

from __future__ import annotations

import json
import sys
import tempfile
import time

import fastai.callback.progress
import fastai.callback.schedule  # noqa: F401  # adds fit_one_cycle
import pandas as pd
import torch
from fastai.collab import TabularCollab, collab_learner
from fastai.data.block import TransformBlock
from fastai.data.transforms import ColSplitter
from fastai.tabular.core import Categorify
from fastai.torch_core import set_seed


def main(recipe: dict, seed: int) -> None:
    torch.set_num_threads(1)
    set_seed(seed, True)
    frame = pd.read_csv(recipe["csv"])
    user, item, rating = frame.columns[:3]
    to = TabularCollab(frame, [Categorify], [user, item], y_names=[rating], y_block=TransformBlock(),
                       splits=ColSplitter()(frame))  # fmt: skip
    dls = to.dataloaders(bs=recipe["bs"], device=torch.device("cpu"))
    learn = collab_learner(dls, n_factors=recipe["factors"], y_range=recipe["y_range"], path=tempfile.mkdtemp())
    with learn.no_bar(), learn.no_logging():
        start = time.process_time()
        learn.fit_one_cycle(recipe["epochs"], recipe["lr"], wd=recipe["wd"])
        seconds = (time.process_time() - start) / recipe["epochs"]
        preds, targets = learn.get_preds()
    error = float(((preds.flatten() - targets.flatten().float()) ** 2).mean().sqrt())
    print(json.dumps({"rmse": error, "seconds": seconds}))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), int(sys.argv[2]))
