"""Memory and time of interpretation on 20,000 images of 64 pixels: one pass, then every question from what it stored.

    make bench, or: python benchmarks/interpretation.py

Figures to reach: added peak memory of at most N * (C + 3) * 4 bytes + 64 MB (and 100 MB), under 50 ms for each later
question, and at most 1.2 times a bare loop over the model for the pass with its questions.
fastai's own figures for the same questions: another pass for each, and 7,022 MB more for a matrix of 200 classes.
"""

from __future__ import annotations

import contextlib
import io
import json
import resource
import subprocess
import sys
import time

import torch
from fastlearn.data.loader import DataLoader
from fastlearn.data.loaders import DataLoaders
from fastlearn.interpret import ClassificationInterpretation
from fastlearn.train.learner import Learner
from harness import paired, ratio, seconds, table
from torch import Tensor, nn
from torch.utils.data import Dataset

N, SIZE, BS = 20_000, 64, 64
MB = 1 << 20


class Noise(Dataset[tuple[Tensor, Tensor]]):
    """`N` images in memory as bytes, with class ids."""

    def __init__(self, n_classes: int) -> None:
        rng = torch.Generator().manual_seed(0)
        self.pixels = torch.randint(0, 256, (N, 3, SIZE, SIZE), dtype=torch.uint8, generator=rng)
        self.ids = torch.randint(0, n_classes, (N,), generator=rng)

    def __len__(self) -> int:
        return N

    def __getitem__(self, i: int) -> tuple[Tensor, Tensor]:
        return self.pixels[i].float() / 255, self.ids[i]


def peak_mb() -> float:
    """The highest resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MB


def measure(n_classes: int) -> dict[str, float]:
    """One process: the pass, then the questions, in milliseconds each."""
    torch.set_num_threads(1)
    data = Noise(n_classes)
    model = nn.Sequential(nn.AvgPool2d(8), nn.Flatten(), nn.Linear(3 * (SIZE // 8) ** 2, n_classes))
    learn = Learner(
        DataLoaders(DataLoader(data, BS, num_workers=0), DataLoader(data, BS, num_workers=0)),
        model,
        nn.CrossEntropyLoss(),
    )
    x = next(iter(learn.dls.valid))[0]
    with torch.no_grad():
        model(x)
    base, start = peak_mb(), time.perf_counter()
    interp = ClassificationInterpretation.from_learner(learn)
    found = {"pass s": time.perf_counter() - start}
    questions = {
        "top_losses ms": lambda: interp.top_losses(9),
        "confusion ms": interp.confusion_matrix,
        "most_confused ms": interp.most_confused,
    }
    for name, question in questions.items():
        start = time.perf_counter()
        question()
        found[name] = 1000 * (time.perf_counter() - start)
    found["added MB"] = peak_mb() - base
    found["allowed MB"] = N * (n_classes + 3) * 4 / MB + 64
    found["pass / bare loop"] = pass_over_bare(learn)
    return found


def pass_over_bare(learn: Learner) -> float:
    """Predictions, losses, top losses and confusion matrix, in units of a loop that only runs the model."""

    def bare() -> None:
        learn.model.eval()
        with torch.no_grad():
            for x, _ in learn.dls.valid:
                learn.model(x)

    def whole() -> None:
        interp = ClassificationInterpretation.from_learner(learn)
        interp.top_losses(9)
        interp.confusion_matrix()

    return ratio(paired({"bare": seconds(bare), "whole": seconds(whole)}, rounds=3), "whole", "bare")


def main() -> None:
    """Run each case in a process of its own and print the table."""
    rows = []
    for n_classes in (10, 200):
        done = subprocess.run([sys.executable, __file__, str(n_classes)], capture_output=True, text=True, check=True)
        rows.append((n_classes, json.loads(done.stdout)))
    head = ["classes", *rows[0][1]]
    table(
        f"Interpretation of {N:,} images of {SIZE} px",
        head,
        [[n_classes, *(f"{value:.2f}" for value in found.values())] for n_classes, found in rows],
    )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        with contextlib.redirect_stdout(io.StringIO()):
            result = measure(int(sys.argv[1]))
        print(json.dumps(result))
    else:
        main()
