"""What a saved notebook, an export and a terminal show of a grid: the page that was looked at, as a table."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from fastwidgets.grid.describe import detail_columns
from fastwidgets.grid.session import GridSession
from fastwidgets.grid.words import count, shown
from fastwidgets.thumbnails.packed import PICTURE, Thumb

__all__ = ["ROWS", "Page", "html_of", "page_of", "text_of"]

ROWS = 24  # of the table
COLUMNS = 8
WORDS = 120  # characters of one value
MOST_BYTES = 150_000  # of pictures, so that the whole output stays below 200 kB


@dataclass(frozen=True)
class Page:
    """What is shown: `ids` of items, `head` of the table, `rows` of words, `title` above it."""

    ids: list[int]
    head: list[str]
    rows: list[list[str]]
    title: str


def page_of(session: GridSession, start: int, title: str) -> Page:
    """The items from place `start` of the view on, as many as the table takes."""
    start = max(0, min(start, len(session.view) - 1))
    ids = session.view[start : start + ROWS].tolist()
    names = list(dict.fromkeys([*session.captions, *detail_columns(session)]))[:COLUMNS]
    head = [session.columns[column].title for column in names]
    columns = [[_short(shown(value)) for value in session.values(name, ids)] for name in names]
    rows = [list(row) for row in zip(*columns, strict=True)]
    return Page(ids, head, rows, headline(session, start, len(ids), title))


def headline(session: GridSession, start: int, here: int, title: str) -> str:
    """The grid in one line of words."""
    total, among, chosen = session.n, len(session.view), len(session.selected)
    if total == 0:
        return f"{title}: there are none."
    words = (
        count(total, session.unit) if among == total else f"{among:,} of {count(total, session.unit)} pass the filters"
    )
    picked = f", {chosen:,} selected" if chosen else ""
    part = f"; here {start + 1:,} to {start + here:,}" if 0 < here < among else ""
    return f"{title}: {words}{picked}{part}."


def html_of(page: Page, pictures: Callable[[Sequence[int]], list[Thumb]]) -> str:
    """The page as a table; `pictures(ids)` gives the thumbnails. All words are escaped."""
    title = f"<p><strong>{escape(page.title)}</strong></p>"
    if not page.ids:
        return title
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in ("picture", *page.head))
    body, room = "", MOST_BYTES
    for words, thumb in zip(page.rows, pictures(page.ids), strict=True):
        image = _image(thumb, words[0]) if 4 * len(thumb.data) // 3 <= room else "left out"
        room -= len(image)
        body += f"<tr><td>{image}</td>{''.join(f'<td>{escape(word)}</td>' for word in words)}</tr>"
    return f"{title}<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def text_of(page: Page) -> str:
    """The same in plain text; a line break in a name cannot break a row."""
    rows = [[word.replace("\n", "\\n").replace("\t", " ") for word in row] for row in [page.head, *page.rows]]
    widths = [min(40, max(map(len, column))) for column in zip(*rows, strict=True)]
    lines = ["  ".join(word[:w].ljust(w) for word, w in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([page.title, *(lines if page.ids else [])])


def _image(thumb: Thumb, name: str) -> str:
    if thumb.status != PICTURE:
        return escape(thumb.reason)
    kind = "png" if thumb.data.startswith(b"\x89PNG") else "jpeg"
    source = f"data:image/{kind};base64,{b64encode(thumb.data).decode()}"
    return f'<img src="{source}" alt="{escape(name)}" style="max-width:96px;max-height:96px">'


def _short(text: str) -> str:
    return text if len(text) <= WORDS else f"{text[: WORDS - 1]}…"
