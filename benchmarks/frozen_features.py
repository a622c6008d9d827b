"""Are our pictures as good to learn from as fastai's? One network, frozen; only the loaders differ.

    FASTAI_PYTHON=python-with-fastai python benchmarks/frozen_features.py --data FOLDER [--seeds N] [SET ...]

Figure to reach: a 95 % interval of the difference in accuracy that lies within one point of 0. `same_batches.py` shows
that both learners take the same steps, so what is left between `transfer.py`'s two columns is the data: how photos are
resized, cropped and augmented. Here each side loads the same photos with the same recipe, and a pretrained mobilenet_v2
that does not train turns them into features, of three augmented epochs and of the validation photos. Heads of the
same first weights learn from both in the same order. A pair, that is a seed, draws its own split of all photos, so that
the interval covers the choice of the photos and not just the heads.

`FOLDER` (or the variable BENCHMARK_DATA) holds `flowers`, `hymenoptera` or `imagenette224` and
`mobilenet_v2_from_quant.pth`, as for `transfer.py`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import numpy as np
import torch
from fastlearn.data.block import DataBlock, RegressionBlock
from fastlearn.data.split import IndexSplitter
from fastlearn.models.head import create_head
from fastlearn.models.seed import seeded
from fastlearn.vision.augment import aug_transforms
from fastlearn.vision.blocks import ImageBlock
from fastlearn.vision.normalize import Normalize
from fastlearn.vision.resize import Resize
from fastlearn.vision.stats import imagenet_stats
from harness import table
from peer.frozen import shuffled_photos, write_features
from scipy.stats import t as student
from sides import Recipe, Side, arguments, fastai_side, find_data
from torch import Tensor, nn
from transfer import WEIGHTS

RECIPE: Recipe = {"item": 128, "px": 96, "bs": 32, "epochs": 3, "passes": 3, "lr": 2e-3, "heads": 3}
TRAIN = {"flowers": 256, "hymenoptera": 64, "imagenette224": 320}  # photos; whole batches, so that none is left out


def load_ours(recipe: Recipe, seed: int) -> None:
    """Write the features of the photos as this library loads them."""
    torch.set_num_threads(1)
    files = shuffled_photos(recipe["folder"], seed)
    place = {path: float(i) for i, path in enumerate(files)}
    block = DataBlock(
        blocks=(ImageBlock, RegressionBlock),
        splitter=IndexSplitter(range(recipe["train"], len(files))),
        get_y=place.__getitem__,
        item_tfms=Resize(recipe["item"]),
        batch_tfms=[*aug_transforms(size=recipe["px"], min_scale=0.75), Normalize.from_stats(*imagenet_stats)],
    )
    dls = block.dataloaders(files, bs=recipe["bs"], num_workers=0, device="cpu", seed=seed)
    write_features(recipe, lambda part: getattr(dls, part), "ours")


def accuracy_of(features: dict[str, np.ndarray], classes: Tensor, recipe: Recipe, seed: int) -> float:
    """Mean validation accuracy of some heads trained on `features`; what they draw hangs on `seed` alone."""
    train, valid = (torch.from_numpy(features[part]) for part in ("train", "valid"))
    n, found = recipe["train"], []
    for head_seed in range(recipe["heads"]):
        rng = torch.Generator().manual_seed(1000 * seed + head_seed)
        with seeded(1000 * seed + head_seed):  # the first weights, and the dropout
            head = create_head(train.shape[-1], int(classes.max()) + 1, pool=False)
            optimizer = torch.optim.AdamW(head.parameters(), lr=recipe["lr"], weight_decay=0.01)
            for epoch in train.repeat(recipe["passes"], 1, 1):
                for batch in torch.randperm(n, generator=rng).split(recipe["bs"]):
                    loss = nn.functional.cross_entropy(head(epoch[batch]), classes[batch])
                    loss.backward()
                    optimizer.step()
                    optimizer.zero_grad()
        with torch.inference_mode():
            found.append(float((head.eval()(valid).argmax(1) == classes[n:]).float().mean()))
    return mean(found)


def pair(recipe: Recipe, seed: int, peer: Side) -> tuple[float, float]:
    """The accuracy of ours and of fastai's with one split of the photos."""
    files = shuffled_photos(recipe["folder"], seed)
    names = sorted({path.parent.name for path in files})
    classes = torch.tensor([names.index(path.parent.name) for path in files])
    with tempfile.TemporaryDirectory() as out:
        recipe = {**recipe, "out": out}
        load_ours(recipe, seed)
        peer(recipe, seed)
        sides = [dict(np.load(Path(out) / f"{side}.npz")) for side in ("ours", "fastai")]
    ours, theirs = (accuracy_of(features, classes, recipe, seed) for features in sides)
    return ours, theirs


def interval(differences: list[float]) -> tuple[float, float, float]:
    """Their mean, and the 95 % interval of it (Student's t)."""
    middle = mean(differences)
    half = float(student.ppf(0.975, len(differences) - 1)) * stdev(differences) / len(differences) ** 0.5
    return middle, middle - half, middle + half


def main() -> None:
    said = arguments(str(__doc__), list(TRAIN))
    weights, peer = find_data(said.data, WEIGHTS), fastai_side("frozen_features_fastai.py")
    folders = {name: find_data(said.data, name) for name in said.only or TRAIN}
    if weights is None or peer is None or not any(folders.values()):
        print(f"There is no FASTAI_PYTHON, or no --data with photos and {WEIGHTS}: nothing to compare.")
        return
    rows: list[list[object]] = []
    for name, folder in folders.items():
        recipe: dict[str, Any] = {**RECIPE, "train": TRAIN[name], "folder": str(folder), "weights": str(weights)}
        pairs = []
        for seed in range(said.seeds if folder is not None else 0):
            pairs.append(pair(recipe, seed, peer))
            print(f"{name}, seed {seed}: {pairs[-1][0]:.4f} {pairs[-1][1]:.4f}", file=sys.stderr, flush=True)
        if len(pairs) > 1:
            ours, theirs = (mean(side) for side in zip(*pairs, strict=True))
            away, low, high = (100 * x for x in interval([a - b for a, b in pairs]))
            rows.append([name, len(pairs), f"{ours:.4f}", f"{theirs:.4f}", f"{away:+.2f}", f"{low:+.2f} … {high:+.2f}"])
    table("Heads on frozen features, accuracy", ["", "pairs", "fastlearn", "fastai", "points", "95 % interval"], rows)


if __name__ == "__main__":
    main()
