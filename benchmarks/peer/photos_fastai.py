"""fastai's side of `benchmarks/photos.py`: it answers each line on standard input with a number.

`read` reads one epoch and answers images per second, or without workers images per second of processor time; `fit`
trains for one epoch and answers images per second.

FASTAI_PYTHON benchmarks/peer/photos_fastai.py FOLDER SIZE WORKERS AUGMENT
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import fastai.callback.progress  # noqa: F401  # adds no_bar
import torch
from fastai.data.transforms import Normalize, get_image_files, parent_label
from fastai.learner import Learner
from fastai.vision.augment import Resize, aug_transforms
from fastai.vision.core import imagenet_stats
from fastai.vision.data import ImageDataLoaders
from torch import nn


def network(classes: int = 10) -> nn.Module:
    """Four convolutions, each halving the image."""

    def conv(n_in: int, n_out: int) -> list[nn.Module]:
        layer = nn.Conv2d(n_in, n_out, 3, stride=2, padding=1, bias=False)
        return [layer, nn.BatchNorm2d(n_out), nn.ReLU()]

    layers = [*conv(3, 8), *conv(8, 16), *conv(16, 32), *conv(32, 64)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, classes))


def main(folder: str, size: int, workers: int, augment: bool) -> None:
    torch.set_num_threads(1)
    files = get_image_files(Path(folder))
    steps = [*(aug_transforms() if augment else []), Normalize.from_stats(*imagenet_stats, cuda=False)]
    dls = ImageDataLoaders.from_path_func(
        folder, files, parent_label, valid_pct=0.01, item_tfms=Resize(size), bs=64, num_workers=workers,
        batch_tfms=steps, device=torch.device("cpu"),
    )  # fmt: skip
    learn = Learner(dls, network(), loss_func=nn.CrossEntropyLoss(), path=tempfile.mkdtemp())
    print("ready", flush=True)
    for asked in sys.stdin:
        clock = time.perf_counter if workers or asked.strip() == "fit" else time.process_time
        start, count = clock(), 0
        if asked.strip() == "fit":
            with learn.no_bar(), learn.no_logging():
                learn.fit(1, 1e-3)
            count = len(dls.train) * 64
        else:
            for x, _ in dls.train:
                count += len(x)
        print(count / (clock() - start), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4] == "1")
