"""What a guess is."""

from __future__ import annotations

from dataclasses import dataclass

from fastwidgets.builder.recipe import Recipe

__all__ = ["Guess"]


@dataclass(frozen=True)
class Guess:
    """A recipe that fits what is there. `sure`: 0 to 100, for choosing among several; `why`: one line a reason."""

    recipe: Recipe
    sure: int
    why: tuple[str, ...]
