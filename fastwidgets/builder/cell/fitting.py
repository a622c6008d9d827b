"""Which labels fit which task, and what a recipe still leaves open: said before a cell is written."""

from __future__ import annotations

from fastwidgets.builder.recipe import LabelsBy, Recipe, Task
from fastwidgets.builder.table_form import called

__all__ = ["FITTING", "check_complete"]

FITTING: dict[Task, tuple[LabelsBy, ...]] = {
    "single": ("folder", "pattern", "column", "function"),
    "multi": ("column", "function"),
    "regression": ("column", "function"),
    "segmentation": ("masks",),
    "points": ("column", "function"),
    "boxes": ("coco", "voc", "yolo"),
    "table": ("column",),
    "text": ("folder", "pattern", "column", "function"),
    "language_model": ("none",),
}
WORDS: dict[LabelsBy, str] = {
    "none": "nothing", "folder": "names of folders", "pattern": "a pattern over the path",
    "column": "a column of a table", "function": "a function", "masks": "masks",
    "coco": "a COCO file", "voc": "Pascal VOC files", "yolo": "YOLO files",
}  # fmt: skip
TASKS: dict[Task, str] = {
    "single": "One class an item", "multi": "Several labels an item", "regression": "Numbers",
    "segmentation": "A class for each pixel", "points": "Points", "boxes": "Boxes", "table": "A plain table",
    "text": "Texts with a class", "language_model": "A language model",
}  # fmt: skip


def check_complete(recipe: Recipe) -> None:
    """Raise ValueError, in words for the page, where the recipe lacks something or its parts do not fit."""
    for why in (_source(recipe), _labels(recipe)):
        if why:
            raise ValueError(why)


def _source(recipe: Recipe) -> str:
    source, task = recipe.source, recipe.task
    if task == "table":
        return "" if source.table and source.items == "rows" else "Which table? Choose one in the source step."
    if source.table and not source.path_column:
        holds = "texts" if source.items == "rows" else "paths"
        return f"Which column of {called(source.table)} holds the {holds}? Choose it in the source step."
    are_texts = source.items in ("texts", "rows")
    if (task in ("text", "language_model")) != are_texts:
        there = "texts" if are_texts else "pictures"
        return (f"{TASKS[task]} cannot be learnt from {there}. Choose what to learn, or another reading, in the source "
                "step.")  # fmt: skip
    return ""


def _labels(recipe: Recipe) -> str:
    labels, task = recipe.labels, recipe.task
    if labels.by == "none" and task != "language_model":
        return "Where do the labels come from? Choose folder names, a pattern, a table or masks first."
    if task != "language_model" and labels.by not in FITTING[task]:
        fitting = " or ".join(WORDS[by] for by in FITTING[task])
        return f"{TASKS[task]} cannot come from {WORDS[labels.by]}, but from {fitting}. Choose it in the labels step."
    return _labels_open(recipe) if task != "language_model" else ""


def _labels_open(recipe: Recipe) -> str:
    labels, task = recipe.labels, recipe.task
    match labels.by:
        case "column" if not recipe.source.table:
            return "Labels from a column need a table. Choose one in the source step."
        case "column" if not labels.columns:
            return "Which column holds the labels? Choose it in the labels step."
        case "column" if task in ("single", "text", "table") and len(labels.columns) > 1:
            return f"One label an item comes from one column, but {len(labels.columns)} are chosen in the labels step."
        case "column" if task == "points" and len(labels.columns) % 2:
            return "A point has two columns, x and y, so an even number of columns is chosen in the labels step."
        case "pattern" if not labels.pattern:
            return "Which part of the path is the label? Write a pattern in the labels step, with brackets around it."
        case "function" if not labels.function:
            return "Which function gives the label? Write it in the labels step, such as file.parent.name."
        case "masks" if not labels.mask:
            return "Where are the masks? Write the path of one in the labels step, such as masks/{stem}.png."
        case "coco" if not labels.annotations:
            return "Which file holds the annotations? Choose it in the labels step."
    return ""
