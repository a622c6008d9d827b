"""Pictures, or texts, in folders named for their classes; perhaps below folders for training and validation."""

from __future__ import annotations

from fastwidgets.builder.folder import Folder
from fastwidgets.builder.guesses.guess import Guess
from fastwidgets.builder.guesses.sides import find_sides, of_side
from fastwidgets.builder.paths import name_of, parent_of
from fastwidgets.builder.recipe import Items, Labels, Recipe, Source

__all__ = ["class_folders", "text_folders"]

HOLDERS = ("images", "image", "imgs", "img", "data", "jpg", "jpeg", "png", "photos", "pictures", "texts", "docs",
           "raw", "files")  # fmt: skip
UNLABELLED = ("unsup", "unlabeled", "unlabelled")


def class_folders(folder: Folder) -> list[Guess]:
    """Pictures in class folders."""
    return _guesses(folder, folder.pictures, "images", "pictures")


def text_folders(folder: Folder) -> list[Guess]:
    """Texts in class folders."""
    if len(folder.texts) <= len(folder.pictures):
        return []  # a list of classes, or labels beside pictures
    return _guesses(folder, folder.texts, "texts", "texts")


def _guesses(folder: Folder, files: list[str], items: Items, what: str) -> list[Guess]:
    nested = [file for file in files if "/" in file]
    if not nested or len(nested) < 0.5 * len(files):
        return []
    labelled = [file for file in nested if not _is_unlabelled(name_of(parent_of(file)))]
    parents = _classes(labelled)
    recipe = Recipe("text" if items == "texts" else "single", Source(str(folder.path), items), Labels("folder"))
    sides = find_sides(parts[-3] for file in labelled if len(parts := file.split("/")) > 2)
    if sides:
        train, valid, test = sides
        why = [_listed(parents, what), f"The folders {train} and {valid} part them into training and validation."]
        if test:
            why.append(f"{test} is left for the end.")
        recipe = recipe.changed("split", by="folders", train=train, valid=valid)
        return [Guess(recipe, 80, tuple(why))]
    why = [_listed(parents, what)] if parents else []
    left_out = {_top(file) for file in nested} - {_top(file) for file in labelled}
    if left_out:
        recipe = recipe.changed("source", folders=sorted({_top(file) for file in labelled}))
        why.append(f"{', '.join(sorted(left_out))} has no classes and is left out.")
    names = [name for name in parents if name.lower() not in HOLDERS]
    if len(names) < len(parents) or not names:
        return []
    sure = 70 if len(names) > 1 else 15
    by = "stratified" if len(names) > 1 and min(parents.values()) > 1 else "random"
    recipe = recipe.changed("split", by=by)
    return [Guess(recipe, sure, tuple(why))]


def _classes(files: list[str]) -> dict[str, int]:
    """How many files lie in folders of each name."""
    found: dict[str, int] = {}
    for file in files:
        name = name_of(parent_of(file))
        found[name] = found.get(name, 0) + 1
    return found


def _is_unlabelled(name: str) -> bool:
    return name.lower() in UNLABELLED or of_side(name)


def _top(file: str) -> str:
    return file.partition("/")[0]


def _listed(parents: dict[str, int], what: str) -> str:
    names = sorted(parents)
    shown = ", ".join(names[:4]) + (", …" if len(names) > 4 else ".")
    classes = "class" if len(names) == 1 else "classes"
    return f"{sum(parents.values()):,} {what} lie in folders of {len(names)} {classes}: {shown}"
