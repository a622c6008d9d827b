"""The static twin of a widget: what a saved notebook shows where the live view cannot run."""

from __future__ import annotations

import uuid


class StaticTwin:
    """One output of plain HTML and text, right after a widget's own output, and renewed in place.

    The style sheet of the widgets bundle hides it while the view before it lives (`.fw-static` in base.css), so that
    renewing it moves nothing on the page. A notebook without a kernel, and every export, shows it.
    """

    def __init__(self) -> None:
        self._id = f"fastwidgets-{uuid.uuid4().hex}"
        self._shown = False

    def show(self, html: str, text: str) -> None:
        """Put it on the page, below what has been shown so far."""
        self._publish(html, text, update=False)
        self._shown = True

    @property
    def shown(self) -> bool:
        """Whether it stands on a page."""
        return self._shown

    def update(self, html: str, text: str) -> None:
        """Renew it wherever it has been shown; nothing happens where it has not."""
        if self._shown:
            self._publish(html, text, update=True)

    def _publish(self, html: str, text: str, *, update: bool) -> None:
        from IPython.display import publish_display_data

        data = {"text/html": framed(html), "text/plain": text}
        publish_display_data(data, transient={"display_id": self._id}, update=update)  # type: ignore[no-untyped-call]


def framed(html: str) -> str:
    """`html` in the element by which the style sheet and the front end know a twin."""
    return f'<div class="fw-static">{html}</div>'
