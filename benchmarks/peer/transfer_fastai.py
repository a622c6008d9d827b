"""fastai's side of `benchmarks/transfer.py`: prints validation accuracy and loss as JSON.

FASTAI_PYTHON benchmarks/peer/transfer_fastai.py RECIPE-AS-JSON SEED
"""

from __future__ import annotations

import json
import sys
import tempfile
from typing import Any

import fastai.callback.progress
import fastai.callback.schedule  # noqa: F401  # adds fit_one_cycle and fine_tune
import torch
import torchvision
from fastai.data.transforms import Normalize
from fastai.metrics import accuracy
from fastai.torch_core import set_seed
from fastai.vision.augment import Resize, aug_transforms
from fastai.vision.core import imagenet_stats
from fastai.vision.data import ImageDataLoaders
from fastai.vision.learner import default_split, model_meta, vision_learner
from torch import nn


def main(recipe: dict[str, Any], seed: int) -> None:
    torch.set_num_threads(1)
    set_seed(seed, True)
    steps = [
        *aug_transforms(size=recipe["px"], min_scale=0.75),
        Normalize.from_stats(*imagenet_stats, cuda=False),
    ]
    dls = ImageDataLoaders.from_folder(
        recipe["folder"], train="train", valid="val", item_tfms=Resize(recipe["item"]), batch_tfms=steps,
        bs=recipe["bs"], num_workers=0, device=torch.device("cpu"),
    )  # fmt: skip
    weights = recipe.get("weights")

    def mobilenet_v2(pretrained: bool = False) -> nn.Module:  # fastai has no way to name a file of weights
        model = torchvision.models.mobilenet_v2()
        if weights is not None:
            model.load_state_dict(torch.load(weights, weights_only=True))
        return model

    # vision_learner's own `cut` does not reach the network
    model_meta[mobilenet_v2] = {"cut": -1, "split": default_split}
    learn = vision_learner(
        dls, mobilenet_v2, pretrained=weights is not None, normalize=False, metrics=accuracy, path=tempfile.mkdtemp()
    )
    with learn.no_bar(), learn.no_logging():
        if weights is None:
            learn.fit_one_cycle(recipe["epochs"] + 1, recipe["lr"])
        else:
            learn.fine_tune(recipe["epochs"], recipe["lr"])
    _, loss, score = learn.recorder.values[-1]
    print(json.dumps({"accuracy": float(score), "valid loss": float(loss)}))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), int(sys.argv[2]))
