"""fastai's side of `benchmarks/photos.py`: for each line on standard input, read one epoch and print images per second.

FASTAI_PYTHON benchmarks/peer/photos_fastai.py FOLDER SIZE WORKERS
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import torch
from fastai.data.transforms import Normalize, get_image_files, parent_label
from fastai.vision.augment import Resize
from fastai.vision.core import imagenet_stats
from fastai.vision.data import ImageDataLoaders


def main(folder: str, size: int, workers: int) -> None:
    torch.set_num_threads(1)
    files = get_image_files(Path(folder))
    loader = ImageDataLoaders.from_path_func(
        folder, files, parent_label, valid_pct=0.01, item_tfms=Resize(size), bs=64, num_workers=workers,
        batch_tfms=Normalize.from_stats(*imagenet_stats, cuda=False), device=torch.device("cpu"),
    ).train  # fmt: skip
    print("ready", flush=True)
    for _ in sys.stdin:
        start, count = time.perf_counter(), 0
        for x, _ in loader:
            count += len(x)
        print(count / (time.perf_counter() - start), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
