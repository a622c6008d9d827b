"""Files without labels: pictures that the user has yet to say more about, texts for a language model."""

from __future__ import annotations

from fastwidgets.builder.folder import Folder
from fastwidgets.builder.guesses.guess import Guess
from fastwidgets.builder.recipe import Labels, Recipe, Source

__all__ = ["pictures_alone", "texts_alone"]


def pictures_alone(folder: Folder) -> list[Guess]:
    """Pictures with nothing that looks like labels."""
    if not folder.pictures:
        return []
    there = "1 picture" if len(folder.pictures) == 1 else f"{len(folder.pictures):,} pictures"
    why = f"{there}; neither folders nor names nor a table look like labels. Choose them."
    return [Guess(Recipe(source=Source(str(folder.path)), labels=Labels("none")), 10, (why,))]


def texts_alone(folder: Folder) -> list[Guess]:
    """Texts without labels."""
    if len(folder.texts) <= len(folder.pictures):
        return []
    why = f"{len(folder.texts):,} texts without labels: a language model can be trained on them."
    return [Guess(Recipe("language_model", Source(str(folder.path), "texts"), Labels("none")), 8, (why,))]
