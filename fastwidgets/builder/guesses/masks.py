"""Masks beside pictures: a second folder, or the same one, with names that answer to those of the pictures."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from fastwidgets.builder.folder import Folder
from fastwidgets.builder.guesses.guess import Guess
from fastwidgets.builder.guesses.sides import find_sides
from fastwidgets.builder.paths import name_of, parent_of, stem_of, suffix_of, top_of
from fastwidgets.builder.recipe import Labels, Recipe, Source

__all__ = ["masks_beside"]

WORDS = ("mask", "masks", "label", "labels", "seg", "segmentation", "segmentations", "annotation", "annotations", "gt",
         "groundtruth", "ground_truth", "annot", "trimap", "trimaps", "labelids")  # fmt: skip
ENDINGS = ("", "_mask", "-mask", "_P", "_L", "_seg", "_gt", "_label", "_labels", "_segmentation", "_manual1", "_GT")
CODES = ("codes.txt", "classes.txt", "labels.txt")
FITS = 0.9


def masks_beside(folder: Folder) -> list[Guess]:
    """Pictures with a mask each."""
    return _in_another_folder(folder) or _in_sides(folder) or _in_the_same_folder(folder)


def _in_sides(folder: Folder) -> list[Guess]:
    """train/images and train/masks, valid/images and valid/masks."""
    second = {file: parts[1] for file in folder.pictures if len(parts := file.split("/")) == 3}
    for masks_folder in sorted({name for name in second.values() if name.lower() in WORDS}):
        masks = {file for file, name in second.items() if name == masks_folder}
        pictures = [file for file, name in second.items() if name.lower() not in WORDS]
        suffix = Counter(suffix_of(mask) for mask in masks).most_common(1)[0][0]
        for ending in ENDINGS:
            template = f"{{top}}/{_escaped(masks_folder)}/{{stem}}{ending}{_escaped(suffix)}"
            if pictures and sum(mask_path(template, file, "") in masks for file in pictures) >= FITS * len(pictures):
                return [_parted(_guess(folder, "", pictures, template, masks_folder), pictures)]
    return []


def _parted(guess: Guess, pictures: list[str]) -> Guess:
    sides = find_sides({top_of(file) for file in pictures})
    if sides is None:
        return guess
    why = f"The folders {sides[0]} and {sides[1]} part them into training and validation."
    recipe = guess.recipe.changed("split", by="folders", train=sides[0], valid=sides[1])
    return replace(guess, recipe=recipe, why=(*guess.why, why))


def _in_another_folder(folder: Folder) -> list[Guess]:
    tops = _by_top(folder.pictures)
    for masks_top, masks in tops.items():
        if masks_top.rpartition("/")[2].lower() not in WORDS:
            continue
        answers = set(masks)
        for top, pictures in tops.items():
            if top == masks_top or top.rpartition("/")[2].lower() in WORDS:
                continue
            found = _template(top, pictures, masks_top, masks, answers)
            if found:
                return [_guess(folder, top, pictures, found, masks_top)]
    return []


def _by_top(files: list[str]) -> dict[str, list[str]]:
    """Files by the highest folder below which they lie that is called for masks, or else by their first one."""
    found: dict[str, list[str]] = {}
    for file in files:
        parts = file.split("/")[:-1]
        at = next((i for i, part in enumerate(parts) if part.lower() in WORDS), 0)
        found.setdefault("/".join(parts[: at + 1]), []).append(file)
    return found


def _template(top: str, pictures: list[str], masks_top: str, masks: list[str], answers: set[str]) -> str:
    """How the path of a mask follows from that of its picture: "labels/{stem}_P.png"; "" if it does not."""
    suffix = Counter(suffix_of(mask) for mask in masks).most_common(1)[0][0]
    nested = any("/" in _below(top, file) for file in pictures)
    between = "{below}" if nested else ""
    for ending in ENDINGS:
        template = f"{_escaped(masks_top)}/{between}{{stem}}{ending}{_escaped(suffix)}"
        if sum(mask_path(template, file, top) in answers for file in pictures) >= FITS * len(pictures):
            return template
    return ""


def mask_path(template: str, file: str, top: str) -> str:
    """The path of the mask of `file`. {below}: the folders between `top` and it; {top}: the first."""
    below = parent_of(_below(top, file))
    return template.format(stem=stem_of(file), name=name_of(file), below=f"{below}/" if below else "", top=top_of(file))


def _escaped(name: str) -> str:
    return name.replace("{", "{{").replace("}", "}}")


def _below(top: str, file: str) -> str:
    return file.removeprefix(f"{top}/") if top else file


def _in_the_same_folder(folder: Folder) -> list[Guess]:
    stems = {file: stem_of(file) for file in folder.pictures}
    for ending in ENDINGS[1:]:
        masks = {file for file, stem in stems.items() if stem.endswith(ending)}
        others = stems.keys() - masks
        if not masks or not others:
            continue
        suffix = Counter(suffix_of(mask) for mask in masks).most_common(1)[0][0]
        template = f"{{below}}{{stem}}{ending}{_escaped(suffix)}"
        if sum(mask_path(template, file, "") in masks for file in others) >= FITS * len(others):
            return [_guess(folder, "", sorted(others), template, "")]
    return []


def _guess(folder: Folder, top: str, pictures: list[str], template: str, masks_top: str) -> Guess:
    where = f"in {masks_top}" if masks_top else "beside it"
    why = [f"Each of {len(pictures):,} pictures has a mask {where} ({template})."]
    codes = _codes(folder)
    if codes:
        why.append(f"{len(codes)} names for the values of the masks stand in a list.")
    source = Source(str(folder.path), folders=(top,) if top else ())
    return Guess(Recipe("segmentation", source, Labels("masks", mask=template, codes=codes)), 88, tuple(why))


def _codes(folder: Folder) -> tuple[str, ...]:
    file = next((file for file in folder.texts if file in CODES), "")
    return tuple(line.strip() for line in folder.read(file).splitlines() if line.strip()) if file else ()
