"""Accuracy on small sets of pictures, trained from scratch at low resolution: this library against fastai.

    FASTAI_PYTHON=python-with-fastai python benchmarks/accuracy_photos.py --data FOLDER [--seeds N] [SET ...]

Figure to reach: a mean validation accuracy within fastai's spread, or better, on each set. `FOLDER` (or the variable
BENCHMARK_DATA) holds `hymenoptera` (ants and bees), `flowers` and `cifar10_jpg` (CIFAR-10 as JPEG files), as folders
`train/<label>/` and `val|test/<label>/` or as `.tgz` archives of them. Without it the sample data of this library, the
digits, take their place.
"""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

import torch
from fastlearn.data.config import Config
from fastlearn.data.samples import sample_data
from fastlearn.metrics import accuracy
from fastlearn.models.seed import seeded
from fastlearn.train.learner import Learner
from fastlearn.vision.augment import aug_transforms
from fastlearn.vision.learner import vision_learner
from fastlearn.vision.loaders import ImageDataLoaders
from fastlearn.vision.models import resnet18
from fastlearn.vision.normalize import Normalize
from fastlearn.vision.resize import Resize
from fastlearn.vision.stats import imagenet_stats
from fastlearn.vision.xresnets import xresnet18
from sides import Numbers, Recipe, arguments, compare, fastai_side, find_data

RECIPES: dict[str, Recipe] = {
    "hymenoptera": {"valid": "val", "arch": "resnet18", "item": 96, "px": 64, "bs": 16, "epochs": 20, "lr": 2e-3},
    "flowers": {"valid": "val", "arch": "resnet18", "item": 96, "px": 64, "bs": 32, "epochs": 10, "lr": 3e-3},
    "cifar10_jpg": {"valid": "test", "arch": "xresnet18", "item": 32, "px": 32, "bs": 64, "epochs": 3, "lr": 5e-3},
}
DIGITS: Recipe = {"valid": "valid", "arch": "xresnet18", "item": 16, "px": 16, "bs": 64, "epochs": 4, "lr": 5e-3}


def ours(recipe: Recipe, seed: int) -> Numbers:
    """Validation accuracy and loss after training with `recipe`."""
    torch.set_num_threads(1)
    learn = learner(recipe, loaders(recipe, seed), seed)
    with learn.no_bar(), learn.no_logging():
        learn.fit_one_cycle(recipe["epochs"], recipe["lr"])
    return {"accuracy": learn.history.last("accuracy"), "valid loss": learn.history.last("valid_loss")}


def loaders(recipe: Recipe, seed: int) -> Any:
    """Pictures resized and then augmented to the size of training."""
    steps = [*aug_transforms(size=recipe["px"], min_scale=0.75), Normalize.from_stats(*imagenet_stats)]
    return ImageDataLoaders.from_folder(
        recipe["folder"], train="train", valid=recipe["valid"], item_tfms=Resize(recipe["item"]), batch_tfms=steps,
        bs=recipe["bs"], num_workers=0, device="cpu", seed=seed,
    )  # fmt: skip


def learner(recipe: Recipe, dls: Any, seed: int) -> Learner:
    """A network with a head of ours on torchvision's body, or one of our own; from scratch."""
    if recipe["arch"] == "resnet18":
        return vision_learner(dls, resnet18, pretrained=False, metrics=accuracy, seed=seed)
    with seeded(seed):
        model = xresnet18(n_out=dls.c)
    return Learner(dls, model, metrics=accuracy, seed=seed)


def digits() -> Path:
    """The sample data in a training and a validation folder, split once and for all."""
    folder = Config.load().make_cache() / "benchmark_digits"
    if not folder.exists():
        for path in sorted(sample_data("digits").rglob("*.png")):
            part = "valid" if random.Random(path.name).random() < 0.25 else "train"
            (folder / part / path.parent.name).mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder / part / path.parent.name)
    return folder


def main() -> None:
    said = arguments(str(__doc__), list(RECIPES))
    peer = fastai_side("accuracy_photos_fastai.py")
    places = {name: find_data(said.data, name) for name in said.only or RECIPES}
    if not any(places.values()):
        print("There is no --data with these sets, so the sample data stand in: the digits.")
        compare("Digits, from scratch", {**DIGITS, "folder": str(digits())}, ours, peer, said.seeds)
    for name, folder in places.items():
        if folder is not None:
            recipe = {**RECIPES[name], "folder": str(folder)}
            title = f"{name}, {recipe['arch']} from scratch, {recipe['px']} px, {recipe['epochs']} epochs"
            compare(title, recipe, ours, peer, said.seeds)


if __name__ == "__main__":
    main()
