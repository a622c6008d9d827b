"""Labels in the names of the files: what stands before a number."""

from __future__ import annotations

import re
from collections import Counter

from fastwidgets.builder.folder import Folder
from fastwidgets.builder.guesses.guess import Guess
from fastwidgets.builder.paths import name_of
from fastwidgets.builder.recipe import Labels, Recipe, Source, Split

__all__ = ["PATTERNS", "name_pattern"]

# Over the path below the folder; the first group is the label. The first that fits nearly all names is taken.
PATTERNS = (
    r"(?:^|/)([^/]*?[^/\W\d_][^/]*?)[_\-. ]+\d+\.[^./]+$",  # great_pyrenees_173.jpg, cat.12.jpg, healthy-03.png
    r"(?:^|/)\d+[_\-. ]+([^/\d][^/]*?)\.[^./]+$",  # 173_dog.jpg
    r"(?:^|/)([^/\W\d_]+)\d+\.[^./]+$",  # dog173.jpg
    r"(?:^|/)([^/\W\d_]+) \(\d+\)\.[^./]+$",  # dog (173).jpg
)
FITS = 0.95  # of the names at least
CAMERAS = re.compile(r"(?i)^(img|image|dsc|dscn|pic|photo|picture|frame|scan|file|screenshot|p|im|sample|case)$")


def name_pattern(folder: Folder) -> list[Guess]:
    """Pictures whose names begin, or end, with a class."""
    files = folder.pictures
    for pattern in PATTERNS:
        found = [re.search(pattern, file) for file in files]
        labels = Counter(match.group(1) for match in found if match)
        if not files or sum(labels.values()) < FITS * len(files) or not 2 <= len(labels) <= len(files) / 2:
            continue
        if all(CAMERAS.match(label) for label in labels):
            continue
        shown = ", ".join(name for name, _ in labels.most_common(4))
        example = name_of(files[0])
        why = f"The names of {len(files):,} pictures say their class, as in {example}: {len(labels)} classes, {shown}."
        split = Split("stratified" if min(labels.values()) > 1 else "random")
        recipe = Recipe(source=Source(str(folder.path)), labels=Labels("pattern", pattern=pattern), split=split)
        return [Guess(recipe, 60, (why,))]
    return []
