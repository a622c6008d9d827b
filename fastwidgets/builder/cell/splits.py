"""How a cell parts its items into training and validation."""

from __future__ import annotations

from fastwidgets.builder.cell.labels import label_getter
from fastwidgets.builder.cell.parts import Cell, call, file_below, labeller, literal, raw
from fastwidgets.builder.recipe import Recipe

__all__ = ["add_split"]


PATIENT = "PatientID"


def add_split(cell: Cell, recipe: Recipe) -> None:
    """Write the splitter. Raises: ValueError where the recipe lacks what it needs."""
    split = recipe.split
    cell.block["splitter"] = _together(cell, recipe) if split.together else _alone(cell, recipe)


def _alone(cell: Cell, recipe: Recipe) -> str:
    return _WRITERS[recipe.split.by](cell, recipe)


def _share(recipe: Recipe) -> dict[str, float | int]:
    return {"valid_pct": recipe.split.part, "seed": recipe.split.seed}


def _random(cell: Cell, recipe: Recipe) -> str:
    return call("RandomSplitter", **_share(recipe))


def _stratified(cell: Cell, recipe: Recipe) -> str:
    if recipe.labels.by == "folder" and not recipe.source.table:
        return call("StratifiedSplitter", **_share(recipe))
    if recipe.labels.by in ("pattern", "folder", "function"):
        return call("StratifiedSplitter", label_getter(cell, recipe), **_share(recipe))
    if recipe.labels.by == "column" and len(recipe.labels.columns) == 1:
        return call("StratifiedSplitter", repr(recipe.labels.columns[0]), **_share(recipe))
    raise ValueError("An equal share of every class needs one label an item. Choose a random split.")


def _group(cell: Cell, recipe: Recipe) -> str:
    split = recipe.split
    if recipe.source.items == "dicom" and split.column == PATIENT:
        get = [f"get={cell.block['get_x']}"] if recipe.source.table else []
        return call("PatientSplitter", *get, **_share(recipe))
    by = _what_groups(cell, recipe)
    if split.together:
        return call("GroupSplitter", f"[{_as_function(recipe, by)}, together_of]", **_share(recipe))
    return call("GroupSplitter", by, **_share(recipe))


def _what_groups(cell: Cell, recipe: Recipe) -> str:
    split = recipe.split
    if split.pattern and recipe.source.items == "rows":
        raise ValueError("Rows of a table have no paths for a pattern. Choose a column whose values make the groups.")
    if split.pattern and recipe.source.table:
        item, name = file_below(recipe.source)
        cell.add(f"def group_of({item}):\n    return RegexLabeller({raw(split.pattern)})({name})")
        return "group_of"
    if split.pattern:
        return labeller(split.pattern)
    if split.column and recipe.source.table:
        return repr(split.column)
    raise ValueError("What makes a group? Give a pattern over the paths, or a column of the table.")


def _as_function(recipe: Recipe, by: str) -> str:
    return by if recipe.split.pattern else f"ColReader({by})"


def _together(cell: Cell, recipe: Recipe) -> str:
    """Groups of files, such as twins, stay on one side, whatever else makes the split."""
    if recipe.source.items == "rows":
        raise ValueError("Rows of a table have no files that could be kept together. Choose a split by groups.")
    groups = {file: number for number, files in enumerate(recipe.split.together) for file in files}
    cell.add(f"together = {literal(groups)}")
    item, name = file_below(recipe.source)
    cell.add(f"def together_of({item}):\n    name = {name}\n    return together.get(name, name)")
    if recipe.split.by == "random":
        return call("GroupSplitter", "together_of", **_share(recipe))
    if recipe.split.by == "group":
        if recipe.source.items == "dicom" and recipe.split.column == PATIENT:
            raise ValueError(
                "Patients stay whole already, and files beside that would divide them. Choose another split."
            )
        return _group(cell, recipe)
    return f"KeepTogether({_alone(cell, recipe)}, together_of)"


def _time(cell: Cell, recipe: Recipe) -> str:
    if not recipe.source.table or not recipe.split.column:
        raise ValueError("A split by time needs a table with a column of times.")
    return call("TimeSplitter", repr(recipe.split.column), valid_pct=recipe.split.part)


def _column(cell: Cell, recipe: Recipe) -> str:
    split = recipe.split
    if not recipe.source.table or not split.column:
        raise ValueError("A split by a column needs a table, and one of its columns.")
    return call("ColSplitter", repr(split.column), **({"on": split.valid} if split.valid else {}))


def _folders(cell: Cell, recipe: Recipe) -> str:
    split = recipe.split
    if recipe.source.table:
        raise ValueError("The rows of a table have no folders to be split by. Choose a column, or a random split.")
    if recipe.labels.by == "folder":
        return call("GrandparentSplitter", train_name=split.train, valid_name=split.valid)
    cell.add(f"def is_valid(file):\n    return {split.valid!r} in file.relative_to(path).parts[:-1]")
    return "FuncSplitter(is_valid)"


def _file(cell: Cell, recipe: Recipe) -> str:
    if recipe.source.table:
        raise ValueError(
            "The rows of a table have no names of files to be split by. Choose a column, or a random split."
        )
    if not recipe.split.file:
        raise ValueError("Which file lists the names of the validation items?")
    return f"FileSplitter(path / {recipe.split.file!r})"


def _kfold(cell: Cell, recipe: Recipe) -> str:
    split = recipe.split
    cell.add(f"def fold(items):\n    return list(kfold(items, {split.folds}, seed={split.seed}))[{split.fold}]")
    return "fold"


_WRITERS = {"random": _random, "stratified": _stratified, "group": _group, "time": _time, "column": _column,
            "folders": _folders, "file": _file, "kfold": _kfold}  # fmt: skip
