"""Questions and answers as plain text and as HTML."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 100


@dataclass(frozen=True)
class Table:
    """A small table: a name for each column, and rows of text."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __str__(self) -> str:
        lines = [self.columns, *self.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.columns))]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
        )

    def to_html(self) -> str:
        """An HTML table in the page's own colours."""
        head = "".join(f'<th scope="col" style="{_CELL}">{html.escape(c)}</th>' for c in self.columns)
        body = "".join(f"<tr>{''.join(_cell(c) for c in row)}</tr>" for row in self.rows)
        return f'<table style="{_TABLE}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


@dataclass(frozen=True)
class Section:
    """A question, the paragraphs that answer it, and perhaps a table."""

    question: str
    answer: tuple[str, ...]
    table: Table | None = None

    def __str__(self) -> str:
        parts = [textwrap.fill(paragraph, WIDTH) for paragraph in self.answer]
        if self.table is not None:
            parts.append(textwrap.indent(str(self.table), "  "))
        return "\n".join((self.question, "-" * len(self.question), *parts))

    def to_html(self) -> str:
        """A part that folds, open at first."""
        paragraphs = "".join(f'<p style="margin:.3em 0">{html.escape(p)}</p>' for p in self.answer)
        table = self.table.to_html() if self.table is not None else ""
        title = f'<summary style="font-weight:600;cursor:pointer">{html.escape(self.question)}</summary>'
        return f'<details open style="margin:.6em 0">{title}{paragraphs}{table}</details>'


class Explanation:
    """Answers about a learner; shows itself in a notebook, and prints as text."""

    def __init__(self, title: str, sections: Sequence[Section]) -> None:
        self.title, self.sections = title, tuple(sections)

    def __str__(self) -> str:
        return "\n\n".join((self.title, *(str(section) for section in self.sections)))

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        sections = "".join(section.to_html() for section in self.sections)
        return f'<div style="{_PAGE}"><h3 style="margin:.2em 0">{html.escape(self.title)}</h3>{sections}</div>'


# Colours are inherited and lines drawn in the text's colour, so that light and dark pages both read well.
_PAGE = "color:inherit;background:transparent;max-width:60em;line-height:1.45"
_TABLE = "border-collapse:collapse;margin:.4em 0;color:inherit;background:transparent"
_CELL = "text-align:left;padding:.15em .8em .15em 0;border-bottom:1px solid currentColor;color:inherit"


def _cell(text: str) -> str:
    return f'<td style="{_CELL}">{html.escape(text)}</td>'
