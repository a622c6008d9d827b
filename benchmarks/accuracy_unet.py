"""Segmentation from scratch with a U-Net: Dice of this library against fastai's.

    FASTAI_PYTHON=python-with-fastai python benchmarks/accuracy_unet.py --data FOLDER [--seeds N]

Figure to reach: a mean Dice (averaged over the classes that occur) within fastai's spread, or better. `FOLDER` (or the
variable BENCHMARK_DATA) holds `camvid_tiny`: `images/x.png`, `labels/x_P.png` and `codes.txt`, as a folder or as a
`.tgz` archive. Without it the sample data of this library stand in: the strokes of digits are told from the paper.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from fastlearn.data.block import DataBlock
from fastlearn.data.config import Config
from fastlearn.data.find import get_image_files
from fastlearn.data.samples import sample_data
from fastlearn.data.split import IndexSplitter
from fastlearn.metrics import DiceMulti
from fastlearn.vision.augment import aug_transforms
from fastlearn.vision.blocks import ImageBlock, MaskBlock
from fastlearn.vision.models import resnet18
from fastlearn.vision.normalize import Normalize
from fastlearn.vision.resize import Resize
from fastlearn.vision.stats import imagenet_stats
from fastlearn.vision.unet_learner import unet_learner
from PIL import Image
from sides import Numbers, Recipe, arguments, compare, fastai_side, find_data

RECIPE: Recipe = {"height": 48, "width": 64, "bs": 8, "epochs": 8, "lr": 2e-3, "every": 5}
DIGITS: Recipe = {"height": 32, "width": 32, "bs": 32, "epochs": 2, "lr": 2e-3, "every": 5}


def ours(recipe: Recipe, seed: int) -> Numbers:
    """Dice and loss on every fifth picture after training with `recipe` on the others."""
    torch.set_num_threads(1)
    folder, size = Path(recipe["folder"]), (recipe["height"], recipe["width"])
    files = sorted(get_image_files(folder / "images"))
    block = DataBlock(
        blocks=(ImageBlock, MaskBlock(codes=(folder / "codes.txt").read_text().split())),
        splitter=IndexSplitter(range(0, len(files), recipe["every"])),
        get_y=lambda path: folder / "labels" / f"{path.stem}_P.png",
        item_tfms=Resize(size),
        batch_tfms=[*aug_transforms(size=size), Normalize.from_stats(*imagenet_stats)],
    )
    dls = block.dataloaders(files, bs=recipe["bs"], num_workers=0, device="cpu", seed=seed)
    learn = unet_learner(dls, resnet18, pretrained=False, metrics=DiceMulti(), seed=seed)
    with learn.no_bar(), learn.no_logging():
        learn.fit_one_cycle(recipe["epochs"], recipe["lr"])
    return {"dice": learn.history.last("dicemulti"), "valid loss": learn.history.last("valid_loss")}


def digits() -> Path:
    """200 of the sample pictures and where their strokes are, in the layout of the data set."""
    folder = Config.load().make_cache() / "benchmark_strokes"
    if not folder.exists():
        for part in ("images", "labels"):
            (folder / part).mkdir(parents=True)
        for path in sorted(sample_data("digits").rglob("*.png"))[::9]:
            gray = np.asarray(Image.open(path).convert("L").resize((32, 32), Image.Resampling.BICUBIC))
            name = f"{path.parent.name}_{path.stem}"
            Image.fromarray(gray).convert("RGB").save(folder / "images" / f"{name}.png")
            Image.fromarray((gray > 100).astype(np.uint8)).save(folder / "labels" / f"{name}_P.png")
        (folder / "codes.txt").write_text("paper\nstroke\n")
    return folder


def main() -> None:
    said = arguments(str(__doc__))
    peer = fastai_side("accuracy_unet_fastai.py")
    folder = find_data(said.data, "camvid_tiny")
    if folder is None:
        print("There is no --data with camvid_tiny, so the sample data stand in: the strokes of digits.")
        compare("Strokes of digits, U-Net from scratch", {**DIGITS, "folder": str(digits())}, ours, peer, said.seeds)
        return
    size = f"{RECIPE['height']} x {RECIPE['width']} px, {RECIPE['epochs']} epochs"
    compare(f"camvid_tiny, U-Net on resnet18 from scratch, {size}", {**RECIPE, "folder": str(folder)}, ours, peer,
            said.seeds)  # fmt: skip


if __name__ == "__main__":
    main()
