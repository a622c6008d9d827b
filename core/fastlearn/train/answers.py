"""Predictions in the data's own words: class names, lists of them, numbers, masks of ids, places in pixels."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from fastlearn.data.decoding import decoded_targets
from fastlearn.data.targets import loader_kinds, part_vocabs

__all__ = ["answers", "label_of", "part_of"]

DRAWN = frozenset({"mask", "points", "boxes", "image"})  # what batch transforms move or scale


def answers(dls: Any, inputs: Any, decoded: Any) -> list[Any]:
    """One answer for each row of `decoded`, a tensor or a tuple of one for each target; `inputs` are those of the rows.

    A target of several parts gives a tuple. Boxes come without the padding.
    """
    targets = tuple(decoded) if isinstance(decoded, tuple | list) else (decoded,)
    given = tuple(inputs) if isinstance(inputs, tuple | list) else (inputs,)
    kinds, vocabs = _target_kinds(dls, len(given), len(targets))
    if DRAWN & set(kinds) and getattr(dls, "train", None) is not None:
        targets = decoded_targets(dls.train, given, targets)
    several = isinstance(decoded, tuple | list)
    rows = [_row(kinds, vocabs, tuple(part[i] for part in targets)) for i in range(len(targets[0]))]
    return rows if several else [row[0] for row in rows]


def label_of(vocab: Any, decoded: Any) -> Any:
    """A decoded prediction as a class name, a list of them, or the numbers themselves."""
    if not isinstance(decoded, Tensor):
        return decoded
    if vocab is not None and decoded.ndim == 0 and not decoded.is_floating_point():
        return vocab[int(decoded)]
    if vocab is not None and decoded.ndim == 1 and decoded.dtype == torch.bool:
        return [vocab[i] for i in decoded.nonzero().flatten().tolist()]
    return decoded


def part_of(stored: Any, i: int) -> Any:
    """Row `i` of a tensor, or of each in a tuple of them."""
    return tuple(part[i] for part in stored) if isinstance(stored, tuple | list) else stored[i]


def _target_kinds(dls: Any, n_inp: int, n_targets: int) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    """The kind and the vocabulary of each target, where the data tells as many."""
    kinds = loader_kinds(dls.train) if getattr(dls, "train", None) is not None else ()
    if len(kinds) == n_inp + n_targets:
        vocabs = part_vocabs(dls.train.dataset, len(kinds))
        return kinds[n_inp:], vocabs[n_inp:]
    return ("value",) * n_targets, (getattr(dls, "vocab", None),) * n_targets


def _row(kinds: tuple[str, ...], vocabs: tuple[Any, ...], parts: tuple[Any, ...]) -> tuple[Any, ...]:
    there: Any = slice(None)
    found = []
    for kind, vocab, part in zip(kinds, vocabs, parts, strict=True):
        if kind == "boxes":
            there = (part[:, 2] > part[:, 0]) & (part[:, 3] > part[:, 1])
            found.append(part[there])
        elif kind == "boxlabels":
            ids = part[there].tolist()
            found.append(ids if vocab is None else [vocab[i] for i in ids])
        else:
            found.append(label_of(vocab, part))
    return tuple(found)
