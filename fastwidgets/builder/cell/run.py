"""Run a cell as far as its items and labels, before any loader is made."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastlearn.data.problems import DataError

from fastwidgets.builder.recipe import Recipe

__all__ = ["Look", "items_and_labels", "look_at", "run_up_to_loaders"]


@dataclass(frozen=True)
class Look:
    """The items as the cell finds them: `files` (None for rows without one) and `labels`; `failed`: what went wrong
    with the label of an item, by its position.
    """

    items: Sequence[Any]
    files: list[Path | None]
    labels: list[Any]
    failed: dict[int, str]


def run_up_to_loaders(code: str, name: str) -> tuple[dict[str, Any], Any]:
    """Run all of a cell but the making of its loaders `name`; what it defined, and what the loaders are made from."""
    tree = ast.parse(code)
    last = tree.body.pop()
    assert isinstance(last, ast.Assign) and isinstance(last.value, ast.Call) and ast.unparse(last.targets[0]) == name
    names: dict[str, Any] = {}
    exec(compile(tree, "<data block>", "exec"), names)
    return names, eval(compile(ast.Expression(last.value.args[0]), "<data block>", "eval"), names)


def items_and_labels(
    names: dict[str, Any], source: Any, recipe: Recipe
) -> tuple[list[Any], Callable[[Any], Any] | None]:
    """The items, rows as dictionaries, and the function to their labels (None for a language model).

    A function of several columns gives what it gives the loaders; boxes are labelled by their classes.
    """
    block = names.get("block")
    items = source if block is None else block.items_of(source)
    rows = items.to_dict("records") if hasattr(items, "to_dict") else list(items)
    if block is None:
        target = recipe.labels.columns[0]
        return rows, lambda row: row[target]
    return rows, None if recipe.labels.by == "none" else block.getters[-1]


def look_at(
    items: Sequence[Any], file_of: Callable[[Any], Path | None], get_label: Callable[[Any], Any] | None
) -> Look:
    """Each item with its file and label."""
    labels: list[Any] = []
    failed: dict[int, str] = {}
    for i, item in enumerate(items):
        try:
            labels.append(None if get_label is None else get_label(item))
        except DataError as error:
            labels.append(None)
            failed[i] = str(error)
    return Look(items, [file_of(item) for item in items], labels, failed)
