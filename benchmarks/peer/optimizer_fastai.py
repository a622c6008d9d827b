"""fastai's side of `benchmarks/optimizer.py`: for each line on standard input, step and print milliseconds per step.

FASTAI_PYTHON benchmarks/peer/optimizer_fastai.py SHAPES STEPS
"""

from __future__ import annotations

import json
import sys
import time

import torch
from fastai.optimizer import Adam


def main(shapes: list[list[int]], steps: int) -> None:
    torch.set_num_threads(1)
    rng = torch.Generator().manual_seed(0)
    tensors = [torch.nn.Parameter(torch.randn(shape, generator=rng)) for shape in shapes]
    for p in tensors:
        p.grad = torch.randn(p.shape, generator=rng)
    opt = Adam(tensors, lr=1e-3)
    print("ready", flush=True)
    for _ in sys.stdin:
        start = time.process_time()
        for _ in range(steps):
            opt.step()
        print((time.process_time() - start) / steps * 1e3, flush=True)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), int(sys.argv[2]))
