"""Which classes a model takes for which others."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fastlearn.data.problems import DataError
from fastlearn.interpret.confusion import confusion_counts, label_counts, largest_confusions
from fastlearn.interpret.interpretation import Interpretation, rows_of
from fastlearn.interpret.plots import draw_confusion, draw_label_tables

CHUNK = 1024  # items decoded at a time


class ClassificationInterpretation(Interpretation):
    """`Interpretation` of a model that chooses classes: one an item, one a pixel, or several labels an item."""

    @cached_property
    def multilabel(self) -> bool:
        """Whether an item may have several labels: targets are then zeros and ones, shape `(N, C)`."""
        targs = rows_of(self.targs, 0, len(self))
        return targs.ndim == 2 and targs.shape[1] > 1 and targs.shape == rows_of(self.preds, 0, len(self)).shape

    @cached_property
    def classes(self) -> list[str]:
        """The names of the classes: the vocabulary of the data, or their numbers."""
        preds = rows_of(self.preds, 0, 1)
        n_scores = preds.shape[1] if preds.ndim > 1 else 1
        names = list(self.vocab or [])
        return names + [str(i) for i in range(len(names), max(n_scores, len(names) or 2))]

    @cached_property
    def _counts(self) -> NDArray[np.int64]:
        total: Any = 0
        for start in range(0, len(self), CHUNK):
            actual = rows_of(self.targs, start, start + CHUNK)
            predicted = self.decodes(rows_of(self.preds, start, start + CHUNK))
            if self.multilabel:
                total = total + label_counts(actual, predicted)
            else:
                total = total + confusion_counts(*self._pairs(actual, predicted), len(self.classes))
        counts: NDArray[np.int64] = total
        return counts

    def confusion_matrix(self) -> NDArray[np.int64]:
        """Counts of actual (rows) against predicted (columns) classes, shape `(C, C)`.

        With several labels an item: for each label `[[true negatives, false positives], [false negatives, true
        positives]]`, shape `(C, 2, 2)`.
        """
        copied: NDArray[np.int64] = self._counts.copy()
        return copied

    def plot_confusion_matrix(
        self,
        normalize: bool = False,
        title: str = "Confusion matrix",
        cmap: str = "Blues",
        norm_dec: int = 2,
        plot_txt: bool = True,
        max_classes: int = 50,
        figsize: tuple[float, float] | None = None,
        dpi: float | None = None,
    ) -> None:
        """Draw the confusion matrix; with several labels an item, one small table for each label.

        `normalize` shows parts of each row, with `norm_dec` decimals; `plot_txt` writes numbers into the cells while
        they fit. Of more than `max_classes` classes, those with the most mistakes are shown.
        """
        if self.multilabel:
            draw_label_tables(self._counts, self.classes, normalize, title, cmap, norm_dec, plot_txt, figsize, dpi)
        else:
            draw_confusion(
                self._counts, self.classes, normalize, title, cmap, norm_dec, plot_txt, max_classes, figsize, dpi
            )

    def most_confused(self, min_val: int = 1) -> list[tuple[str, str, int]]:
        """Mistakes made at least `min_val` times, the most frequent first, as (actual, predicted, count).

        With several labels an item: (label, "missed" or "false alarm", count).
        """
        if not self.multilabel:
            found = largest_confusions(self._counts, min_val)
            return [(self.classes[i], self.classes[j], n) for i, j, n in found]
        cells = ((name, table) for name, table in zip(self.classes, self._counts.tolist(), strict=True))
        mistakes = [
            (name, word, n)
            for name, ((_, alarm), (missed, _)) in cells
            for word, n in (("missed", missed), ("false alarm", alarm))
            if n >= max(min_val, 1)
        ]
        return sorted(mistakes, key=lambda m: -m[2])

    def print_classification_report(self) -> None:
        """Print precision, recall, F1 and number of items of each class, as scikit-learn computes them."""
        from sklearn.metrics import classification_report

        actual, predicted = rows_of(self.targs, 0, len(self)), self.decodes(rows_of(self.preds, 0, len(self)))
        if not self.multilabel:
            actual, predicted = self._pairs(actual, predicted)
        print(
            classification_report(
                actual.int().numpy(),
                predicted.int().numpy(),
                labels=range(len(self.classes)),
                target_names=self.classes,
                zero_division=0,
            )
        )

    def _pairs(self, actual: Tensor, predicted: Tensor) -> tuple[Tensor, Tensor]:
        """Class ids of both, one pair for each decision of the model."""
        if actual.numel() != predicted.numel():
            raise DataError(
                f"There is one prediction for each target, but the targets are {tuple(actual.shape)} and "
                f"the decoded predictions {tuple(predicted.shape)}. Compare the loss's `axis` with the "
                "model."
            )
        return self._ids(actual), self._ids(predicted)

    def _ids(self, values: Tensor) -> Tensor:
        """Class ids, flat. Raises: DataError for values that are no classes, such as the targets of a regression."""
        ids = values.reshape(-1).long()
        if values.is_floating_point() and bool((values.reshape(-1) != ids).any()):
            raise DataError(
                "Targets and predictions are class ids, but there are fractions among them. Try "
                "Interpretation for regression."
            )
        n = len(self.classes)
        outside = torch.unique(ids[(ids < 0) | (ids >= n)])
        if len(outside):
            raise DataError(
                f"Class ids go from 0 to {n - 1}, but got {outside.tolist()[:5]}. Compare the number of "
                "outputs of the model with the vocabulary."
            )
        return ids
