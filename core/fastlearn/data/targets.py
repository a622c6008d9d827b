"""What a loader's data says about its targets: kinds, vocabulary, and the loss that fits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastlearn.data.kinds import kinds_of_parts


def loader_kinds(dl: Any) -> tuple[str, ...]:
    """The kinds of a loader's samples: what it states, else a guess from the first sample of its data set."""
    stated = getattr(dl, "kinds", None)
    if stated is not None:
        return tuple(stated)
    return dataset_kinds(getattr(dl, "dataset", None))


def dataset_kinds(dataset: Any) -> tuple[str, ...]:
    """The kinds of any data set's samples, guessed from the first; a number is a category where classes are listed."""
    try:
        sample = dataset[0]
    except Exception:  # a stream, nothing to look at, or an item that is reported where it is used
        return ()
    parts = sample if isinstance(sample, tuple | list) else (sample,)
    kinds = kinds_of_parts(parts)
    if len(parts) > 1 and isinstance(parts[-1], int) and listed_classes(dataset) is not None:
        kinds = (*kinds[:-1], "category")
    return kinds


def dataset_vocab(dataset: Any) -> Any:
    """The vocabulary that a data set states, or the `classes` that torchvision's list; None where there is none."""
    vocab = getattr(dataset, "vocab", None)
    return listed_classes(dataset) if vocab is None else vocab


def dataset_c(dataset: Any) -> int | None:
    """How many outputs a model of the targets has; None where the data set does not say."""
    c = getattr(dataset, "c", None)
    classes = listed_classes(dataset)
    return len(classes) if c is None and classes is not None else c


def listed_classes(dataset: Any) -> list[Any] | None:
    """The class names in the order of their ids, as torchvision's data sets have them, also through a `Subset`."""
    while not hasattr(dataset, "classes") and hasattr(dataset, "dataset"):
        dataset = dataset.dataset
    classes = getattr(dataset, "classes", None)
    return list(classes) if isinstance(classes, list | tuple) else None


def part_vocabs(dataset: Any, n_parts: int) -> tuple[Any, ...]:
    """The vocabulary of each of a sample's parts, None for one that has none; a list of parts knows, others guess."""
    lists = getattr(dataset, "tls", None)
    if lists is not None and len(lists) == n_parts:
        return tuple(part.vocab for part in lists)
    return (*[None] * (n_parts - 1), dataset_vocab(dataset)) if n_parts else ()


def default_loss(target_kinds: Sequence[str]) -> Any:
    """The loss for targets of these kinds; None where there is none, or nobody knows.

    Several targets have one loss each, and the model returns a tuple.
    """
    if tuple(target_kinds) == ("boxes", "boxlabels"):
        from fastlearn.vision.detection import DetectionLoss

        return DetectionLoss()
    losses = [_loss_for(kind) for kind in target_kinds]
    if not losses or any(loss is None for loss in losses):
        return None
    if len(losses) == 1:
        return losses[0]
    from fastlearn.losses import MultiTargetLoss

    return MultiTargetLoss(losses)


def _loss_for(kind: str) -> Any:
    from fastlearn.losses import BCEWithLogitsLossFlat, CrossEntropyLossFlat, MSELossFlat, PointsLossFlat

    if kind in ("category", "text"):
        return CrossEntropyLossFlat()
    if kind == "mask":
        return CrossEntropyLossFlat(axis=1)
    if kind == "multicategory":
        return BCEWithLogitsLossFlat()
    if kind == "points":
        return PointsLossFlat()
    return MSELossFlat() if kind == "regression" else None
