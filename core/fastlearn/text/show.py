"""Texts beside their targets and predictions as a table: escaped HTML in a notebook, aligned text elsewhere."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastlearn.data.show import View
from fastlearn.notebook import notebook_display

MOST_TOKENS = 150  # of a text that is shown
HEADS = {"text": "text", "category": "category", "multicategory": "labels", "regression": "value"}


@dataclass(frozen=True)
class TextTable:
    """Rows of texts under `head`. What the texts hold is shown as it is written, never as HTML of the page."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(cell)}</th>" for cell in self.head)
        rows = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in self.rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"

    def __repr__(self) -> str:
        shown = [[_one_line(cell) for cell in row] for row in [self.head, *self.rows]]
        widths = [max(len(row[i]) for row in shown) for i in range(len(self.head))]
        return "\n".join("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in shown)


def show_texts(view: View) -> TextTable:
    """Show decoded texts, and what goes with them. `trunc_at=150` tokens of each; `as_tokens=True` shows the tokens."""
    table = table_of(view)
    display = notebook_display()
    if display is None:
        print(table)
    else:
        display(table)
    return table


show_texts.as_table = True  # type: ignore[attr-defined]  # further columns may be asked for


def table_of(view: View) -> TextTable:
    """The table for `view`."""
    most, as_tokens = view.options.get("trunc_at", MOST_TOKENS), bool(view.options.get("as_tokens"))
    head = [HEADS.get(kind, kind) for kind in view.kinds]
    if view.kinds == ("text", "text"):
        head[1] = "next"
    rows = [[_text_of(part, most, as_tokens) for part in sample] for sample in view.samples]
    if view.predictions is not None:
        head.append("prediction")
        rows = [[*row, _text_of(pred, most, as_tokens)] for row, pred in zip(rows, view.predictions, strict=False)]
    for name, values in view.options.get("columns", {}).items():  # losses, for example
        head.append(name)
        rows = [[*row, f"{value:.4g}"] for row, value in zip(rows, values, strict=True)]
    return TextTable(head, rows)


def _text_of(part: Any, most: int | None, as_tokens: bool) -> str:
    tokens = getattr(part, "tokens", None)
    if tokens is None:
        return ", ".join(map(str, part)) if isinstance(part, list | tuple) else str(part)
    if as_tokens:
        return " ".join(tokens[:most]) + (" …" if most is not None and len(tokens) > most else "")
    if most is None or len(tokens) <= most:
        return str(part)
    return str(part)[: _place_after(part, most)] + " …"


def _place_after(text: str, n: int) -> int:
    """About where the first `n` of a text's tokens end: tokens do not say where they stand."""
    tokens: list[str] = text.tokens  # type: ignore[attr-defined]
    written = len(text) * sum(map(len, tokens[:n])) // max(1, sum(map(len, tokens)))
    cut = text.rfind(" ", 0, written)
    return cut if cut > 0 else written


def _cell(value: str) -> str:
    return f'<td style="text-align: left; white-space: pre-wrap">{html.escape(value)}</td>'


def _one_line(value: str, most: int = 100) -> str:
    line = " ".join(value.split())
    return line if len(line) <= most else line[: most - 1] + "…"
