"""How many planted wrong labels are among the first that label doubts name, beside raw loss and cleanlab.

    make bench, or: python benchmarks/label_doubts.py [FOLDER ...]

Labels of scikit-learn's digits, and of each FOLDER of pictures in folders of their class, are made wrong: 5, 10 and
20 %, to any other class or always to the next one. A small network is trained on them. `loss` ranks by its loss on
clean input, `doubts` by a cross-fit on its features. `suspected`: how many labels are, in units of those planted, and
which part of them was planted. Two columns need cleanlab, which is no dependency and is left out where it is missing
(`pip install --target FOLDER cleanlab`, and PYTHONPATH): `cleanlab` is its CleanLearning on the same features, with
the better of its two orders; `its score` is its quality score of our out-of-sample probabilities.
Figures to reach: `doubts` over `loss`, and no more than 0.03 under `cleanlab`. Medians over the seeds.
"""

from __future__ import annotations

import importlib.util
import sys
import tempfile
import time
import warnings
from itertools import pairwise
from pathlib import Path
from statistics import median

import numpy as np
import torch
from fastlearn.data.block import CategoryBlock, DataBlock
from fastlearn.data.find import get_image_files
from fastlearn.data.samples import sample_data
from fastlearn.data.split import RandomSplitter
from fastlearn.interpret import LabelDoubts, StoredAnswers
from fastlearn.train.learner import Learner
from fastlearn.vision.blocks import ImageBlock
from fastlearn.vision.resize import Resize
from fastlearn.vision.tensors import IntToFloatTensor
from harness import table
from torch import nn

SEEDS, EPOCHS, SIDE = (0, 1, 2), 10, 16
CLEANLAB = importlib.util.find_spec("cleanlab") is not None


def planted(ids: np.ndarray, n_classes: int, rate: float, kind: str, rng: np.random.Generator) -> tuple:
    """Wrong labels for a part `rate` of the items, and which these are."""
    rows = rng.choice(len(ids), round(rate * len(ids)), replace=False)
    shift = 1 if kind == "pairwise" else rng.integers(1, n_classes, len(rows))
    wrong = ids.copy()
    wrong[rows] = (ids[rows] + shift) % n_classes
    return wrong, rows


def network(n_classes: int) -> nn.Module:
    """Four convolutions, one vector of 128 features, one linear layer."""
    widths = (3, 32, 64, 128, 128)
    layers: list[nn.Module] = []
    for before, after in pairwise(widths):
        layers += [nn.Conv2d(before, after, 3, stride=2, padding=1), nn.BatchNorm2d(after), nn.ReLU()]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, n_classes))


def trained(files: list[Path], names: list[str], seed: int) -> Learner:
    """A learner that has seen these labels."""
    by_file = dict(zip(files, names, strict=True))
    block = DataBlock((ImageBlock, CategoryBlock(vocab=sorted(set(names)))), get_items=lambda _: files,
                      get_y=by_file.__getitem__, splitter=RandomSplitter(0.1, seed=seed), item_tfms=Resize(SIDE),
                      batch_tfms=IntToFloatTensor())  # fmt: skip
    torch.manual_seed(seed)
    dls = block.dataloaders(None, bs=64, seed=seed, cache="memory")
    learn = Learner(dls, network(len(set(names))), seed=seed)
    with learn.no_bar(), learn.no_logging():
        learn.fit_one_cycle(EPOCHS, 3e-3)
    return learn


def share_found(order: np.ndarray, rows: np.ndarray) -> float:
    """The part of the first len(rows) in `order` that was planted."""
    return len(np.intersect1d(order[: len(rows)], rows)) / len(rows)


def measure(folder: Path, rate: float, kind: str, seed: int) -> dict[str, float]:
    """One set of planted labels: the parts found, and the seconds of the search."""
    files = sorted(get_image_files(folder))
    classes = sorted({file.parent.name for file in files})
    ids = np.asarray([classes.index(file.parent.name) for file in files])
    wrong, _ = planted(ids, len(classes), rate, kind, np.random.default_rng(seed))
    learn = trained(files, [classes[i] for i in wrong], seed)
    with tempfile.TemporaryDirectory() as kept:
        answers = StoredAnswers.of(learn, folder=kept)
        start = time.perf_counter()
        doubts = LabelDoubts.of(answers)
        took = time.perf_counter() - start
        features, losses, labels = (np.array(a) for a in (answers.embeddings, answers.losses, answers.targets))
        true = np.asarray([answers.vocab.index(path.parent.name) for path in answers.paths])
    rows = np.flatnonzero(labels != true)
    found = {
        "loss": share_found(np.argsort(-losses, kind="stable"), rows),
        "doubts": share_found(doubts.order, rows),
        "suggested right": float((doubts.suggested[rows] == true[rows]).mean()),
        "suspected": doubts.n_doubtful / len(rows),
        "of them planted": float(np.isin(doubts.suspected(), rows).mean()),
        "seconds": took,
    }
    return found | (cleanlabs(features.astype(np.float32), labels, doubts.probs, rows) if CLEANLAB else {})


def cleanlabs(features: np.ndarray, labels: np.ndarray, probs: np.ndarray, rows: np.ndarray) -> dict[str, float]:
    """What cleanlab finds."""
    from cleanlab.classification import CleanLearning
    from cleanlab.rank import get_label_quality_scores

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        issues = CleanLearning(seed=0).find_label_issues(features, labels)
        scores = get_label_quality_scores(labels, probs)
    by_own = np.lexsort((issues["label_quality"].to_numpy(), ~issues["is_label_issue"].to_numpy()))
    by_quality = np.argsort(issues["label_quality"].to_numpy(), kind="stable")
    best = max(share_found(by_own, rows), share_found(by_quality, rows))  # of its two orders
    return {"cleanlab": best, "its score": share_found(np.argsort(scores, kind="stable"), rows)}


def main(folders: list[Path]) -> None:
    """Print the table."""
    rows = []
    for folder in [sample_data("digits"), *folders]:
        for kind in ("symmetric", "pairwise"):
            for rate in (0.05, 0.1, 0.2):
                each = [measure(folder, rate, kind, seed) for seed in SEEDS]
                found = {name: median(one[name] for one in each) for name in each[0]}
                beats = "yes" if found["doubts"] > found["loss"] else "no"
                near = "yes" if found["doubts"] >= found.get("cleanlab", 0) - 0.03 else "no"
                rows.append([folder.name, kind, f"{rate:.0%}", *(f"{value:.3f}" for value in found.values()), beats,
                             near if CLEANLAB else "-"])  # fmt: skip
                print("done:", *rows[-1], file=sys.stderr, flush=True)
    head = ["data", "planted", "rate", *found, "over loss", "near cleanlab"]
    table(f"Part of the first n that were planted, n planted; medians of {len(SEEDS)} seeds", head, rows)


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
