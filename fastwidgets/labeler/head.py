"""A small model of what was labelled so far: what it would say of the other pictures, and where it is unsure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["EACH", "Guess", "ready", "study"]

EACH = 2  # labelled pictures that at least two classes need
DECAY = 0.03  # weight decay of the head
MOST = 5000  # labelled pictures that it is fitted on
AT_ONCE = 8192  # rows that are looked at in one go
Cancel = Callable[[], bool]


@dataclass(frozen=True)
class Guess:
    """What a head made of `n` labels says of all `N` pictures: `probs`, `(N, C)`, of `classes`; `wrong`, `(N,)`: how
    doubtful the label is that a picture has, 0 to 1, NaN where it has none or nothing can be said.
    """

    classes: tuple[str, ...]
    probs: NDArray[np.float32]
    wrong: NDArray[np.float32]
    n: int
    multi: bool

    def unsure(self) -> NDArray[np.float32]:
        """How unsure it is of each picture, `(N,)`, 0 to 1: 1 minus the lead of the likeliest class over the next one;
        with several labels a picture, how near to a half the nearest of its probabilities is.
        """
        if self.multi:
            nearest: NDArray[np.float32] = 1 - 2 * np.abs(self.probs - 0.5).min(1)
            return nearest
        two = np.partition(self.probs, -2, axis=1)[:, -2:]
        lead: NDArray[np.float32] = 1 - (two[:, 1] - two[:, 0])
        return lead

    def suggestion(self, i: int) -> tuple[tuple[str, ...], float]:
        """The classes that picture `i` would get, and how sure that is, 0 to 1."""
        row = self.probs[i]
        if not self.multi:
            return (self.classes[int(row.argmax())],), float(row.max())
        return (
            tuple(name for name, p in zip(self.classes, row, strict=True) if p > 0.5),
            float(np.maximum(row, 1 - row).min()),
        )


def ready(labels: Sequence[tuple[str, ...]]) -> bool:
    """Whether at least two classes have as many pictures as a head needs."""
    counts: dict[str, int] = {}
    for row in labels:
        for name in row:
            counts[name] = counts.get(name, 0) + 1
    return sum(count >= EACH for count in counts.values()) >= 2


def study(
    features: NDArray[np.floating],
    ids: NDArray[np.int64],
    labels: Sequence[tuple[str, ...]],
    classes: Sequence[str],
    multi: bool,
    cancelled: Cancel = lambda: False,
) -> Guess | None:
    """Fit a head to the pictures `ids`, which have `labels`, and ask it about all; None once `cancelled()`.

    Shapes: `features` is `(N, D)`; `ids` `(n,)`. Classes that no picture has are left out. The same labels give the
    same answer.
    """
    import torch
    from fastlearn.interpret.linear_head import fit_linear_head, scores_of, standardized

    used = tuple(name for name in classes if any(name in row for row in labels))
    place = {name: c for c, name in enumerate(used)}
    x = standardized(torch.from_numpy(np.asarray(features, np.float32)))
    few = np.arange(len(ids))[:: -(-len(ids) // MOST)]
    targets = _targets(labels, place, multi)
    rows = torch.from_numpy(ids[few])
    if cancelled():
        return None
    weights = fit_linear_head(x[rows], torch.from_numpy(targets[few]), len(used), DECAY)
    probs = np.empty((len(x), len(used)), np.float32)
    for start in range(0, len(x), AT_ONCE):
        if cancelled():
            return None
        scores = scores_of(x[start : start + AT_ONCE], weights)
        probs[start : start + AT_ONCE] = (torch.sigmoid(scores) if multi else scores.softmax(1)).numpy()
    wrong = np.full(len(x), np.nan, np.float32)
    doubts = _doubts(x[torch.from_numpy(ids)].numpy(), targets, used, cancelled)
    if doubts is None:
        return None
    wrong[ids] = doubts
    return Guess(used, probs, wrong, len(ids), multi)


def _targets(labels: Sequence[tuple[str, ...]], place: dict[str, int], multi: bool) -> NDArray[np.generic]:
    if not multi:
        return np.array([place[row[0]] for row in labels], np.int64)
    found = np.zeros((len(labels), len(place)), np.float32)
    for i, row in enumerate(labels):
        found[i, [place[name] for name in row]] = 1
    return found


def _doubts(
    features: NDArray[np.float32], targets: NDArray[np.generic], classes: Sequence[str], cancelled: Cancel
) -> NDArray[np.float32] | None:
    """How doubtful each label is, out of sample, `(n,)`; NaN where there are too few to tell."""
    from fastlearn.data.problems import DataError
    from fastlearn.interpret.label_doubts import find_label_doubts

    try:
        found = find_label_doubts(features, targets.astype(np.int64), classes, decay=DECAY, cancel=cancelled)
    except InterruptedError:
        return None
    except DataError:  # one class, or too few of each
        return np.full(len(features), np.nan, np.float32)
    return np.where(found.judged, 1 - found.quality, np.nan).astype(np.float32)
