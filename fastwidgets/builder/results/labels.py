"""The labels step: real items, and where in their names or rows the label was found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fastwidgets.builder.recipe import Recipe
from fastwidgets.builder.results.draw import thumbnail
from fastwidgets.builder.results.result import Part, Result, Tile
from fastwidgets.builder.session import Preview

__all__ = ["chosen", "labels_result", "marked_path"]

TILES = 10
LABEL = 80  # letters of a label that are shown


def labels_result(preview: Preview, recipe: Recipe, root: Path) -> Result:
    """Ten items, of as many classes as there are."""
    look = preview.look
    tiles = []
    for i in chosen(look.labels, TILES):
        file, trouble = look.files[i], look.failed.get(i, "")
        line = marked_row(look.items[i], recipe) if file is None else marked_path(_below(file, root), recipe)
        label = f"no label: {trouble}" if trouble else label_words(look.labels[i])
        tiles.append(Tile(line, label, () if file is None else thumbnail(file)))
    if recipe.labels.by == "none":
        return Result(("No labels: a language model learns from the texts alone.",), tiles=tuple(tiles))
    failed = len(look.failed)
    words = f"{len(look.items) - failed:,} of {len(look.items):,} items have a label."
    first = next(iter(look.failed.values()), "")
    return Result((words,), (first,) if first else (), tiles=tuple(tiles))


def chosen(labels: Sequence[Any], n: int) -> list[int]:
    """Positions of `n` items: the first of each label, then evenly from all of them, in their order."""
    first: dict[str, int] = {}
    for i, label in enumerate(labels):
        first.setdefault(str(label), i)
        if len(first) == n:
            break
    step = max(1, len(labels) // n)
    found = dict.fromkeys([*first.values(), *range(0, len(labels), step), *range(len(labels))][: len(labels) + 2 * n])
    return sorted(list(found)[:n])


def marked_path(file: str, recipe: Recipe) -> tuple[Part, ...]:
    """The path below the folder, with the part that is the label standing out."""
    if recipe.labels.by == "folder" and "/" in file:
        above, _, name = file.rpartition("/")
        before, slash, folder = above.rpartition("/")
        return _without_empty((before + slash, False), (folder, True), (f"/{name}", False))
    if recipe.labels.by == "pattern":
        try:
            match = re.search(recipe.labels.pattern, file)
        except re.error:
            match = None
        if match and match.re.groups:
            start, end = match.span(1)
            return _without_empty((file[:start], False), (file[start:end], True), (file[end:], False))
    return ((file, False),)


def marked_row(row: Any, recipe: Recipe) -> tuple[Part, ...]:
    """The first columns of a row, those of the label standing out."""
    pairs = list(row.items()) if isinstance(row, dict) else [("", row)]
    wanted = set(recipe.labels.columns)
    shown = [one for one in pairs if one[0] in wanted] + [one for one in pairs if one[0] not in wanted][:4]
    return tuple((f"{name}: {str(value)[:LABEL]}  ", name in wanted) for name, value in shown)


def label_words(label: Any) -> str:
    """A label in words."""
    if isinstance(label, Path):
        return f"mask {label.name}"
    if isinstance(label, list | tuple | set):
        return ", ".join(map(str, label))[:LABEL] or "none of the labels"
    return "" if label is None else str(label)[:LABEL]


def _below(file: Path, root: Path) -> str:
    return file.relative_to(root).as_posix() if file.is_relative_to(root) else file.as_posix()


def _without_empty(*parts: Part) -> tuple[Part, ...]:
    return tuple(part for part in parts if part[0])
