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


def default_loss(target_kinds: Sequence[str]) -> Any:
    """The loss for targets of these kinds; None where there is no single target or nobody knows."""
    from fastlearn.losses import BCEWithLogitsLossFlat, CrossEntropyLossFlat, MSELossFlat

    if len(target_kinds) != 1:
        return None
    kind = target_kinds[0]
    if kind == "category":
        return CrossEntropyLossFlat()
    if kind == "mask":
        return CrossEntropyLossFlat(axis=1)
    if kind == "multicategory":
        return BCEWithLogitsLossFlat()
    return MSELossFlat() if kind in ("regression", "points") else None
