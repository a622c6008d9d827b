"""What a cell takes for the target of each item."""

from __future__ import annotations

from fastwidgets.builder.cell.parts import Cell, call, literal
from fastwidgets.builder.recipe import Recipe

__all__ = ["add_labels", "label_getter"]

BLOCKS = {"single": "CategoryBlock", "multi": "MultiCategoryBlock", "regression": "RegressionBlock",
          "points": "PointBlock", "text": "CategoryBlock"}  # fmt: skip
READERS = {"coco": "get_annotations", "voc": "get_voc_annotations", "yolo": "get_yolo_annotations"}


def add_labels(cell: Cell, recipe: Recipe) -> str:
    """Write where labels come from; returns the code of the target's block.

    Raises: ValueError where the recipe does not say it.
    """
    labels = recipe.labels
    if labels.by == "none":
        raise ValueError("Where do the labels come from? Choose folder names, a pattern, a table or masks first.")
    if labels.by == "masks":
        return _masks(cell, recipe)
    if labels.by in READERS:
        return _boxes(cell, recipe)
    cell.block["get_y"] = label_getter(recipe)
    if recipe.task == "points":
        pairs = [list(labels.columns[i : i + 2]) for i in range(0, len(labels.columns), 2)]
        cell.add(f"def points_of(row):\n    return [[row[x], row[y]] for x, y in {literal(pairs)}]")
        cell.block["get_y"] = "points_of"
    if recipe.task == "multi" and len(labels.columns) > 1:
        return call("MultiCategoryBlock", encoded=True, vocab=list(labels.columns))
    return BLOCKS[recipe.task]


def label_getter(recipe: Recipe) -> str:
    """The function from an item to its label, as code."""
    labels = recipe.labels
    if labels.by == "pattern":
        return f"RegexLabeller({_raw(labels.pattern)})"
    if labels.by == "column":
        columns = list(labels.columns)
        delimiter = {"label_delim": labels.delimiter} if labels.delimiter else {}
        return call("ColReader", literal(columns if len(columns) > 1 else columns[0]), **delimiter)
    return "parent_label"


def _masks(cell: Cell, recipe: Recipe) -> str:
    template = recipe.labels.mask
    parts = template.replace("{stem}", "{file.stem}").replace("{name}", "{file.name}")
    lines = []
    if "{below}" in template:
        tops = recipe.source.folders
        top = f" / {tops[0]!r}" if tops else ""
        lines.append(f"    below = file.parent.relative_to(path{top}).as_posix() + '/'")
    lines.append(f"    return path / f{parts!r}")
    cell.add("\n".join(["def mask_of(file):", *lines]))
    cell.block["get_y"] = "mask_of"
    codes = recipe.labels.codes
    return call("MaskBlock", literal(list(codes))) if codes else "MaskBlock"


def _boxes(cell: Cell, recipe: Recipe) -> str:
    labels, source = recipe.labels, recipe.source
    place = f"path / {labels.annotations!r}" if labels.annotations else "path"
    prefix = f", prefix=path / {source.prefix!r}" if source.prefix else ", prefix=path"
    cell.add(f"files, boxed = {READERS[labels.by]}({place}{prefix if labels.by == 'coco' else ''})")
    cell.block["get_y"] = "box_getters(files, boxed)"
    cell.block["n_inp"] = "1"
    cell.source = "files"
    if source.excluded:
        cell.add(f"left_out = {literal(list(source.excluded))}")
        cell.add("kept = [file for file in files if file.relative_to(path).as_posix() not in left_out]")
        cell.source = "kept"
    return "BBoxBlock, BBoxLblBlock"


def _raw(pattern: str) -> str:
    """A regular expression as a raw text where it can be one."""
    plain = '"' not in pattern and "\n" not in pattern and not pattern.endswith("\\")
    return f'r"{pattern}"' if plain else repr(pattern)
