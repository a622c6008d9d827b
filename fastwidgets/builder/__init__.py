"""The DataBlock builder: from a folder to loaders, by looking at it, by clicks, and as code."""

from fastwidgets.builder.recipe import Recipe
from fastwidgets.builder.session import BuilderSession

__all__ = ["BuilderSession", "Recipe"]
