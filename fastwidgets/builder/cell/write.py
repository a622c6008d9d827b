"""A recipe as a whole cell."""

from __future__ import annotations

from dataclasses import fields

from fastwidgets.builder.cell.fitting import check_complete
from fastwidgets.builder.cell.items import add_items, add_table
from fastwidgets.builder.cell.labels import READERS, add_labels
from fastwidgets.builder.cell.parts import Cell, call, literal
from fastwidgets.builder.cell.splits import add_split
from fastwidgets.builder.recipe import BatchStep, Recipe

__all__ = ["write_cell"]

FITS = {"crop": "Crop", "pad": "Pad", "squish": "Squish"}
AUGMENT = {"flip": "do_flip"}  # where the words of `aug_transforms` differ


def write_cell(recipe: Recipe) -> str:
    """The cell that makes the recipe's loaders. Raises: ValueError where the recipe leaves something open."""
    check_complete(recipe)
    if recipe.task == "table":
        return _table(recipe)
    cell = Cell(star=_star(recipe))
    if recipe.source.table:
        add_table(cell, recipe)
    elif recipe.labels.by not in READERS:
        add_items(cell, recipe)
    blocks = _texts(cell, recipe) if cell.star == "fastlearn.text.all" else _pictures(cell, recipe)
    add_split(cell, recipe)
    arguments = {"blocks": blocks, **cell.block}
    block = "block = DataBlock(\n" + "".join(f"    {key}={_indented(code)},\n" for key, code in arguments.items()) + ")"
    loaders = call(f"{recipe.name} = block.dataloaders", cell.source, bs=recipe.bs, seed=recipe.split.seed)
    return _joined(cell, recipe, [block, loaders])


def _star(recipe: Recipe) -> str:
    if recipe.task in ("text", "language_model"):
        return "fastlearn.text.all"
    return "fastlearn.medical.all" if recipe.source.items == "dicom" else "fastlearn.vision.all"


def _pictures(cell: Cell, recipe: Recipe) -> str:
    source, size = recipe.source, recipe.item.size
    if source.table:
        prefix, _, name = source.prefix.rpartition("/")
        folder = f"path / {prefix!r}" if prefix else "path"
        before = f"str(path / {source.prefix!r})" if name else folder
        suffix = f", suff={source.suffix!r}" if source.suffix else ""
        cell.block["get_x"] = f"ColReader({source.path_column!r}, pref={before}{suffix})"
    target = add_labels(cell, recipe)
    if size:
        fit = f", ResizeMethod.{FITS[recipe.item.fit]}" if recipe.item.fit != "crop" else ""
        cell.block["item_tfms"] = f"ResizeHU({size})" if source.items == "dicom" else f"Resize({size}{fit})"
    if recipe.batch.augment:
        cell.block["batch_tfms"] = call("aug_transforms", **_changes(recipe.batch))
    return f"({'DicomBlock' if source.items == 'dicom' else 'ImageBlock'}, {target})"


def _changes(batch: BatchStep) -> dict[str, object]:
    """What differs from the defaults of `aug_transforms`."""
    usual = BatchStep()
    changed = {one.name: getattr(batch, one.name) for one in fields(batch) if one.name != "augment"}
    return {AUGMENT.get(key, key): value for key, value in changed.items() if value != getattr(usual, key)}


def _texts(cell: Cell, recipe: Recipe) -> str:
    is_lm = {"is_lm": True} if recipe.task == "language_model" else {}
    if recipe.source.table:
        block = call("TextBlock.from_df", literal(recipe.source.path_column), **is_lm)
    else:
        block = call("TextBlock.from_folder", "path", **is_lm)
    return f"({block},)" if is_lm else f"({block}, {add_labels(cell, recipe)})"


def _table(recipe: Recipe) -> str:
    cell = Cell(star="fastlearn.tabular.all")
    add_table(cell, recipe)
    add_split(cell, recipe)
    target, columns = recipe.labels.columns[0], recipe.source.columns
    learnt = f"table[{literal([*columns, target])}]" if columns else "table"
    cell.add(f"cont_names, cat_names = cont_cat_split({learnt}, dep_var={target!r})")
    loaders = (
        f"{recipe.name} = TabularDataLoaders.from_df(\n    table,\n    path,\n"
        "    procs=[Categorify, FillMissing, Normalize],\n    cat_names=cat_names,\n    cont_names=cont_names,\n"
        f"    y_names={target!r},\n    y_block={'RegressionBlock' if recipe.labels.number else 'CategoryBlock'},\n"
        f"    splitter={_indented(cell.block['splitter'])},\n    bs={recipe.bs},\n    seed={recipe.split.seed},\n)"
    )
    return _joined(cell, recipe, [loaders])


def _joined(cell: Cell, recipe: Recipe, last: list[str]) -> str:
    """Imports, the folder, what comes before, and the loaders; functions stand apart by an empty line."""
    head = [*cell.imports, f"from {cell.star} import *", "", f"path = Path({recipe.source.path!r})"]
    lines: list[str] = []
    for statement in [*cell.before, *last]:
        is_def = statement.startswith("def ")
        if is_def or (lines and lines[-1].startswith("    ") and not lines[-1].startswith("    ]")):
            lines.append("")
        lines += statement.split("\n")
        if is_def:
            lines.append("")
    text = "\n".join([*head, *lines])
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text + "\n"


def _indented(code: str) -> str:
    return code.replace("\n", "\n    ")
