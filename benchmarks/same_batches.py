"""Fine-tuning on the very same batches: does a learner of this library take the same steps as fastai's?

    FASTAI_PYTHON=python-with-fastai python benchmarks/same_batches.py --data FOLDER

Figure to reach: losses that differ by no more than rounding, from the first step of the frozen epoch to the last. What
differs in `transfer.py` is then the data or chance. fastai augments the photos, writes down its batches and the weights
it starts from, and both train on them with `fine_tune`'s two schedules, without dropout, the one thing left to chance.
`FOLDER` is that of `transfer.py`.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from fastlearn.losses import CrossEntropyLossFlat
from fastlearn.vision.learner import vision_learner
from fastlearn.vision.models import mobilenet_v2
from harness import table
from sides import FASTAI_PYTHON, PEERS, arguments, find_data
from transfer import PHOTOS, RECIPE, WEIGHTS


class Written:
    """Batches as they were written down, an epoch at each pass."""

    def __init__(self, epochs: list[list[Any]]) -> None:
        self.epochs, self.passes = epochs, 0

    def __iter__(self) -> Iterator[Any]:
        self.passes += 1
        return iter(self.epochs[self.passes - 1])

    def __len__(self) -> int:
        return len(self.epochs[0])


def ours(recipe: dict[str, Any], folder: Path) -> list[float]:
    """The loss of each step on the batches in `folder`, from the weights in it."""
    torch.set_num_threads(1)
    batches = torch.load(folder / "batches.pt", weights_only=True)
    dls = SimpleNamespace(train=Written(batches), valid=None, device=torch.device("cpu"), path=folder)
    learn = vision_learner(
        dls, mobilenet_v2, normalize=False, n_out=recipe["classes"], pretrained=True, weights=recipe["weights"], ps=0.0,
        loss_func=CrossEntropyLossFlat(),
    )  # fmt: skip
    learn.model.load_state_dict(torch.load(folder / "start.pt", weights_only=True))
    with learn.no_bar(), learn.no_logging():
        learn.fine_tune(recipe["epochs"], recipe["lr"])
    return [float(loss) for loss in learn.history.steps()["loss"]]


def main() -> None:
    said = arguments(str(__doc__))
    photos, weights = find_data(said.data, PHOTOS), find_data(said.data, WEIGHTS)
    if not FASTAI_PYTHON or photos is None or weights is None:
        print(f"There is no FASTAI_PYTHON, or no --data with {PHOTOS} and {WEIGHTS}: nothing to compare.")
        return
    recipe = {**RECIPE, "folder": str(photos), "weights": str(weights), "classes": 5}
    with tempfile.TemporaryDirectory() as name:
        command = [FASTAI_PYTHON, "-W", "ignore", str(PEERS / "same_batches_fastai.py"), json.dumps(recipe), name]
        theirs: list[float] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
        found = ours(recipe, Path(name))
    assert len(found) == len(theirs), (len(found), len(theirs))
    shown = [i for i in range(len(found)) if i % 5 == 0 or i == len(found) - 1]
    rows: list[list[object]] = [
        [i, f"{theirs[i]:.6f}", f"{found[i]:.6f}", f"{found[i] - theirs[i]:+.0e}"] for i in shown
    ]
    table("The same batches and weights: the loss of each step", ["step", "fastai", "fastlearn", "difference"], rows)
    print(f"\n  largest difference {max(abs(a - b) for a, b in zip(found, theirs, strict=True)):.1e}")


if __name__ == "__main__":
    main()
