"""What a learner says of a slice: names with probabilities, or a mask that lies over the slice as it was taken."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from fastlearn.data.problems import DataError
from fastlearn.data.targets import loader_kinds, part_vocabs
from fastlearn.losses.reading import activation_of, decodes_of
from fastlearn.train.answers import answers
from torch import Tensor, nn

__all__ = ["Predicted", "Predictor"]

MOST_NAMED = 3  # classes whose probability is told
IMAGE = ("image",)
WITH_CORNERS = ("image", "points")
NO_MASK = np.zeros((0, 0), np.uint8)


@dataclass(frozen=True)
class Predicted:
    """`words`, and for a model that segments a `mask` of ids `(H, W)` of the slice, uint8, 0 where nothing is."""

    words: str
    mask: np.ndarray


class Predictor:
    """Asks the model of `learn`, by the validation steps of its loaders.

    A copy of the model works, made anew when the weights are others, so that a training that goes on meanwhile is not
    disturbed. Not for several threads at once.
    """

    def __init__(self, learn: Any) -> None:
        self.learn = learn
        self._weights: tuple[Any, ...] = ()
        self._model: nn.Module | None = None

    def __bool__(self) -> bool:
        return self.learn is not None

    def of(self, item: Any, shape: tuple[int, int]) -> Predicted:
        """What the model says of `item`, whose picture is `shape`, `(H, W)`.

        Raises: DataError if the loaders cannot open it, or what comes out is neither words nor a mask of ids; what
        the user's own transforms and model raise goes on.
        """
        loader = self.learn.dls.test_dl([item], bs=1)
        inputs = tuple(next(iter(loader)))[: self.learn.dls.n_inp]
        own = self.learn.input_tfms
        given = own.with_split(1)(inputs, IMAGE * len(inputs)) if len(own) else inputs
        model = self._copy()
        device = next(model.parameters(), torch.zeros(0)).device
        with torch.inference_mode():
            scores = activation_of(self.learn.loss_func)(model(*(part.to(device) for part in given)))
            decoded = decodes_of(self.learn.loss_func)(scores)
        if not isinstance(decoded, Tensor):
            raise DataError("This model predicts several things at once, which are not laid over a slice.")
        label = answers(self.learn.dls, inputs, decoded.cpu())[0]
        kinds = loader_kinds(self.learn.dls.train)
        vocab = part_vocabs(self.learn.dls.train.dataset, len(kinds))[-1] if kinds else None
        if isinstance(label, Tensor) and label.ndim == 2 and not label.is_floating_point():
            mask = over_the_slice(label, loader, shape)
            return Predicted(_shares(mask, vocab), mask)
        return Predicted(_probable(scores[0].cpu(), vocab) or _plain(label), NO_MASK)

    def _copy(self) -> nn.Module:
        learned = self.learn.model
        weights = tuple((id(part), part._version) for part in (*learned.parameters(), *learned.buffers()))
        if self._model is None or weights != self._weights:
            self._model, self._weights = copy.deepcopy(learned).eval(), weights
        return self._model


def over_the_slice(mask: Tensor, loader: Any, shape: tuple[int, int]) -> np.ndarray:
    """`mask`, `(h, w)` as the model sees the slice, in the pixels of the slice, `shape`; 0 where the model saw nothing.

    Where the corners of the slice go in the item steps of `loader` tells how it was cut, padded and resized.
    """
    height, width = shape
    corners = torch.tensor([[0.0, 0.0], [width, height]])
    picture, moved = loader.after_item.with_split(1)((torch.zeros(1, height, width), corners), WITH_CORNERS)
    if mask.shape != picture.shape[-2:]:
        raise DataError(f"The model gives a mask of {mask.shape[0]} x {mask.shape[1]} for a picture of "
                        f"{picture.shape[-2]} x {picture.shape[-1]}, so nobody knows where it lies.")  # fmt: skip
    (left, top), (right, bottom) = moved.tolist()
    columns, seen_columns = _seen(width, left, right, mask.shape[1])
    rows, seen_rows = _seen(height, top, bottom, mask.shape[0])
    found = mask.numpy()[np.ix_(rows, columns)]
    found = np.where(np.outer(seen_rows, seen_columns), found, 0)
    return np.ascontiguousarray(found.clip(0, 255), np.uint8)


def _seen(n: int, start: float, end: float, n_there: int) -> tuple[np.ndarray, np.ndarray]:
    """For each of `n` pixels, spread from `start` to `end` of `n_there` others, which it is, and whether it is one."""
    at = np.floor(start + (np.arange(n) + 0.5) * (end - start) / n).astype(int)
    return at.clip(0, n_there - 1), (at >= 0) & (at < n_there)


def _probable(scores: Tensor, vocab: Sequence[Any] | None) -> str:
    """The most probable classes; "" where these are no probabilities of classes."""
    if (
        vocab is None
        or scores.ndim != 1
        or len(scores) != len(vocab)
        or not bool(((scores >= 0) & (scores <= 1)).all())
    ):
        return ""
    order = scores.argsort(descending=True)[:MOST_NAMED].tolist()
    return ", ".join(f"{vocab[i]} {_percent(scores[i].item())}" for i in order)


def _shares(mask: np.ndarray, vocab: Sequence[Any] | None) -> str:
    """How much of the slice each id covers."""
    ids, counts = np.unique(mask[mask > 0], return_counts=True)
    names = [str(vocab[i]) if vocab is not None and i < len(vocab) else f"id {i}" for i in ids.tolist()]
    told = [f"{name} {_percent(n / mask.size)} of the slice" for name, n in zip(names, counts.tolist(), strict=True)]
    return ", ".join(told) or "nothing"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.1 or share == 0 else f"{100 * share:.2g} %"


def _plain(label: Any) -> str:
    if isinstance(label, Tensor) and label.numel() <= MOST_NAMED:
        return ", ".join(f"{number:.4g}" for number in label.flatten().tolist())
    if isinstance(label, list | tuple):
        return ", ".join(map(str, label)) or "nothing"
    if isinstance(label, Tensor):
        raise DataError(f"What this model predicts, {tuple(label.shape)}, is not laid over a slice.")
    return str(label)
