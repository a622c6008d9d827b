"""What a saved notebook and a terminal show of the table: all of it where it is small, else the worst pairs."""

from __future__ import annotations

from html import escape

from fastwidgets.confusion.session import ConfusionSession

__all__ = ["html_of", "text_of"]

MOST = 20  # rows and columns that are written out
PAIRS = 12
TITLES = {
    "classes": "Labels against predictions",
    "labels": "Labels, one by one",
    "pixels": "Pixels of labels against predictions",
    "residuals": "Residuals against targets",
}


def html_of(session: ConfusionSession) -> str:
    """The table as HTML; all names are escaped."""
    table = session.table
    if table is None:
        return f"<p>{escape(session.trouble)}</p>"
    if max(len(table.rows), len(table.columns)) > MOST:
        rows = "".join(f"<li>{escape(line)}</li>" for line in _pairs(session))
        return f"<p>{escape(_title(session))}</p><ol>{rows}</ol>"
    order, columns = session.orders()
    counts = table.filled()
    head = "".join(f'<th scope="col">{escape(table.columns[j])}</th>' for j in columns)
    body = "".join(
        f'<tr><th scope="row">{escape(table.rows[i])}</th>'
        + "".join(f"<td>{int(counts[i, j]) or ''}</td>" for j in columns)
        + "</tr>"
        for i in order
    )
    corner = f"{escape(table.row_title)} ↓ {escape(table.column_title)} →"
    top = f"<caption>{escape(_title(session))}</caption><thead><tr><th>{corner}</th>{head}</tr></thead>"
    return f"<table>{top}<tbody>{body}</tbody></table>"


def text_of(session: ConfusionSession) -> str:
    """The table as text."""
    table = session.table
    if table is None:
        return session.trouble
    if max(len(table.rows), len(table.columns)) > MOST:
        return "\n".join([_title(session), *_pairs(session)])
    order, columns = session.orders()
    counts = table.filled()
    cells = [["", *(table.columns[j] for j in columns)]]
    cells += [[table.rows[i], *(str(int(counts[i, j])) for j in columns)] for i in order]
    cells = [[" ".join(cell.split())[:16] for cell in row] for row in cells]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in cells]
    return "\n".join([_title(session), *lines])


def _title(session: ConfusionSession) -> str:
    table = session.table
    assert table is not None
    split = {0: "training items", 1: "validation items", None: "all items"}[session.split]
    return f"{TITLES[table.form]}, {split}"


def _pairs(session: ConfusionSession) -> list[str]:
    table = session.table
    assert table is not None
    lines = [f"{table.rows[pair.row]} → {table.columns[pair.column]}: {pair.n:,}" for pair in table.pairs(PAIRS)]
    return [" ".join(line.split()) for line in lines] or ["Nothing is confused."]
