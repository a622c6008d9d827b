"""What a cell takes for the target of each item."""

from __future__ import annotations

from fastwidgets.builder.cell.parts import Cell, call, file_below, labeller, literal, raw
from fastwidgets.builder.recipe import Recipe

__all__ = ["add_labels", "label_getter"]

BLOCKS = {"single": "CategoryBlock", "multi": "MultiCategoryBlock", "regression": "RegressionBlock",
          "points": "PointBlock", "text": "CategoryBlock"}  # fmt: skip
READERS = {"coco": "get_annotations", "voc": "get_voc_annotations", "yolo": "get_yolo_annotations"}


def add_labels(cell: Cell, recipe: Recipe) -> str:
    """Write where labels come from, in a recipe that is complete; returns the code of the target's block."""
    labels = recipe.labels
    if labels.by == "masks":
        return _masks(cell, recipe)
    if labels.by in READERS:
        return _boxes(cell, recipe)
    cell.block["get_y"] = label_getter(cell, recipe)
    if recipe.task == "points" and labels.by == "column":
        pairs = [list(labels.columns[i : i + 2]) for i in range(0, len(labels.columns), 2)]
        cell.add(f"def points_of(row):\n    return [[row[x], row[y]] for x, y in {literal(pairs)}]")
        cell.block["get_y"] = "points_of"
    if recipe.task == "multi" and len(labels.columns) > 1:
        return call("MultiCategoryBlock", encoded=True, vocab=list(labels.columns))
    return BLOCKS[recipe.task]


def label_getter(cell: Cell, recipe: Recipe) -> str:
    """The function from an item to its label, as code; one that is not a single call is written above the block."""
    labels, source = recipe.labels, recipe.source
    if labels.by == "column":
        columns = list(labels.columns)
        delimiter = {"label_delim": labels.delimiter} if labels.delimiter else {}
        return call("ColReader", literal(columns if len(columns) > 1 else columns[0]), **delimiter)
    if labels.by == "pattern" and not source.table:
        return labeller(labels.pattern)
    if labels.by == "folder" and not source.table:
        return "parent_label"
    item, name = file_below(source)
    made = {"function": labels.function, "pattern": f"RegexLabeller({raw(labels.pattern)})({name})",
            "folder": f"parent_label({name})"}[labels.by]  # fmt: skip
    cell.add(f"def label_of({item}):\n    return {made}")
    return "label_of"


def _masks(cell: Cell, recipe: Recipe) -> str:
    template = recipe.labels.mask
    parts = template.replace("{stem}", "{file.stem}").replace("{name}", "{file.name}")
    lines = []
    if "{below}" in template:
        tops = recipe.source.folders
        top = f" / {tops[0]!r}" if tops else ""
        lines.append(f"    below = file.parent.relative_to(path{top}).as_posix() + '/'")
    if "{top}" in template:
        lines.append("    top = file.relative_to(path).parts[0]")
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
