"""A batch of predictions as what is stored of it: compact, and the same for every task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from fastlearn.data.problems import DataError, describe
from fastlearn.losses.reading import Reading

__all__ = ["TASKS", "BatchAnswers", "Cells", "TaskReader"]

TASKS = ("category", "multicategory", "mask", "regression", "other")
_KINDS = {"category": "category", "multicategory": "multicategory", "mask": "mask",
          "regression": "regression", "points": "regression"}  # fmt: skip


class Cells(NamedTuple):
    """How many `pixels` of an item are of class `actual` and were predicted as `predicted`; cells of none are left out.

    Arrays of one length: `row` int64, `actual` and `predicted` int32, `pixels` int64.
    """

    row: NDArray[np.int64]
    actual: NDArray[np.int32]
    predicted: NDArray[np.int32]
    pixels: NDArray[np.int64]

    def only(self, chosen: NDArray[Any]) -> Cells:
        """The chosen cells, by places or by booleans, in memory."""
        return Cells(*(np.asarray(column)[chosen] for column in self))  # type: ignore[arg-type]


@dataclass(frozen=True)
class BatchAnswers:
    """Arrays with one row an item, by the name of their file; `cells` and `masks` (class ids) of a batch of masks."""

    arrays: dict[str, NDArray[Any]]
    cells: Cells | None = None
    masks: NDArray[Any] | None = None


class TaskReader:
    """Reads batches of one data set, all of them as the first one: its target's kind, shapes and dtypes tell the task.

    `decodes` is the loss's way from predictions to targets, `kind` the kind of the target where the data states one.
    """

    def __init__(self, decodes: Reading, kind: str | None) -> None:
        self.decodes, self.kind = decodes, kind
        self.task: str | None = None
        self.n_classes = 0
        self.scores = False  # whether the predictions are scores, which no activation made probabilities

    def read(self, preds: Any, targets: Any) -> BatchAnswers:
        """What is stored of one batch besides its losses. Raises: DataError where predictions and targets differ."""
        if self.task is None:
            self.task = self._task(preds, targets)
            self.scores = self.task == "category" and not _are_probabilities(preds)
        found: BatchAnswers = _READ[self.task](self, preds, targets)
        return found

    def _task(self, preds: Any, targets: Any) -> str:
        if not isinstance(preds, Tensor) or not isinstance(targets, Tensor):
            return "other"
        if self.kind in _KINDS:
            return _KINDS[self.kind]
        if preds.ndim >= 3 and targets.ndim >= 3 and not targets.is_floating_point():
            return "mask"
        if targets.ndim == 1 or targets.shape[1:] == (1,):
            decoded = self.decodes(preds)
            classes = preds.ndim == 2 and preds.shape[1] > 1 and not targets.is_floating_point()
            return "category" if classes or decoded.dtype == torch.bool else _number(targets)
        if targets.shape == preds.shape and self.decodes(preds).dtype == torch.bool:
            return "multicategory"
        return _number(targets)

    def _category(self, preds: Tensor, targets: Tensor) -> BatchAnswers:
        predicted = self.decodes(preds)
        if preds.ndim == 1 or preds.shape[1] == 1:  # one score: yes or no
            yes = preds.reshape(-1, 1).float()
            probs = torch.cat((1 - yes, yes), dim=1)
        else:
            probs = F.softmax(preds.float(), dim=1) if self.scores else preds.float()
        if predicted.numel() != len(preds):
            predicted = probs.argmax(1)
        self.n_classes = probs.shape[1]
        arrays = {"preds": _half(probs), "predicted": _ids(predicted), "targets": _ids(targets)}
        return BatchAnswers(_checked(arrays, preds, targets))

    def _multicategory(self, preds: Tensor, targets: Tensor) -> BatchAnswers:
        self.n_classes = preds.shape[1] if preds.ndim > 1 else 1
        yes = self.decodes(preds)
        chosen = yes if yes.dtype == torch.bool else yes > 0.5
        flat = {"preds": _half(preds), "predicted": _array(chosen).astype(bool), "targets": _array(targets > 0.5)}
        return BatchAnswers(_checked({k: v.reshape(len(preds), -1) for k, v in flat.items()}, preds, targets))

    def _regression(self, preds: Tensor, targets: Tensor) -> BatchAnswers:
        numbers = {"preds": _array(preds.float()).reshape(len(preds), -1),
                   "targets": _array(targets.float()).reshape(len(targets), -1)}  # fmt: skip
        return BatchAnswers(_checked(numbers, preds, targets))

    def _mask(self, preds: Tensor, targets: Tensor) -> BatchAnswers:
        decoded = self.decodes(preds)
        if decoded.ndim == targets.ndim + 1 and decoded.shape[1] == 1:
            decoded = decoded[:, 0]
        if targets.ndim == decoded.ndim + 1 and targets.shape[1] == 1:
            targets = targets[:, 0]
        if decoded.shape != targets.shape:
            raise _mismatch(preds, targets)
        one = decoded.dtype == torch.bool
        self.n_classes = 2 if one else preds.shape[1]
        masks = _array(decoded.long())
        cells = [_cells_of(_array(t.long()), m, self.n_classes) for t, m in zip(targets, masks, strict=True)]
        row = np.repeat(np.arange(len(cells)), [len(c.row) for c in cells]).astype(np.int64)
        joined = (np.concatenate(column) for column in list(zip(*cells, strict=True))[1:])
        return BatchAnswers({}, Cells(row, *joined), masks.astype(np.uint8 if self.n_classes <= 256 else np.int32))

    def _other(self, preds: Any, targets: Any) -> BatchAnswers:
        return BatchAnswers({})


_READ: dict[str, Any] = {
    "category": TaskReader._category,
    "multicategory": TaskReader._multicategory,
    "mask": TaskReader._mask,
    "regression": TaskReader._regression,
    "other": TaskReader._other,
}


def _number(targets: Tensor) -> str:
    return "regression" if targets.is_floating_point() else "other"


def _are_probabilities(preds: Tensor) -> bool:
    if preds.ndim == 1 or preds.shape[1] == 1:
        return True
    values = preds.float()
    in_range = bool(((values >= -1e-3) & (values <= 1 + 1e-3)).all())
    return not bool(values.isfinite().all()) or (in_range and bool(((values.sum(1) - 1).abs() < 1e-2).all()))


def _cells_of(actual: NDArray[np.int64], predicted: NDArray[Any], n: int) -> Cells:
    """The cells of one item; pixels whose target is no class (such as 255 for "ignore") do not count."""
    known = (actual >= 0) & (actual < n)
    pairs, pixels = np.unique(actual[known] * n + predicted[known], return_counts=True)
    return Cells(np.zeros(len(pairs), np.int64), (pairs // n).astype(np.int32), (pairs % n).astype(np.int32),
                 pixels.astype(np.int64))  # fmt: skip


def _checked(arrays: dict[str, NDArray[Any]], preds: Tensor, targets: Tensor) -> dict[str, NDArray[Any]]:
    predicted, wanted = arrays.get("predicted", arrays["preds"]), arrays["targets"]
    if predicted.shape != wanted.shape:
        raise _mismatch(preds, targets)
    return arrays


def _mismatch(preds: Any, targets: Any) -> DataError:
    return DataError(
        f"There is one prediction for each target, but the model gave {describe(preds)} for targets that are "
        f"{describe(targets)}. Compare the loss's `axis` and the model's number of outputs with the targets."
    )


def _array(tensor: Tensor) -> NDArray[Any]:
    array: NDArray[Any] = tensor.detach().cpu().numpy()
    return array


def _half(tensor: Tensor) -> NDArray[Any]:
    return _array(tensor.detach().float().clamp(-65504, 65504).half())


def _ids(tensor: Tensor) -> NDArray[np.int64]:
    return _array(tensor.reshape(-1).long())
