"""What a model says of every item of its data, computed once and kept on disk."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fastlearn.data.items import item_getter
from fastlearn.data.problems import DataError
from fastlearn.interpret.answer_files import PREFIX, bound, folders_in, read_answers, touch
from fastlearn.interpret.answer_items import answer_places, data_root, key_of, names_of, parts_of
from fastlearn.interpret.answer_making import Recipe, cells_in, find_donor, make_answers, masks_of
from fastlearn.interpret.answer_reading import Cells
from fastlearn.interpret.item_identity import source_items
from fastlearn.interpret.made_with import preparation_fingerprint, weights_fingerprint
from fastlearn.interpret.ranking import worst_first
from fastlearn.interpret.staleness import Staleness, compare, stamp_of
from fastlearn.keywords import check_keywords
from fastlearn.train.host import Callbacks

if TYPE_CHECKING:
    from fastlearn.interpret.interpretation import Interpretation
    from fastlearn.train.learner import Learner

__all__ = ["StoredAnswers"]

GB = 10**9
MOST_GB = 4.0
Rows = NDArray[np.int64]


class StoredAnswers:
    """Predictions, losses, targets and embeddings of clean items, one row each, mapped from files and read-only.

    Rows are the training items in their order, then the validation items; an item that cannot be read has none. Made
    by `of`, which runs the model on what is not stored yet, or by `open`, which never runs it.

    Shapes: `losses` is `(N,)` float32. For classes `preds` holds probabilities, `(N, C)` float16, and `predicted` and
    `targets` ids, `(N,)` int64; with several labels an item these two are `(N, C)` bool. For regression all three are
    `(N, K)` float32. For masks and anything else they are None: of masks there are `mask_cells` and `worst_masks`.
    `embeddings` is `(N, D)` float16: what the head's last linear layers take; or None, and `no_embeddings` says why.
    `splits` is `(N,)` int8 (0 training, 1 validation), `positions` the places in the data sets, `(N,)` int64.
    """

    def __init__(self, folder: Path, learn: Learner | None = None, dl: Any = None, n_run: int = 0) -> None:
        self.folder, self.n_run = folder, n_run
        self._meta, names, self._arrays = read_answers(folder)
        self._learn, self._dl = learn, dl
        self.ids: list[str] = names["ids"]
        self.paths: list[Path | None] = [None if path is None else Path(path) for path in names["paths"]]
        self.left_out: list[str] = names.get("left_out", [])

    @classmethod
    @check_keywords
    def of(
        cls,
        learn: Learner,
        ds_idx: int | None = None,
        dl: Any = None,
        embeddings: bool = True,
        folder: str | os.PathLike[str] | None = None,
        cbs: Callbacks = None,
        most_gb: float = MOST_GB,
    ) -> StoredAnswers:
        """The answers for the model and the items as they are now: from disk, as far as they are there.

        `ds_idx`: the training (0) or the validation items (1), by default both; `dl`: those of another loader with
        targets. The model runs only on items that have no answer for its weights, the transforms and their files; the
        input is clean, as the validation set sees it. They are kept in the folder of the run whose fit the learner had
        last, where that was recorded, else in the cache, or in `folder`, where they take at most `most_gb` gigabytes
        (10⁹ bytes): those longest unused go first. `cbs` are callbacks of the pass.
        Raises: DataError for data that is a stream, has no items or no targets.
        """
        if not most_gb > 0:
            raise ValueError(f"`most_gb` is a positive number of gigabytes, but got {most_gb!r}. Try {MOST_GB}.")
        recipe, places = _recipe(learn, ds_idx, dl, embeddings), answer_places(learn, folder)
        for place in places:
            there = place / f"{PREFIX}{recipe.key}"
            try:
                found = cls(there, learn, dl)
            except (FileNotFoundError, DataError):  # of another state, or damaged: made again
                continue
            touch(there)
            return found
        donor = find_donor(places, recipe)
        made, n_run = make_answers(learn, recipe, places[0], donor, cbs, {"ds_idx": ds_idx, "own_dl": dl is not None})
        bound(places[0], int(most_gb * GB), made)
        return cls(made, learn, dl, n_run)

    @classmethod
    def open(cls, folder: str | os.PathLike[str]) -> StoredAnswers:
        """The answers in `folder`. Raises: FileNotFoundError if there are none; DataError if they are damaged."""
        return cls(Path(folder))

    @classmethod
    def latest(cls, learn: Learner, folder: str | os.PathLike[str] | None = None) -> StoredAnswers | None:
        """The newest answers of whatever weights for the learner's data, or None. `stale()` says what has changed."""
        root = str(data_root(learn) or "")
        found: list[StoredAnswers] = []
        for one in (one for place in answer_places(learn, folder) for one in folders_in(place)):
            try:
                found.append(cls(one, learn))
            except (FileNotFoundError, DataError):  # just removed, or damaged
                continue
        of_this_data = [one for one in found if one._meta["data"] == root and not one._meta["own_dl"]]
        return max(of_this_data, key=lambda one: one.made, default=None)

    @check_keywords
    def update(self, learn: Learner | None = None, dl: Any = None, cbs: Callbacks = None) -> StoredAnswers:
        """Answers for the same items as they are now; the model runs only on what has changed."""
        dl = self._dl if dl is None else dl
        if self._meta["own_dl"] and dl is None:
            raise DataError("These answers are of a loader of your own, which no file holds. Pass it: update(dl=...).")
        return type(self).of(self._with(learn), self._meta["ds_idx"], dl, self._meta["embeddings"],
                             self.folder.parent, cbs)  # fmt: skip

    def __len__(self) -> int:
        return int(self._meta["n"])

    def __repr__(self) -> str:
        return f"StoredAnswers({len(self)} items, {self.task}, made {self.made}, in {str(self.folder)!r})"

    # What is stored.

    @property
    def task(self) -> str:
        """`"category"`, `"multicategory"`, `"mask"`, `"regression"` or `"other"` (losses and embeddings alone)."""
        return str(self._meta["task"])

    @property
    def learn(self) -> Learner | None:
        """The learner that they were asked of; None where they were opened from a folder."""
        return self._learn

    @property
    def weights(self) -> str:
        """The fingerprint of the model that gave them."""
        return str(self._meta["weights"])

    @property
    def data(self) -> Path | None:
        """The folder of the data, where it has one."""
        return Path(self._meta["data"]) if self._meta["data"] else None

    @property
    def of_own_loader(self) -> bool:
        """Whether they are of a loader that was passed, and not of the learner's own data."""
        return bool(self._meta["own_dl"])

    def renewed_by(self, copied: Learner) -> StoredAnswers:
        """As `update`, run by a copy of the learner, which may itself go on meanwhile; they stay the learner's own."""
        made = self.update(copied)
        return type(self)(made.folder, self._learn, self._dl, made.n_run)

    @property
    def made(self) -> str:
        """When, as ISO 8601 with the time zone."""
        return str(self._meta["made"])

    @cached_property
    def vocab(self) -> list[str] | None:
        """The names of the classes, or their numbers where the data has none; None where there are no classes."""
        n = int(self._meta["n_classes"])
        names = list(self._meta["vocab"] or [])
        return (names + [str(i) for i in range(len(names), n)]) if n else None

    @property
    def preds(self) -> NDArray[Any] | None:
        """As people read them."""
        return self._arrays.get("preds")

    @property
    def probs(self) -> NDArray[Any] | None:
        """Probabilities of classes, `(N, C)` float16; None where there are no classes of whole items."""
        return self.preds if self.task in ("category", "multicategory") else None

    @property
    def predicted(self) -> NDArray[Any] | None:
        """Predictions in the form of the targets."""
        return self._arrays.get("preds" if self.task == "regression" else "predicted")

    @property
    def targets(self) -> NDArray[Any] | None:
        """The targets."""
        return self._arrays.get("targets")

    @property
    def losses(self) -> NDArray[np.float32]:
        """One number an item."""
        return self._arrays["losses"]

    @property
    def embeddings(self) -> NDArray[np.float16] | None:
        """The features before the head's last linear layers."""
        return self._arrays.get("embeddings")

    @property
    def no_embeddings(self) -> str:
        """Why there are no embeddings; empty if there are."""
        return "" if self.embeddings is not None else str(self._meta["no_embeddings"])

    @property
    def splits(self) -> NDArray[np.int8]:
        """0 for training items, 1 for validation items."""
        return self._arrays["splits"]

    @property
    def positions(self) -> Rows:
        """The places of the items in the data set of their split."""
        return self._arrays["positions"]

    @property
    def mask_cells(self) -> Cells | None:
        """The pixel confusion of each item, without its empty cells; None where the targets are no masks."""
        return cells_in(self._arrays) if self.task == "mask" else None

    @cached_property
    def worst_masks(self) -> dict[int, NDArray[Any]]:
        """The predicted masks (class ids, `(H, W)`) of the rows with the largest losses, at most 64."""
        return masks_of(self._arrays) if self.task == "mask" else {}

    @property
    def items(self) -> list[Any] | None:
        """The source items: paths, rows of a table; None where the data does not tell, or without a learner."""
        if self._learn is None or self._meta["own_dl"] or bool(self.stale().rows.size):
            return self.paths if any(path is not None for path in self.paths) else None  # type: ignore[return-value]
        found: list[Any] = []
        for split, dl in enumerate((self._learn.dls.train, self._learn.dls.valid)):
            rows = self.rows(split)
            source = source_items(getattr(dl, "dataset", None)) if len(rows) else []
            if source is None:
                return None
            found += [item_getter(source)(int(i)) for i in self.positions[rows]] if len(rows) else []
        return found

    # Questions.

    def rows(self, split: int | None = None) -> Rows:
        """All rows, or those of a split."""
        return np.arange(len(self)) if split is None else np.flatnonzero(self.splits == split)

    @cached_property
    def _row_of(self) -> dict[str, int]:
        return {name: row for row, name in enumerate(self.ids)}

    def row_of(self, item: str | int) -> int:
        """The row of an item, by its id or as it is. Raises: DataError if there is none."""
        row = self._row_of.get(item, -1) if isinstance(item, str) else int(item)
        if not 0 <= row < len(self):
            example = self.ids[0] if self.ids else ""
            raise DataError(f"There is no answer for the item {item!r}. An id looks like {example!r}.")
        return row

    def rows_of(self, items: Sequence[str | int]) -> Rows:
        """The rows of several items."""
        return np.asarray([self.row_of(item) for item in items], np.int64)

    def top_losses(self, k: int | None = None, split: int | None = None, largest: bool = True) -> Rows:
        """The rows of the `k` largest losses (smallest with `largest=False`), NaN first, equal ones by their row."""
        if k is not None and k < 1:
            raise ValueError(f"`k` counts items, so it is at least 1, but got {k!r}. Try k=9.")
        rows = self.rows(split)
        return rows[worst_first(self.losses[rows], largest)][:k]

    def stale(self, learn: Learner | None = None) -> Staleness:
        """What has changed since they were stored: true if anything has. Without a learner only files are looked at."""
        learn = self._learn if learn is None else learn
        since = datetime.fromisoformat(self.made).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        if learn is None or (self._meta["own_dl"] and self._dl is None):
            gone, changed = self._files_since()
            return Staleness(gone=gone, changed=changed, ids=self.ids, since=since)
        parts = parts_of(learn, self._meta["ds_idx"], self._dl)
        sources = (tuple(row) for part in parts for row in part.identities.sources.tolist())
        labels = (tuple(row) for part in parts for row in part.identities.labels.tolist())
        now = dict(zip(names_of(parts, data_root(learn)), zip(sources, labels, strict=True), strict=True))
        kept = self._arrays["identities"].tolist()
        then = {name: (tuple(row[:2]), tuple(row[2:])) for name, row in zip(self.ids, kept, strict=True)}
        return Staleness(
            weights=weights_fingerprint(learn) != self._meta["weights"],
            preparation=preparation_fingerprint(learn, parts[0].loader) != self._meta["preparation"],
            **compare(then, now, self.left_out),
            ids=self.ids,
            since=since,
        )

    def _files_since(self) -> tuple[Rows, Rows]:
        """The rows whose files are gone, and those whose files have changed."""
        now = np.asarray([stamp_of(path) for path in self.paths], np.int64).reshape(-1, 2)
        known = self._arrays["stamps"]
        gone = (now[:, 0] < 0) & (known[:, 0] >= 0)
        return np.flatnonzero(gone), np.flatnonzero((now != known).any(1) & ~gone)

    def interpretation(self, learn: Learner | None = None, split: int = 1) -> Interpretation:
        """What fastai's `Interpretation` says and draws, of these answers and without a pass.

        Raises: DataError for masks and several targets, whose predictions are not stored.
        """
        from fastlearn.interpret.from_answers import interpretation_of

        return interpretation_of(self, self._with(learn), split)

    def _with(self, learn: Learner | None) -> Learner:
        learn = self._learn if learn is None else learn
        if learn is None:
            raise DataError("These answers were opened from disk without a learner. Pass one: learn=...")
        return learn


def _recipe(learn: Learner, ds_idx: int | None, dl: Any, embeddings: bool) -> Recipe:
    parts = parts_of(learn, ds_idx, dl)
    weights, preparation = weights_fingerprint(learn), preparation_fingerprint(learn, parts[0].loader)
    words = [weights, preparation, str(embeddings)]
    return Recipe(weights, preparation, embeddings, parts, key_of(words, parts))
