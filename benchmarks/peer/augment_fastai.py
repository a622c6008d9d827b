"""fastai's side of `benchmarks/augment.py`: for each line on standard input, augment the batch and print milliseconds.

FASTAI_PYTHON benchmarks/peer/augment_fastai.py BATCH.npy REPEATS
"""

from __future__ import annotations

import sys
import time

import numpy as np
import torch
from fastai.data.transforms import IntToFloatTensor, Normalize
from fastai.torch_core import TensorImage
from fastai.vision.augment import aug_transforms
from fastai.vision.core import imagenet_stats
from fasttransform import Pipeline


def main(batch: str, repeats: int) -> None:
    torch.set_num_threads(1)
    images = TensorImage(torch.from_numpy(np.load(batch)))
    normalize = Normalize.from_stats(*imagenet_stats, cuda=False)
    steps = Pipeline([IntToFloatTensor(), *aug_transforms(), normalize], split_idx=0)
    print("ready", flush=True)
    for _ in sys.stdin:
        start = time.process_time()
        for _ in range(repeats):
            steps(images)
        print((time.process_time() - start) / repeats * 1e3, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
