"""Parts of a path below the folder, as text: a path object for each of 100,000 files takes many seconds."""

from __future__ import annotations

__all__ = ["name_of", "parent_of", "stem_of", "suffix_of", "top_of"]


def name_of(file: str) -> str:
    """The last part."""
    return file.rpartition("/")[2]


def parent_of(file: str) -> str:
    """What comes before the last part; "" at the top."""
    return file.rpartition("/")[0]


def stem_of(file: str) -> str:
    """The name without its ending."""
    name = name_of(file)
    return name.removesuffix(suffix_of(name))


def top_of(file: str) -> str:
    """The first part."""
    return file.partition("/")[0]


def suffix_of(file: str) -> str:
    """The ending with its dot, as pathlib has it: "" for a name that begins or ends with its only dot."""
    stem, _, ending = name_of(file).rpartition(".")
    return f".{ending}" if stem and ending else ""
