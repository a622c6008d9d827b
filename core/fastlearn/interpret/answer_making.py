"""Making stored answers: what is known is taken over, and the model runs on the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fastlearn.data.problems import DataError
from fastlearn.data.targets import loader_kinds
from fastlearn.interpret.answer_files import ROWS_AT_ONCE, AnswerWriter, folders_in, read_answers
from fastlearn.interpret.answer_items import Part, data_root, names_of
from fastlearn.interpret.answer_pass import AnswerPass, run_pass, some_items
from fastlearn.interpret.answer_reading import Cells, TaskReader
from fastlearn.interpret.clean import target_vocab
from fastlearn.interpret.feature_point import FeaturePoint
from fastlearn.interpret.staleness import stamp_of
from fastlearn.losses.reading import decodes_of
from fastlearn.train.host import Callbacks
from fastlearn.warn import warn_user

if TYPE_CHECKING:
    from fastlearn.train.learner import Learner

__all__ = ["Recipe", "find_donor", "make_answers", "masks_of"]

COPIED = ("preds", "predicted", "targets", "losses", "embeddings")


@dataclass(frozen=True)
class Recipe:
    """What answers are made with and of: fingerprints, items, and whether embeddings are among them."""

    weights: str
    preparation: str
    embeddings: bool
    parts: list[Part]
    key: str

    @property
    def lasting(self) -> bool:
        """Whether the items are known again in another process."""
        return all(part.identities.lasting for part in self.parts)

    @property
    def sources(self) -> NDArray[np.uint64]:
        """The digests of all items and, beside them, of their labels, `(N, 4)`."""
        return np.concatenate([np.hstack((p.identities.sources, p.identities.labels)) for p in self.parts])


@dataclass(frozen=True)
class Donor:
    """Older answers with the same weights and preparation, and which of their rows are those of which new ones."""

    meta: dict[str, Any]
    arrays: dict[str, NDArray[Any]]
    rows: NDArray[np.int64]  # for each new row the old one; -1: none


def find_donor(places: Sequence[Path], recipe: Recipe) -> Donor | None:
    """The answers of which most can be taken over; None if there are none."""
    best: Donor | None = None
    wanted = [row.tobytes() for row in recipe.sources]
    for folder in (folder for place in places for folder in folders_in(place)):
        try:
            meta, _, arrays = read_answers(folder)
        except (DataError, FileNotFoundError) as error:
            warn_user(f"Stored answers are passed over. {error}")
            continue
        if (meta["weights"], meta["preparation"], meta["embeddings"]) != (
            recipe.weights, recipe.preparation, recipe.embeddings,
        ):  # fmt: skip
            continue
        known = {row.tobytes(): i for i, row in enumerate(np.asarray(arrays["identities"]))}
        rows = np.fromiter((known.get(row, -1) for row in wanted), np.int64, len(wanted))
        if (rows >= 0).sum() > (0 if best is None else (best.rows >= 0).sum()):
            best = Donor(meta, arrays, rows)
    return best


def make_answers(
    learn: Learner, recipe: Recipe, parent: Path, donor: Donor | None, cbs: Callbacks, arguments: dict[str, Any]
) -> tuple[Path, int]:
    """Write the answers to a folder below `parent`. Returns: the folder, and how many items the model was run on."""
    n = sum(map(len, recipe.parts))
    writer = AnswerWriter(parent, n)
    try:
        taking = _taking(learn, recipe, writer, donor)
        if donor is not None:
            _take_over(donor, writer, taking)
        _run(learn, recipe, taking, donor, cbs)
        if not writer.seen.any():
            raise DataError(f"None of the {n} items can be read, so there are no answers. Try find_problems.")
        return _finish(learn, recipe, writer, taking, arguments), taking.n_items
    except BaseException:
        writer.give_up()
        raise


def cells_in(arrays: dict[str, NDArray[Any]]) -> Cells:
    """The cells of all masks in the files, in the order of their rows."""
    return Cells(*(arrays[f"cell_{name}"] for name in Cells._fields))


def masks_of(arrays: dict[str, NDArray[Any]]) -> dict[int, NDArray[Any]]:
    """The predicted masks in the files, by row."""
    found: dict[int, NDArray[Any]] = {}
    start = 0
    for row, (height, width) in zip(arrays["mask_rows"].tolist(), arrays["mask_shapes"].tolist(), strict=True):
        found[row] = arrays["mask_values"][start : start + height * width].reshape(height, width)
        start += height * width
    return found


def _taking(learn: Learner, recipe: Recipe, writer: AnswerWriter, donor: Donor | None) -> AnswerPass:
    loader = recipe.parts[0].loader
    kinds, n_inp = loader_kinds(loader), int(getattr(loader, "n_inp", 1) or 1)
    targets = kinds[n_inp:]
    kind = None if not targets else targets[0] if len(targets) == 1 else "several"
    reader = TaskReader(decodes_of(learn.loss_func), kind)
    point = None
    if donor is not None:
        reader.task, reader.n_classes, reader.scores = (donor.meta[name] for name in ("task", "n_classes", "scores"))
        point = None if donor.meta["features"] is None else FeaturePoint(**donor.meta["features"])
    taking = AnswerPass(writer, reader, point, recipe.embeddings)
    if donor is not None and point is None:
        taking.no_features = donor.meta["no_embeddings"]
    return taking


def _take_over(donor: Donor, writer: AnswerWriter, taking: AnswerPass) -> None:
    new = np.flatnonzero(donor.rows >= 0)
    old = donor.rows[new]
    for name in COPIED:
        if name in donor.arrays:
            for start in range(0, len(new), ROWS_AT_ONCE):
                chunk = slice(start, start + ROWS_AT_ONCE)
                writer.put(name, new[chunk], np.asarray(donor.arrays[name][old[chunk]]))
    if "cell_row" in donor.arrays:
        taking.cells.append(_moved(cells_in(donor.arrays), old, new))
        places = dict(zip(old.tolist(), new.tolist(), strict=True))
        for row, mask in masks_of(donor.arrays).items():
            if row in places:
                taking.keep_mask(places[row], float(donor.arrays["losses"][row]), np.asarray(mask))
    writer.mark(new)


def _moved(cells: Cells, old: NDArray[np.int64], new: NDArray[np.int64]) -> Cells:
    """The cells of the rows `old`, as those of the rows `new`."""
    place = np.full(int(max(cells.row.max(initial=0), old.max(initial=0))) + 1, -1, np.int64)
    place[old] = new
    rows = place[cells.row]
    kept = rows >= 0
    return cells._replace(row=rows).only(kept)


def _run(learn: Learner, recipe: Recipe, taking: AnswerPass, donor: Donor | None, cbs: Callbacks) -> None:
    start = 0
    try:
        for part in recipe.parts:
            taking.rows = np.arange(start, start + len(part))
            missing = np.arange(len(part)) if donor is None else np.flatnonzero(donor.rows[taking.rows] < 0)
            start += len(part)
            if len(missing):
                run_pass(learn, some_items(part.loader, missing), taking, cbs)
    finally:
        taking.close()


def _finish(
    learn: Learner, recipe: Recipe, writer: AnswerWriter, taking: AnswerPass, arguments: dict[str, Any]
) -> Path:
    seen = writer.seen
    names, paths = names_of(recipe.parts, data_root(learn)), [path for part in recipe.parts for path in part.paths]
    kept = np.flatnonzero(seen).tolist()
    place = np.cumsum(seen) - 1  # of a row among those that are kept
    loose: dict[str, NDArray[Any]] = {
        "splits": np.concatenate([np.full(len(part), part.split, np.int8) for part in recipe.parts])[seen],
        "positions": np.concatenate([np.arange(len(part)) for part in recipe.parts])[seen],
        "identities": recipe.sources[seen],
        "stamps": np.asarray([stamp_of(path) for path in paths], np.int64)[seen],
    }
    if taking.reader.task == "mask":
        loose |= _mask_arrays(taking, place)
    features = taking.point
    meta = {
        "key": recipe.key, "weights": recipe.weights, "preparation": recipe.preparation,
        "embeddings": recipe.embeddings, "lasting": recipe.lasting, "task": taking.reader.task,
        "n_classes": taking.reader.n_classes, "scores": taking.reader.scores,
        "vocab": target_vocab(recipe.parts[0].loader), "features": None if features is None else vars(features),
        "no_embeddings": taking.no_features, "made": datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
        "data": str(data_root(learn) or ""), **arguments,
    }  # fmt: skip
    told = {
        "ids": [names[i] for i in kept],
        "paths": [None if paths[i] is None else str(paths[i]) for i in kept],
        "left_out": [names[i] for i in np.flatnonzero(~seen)],
    }
    return writer.finish(recipe.key, meta, told, loose)


def _mask_arrays(taking: AnswerPass, place: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    columns: list[NDArray[Any]] = [np.concatenate(column) for column in zip(*taking.cells, strict=True)]
    order = np.argsort(columns[0], kind="stable")
    columns[0] = place[columns[0]]
    masks = taking.worst_masks
    return {
        **{f"cell_{name}": column[order] for name, column in zip(Cells._fields, columns, strict=True)},
        "mask_rows": place[np.asarray(list(masks), np.int64)],
        "mask_shapes": np.asarray([mask.shape for mask in masks.values()], np.int64).reshape(-1, 2),
        "mask_values": np.concatenate([mask.ravel() for mask in masks.values()]),
    }
