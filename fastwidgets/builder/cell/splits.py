"""How a cell parts its items into training and validation."""

from __future__ import annotations

from fastwidgets.builder.cell.labels import label_getter
from fastwidgets.builder.cell.parts import Cell, call, literal
from fastwidgets.builder.recipe import Recipe

__all__ = ["add_split"]


PATIENT = "PatientID"


def add_split(cell: Cell, recipe: Recipe) -> None:
    """Write the splitter. Raises: ValueError where the recipe lacks what it needs."""
    split = recipe.split
    cell.block["splitter"] = _together(cell, recipe) if split.together else _WRITERS[split.by](cell, recipe)


def _share(recipe: Recipe) -> dict[str, float | int]:
    return {"valid_pct": recipe.split.part, "seed": recipe.split.seed}


def _random(cell: Cell, recipe: Recipe) -> str:
    return call("RandomSplitter", **_share(recipe))


def _stratified(cell: Cell, recipe: Recipe) -> str:
    if recipe.labels.by == "folder":
        return call("StratifiedSplitter", **_share(recipe))
    if recipe.labels.by == "pattern":
        return call("StratifiedSplitter", label_getter(recipe), **_share(recipe))
    if recipe.labels.by == "column" and len(recipe.labels.columns) == 1:
        return call("StratifiedSplitter", repr(recipe.labels.columns[0]), **_share(recipe))
    raise ValueError("An equal share of every class needs one label an item. Choose a random split.")


def _group(cell: Cell, recipe: Recipe) -> str:
    split = recipe.split
    if recipe.source.items == "dicom" and split.column == PATIENT:
        get = [f"get={cell.block['get_x']}"] if recipe.source.table else []
        return call("PatientSplitter", *get, **_share(recipe))
    if split.pattern:
        return call("GroupSplitter", f"RegexLabeller({split.pattern!r})", **_share(recipe))
    if split.column and recipe.source.table:
        return call("GroupSplitter", repr(split.column), **_share(recipe))
    raise ValueError("What makes a group? Give a pattern over the paths, or a column of the table.")


def _together(cell: Cell, recipe: Recipe) -> str:
    """Groups of files, such as twins, stay on one side; every other item is a group of its own."""
    groups = {file: number for number, files in enumerate(recipe.split.together) for file in files}
    cell.add(f"together = {literal(groups)}")
    source = recipe.source
    if source.table:
        name = f"f'{{row[{source.path_column!r}]}}'"
        around = " + ".join(part for part in (repr(source.prefix) if source.prefix else "", name,
                                              repr(source.suffix) if source.suffix else "") if part)  # fmt: skip
        cell.add(f"def group_of(row):\n    file = {around}\n    return together.get(file, file)")
    else:
        cell.add(
            "def group_of(file):\n    name = file.relative_to(path).as_posix()\n    return together.get(name, name)"
        )
    return call("GroupSplitter", "group_of", **_share(recipe))


def _time(cell: Cell, recipe: Recipe) -> str:
    if not recipe.source.table or not recipe.split.column:
        raise ValueError("A split by time needs a table with a column of times.")
    return call("TimeSplitter", repr(recipe.split.column), valid_pct=recipe.split.part)


def _column(cell: Cell, recipe: Recipe) -> str:
    split = recipe.split
    if not recipe.source.table or not split.column:
        raise ValueError("A split by a column needs a table.")
    return call("ColSplitter", repr(split.column), **({"on": split.valid} if split.valid else {}))


def _folders(cell: Cell, recipe: Recipe) -> str:
    split = recipe.split
    if recipe.labels.by == "folder":
        return call("GrandparentSplitter", train_name=split.train, valid_name=split.valid)
    cell.add(f"def is_valid(file):\n    return {split.valid!r} in file.relative_to(path).parts[:-1]")
    return "FuncSplitter(is_valid)"


def _file(cell: Cell, recipe: Recipe) -> str:
    if not recipe.split.file:
        raise ValueError("Which file lists the names of the validation items?")
    return f"FileSplitter(path / {recipe.split.file!r})"


def _kfold(cell: Cell, recipe: Recipe) -> str:
    split = recipe.split
    cell.add(f"def fold(items):\n    return list(kfold(items, {split.folds}, seed={split.seed}))[{split.fold}]")
    return "fold"


_WRITERS = {"random": _random, "stratified": _stratified, "group": _group, "time": _time, "column": _column,
            "folders": _folders, "file": _file, "kfold": _kfold}  # fmt: skip
