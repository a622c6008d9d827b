"""The fields of each step: which of them count now, what may be chosen, and what they hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from fastwidgets.builder.cell.fitting import FITTING
from fastwidgets.builder.folder import Folder
from fastwidgets.builder.paths import name_of
from fastwidgets.builder.recipe import Recipe
from fastwidgets.builder.table_facts import read_table
from fastwidgets.builder.table_form import KEPT

__all__ = ["Columns", "Field", "fields"]

MOST_FOLDERS = 200
TASKS = {"single": "One class an item", "multi": "Several labels an item", "regression": "Numbers",
         "segmentation": "A class for each pixel", "points": "Points", "boxes": "Boxes", "table": "A plain table",
         "text": "Texts with a class", "language_model": "Texts alone (language model)"}  # fmt: skip
BY = {"none": "Choose …", "folder": "Name of the folder", "pattern": "Pattern over the path",
      "column": "Column of a table", "function": "Function", "masks": "Masks", "coco": "COCO file",
      "voc": "Pascal VOC files", "yolo": "YOLO files"}  # fmt: skip
SPLITS = {"random": "Random", "stratified": "Random, equal share of each class", "group": "Groups stay together",
          "time": "The latest for validation", "column": "Column of the table", "folders": "Folders",
          "file": "File of names", "kfold": "One fold of k"}  # fmt: skip
FITS = {"crop": "Crop", "pad": "Pad", "squish": "Squish"}


@dataclass(frozen=True)
class Field:
    """One input of the form. `step` and `name` are the recipe's ("" for its own fields), `value` is what it holds.

    `options`: values and their words, for a "choice" (one of them) and for "names" (any number of them).
    """

    step: str
    name: str
    label: str
    kind: Literal["choice", "flag", "number", "whole", "text", "names"]
    value: Any
    options: tuple[tuple[str, str], ...] = ()
    hint: str = ""


class Columns:
    """The columns of the tables in a folder, each read once; of a table that cannot be read there are none."""

    def __init__(self, folder: Folder) -> None:
        self._folder, self._known = folder, dict[str, tuple[str, ...]]()

    def __call__(self, table: str) -> tuple[str, ...]:
        if table and table not in self._known:
            try:
                self._known[table] = tuple(map(str, read_table(self._folder.path / table, 5).columns))
            except (ValueError, OSError):
                self._known[table] = ()
        return self._known.get(table, ())


def fields(recipe: Recipe, folder: Folder, columns: Columns) -> dict[str, list[Field]]:
    """The fields that count for `recipe`, by the step they stand in."""
    there = columns(recipe.source.table)
    return {
        "source": _source(recipe, folder, there),
        "labels": _labels(recipe, folder, there),
        "split": _split(recipe, there),
        "item": _item(recipe),
        "batch": _batch(recipe),
    }


def _source(recipe: Recipe, folder: Folder, columns: tuple[str, ...]) -> list[Field]:
    source = recipe.source
    found = [_choice("", "task", "To learn", recipe.task, TASKS)]
    if folder.tables or source.table:
        none = [] if recipe.task == "table" else [("", "No table: files")]
        known = dict.fromkeys([*folder.tables, *([source.table] if source.table else [])])
        tables = [*none, *((name, _called(folder, name)) for name in known)]
        found.append(Field("source", "table", "Table", "choice", source.table, tuple(tables)))
    if source.table and recipe.task == "table":
        names = tuple((name, name) for name in columns if name not in recipe.labels.columns)
        found.append(Field("source", "columns", "Learn from", "names", source.columns, names, "none: from all"))
    elif source.items == "rows":
        found.append(_of("source", "path_column", "Column of texts", source.path_column, columns))
    elif source.table:
        found.append(_of("source", "path_column", "Column of paths", source.path_column, columns))
        found.append(Field("source", "prefix", "Before the path", "text", source.prefix, (), "Such as images/"))
        ending = ".dcm" if source.items == "dicom" else ".jpg"
        found.append(Field("source", "suffix", "After it", "text", source.suffix, (), f"Such as {ending}"))
    else:
        tops = sorted({file.partition("/")[0] for file in folder.files if "/" in file})
        if 1 < len(tops) <= MOST_FOLDERS:
            options = tuple((name, name) for name in dict.fromkeys([*tops, *source.folders]))
            found.append(Field("source", "folders", "Only folders", "names", source.folders, options, "none: all"))
    return found


def _called(folder: Folder, table: str) -> str:
    """A table in the words of a choice."""
    kept = KEPT.fullmatch(name_of(table))
    return "The data frame" if table == folder.frame else f"A data frame of before ({kept[1]})" if kept else table


def _labels(recipe: Recipe, folder: Folder, columns: tuple[str, ...]) -> list[Field]:
    labels = recipe.labels
    if recipe.task == "language_model":
        return []
    if recipe.task == "table":
        return [_named("columns", "To predict", labels.columns, columns),
                Field("labels", "number", "It is a number", "flag", labels.number)]  # fmt: skip
    fitting: dict[str, str] = {by: words for by, words in BY.items() if by in (*FITTING[recipe.task], labels.by)}
    found = [_choice("labels", "by", "Labels from", labels.by, fitting)]
    match labels.by:
        case "pattern":
            hint = "A regular expression over the path below the folder; its first group is the label"
            found.append(Field("labels", "pattern", "Pattern", "text", labels.pattern, (), hint))
        case "function":
            item = "row" if recipe.source.table else "file"
            example = "row['name']" if recipe.source.table else "file.stem.split('-')[0]"
            hint = f"Python over {item}, such as {example}; it stands in the cell, and is run to look at the labels"
            found.append(Field("labels", "function", "Function", "text", labels.function, (), hint))
        case "column":
            found.append(_named("columns", "Columns", labels.columns, columns))
            if recipe.task == "multi":
                found.append(Field("labels", "delimiter", "Parted by", "text", labels.delimiter))
        case "masks":
            hint = "The path of a mask; {stem}, {name}, {below} and {top} are those of the picture"
            found.append(Field("labels", "mask", "Path of the mask", "text", labels.mask, (), hint))
            found.append(Field("labels", "codes", "Names of values", "names", labels.codes, (), "From 0, with commas"))
        case "coco" | "voc" | "yolo":
            files = folder.ending(".json") if labels.by == "coco" else []
            options = tuple((name, name) for name in files)
            kind: Literal["choice", "text"] = "choice" if options else "text"
            found.append(Field("labels", "annotations", "File or folder", kind, labels.annotations, options))
    return found


def _split(recipe: Recipe, columns: tuple[str, ...]) -> list[Field]:
    split = recipe.split
    found = [_choice("split", "by", "How", split.by, SPLITS)]
    if split.by in ("random", "stratified", "group", "time"):
        found.append(Field("split", "part", "For validation", "number", split.part, (), "A share of 0 to 1"))
    if split.by in ("random", "stratified", "group", "kfold"):
        found.append(Field("split", "seed", "Seed", "whole", split.seed))
    if split.by == "group" and recipe.source.items != "rows":
        found.append(Field("split", "pattern", "Pattern of a group", "text", split.pattern, (),
                           "A regular expression over the path; its first group names the group"))  # fmt: skip
    if split.by in ("group", "time", "column"):
        known = columns or ((split.column,) if split.column else ())
        found.append(_of("split", "column", "Column", split.column, known))
    if split.by in ("folders", "column"):
        found.append(Field("split", "train", "Training is", "text", split.train))
        found.append(Field("split", "valid", "Validation is", "text", split.valid))
    if split.by == "file":
        found.append(Field("split", "file", "File of names", "text", split.file))
    if split.by == "kfold":
        found.append(Field("split", "folds", "Folds", "whole", split.folds))
        found.append(Field("split", "fold", "This one, from 0", "whole", split.fold))
    return found


def _item(recipe: Recipe) -> list[Field]:
    if recipe.task in ("table", "text", "language_model"):
        return []
    return [Field("item", "size", "Size in pixels", "whole", recipe.item.size, (), "0 leaves pictures as they are"),
            _choice("item", "fit", "Fit", recipe.item.fit, FITS)]  # fmt: skip


def _batch(recipe: Recipe) -> list[Field]:
    batch = recipe.batch
    found = [Field("", "bs", "Items in a batch", "whole", recipe.bs)]
    if recipe.task in ("table", "text", "language_model"):
        return found
    found.append(Field("batch", "augment", "Random changes", "flag", batch.augment))
    if batch.augment:
        found += [
            Field("batch", "flip", "Mirror", "flag", batch.flip),
            Field("batch", "flip_vert", "Turn upside down, too", "flag", batch.flip_vert),
            Field("batch", "max_rotate", "Turn, degrees", "number", batch.max_rotate),
            Field("batch", "max_zoom", "Zoom, times", "number", batch.max_zoom),
            Field("batch", "max_lighting", "Light, 0 to 1", "number", batch.max_lighting),
            Field("batch", "max_warp", "Warp, 0 to 1", "number", batch.max_warp),
        ]
    return found


def _choice(step: str, name: str, label: str, value: str, words: dict[str, str]) -> Field:
    return Field(step, name, label, "choice", value, tuple(words.items()))


def _of(step: str, name: str, label: str, value: str, columns: Iterable[str]) -> Field:
    options = (("", "Choose …"), *((column, column) for column in columns))
    return Field(step, name, label, "choice", value, options)


def _named(name: str, label: str, value: Sequence[str], columns: Iterable[str]) -> Field:
    options = tuple((column, column) for column in columns)
    return Field("labels", name, label, "names", tuple(value), options)
