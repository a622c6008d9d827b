"""Probabilities of items from heads that have not seen their labels: fitted on the other parts of the data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from fastlearn.interpret.linear_head import fit_linear_head, scores_of, standardized

__all__ = ["DECAYS", "choose_decay", "cross_fit", "stratified_folds"]

DECAYS = (1.0, 0.3, 0.1, 0.03, 0.01, 0.003)  # strong ones first: each starts from the weights of the one before
MOST_TO_CHOOSE = 5000
Progress = Callable[[int, int], object]


def stratified_folds(
    labels: NDArray[Any], n_folds: int, rng: np.random.Generator, groups: NDArray[Any] | None = None
) -> NDArray[np.int64]:
    """The fold of each item, `(N,)`, such that every class is spread over all folds as evenly as it can be.

    `labels` is `(N,)`. Items of one of the `groups`, `(N,)`, come into one fold: twins in two folds would give each
    other away.
    """
    lead = np.arange(len(labels)) if groups is None else np.unique(groups, return_index=True)[1]
    folds = np.zeros(len(labels), np.int64)
    start = 0
    for label in np.unique(labels[lead]):
        members = rng.permutation(lead[labels[lead] == label])
        folds[members] = (np.arange(len(members)) + start) % n_folds
        start += len(members)  # classes with fewer items than folds fill them in turn
    if groups is None:
        return folds
    place = {group: folds[i] for group, i in zip(groups[lead].tolist(), lead, strict=True)}
    return np.asarray([place[group] for group in groups.tolist()], np.int64)


def choose_decay(
    features: NDArray[Any],
    targets: NDArray[Any],
    n_classes: int,
    folds: NDArray[np.int64],
    decays: Sequence[float] = DECAYS,
    step: Callable[[], None] = lambda: None,
) -> float:
    """The weight decay whose head explains the labels of the first fold best, fitted on items of the others.

    Shapes as for `cross_fit`. Weaker ones are tried as long as that gets better; at most `MOST_TO_CHOOSE` items are
    fitted on. `step` is called after each fit.
    """
    x, y = _tensors(features, targets)
    held, others = np.flatnonzero(folds == folds.min()), np.flatnonzero(folds != folds.min())
    some = torch.from_numpy(others[:: -(-len(others) // MOST_TO_CHOOSE)])  # evenly: files come sorted by class
    best, chosen, weights = np.inf, decays[0], None
    for decay in decays:
        weights = fit_linear_head(x[some], y[some], n_classes, decay, weights)
        loss = float(_losses(scores_of(x[torch.from_numpy(held)], weights), y[torch.from_numpy(held)]).mean())
        step()
        if loss >= best:
            break
        best, chosen = loss, decay
    return chosen


def cross_fit(
    features: NDArray[Any],
    targets: NDArray[Any],
    n_classes: int,
    folds: NDArray[np.int64],
    decay: float,
    trusted: NDArray[np.bool_] | None = None,
    step: Callable[[], None] = lambda: None,
) -> NDArray[np.float32]:
    """Out-of-sample probabilities of all items, `(N, C)`.

    Shapes: `features` is `(N, D)`, `targets` class ids `(N,)` or zeros and ones `(N, C)`, `folds` `(N,)`. For each fold
    a linear head is fitted on the other folds with the weight decay `decay`, of the items only on the `trusted`,
    `(N,)`, where given. `step` is called after each fit.
    """
    x, y = _tensors(features, targets)
    use = np.ones(len(x), bool) if trusted is None else trusted
    probs = torch.empty(len(x), n_classes)
    for fold in np.unique(folds).tolist():
        held, others = torch.from_numpy(folds == fold), torch.from_numpy((folds != fold) & use)
        scores = scores_of(x[held], fit_linear_head(x[others], y[others], n_classes, decay))
        probs[held] = torch.sigmoid(scores) if y.ndim == 2 else F.softmax(scores, dim=1)
        step()
    found: NDArray[np.float32] = probs.numpy()
    return found


def _tensors(features: NDArray[Any], targets: NDArray[Any]) -> tuple[Tensor, Tensor]:
    y = torch.as_tensor(targets)
    return standardized(torch.as_tensor(np.asarray(features, np.float32))), y.float() if y.ndim == 2 else y.long()


def _losses(scores: Tensor, y: Tensor) -> Tensor:
    if y.ndim == 2:
        return F.binary_cross_entropy_with_logits(scores, y, reduction="none").mean(1)
    return F.cross_entropy(scores, y, reduction="none")
