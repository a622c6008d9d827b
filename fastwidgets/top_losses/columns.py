"""What the grid says of each item's answer: prediction, probability, how far it is off, and all of it in one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from fastlearn.interpret import StoredAnswers
from numpy.typing import NDArray

from fastwidgets.grid.columns import Kind

__all__ = ["Given", "columns_of", "distinct", "verdicts"]

Values = list[Any] | NDArray[Any]


class Given(NamedTuple):
    """A column of the rows of answers: its name, values, kind, title and, of a category, its classes in their order."""

    name: str
    values: Values
    kind: Kind
    title: str
    classes: Sequence[str] | None = None


def distinct(names: Sequence[str]) -> list[str]:
    """`names`, of which no two are the same: a name that was there before gets a number, `cat (2)`."""
    seen: Counter[str] = Counter()
    taken, found = set(names), list[str]()
    for name in names:
        seen[name] += 1
        fresh, number = name, seen[name]
        while number > 1 and (fresh := f"{name} ({number})") in taken:
            number += 1
        taken.add(fresh)
        found.append(fresh)
    return found


def columns_of(answers: StoredAnswers, names: Sequence[str]) -> list[Given]:
    """The columns of all rows of `answers`; `names` are those of the classes, no two the same.

    A loss that is not a number counts as the largest of all.
    """
    losses = np.asarray(answers.losses, np.float64)
    loss = Given("loss", np.where(np.isnan(losses), np.inf, losses), "number", "Loss")
    return [*_OF_TASK.get(answers.task, _of_nothing)(answers, list(names)), loss]


def verdicts(
    task: str,
    label: Sequence[Any],
    prediction: Sequence[Any],
    sure: Sequence[float | None],
    loss: Sequence[float | None],
) -> list[str]:
    """What a tile says in one line: `loss 4.21 · cat → dog 0.98`. The loss first: a narrow tile cuts the end off."""
    lines = []
    for given, said, probability, cost in zip(label, prediction, sure, loss, strict=True):
        if cost is None:
            lines.append("no answer of the model")
            continue
        part = "" if probability is None else f" {probability:.0%}" if task == "mask" else f" {probability:.2f}"
        both = f" · {_word(given)} → {_word(said)}{part}" if said is not None else ""
        lines.append(f"loss {cost:.3g}{both}")
    return lines


def _word(value: Any) -> str:
    return "-" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)


def _of_classes(answers: StoredAnswers, names: list[str]) -> list[Given]:
    assert answers.probs is not None and answers.targets is not None and answers.predicted is not None
    rows = np.arange(len(answers))
    predicted = np.asarray(answers.predicted)
    sure, own = answers.probs[rows, predicted], answers.probs[rows, np.asarray(answers.targets)]
    return [
        Given("prediction", [names[i] for i in predicted], "category", "Prediction", names),
        Given("probability", sure.astype(np.float32), "number", "Probability"),
        Given("p_label", own.astype(np.float32), "number", "Probability of the label"),
    ]


def _of_labels(answers: StoredAnswers, names: list[str]) -> list[Given]:
    assert answers.probs is not None and answers.targets is not None and answers.predicted is not None
    probs = np.asarray(answers.probs, np.float32)
    given = np.where(answers.targets, probs, 1 - probs)
    said = ["; ".join(names[c] for c in np.flatnonzero(one)) or "(none)" for one in answers.predicted]
    return [
        Given("prediction", said, "text", "Predicted labels"),
        Given("worst label", [names[c] for c in given.argmin(1)], "category", "Label most in doubt", names),
        Given("p_label", given.min(1), "number", "Probability that it is as labelled"),
    ]


def _of_numbers(answers: StoredAnswers, names: list[str]) -> list[Given]:
    assert answers.preds is not None and answers.targets is not None
    preds, targets = np.asarray(answers.preds, np.float64), np.asarray(answers.targets, np.float64)
    off = preds - targets
    if off.shape[1] > 1:
        return [
            Given("target", [_numbers(one) for one in targets], "text", "Target"),
            Given("prediction", [_numbers(one) for one in preds], "text", "Prediction"),
            Given("residual", np.linalg.norm(off, axis=1), "number", "Distance"),
        ]
    return [
        Given("target", targets[:, 0], "number", "Target"),
        Given("prediction", preds[:, 0], "number", "Prediction"),
        Given("residual", off[:, 0], "number", "Residual"),
    ]


def _numbers(values: NDArray[Any]) -> str:
    return ", ".join(f"{value:.4g}" for value in values)


def _of_masks(answers: StoredAnswers, names: list[str]) -> list[Given]:
    cells = answers.mask_cells
    assert cells is not None
    n = len(answers)
    pixels = np.bincount(cells.row, cells.pixels, n)
    wrong = np.bincount(cells.row, np.where(cells.actual == cells.predicted, 0, cells.pixels), n)
    share = np.where(pixels > 0, wrong / np.maximum(pixels, 1), np.nan)
    target, taken_for = _worst_pairs(answers, names)
    return [
        Given("target", target, "category", "Class with most wrong pixels", names),
        Given("prediction", taken_for, "category", "What these were taken for", names),
        Given("wrong", share, "number", "Part of the pixels that is wrong"),
    ]


def _worst_pairs(answers: StoredAnswers, names: list[str]) -> tuple[list[str | None], list[str | None]]:
    """For each mask the class that most of its wrong pixels have, and what they were taken for."""
    cells = answers.mask_cells
    assert cells is not None
    off = np.flatnonzero(np.asarray(cells.actual) != cells.predicted)
    order = off[np.argsort(np.asarray(cells.pixels)[off], kind="stable")]  # the largest of each row is written last
    actual: list[str | None] = [None] * len(answers)
    predicted: list[str | None] = [None] * len(answers)
    for row, one, other in zip(cells.row[order], cells.actual[order], cells.predicted[order], strict=True):
        actual[int(row)], predicted[int(row)] = names[one], names[other]
    return actual, predicted


def _of_nothing(answers: StoredAnswers, names: list[str]) -> list[Given]:
    return []


_OF_TASK: dict[str, Callable[[StoredAnswers, list[str]], list[Given]]] = {
    "category": _of_classes,
    "multicategory": _of_labels,
    "regression": _of_numbers,
    "mask": _of_masks,
}
