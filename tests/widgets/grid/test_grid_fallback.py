"""What a saved notebook shows of a grid: one page, escaped, and small."""

from __future__ import annotations

from html.parser import HTMLParser

import numpy as np
import pytest

from fastwidgets.grid.fallback import html_of, page_of, text_of
from fastwidgets.grid.overlay import Boxes, Heat
from fastwidgets.grid.session import GridSession
from fastwidgets.thumbnails.packed import PICTURE, Thumb

NASTY = ["<b>bold.jpg", "q\"uo'te.jpg", "emoji😀.jpg", "new\nline.jpg", "<script>alert(1)</script>.jpg", "a&amp;b.jpg"]


class Words(HTMLParser):
    """All tags and all words of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags, self.words = set[str](), list[str]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def html(session: GridSession, thumb: Thumb = Thumb(PICTURE, b"\xff\xd8"), start: int = 0) -> str:  # noqa: B008
    return html_of(page_of(session, start, "Images"), lambda ids: [thumb] * len(ids))


def test_names_are_words_whatever_is_in_them() -> None:
    session = GridSession([f"/set/{name}" for name in NASTY], root="/set")
    found = Words(html(session))
    assert found.tags == {"p", "strong", "table", "thead", "tbody", "tr", "th", "td", "img"}
    assert [name for name in NASTY if name not in found.words] == []
    lines = text_of(page_of(session, 0, "Images")).splitlines()
    assert len(lines) == 2 + len(NASTY) and lines[0] == "Images: 6 images." and lines[5] == "new\\nline.jpg"


def test_it_is_the_page_that_was_looked_at() -> None:
    session = GridSession([f"/set/{i:03}.jpg" for i in range(100)])
    session.set_sorts([("name", True)])
    session.select([4, 5])
    page = page_of(session, 90, "Cats")
    assert page.title == "Cats: 100 images, 2 selected; here 91 to 100."
    assert page.ids == list(range(9, -1, -1)) and page.rows[0] == ["009.jpg"]
    assert page_of(session, 5000, "Cats").ids == [0]
    session.filter("name", "contains", "00")
    assert page_of(session, 0, "Cats").title == "Cats: 10 of 100 images pass the filters, 2 selected."
    session.filter("name", "contains", "none")
    assert text_of(page_of(session, 0, "Cats")) == "Cats: 0 of 100 images pass the filters, 2 selected."


def test_no_images_are_told_in_words() -> None:
    assert Words(html(GridSession([]))).words == ["Images: there are none."]
    assert text_of(page_of(GridSession([]), 0, "Images")) == "Images: there are none."


def test_large_pictures_are_left_out_before_the_output_is() -> None:
    session = GridSession([f"/set/{i}.jpg" for i in range(100)])
    session.add_column("note", ["long " * 2000] * 100, kind="text")
    whole = html(session, Thumb(PICTURE, bytes(30_000)))
    assert len(whole) < 200_000 and whole.count("<img") == 3 and whole.count("left out") == 21


def test_a_reason_stands_where_the_picture_would() -> None:
    assert "It is &lt;empty&gt;." in html(GridSession(["/a.jpg"]), Thumb.without("It is <empty>."))


def test_overlays_escape_their_words_and_say_what_they_need() -> None:
    import base64

    svg = base64.b64decode(Boxes([(1, 2, 11, 22, "<cat> & dog")], 100, 50).uri().partition(",")[2]).decode()
    assert "&lt;cat&gt; &amp; dog" in svg and 'width="10" height="20"' in svg and 'viewBox="0 0 100 50"' in svg
    with pytest.raises(ValueError, match=r"shape \(H, W\) and finite values, but got \(2, 2, 3\)"):
        Heat(np.zeros((2, 2, 3))).uri()
    with pytest.raises(ValueError, match="finite"):
        Heat(np.array([[np.nan]])).uri()
