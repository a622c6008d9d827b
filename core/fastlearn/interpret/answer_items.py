"""Which items answers are about, what they are called, and where their answers are kept."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fastlearn.data.config import Config
from fastlearn.data.problems import DataError
from fastlearn.interpret.answer_pass import clean_items
from fastlearn.interpret.item_identity import Identities, file_of, identities_of

if TYPE_CHECKING:
    from fastlearn.train.learner import Learner

__all__ = ["Part", "answer_places", "data_root", "key_of", "names_of", "parts_of"]

FOLDER = "answers"
SPLITS = ("training", "validation")


@dataclass(frozen=True)
class Part:
    """The items of one split: a clean loader over them, their identities and their files."""

    split: int
    loader: Any
    identities: Identities
    paths: list[Path | None]

    def __len__(self) -> int:
        return len(self.identities.sources)


def parts_of(learn: Learner, ds_idx: int | None, dl: Any) -> list[Part]:
    """The items of `dl`, of one of the learner's loaders, or with None of both. Raises: DataError if there are none."""
    if dl is not None:
        chosen = [(1 if ds_idx is None else ds_idx, dl)]
    elif ds_idx is None:
        chosen = [(split, loader) for split, loader in enumerate((learn.dls.train, learn.dls.valid)) if _has(loader)]
    elif ds_idx in (0, 1):
        chosen = [(ds_idx, (learn.dls.train, learn.dls.valid)[ds_idx])]
    else:
        raise ValueError(f"`ds_idx` is 0 (training), 1 (validation) or None (both), but got {ds_idx!r}. Try dl=.")
    parts = [_part(split, loader) for split, loader in chosen]
    if not sum(map(len, parts)):
        raise DataError(
            "There are no items to look at, as in a learner from load_learner. Pass some: "
            "dl=learn.dls.test_dl(items, with_labels=True)."
        )
    return parts


def names_of(parts: Sequence[Part], root: Path | None) -> list[str]:
    """A text for each item, which no other one has: its path below `root`, or its split and place."""
    found = [
        f"{SPLITS[part.split]} {i}" if path is None else _place(path, root)
        for part in parts
        for i, path in enumerate(part.paths)
    ]
    several = {name for name, count in Counter(found).items() if count > 1}
    if not several:
        return found
    seen: Counter[str] = Counter()
    for i, name in enumerate(found):
        if name in several:
            seen[name] += 1
            found[i] = f"{name} ({seen[name]})" if seen[name] > 1 else name
    return found


def answer_places(learn: Learner, folder: str | os.PathLike[str] | None) -> list[Path]:
    """Where answers are kept, and after it where else they may be: the latest run's folder, or the cache; all runs."""
    if folder is not None:
        return [Path(folder).expanduser().absolute()]
    recording = None if learn.call is None else learn.call.recording
    run = learn.last_run if recording is None else recording.run
    cache = Config.load().make_cache() / FOLDER
    first = cache if run is None else run.path / FOLDER
    others = [cache, *sorted((learn.path / "runs").glob(f"*/{FOLDER}"), reverse=True)]
    return [first, *(place for place in others if place != first)]


def data_root(learn: Learner) -> Path | None:
    """The folder of the data, where the loaders know it."""
    path = getattr(learn.dls, "path", None)
    return None if path is None else Path(os.path.abspath(path))


def key_of(words: Sequence[str], parts: Sequence[Part]) -> str:
    """One hash for the answers of these items. 32 hex digits."""
    hasher = hashlib.blake2b("\n".join(words).encode(), digest_size=16)
    for part in parts:
        hasher.update(f"{part.split}:{len(part)}".encode())
        hasher.update(_bytes(part.identities.sources))
        hasher.update(_bytes(part.identities.labels))
    return hasher.hexdigest()


def _bytes(digests: NDArray[np.uint64]) -> bytes:
    return np.ascontiguousarray(digests).tobytes()


def _has(loader: Any) -> bool:
    dataset = getattr(loader, "dataset", None)
    try:
        return loader is not None and (dataset is None or len(dataset) > 0)
    except TypeError:
        return True  # a stream, which is told where it is read


def _part(split: int, loader: Any) -> Part:
    if loader is None:
        raise DataError("There is no loader to look at. Try ds_idx=0 for the training data, or pass dl=.")
    clean = clean_items(loader)
    dataset = clean.dataset
    return Part(split, clean, identities_of(dataset), file_of(dataset, np.arange(len(dataset))))


def _place(path: Path, root: Path | None) -> str:
    whole = Path(os.path.abspath(path))
    return whole.relative_to(root).as_posix() if root is not None and whole.is_relative_to(root) else whole.as_posix()
