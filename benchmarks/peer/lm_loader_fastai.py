"""fastai's side of `lm_loader.py`: for each line on standard input, read some batches and print tokens per second.

FASTAI_PYTHON benchmarks/peer/lm_loader_fastai.py TEXTS BATCHES
"""

from __future__ import annotations

import sys
import time
from itertools import islice

import torch
from fastai.text.data import LMDataLoader


def main(n_texts: int, n_batches: int) -> None:
    torch.set_num_threads(1)
    rng = torch.Generator().manual_seed(0)
    lengths = torch.randint(50, 600, (n_texts,), generator=rng).tolist()
    texts = [torch.randint(0, 5000, (n,), generator=rng) for n in lengths]
    loader = LMDataLoader([(text,) for text in texts], lens=lengths, bs=64, seq_len=72, shuffle=True, num_workers=0,
                          device=torch.device("cpu"))  # fmt: skip
    print("ready", flush=True)
    for _ in sys.stdin:
        start = time.process_time()
        n = sum(x.numel() for x, _ in islice(loader, n_batches))
        print(n / (time.process_time() - start), flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
