"""Run a cell as far as its items and labels, before any loader is made."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from fastlearn.data.problems import DataError

from fastwidgets.builder.recipe import Recipe

__all__ = ["Look", "Run", "items_and_labels", "look_at", "rows_of", "run_up_to_loaders", "run_whole", "split_of"]

READERS = ("read_csv",)  # that can be told how many rows to read


@dataclass(frozen=True)
class Look:
    """The items as the cell finds them: `files` (None for rows without one) and `labels`; `failed`: what went wrong
    with the label of an item, by its position.
    """

    items: Sequence[Any]
    files: list[Path | None]
    labels: list[Any]
    failed: dict[int, str]


@dataclass(frozen=True)
class Run:
    """A cell that ran up to its loaders: `names` that it defined, the `source` and `splitter` they are made from."""

    names: dict[str, Any]
    source: Any
    splitter: Callable[[Any], Any]

    @cached_property
    def items(self) -> Any:
        """The items, before they are split. Raises: DataError if there are none."""
        block = self.names.get("block")
        return self.source if block is None else block.items_of(self.source)


def run_up_to_loaders(code: str, name: str, most: int | None = None) -> Run:
    """Run all of a cell but the making of its loaders `name`. `most`: rows read of a csv file, None for all."""
    tree = _parsed(code, most)
    last = tree.body.pop()
    assert isinstance(last, ast.Assign) and isinstance(last.value, ast.Call) and ast.unparse(last.targets[0]) == name
    names: dict[str, Any] = {}
    exec(compile(tree, "<data block>", "exec"), names)
    source = eval(compile(ast.Expression(last.value.args[0]), "<data block>", "eval"), names)
    given = next((one.value for one in last.value.keywords if one.arg == "splitter"), None)
    if given is None:
        return Run(names, source, names["block"].splitter)
    return Run(names, source, eval(compile(ast.Expression(given), "<data block>", "eval"), names))


def run_whole(code: str, name: str, most: int | None = None) -> Any:
    """Run a cell and return its loaders `name`; `most` as above."""
    names: dict[str, Any] = {}
    exec(compile(_parsed(code, most), "<data block>", "exec"), names)  # the very code that the user is shown
    return names[name]


def _parsed(code: str, most: int | None) -> ast.Module:
    tree = ast.parse(code)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    for call in calls if most is not None else ():
        if isinstance(call.func, ast.Attribute) and call.func.attr in READERS:
            call.keywords.append(ast.keyword("nrows", ast.Constant(most)))
    return ast.fix_missing_locations(tree)


def split_of(run: Run) -> tuple[list[int], list[int]]:
    """The positions of the items for training and for validation. Raises: what the splitter raises."""
    train, valid = run.splitter(run.items)[:2]
    return [int(i) for i in train], [int(i) for i in valid]


def items_and_labels(run: Run, recipe: Recipe) -> tuple[list[Any], Callable[[Any], Any] | None]:
    """The items, rows as dictionaries, and the function to their labels (None for a language model).

    A function of several columns gives what it gives the loaders; boxes are labelled by their classes.
    """
    block, rows = run.names.get("block"), rows_of(run.items)
    if block is None:
        target = recipe.labels.columns[0]
        return rows, lambda row: row[target]
    return rows, None if recipe.labels.by == "none" else block.getters[-1]


def rows_of(items: Any) -> list[Any]:
    """The items one by one: the rows of a table as dictionaries."""
    return items.to_dict("records") if hasattr(items, "to_dict") else list(items)


def look_at(
    items: Sequence[Any], file_of: Callable[[Any], Path | None], get_label: Callable[[Any], Any] | None
) -> Look:
    """Each item with its file and label."""
    labels: list[Any] = []
    failed: dict[int, str] = {}
    for i, item in enumerate(items):
        try:
            label = None if get_label is None else get_label(item)
            if get_label is not None and _is_empty(label):
                raise DataError(f"The cell of its label is empty, in row {i + 1} of those that are used.")
            labels.append(label)
        except DataError as error:
            labels.append(None)
            failed[i] = str(error)
    return Look(items, [file_of(item) for item in items], labels, failed)


def _is_empty(label: Any) -> bool:
    """Whether a cell holds nothing, or one of several of a label; a list of no labels is one."""
    if isinstance(label, list | tuple):
        return any(_is_empty(part) for part in label)
    return (
        label is None or (isinstance(label, float) and label != label) or type(label).__name__ in ("NAType", "NaTType")
    )
