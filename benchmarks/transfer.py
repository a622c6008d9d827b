"""What pretrained weights are worth: three epochs of `fine_tune` against training from scratch for as long.

    FASTAI_PYTHON=python-with-fastai python benchmarks/transfer.py --data FOLDER [--seeds N]

Figure to reach: transfer beats training from scratch by a wide margin, and fastai's transfer by no less than its
spread. `FOLDER` (or the variable BENCHMARK_DATA) holds the photos `flowers` (`train/<label>/`, `val/<label>/`, a folder
or a `.tgz` archive) and `mobilenet_v2_from_quant.pth`, real ImageNet weights for torchvision's mobilenet_v2. Without
them there is nothing to compare, and the script says so.

There are 125 validation photos, so that the accuracy of a run has a spread of 2 to 4 points and three seeds say little:
`same_batches.py` compares the learners without it.
"""

from __future__ import annotations

import torch
from fastlearn.metrics import accuracy
from fastlearn.vision.augment import aug_transforms
from fastlearn.vision.learner import vision_learner
from fastlearn.vision.loaders import ImageDataLoaders
from fastlearn.vision.models import mobilenet_v2
from fastlearn.vision.normalize import Normalize
from fastlearn.vision.resize import Resize
from fastlearn.vision.stats import imagenet_stats
from sides import Numbers, Recipe, arguments, compare, fastai_side, find_data

PHOTOS, WEIGHTS = "flowers", "mobilenet_v2_from_quant.pth"
RECIPE: Recipe = {"item": 128, "px": 96, "bs": 32, "epochs": 3, "lr": 2e-3}


def ours(recipe: Recipe, seed: int) -> Numbers:
    """Validation accuracy and loss; from scratch where the recipe names no weights."""
    torch.set_num_threads(1)
    steps = [*aug_transforms(size=recipe["px"], min_scale=0.75), Normalize.from_stats(*imagenet_stats)]
    dls = ImageDataLoaders.from_folder(
        recipe["folder"], train="train", valid="val", item_tfms=Resize(recipe["item"]), batch_tfms=steps,
        bs=recipe["bs"], num_workers=0, device="cpu", seed=seed,
    )  # fmt: skip
    weights = recipe.get("weights")
    learn = vision_learner(
        dls, mobilenet_v2, pretrained=weights is not None, weights=weights, metrics=accuracy, seed=seed
    )
    with learn.no_bar(), learn.no_logging():
        if weights is None:
            learn.fit_one_cycle(recipe["epochs"] + 1, recipe["lr"])
        else:
            learn.fine_tune(recipe["epochs"], recipe["lr"])
    return {"accuracy": learn.history.last("accuracy"), "valid loss": learn.history.last("valid_loss")}


def main() -> None:
    said = arguments(str(__doc__))
    folder, weights = find_data(said.data, PHOTOS), find_data(said.data, WEIGHTS)
    if folder is None or weights is None:
        print(f"There is no --data with {PHOTOS} and {WEIGHTS}: nothing to transfer.")
        return
    peer = fastai_side("transfer_fastai.py")
    recipe = {**RECIPE, "folder": str(folder)}
    title = f"{PHOTOS}, mobilenet_v2, {RECIPE['px']} px"
    compare(f"{title}, fine_tune({RECIPE['epochs']}) from ImageNet weights", {**recipe, "weights": str(weights)},
            ours, peer, said.seeds)  # fmt: skip
    compare(f"{title}, {RECIPE['epochs'] + 1} epochs from scratch", recipe, ours, peer, said.seeds)


if __name__ == "__main__":
    main()
