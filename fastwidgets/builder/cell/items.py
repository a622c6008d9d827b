"""Where a cell's items come from: files below a folder, or rows of a table."""

from __future__ import annotations

from pathlib import PurePosixPath

from fastwidgets.builder.cell.parts import Cell, call, literal
from fastwidgets.builder.recipe import Recipe
from fastwidgets.builder.table_form import TableForm

__all__ = ["add_items", "add_left_out", "add_table"]

FINDERS = {"images": "get_image_files", "texts": "get_text_files", "dicom": "get_dicom_files"}


def add_items(cell: Cell, recipe: Recipe) -> None:
    """Files: the finder itself where all of them count, else a function that leaves some out."""
    source, finder = recipe.source, FINDERS[recipe.source.items]
    tests = _tests(recipe)
    folders = {"folders": list(source.folders)} if source.folders else {}
    if not tests:
        cell.block["get_items"] = _getter(recipe, finder)
        return
    if source.excluded:
        add_left_out(cell, recipe)
    found = call(finder, "folder", **folders)
    cell.add(
        f"def items_of(folder):\n    found = {found}\n    return [file for file in found if {' and '.join(tests)}]"
    )
    cell.block["get_items"] = "items_of"


def _getter(recipe: Recipe, finder: str) -> str:
    if not recipe.source.folders:
        return finder
    folders = list(recipe.source.folders)
    if finder == "get_image_files":
        return call("ImageGetter", folders=folders)
    if finder == "get_text_files":
        return call("FileGetter", extensions=".txt", folders=folders)
    return call("partial", finder, folders=folders)


def add_left_out(cell: Cell, recipe: Recipe) -> None:
    """The files that were left out by hand, relative to the folder."""
    cell.add(f"left_out = {literal(list(recipe.source.excluded))}")


def _tests(recipe: Recipe) -> list[str]:
    """What a file has to pass, as code over `file` and `folder`."""
    tests = []
    if recipe.source.excluded:
        tests.append("file.relative_to(folder).as_posix() not in left_out")
    if recipe.labels.by == "masks" and recipe.labels.mask.startswith("{below}"):
        stem = PurePosixPath(recipe.labels.mask).stem
        ending = stem.rpartition("}")[2]
        tests.append(f"not file.stem.endswith({ending!r})")  # the masks lie among the pictures
    if recipe.labels.by == "masks" and recipe.labels.mask.startswith("{top}/"):
        masks = recipe.labels.mask.split("/")[1].format()  # the folder of masks beside that of the pictures
        tests.append(f"{masks!r} not in file.relative_to(folder).parts")
    if recipe.split.by == "folders" and recipe.labels.by != "folder":
        sides = sorted({recipe.split.train, recipe.split.valid})
        tests.append(f"set({sides!r}) & set(file.relative_to(folder).parts[:-1])")
    return tests


def add_table(cell: Cell, recipe: Recipe) -> None:
    """The rows of a table, without those of files that were left out or that are marked for neither side."""
    source, split = recipe.source, recipe.split
    reader = "read_parquet" if source.table.lower().endswith(".parquet") else "read_csv"
    form = TableForm(source.sep, source.encoding, source.dtypes, source.dates, source.to_the_letter)
    given = form.options() if reader == "read_csv" else {}
    cell.imports.append("import pandas as pd")
    cell.add(f"table = {call(f'pd.{reader}', f'path / {source.table!r}', **given)}")
    if source.excluded:
        add_left_out(cell, recipe)
        before = f"{source.prefix!r} + " if source.prefix else ""
        after = f" + {source.suffix!r}" if source.suffix else ""
        name = f"table[{source.path_column!r}].astype(str)"
        cell.add(f"table = table[~({before}{name}{after}).isin(left_out)]")
    if split.by == "column" and split.train:
        marks = [split.train, split.valid]
        cell.add(f"table = table[table[{split.column!r}].isin({literal(marks)})]  # what has another mark is left out")
    cell.source = "table"
