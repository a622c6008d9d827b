"""fastai's side of `benchmarks/same_batches.py`: writes its batches and first weights into FOLDER, prints its losses.

FASTAI_PYTHON benchmarks/peer/same_batches_fastai.py RECIPE-AS-JSON FOLDER
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fastai.callback.progress
import fastai.callback.schedule  # noqa: F401  # adds fine_tune
import torch
import torchvision
from fastai.callback.core import Callback
from fastai.data.core import DataLoaders
from fastai.data.transforms import Normalize
from fastai.losses import CrossEntropyLossFlat
from fastai.torch_core import set_seed
from fastai.vision.augment import Resize, aug_transforms
from fastai.vision.core import imagenet_stats
from fastai.vision.data import ImageDataLoaders
from fastai.vision.learner import default_split, model_meta, vision_learner
from torch import Tensor, nn


class Written:
    """The batches of an epoch at each pass, as fastai's learner wants a loader."""

    bs, device = 32, torch.device("cpu")
    after_item = before_batch = after_batch = None

    def __init__(self, epochs: list[list[Any]]) -> None:
        self.epochs, self.passes = epochs, 0

    def __iter__(self) -> Iterator[Any]:
        self.passes += 1
        return iter(self.epochs[(self.passes - 1) % len(self.epochs)])

    def __len__(self) -> int:
        return len(self.epochs[0])

    def to(self, device: Any) -> Written:
        return self

    @property
    def dataset(self) -> range:
        return range(len(self))


class Losses(Callback):
    """The loss of each training batch."""

    order = 70

    def before_fit(self) -> None:
        self.found = getattr(self, "found", [])

    def after_batch(self) -> None:
        if self.training:
            self.found.append(float(self.learn.loss))


def main(recipe: dict[str, Any], folder: Path) -> None:
    torch.set_num_threads(1)
    set_seed(0, True)
    batches = written(recipe)
    torch.save(batches, folder / "batches.pt")

    def mobilenet_v2(pretrained: bool = False) -> nn.Module:  # fastai has no way to name a file of weights
        model = torchvision.models.mobilenet_v2()
        model.load_state_dict(torch.load(recipe["weights"], weights_only=True))
        return model

    model_meta[mobilenet_v2] = {"cut": -1, "split": default_split}
    losses = Losses()
    learn = vision_learner(
        DataLoaders(Written(batches), Written([batches[0][:1]])), mobilenet_v2, normalize=False,
        n_out=recipe["classes"], ps=0.0, loss_func=CrossEntropyLossFlat(), cbs=losses, path=folder,
    )  # fmt: skip
    torch.save(learn.model.state_dict(), folder / "start.pt")
    with learn.no_bar(), learn.no_logging():
        learn.fine_tune(recipe["epochs"], recipe["lr"])
    print(json.dumps(losses.found))


def written(recipe: dict[str, Any]) -> list[list[Any]]:
    """The batches of each epoch, augmented and normalised."""
    steps = [*aug_transforms(size=recipe["px"], min_scale=0.75), Normalize.from_stats(*imagenet_stats, cuda=False)]
    dls = ImageDataLoaders.from_folder(
        recipe["folder"], train="train", valid="val", item_tfms=Resize(recipe["item"]), batch_tfms=steps,
        bs=recipe["bs"], num_workers=0, device=torch.device("cpu"),
    )  # fmt: skip
    return [[tuple(map(plain, batch)) for batch in dls.train] for _ in range(recipe["epochs"] + 1)]


def plain(part: Tensor) -> Tensor:
    return part.detach().as_subclass(Tensor).clone()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), Path(sys.argv[2]))
