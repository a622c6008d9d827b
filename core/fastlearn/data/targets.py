"""What a loader's targets ask of a learner: their kinds, and the loss that fits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastlearn.data.kinds import kinds_of_parts


def loader_kinds(dl: Any) -> tuple[str, ...]:
    """The kinds of a loader's samples; those of any torch loader are guessed from the first sample of its data set."""
    stated = getattr(dl, "kinds", None)
    if stated is not None:
        return tuple(stated)
    dataset = getattr(dl, "dataset", None)
    try:
        sample = dataset[0]  # type: ignore[index]
    except (TypeError, IndexError, KeyError, NotImplementedError):  # a stream, or nothing to look at
        return ()
    return kinds_of_parts(sample if isinstance(sample, tuple | list) else (sample,))


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
