"""fastai's side of `benchmarks/accuracy_photos.py`: prints validation accuracy and loss as JSON.

FASTAI_PYTHON benchmarks/peer/accuracy_photos_fastai.py RECIPE-AS-JSON SEED
"""

from __future__ import annotations

import json
import sys
import tempfile
from typing import Any

import fastai.callback.progress
import fastai.callback.schedule  # noqa: F401  # adds fit_one_cycle
import torch
from fastai.data.transforms import Normalize
from fastai.learner import Learner
from fastai.metrics import accuracy
from fastai.torch_core import set_seed
from fastai.vision.augment import Resize, aug_transforms
from fastai.vision.core import imagenet_stats
from fastai.vision.data import ImageDataLoaders
from fastai.vision.learner import vision_learner
from fastai.vision.models.xresnet import xresnet18
from torchvision.models import resnet18


def main(recipe: dict[str, Any], seed: int) -> None:
    torch.set_num_threads(1)
    set_seed(seed, True)
    steps = [
        *aug_transforms(size=recipe["px"], min_scale=0.75),
        Normalize.from_stats(*imagenet_stats, cuda=False),
    ]
    dls = ImageDataLoaders.from_folder(
        recipe["folder"], train="train", valid=recipe["valid"], item_tfms=Resize(recipe["item"]), batch_tfms=steps,
        bs=recipe["bs"], num_workers=0, device=torch.device("cpu"),
    )  # fmt: skip
    where = tempfile.mkdtemp()
    if recipe["arch"] == "resnet18":
        learn = vision_learner(dls, resnet18, pretrained=False, metrics=accuracy, path=where)
    else:
        learn = Learner(dls, xresnet18(n_out=dls.c), metrics=accuracy, path=where)
    with learn.no_bar(), learn.no_logging():
        learn.fit_one_cycle(recipe["epochs"], recipe["lr"])
    _, loss, score = learn.recorder.values[-1]
    print(json.dumps({"accuracy": float(score), "valid loss": float(loss)}))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), int(sys.argv[2]))
