"""fastai's side of `benchmarks/accuracy_unet.py`: prints Dice and loss as JSON.

FASTAI_PYTHON benchmarks/peer/accuracy_unet_fastai.py RECIPE-AS-JSON SEED
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import fastai.callback.progress
import fastai.callback.schedule  # noqa: F401  # adds fit_one_cycle
import torch
from fastai.data.block import DataBlock
from fastai.data.transforms import IndexSplitter, Normalize, get_image_files
from fastai.metrics import DiceMulti
from fastai.torch_core import set_seed
from fastai.vision.augment import Resize, aug_transforms
from fastai.vision.core import imagenet_stats
from fastai.vision.data import ImageBlock, MaskBlock
from fastai.vision.learner import unet_learner
from torchvision.models import resnet18


def main(recipe: dict[str, Any], seed: int) -> None:
    torch.set_num_threads(1)
    set_seed(seed, True)
    folder, size = Path(recipe["folder"]), (recipe["height"], recipe["width"])
    files = sorted(get_image_files(folder / "images"))
    block = DataBlock(
        blocks=(ImageBlock, MaskBlock(codes=(folder / "codes.txt").read_text().split())),
        splitter=IndexSplitter(list(range(0, len(files), recipe["every"]))),
        get_y=lambda path: folder / "labels" / f"{path.stem}_P.png",
        item_tfms=Resize(size),
        batch_tfms=[*aug_transforms(size=size), Normalize.from_stats(*imagenet_stats, cuda=False)],
    )
    dls = block.dataloaders(files, bs=recipe["bs"], num_workers=0, device=torch.device("cpu"))
    learn = unet_learner(dls, resnet18, pretrained=False, metrics=DiceMulti(), path=tempfile.mkdtemp())
    with learn.no_bar(), learn.no_logging():
        learn.fit_one_cycle(recipe["epochs"], recipe["lr"])
    _, loss, dice = learn.recorder.values[-1]
    print(json.dumps({"dice": float(dice), "valid loss": float(loss)}))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), int(sys.argv[2]))
