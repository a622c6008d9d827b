"""The parts of a cell while it is put together, and values written as code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from fastwidgets.builder.recipe import Source

__all__ = ["Cell", "call", "file_below", "labeller", "literal", "raw"]

WIDTH = 100  # of a line that holds a list


@dataclass
class Cell:
    """`before`: statements above the block, in their order; `block`: arguments of the DataBlock; `source`: what its
    loaders are made from, an expression.
    """

    star: str = "fastlearn.vision.all"
    imports: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    block: dict[str, str] = field(default_factory=dict)
    source: str = "path"

    def add(self, statement: str) -> None:
        """One more statement, once."""
        if statement not in self.before:
            self.before.append(statement)


def literal(value: Any) -> str:
    """A value as code: any text is quoted safely; long collections take several lines. Sets and tuples keep order."""
    if isinstance(value, dict):
        return _listed("{", (f"{literal(k)}: {literal(v)}" for k, v in value.items()), "}")
    if isinstance(value, type):
        return value.__name__
    if isinstance(value, list | tuple):
        return _listed("[", map(literal, value), "]")
    return repr(value)


def call(name: str, *args: str, **named: Any) -> str:
    """A call: `args` are code, `named` are values."""
    return f"{name}({', '.join([*args, *(f'{key}={literal(value)}' for key, value in named.items())])})"


def file_below(source: Source) -> tuple[str, str]:
    """The parameter of a function of an item, and the code of the item's path below the folder."""
    if not source.table:
        return "file", "file.relative_to(path).as_posix()"
    around = (repr(source.prefix) if source.prefix else "", f"str(row[{source.path_column!r}])",
              repr(source.suffix) if source.suffix else "")  # fmt: skip
    return "row", " + ".join(part for part in around if part)


def labeller(pattern: str) -> str:
    """What finds the first group of a pattern in the path of a file."""
    return f"RegexLabeller({raw(pattern)}, below=path)"


def raw(pattern: str) -> str:
    """A regular expression as a raw text where it can be one."""
    plain = '"' not in pattern and pattern.isprintable() and not pattern.endswith("\\")
    return f'r"{pattern}"' if plain else repr(pattern)


def _listed(opening: str, parts: Iterable[str], closing: str) -> str:
    written = list(parts)
    line = f"{opening}{', '.join(written)}{closing}"
    if len(line) <= WIDTH:
        return line
    return "\n".join([opening, *(f"    {part}," for part in written), closing])
