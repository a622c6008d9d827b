"""What both sides of `benchmarks/frozen_features.py` share: the split of the photos, and the features of them.

It needs torch and torchvision alone, so that it runs in fastai's environment and in ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torchvision
from torch import Tensor


def shuffled_photos(folder: str, seed: int) -> list[Path]:
    """All photos below `folder`, in an order that hangs on `seed` alone: the first are for training."""
    found = (path for path in Path(folder).rglob("*") if path.suffix.lower() in (".jpg", ".jpeg"))
    files = sorted(found, key=lambda path: (path.parent.name, path.name))
    return [files[i] for i in np.random.default_rng(seed).permutation(len(files))]


def write_features(recipe: dict[str, Any], batches: Callable[[str], Iterable[Any]], name: str) -> None:
    """Save `name`.npz in `recipe["out"]`: the network's features of each training photo in every epoch, and of the
    validation photos. `batches("train")` makes an epoch of (pictures, places in the list of photos)."""
    body = torchvision.models.mobilenet_v2()
    body.load_state_dict(torch.load(recipe["weights"], weights_only=True))
    body.eval()
    train = np.stack([_features(body.features, batches("train")) for _ in range(recipe["epochs"])])
    np.savez(Path(recipe["out"]) / f"{name}.npz", train=train, valid=_features(body.features, batches("valid")))


@torch.inference_mode()
def _features(body: Callable[[Tensor], Tensor], batches: Iterable[Any]) -> np.ndarray:  # (photos, 2 * channels)
    places, rows = [], []
    for pictures, place in batches:
        maps = body(pictures.as_subclass(Tensor))
        rows.append(torch.cat([maps.amax((2, 3)), maps.mean((2, 3))], 1))
        places.append(place.as_subclass(Tensor).flatten())
    order = torch.cat(places).argsort()
    return torch.cat(rows)[order].numpy()
