"""fastai's side of `benchmarks/frozen_features.py`: writes what a frozen network sees in the photos it loads.

FASTAI_PYTHON benchmarks/peer/frozen_features_fastai.py RECIPE-AS-JSON SEED
"""

from __future__ import annotations

import json
import sys
from typing import Any

import torch
from fastai.data.block import DataBlock, RegressionBlock
from fastai.data.transforms import IndexSplitter, Normalize
from fastai.torch_core import set_seed
from fastai.vision.augment import Resize, aug_transforms
from fastai.vision.core import imagenet_stats
from fastai.vision.data import ImageBlock
from frozen import shuffled_photos, write_features


def main(recipe: dict[str, Any], seed: int) -> None:
    torch.set_num_threads(1)
    set_seed(seed, True)
    files = shuffled_photos(recipe["folder"], seed)
    place = {path: float(i) for i, path in enumerate(files)}
    block = DataBlock(
        blocks=(ImageBlock, RegressionBlock),
        splitter=IndexSplitter(list(range(recipe["train"], len(files)))),
        get_y=place.get,
        item_tfms=Resize(recipe["item"]),
        batch_tfms=[
            *aug_transforms(size=recipe["px"], min_scale=0.75),
            Normalize.from_stats(*imagenet_stats, cuda=False),
        ],
    )
    dls = block.dataloaders(files, bs=recipe["bs"], num_workers=0, device=torch.device("cpu"))
    write_features(recipe, lambda part: getattr(dls, part), "fastai")
    print(json.dumps({}))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), int(sys.argv[2]))
