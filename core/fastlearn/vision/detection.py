"""torchvision's detection models in a plain Learner: they want the targets in their forward pass, and give dicts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from fastlearn.losses.base import BaseLoss
from fastlearn.vision.scaler import is_empty, scale_boxes, unscale_boxes

__all__ = ["DetectionLoss", "DetectionModel", "Detections"]

Losses = dict[str, Tensor]
TARGETS_SEED = 7  # some models draw which candidates count in the loss; in validation it is always the same draw


class Detections(tuple[Tensor, ...]):
    """What a detection model says of a batch: boxes `(B, K, 4)` of -1..1, labels `(B, K)` and scores `(B, K)`.

    The best come first, padding is zeros. While training it is empty, as nothing but the loss is wanted.
    `losses(boxes, labels)` are the model's own losses for these targets; `one(i)` the detections of a single picture.
    """

    losses: Callable[[Tensor, Tensor], Losses]
    one: Callable[[int], Detections]


class DetectionModel(nn.Module):
    """`model`, any that is called as torchvision's detection models are, as a network from images to `Detections`.

    Shapes: images are `(B, 3, H, W)` of 0..1. Boxes of targets and predictions are -1..1, as BBoxBlock's batches have
    them. `max_boxes` is how many are kept of each picture. Class 0 is the background: `num_classes=dls.c`.
    """

    def __init__(self, model: nn.Module, max_boxes: int = 100) -> None:
        super().__init__()
        self.model, self.max_boxes = model, max_boxes

    def forward(self, images: Tensor) -> Detections:
        found = Detections() if self.training else Detections(self._detected(images))
        found.losses = _Losses(self, images)
        found.one = _One(self, images, found)
        return found

    def losses(self, images: Tensor, boxes: Tensor, labels: Tensor) -> Losses:
        """The model's losses on a batch with boxes `(B, N, 4)` of -1..1 and labels `(B, N)`; empty boxes are none."""
        size = (images.shape[-1], images.shape[-2])
        pixels, there = unscale_boxes(boxes.float(), size), ~is_empty(boxes)
        targets = [{"boxes": pixels[i][there[i]], "labels": labels[i][there[i]].long()} for i in range(len(images))]
        if self.training:
            return dict(self.model(list(images), targets))
        with taking_targets(self.model), _same_draw(images.device):
            return dict(self.model(list(images), targets))

    def _detected(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        size, n = (images.shape[-1], images.shape[-2]), len(images)
        boxes = images.new_zeros(n, self.max_boxes, 4, dtype=torch.float32)
        labels = torch.zeros(n, self.max_boxes, dtype=torch.int64, device=images.device)
        scores = torch.zeros(n, self.max_boxes, device=images.device)
        for i, one in enumerate(self.model(list(images))):
            best = one["scores"].argsort(descending=True)[: self.max_boxes]
            boxes[i, : len(best)] = scale_boxes(one["boxes"][best].float(), size).clamp(-1, 1)
            labels[i, : len(best)], scores[i, : len(best)] = one["labels"][best], one["scores"][best].float()
        return boxes, labels, scores


class _Losses:
    def __init__(self, model: DetectionModel, images: Tensor) -> None:
        self.model, self.images = model, images

    def __call__(self, boxes: Tensor, labels: Tensor) -> Losses:
        return self.model.losses(self.images, boxes, labels)


class _One:
    def __init__(self, model: DetectionModel, images: Tensor, found: Detections) -> None:
        self.model, self.images, self.found = model, images, found

    def __call__(self, i: int) -> Detections:
        one = Detections(part[i : i + 1] for part in self.found)
        one.losses = _Losses(self.model, self.images[i : i + 1])
        return one


class DetectionLoss(BaseLoss):
    """The sum of the model's own losses, each times its weight in `weights` (1 if not named there).

    `parts` holds the newest ones by name. Decoding keeps the boxes with a score of at least `min_score`.
    """

    def __init__(self, weights: Mapping[str, float] | None = None, min_score: float = 0.5) -> None:
        super().__init__()
        self.weights, self.min_score = dict(weights or {}), min_score
        self.parts: Losses = {}

    def forward(self, pred: Detections, boxes: Tensor, labels: Tensor) -> Tensor:
        if not isinstance(pred, Detections):
            raise TypeError(f"DetectionLoss asks the model for its losses, but it gave a {type(pred).__name__}. Try "
                            "Learner(dls, DetectionModel(model)).")  # fmt: skip
        if self.reduction == "none":
            each = [self._sum(pred.one(i).losses(boxes[i : i + 1], labels[i : i + 1])) for i in range(len(boxes))]
            return torch.stack(each)
        losses = pred.losses(boxes, labels)
        self.parts = {name: value.detach() for name, value in losses.items()}
        return self._sum(losses)

    def activation(self, x: Any) -> Any:
        """Boxes, labels and scores."""
        return tuple(x)

    def decodes(self, x: Any) -> Any:
        """Boxes and labels, those of low scores made padding."""
        boxes, labels, scores = x
        low = scores < self.min_score
        return boxes.masked_fill(low[..., None], 0.0), labels.masked_fill(low, 0)

    def _sum(self, losses: Losses) -> Tensor:
        unknown = [name for name in self.weights if name not in losses]
        if unknown:
            raise ValueError(f"`weights` names {unknown[0]!r}, but the model's losses are {', '.join(losses)}.")
        return torch.stack([value * self.weights.get(name, 1.0) for name, value in losses.items()]).sum()


@contextmanager
def taking_targets(model: nn.Module) -> Iterator[None]:
    """Inside, a model in evaluation mode computes losses: only the parts that look at targets think that they train.

    Norm layers and dropout stay as they are in evaluation, and so does the resizing, which is random in training.
    """
    changed = [m for m in model.modules() if (m is model or _looks_at_targets(m)) and not m.training]
    for module in changed:
        module.training = True
    try:
        yield
    finally:
        for module in changed:
            module.training = False


def _looks_at_targets(module: nn.Module) -> bool:
    kind = type(module)
    return kind.__module__.startswith("torchvision.models.detection") and kind.__name__ != "GeneralizedRCNNTransform"


@contextmanager
def _same_draw(device: torch.device) -> Iterator[None]:
    devices = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(TARGETS_SEED)
        yield
