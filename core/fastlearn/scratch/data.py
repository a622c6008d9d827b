"""From files to samples to batches: what a number stands for, a data set, and how its items are put together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

__all__ = ["Dataset", "collate", "reverse_map", "vocab_of"]


def vocab_of(files: Iterable[Path]) -> list[str]:
    """The classes there are: the names of the folders in which `files` lie, in alphabetical order."""
    return sorted({file.parent.name for file in files})


def reverse_map(vocab: Sequence[str]) -> dict[str, int]:
    """From each class to its number, the way back from `vocab[number]`."""
    return {name: number for number, name in enumerate(vocab)}


class Dataset:
    """Pictures with their classes; `ds[i]` opens number `i`, so no more than a batch need be in memory at once.

    Shapes: a sample is `(x, y)`; `x` is `(C, size, size)`, float32 in `[0, 1]`, with three channels for `mode="RGB"`
    and one for `mode="L"`; `y` is `()`, int64, the position of the file's folder in `vocab`.
    """

    def __init__(self, files: Sequence[Path], vocab: Sequence[str], size: int = 64, mode: str = "RGB") -> None:
        self.files, self.size, self.mode = files, size, mode
        self.number_of = reverse_map(vocab)

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, i: int) -> tuple[Tensor, Tensor]:
        file = self.files[i]
        with Image.open(file) as image:
            pixels = np.array(image.convert(self.mode).resize((self.size, self.size)), np.float32) / 255
        x = torch.from_numpy(pixels).reshape(self.size, self.size, -1)  # (H, W, C), as pictures are stored
        return x.permute(2, 0, 1), torch.tensor(self.number_of[file.parent.name])


def collate(ids: Sequence[int], ds: Any) -> tuple[Tensor, Tensor]:
    """The items `ids` of `ds` as one batch: `x` of shape `(B, C, H, W)`, `y` of shape `(B,)`."""
    xs, ys = zip(*(ds[i] for i in ids), strict=True)
    return torch.stack(xs), torch.stack(ys)
