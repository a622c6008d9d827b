"""The wire of the grid: questions of the browser in, pages and states out."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

import traitlets as T

from fastwidgets.comm.pace import Pace
from fastwidgets.comm.settings import pixels
from fastwidgets.comm.told import told
from fastwidgets.comm.widget import LiveWidget
from fastwidgets.grid.describe import description, selection_bits, tiles
from fastwidgets.grid.fallback import html_of, page_of, text_of
from fastwidgets.grid.jobs import Cancelled, Jobs
from fastwidgets.grid.overlay import Overlay
from fastwidgets.grid.session import GridSession
from fastwidgets.server.registry import register, unregister
from fastwidgets.thumbnails.cache import SIDES, Thumbnails, default_thumbnails
from fastwidgets.thumbnails.packed import Thumb, pack
from fastwidgets.thumbnails.render import render, why_unreadable

__all__ = ["GridWidget"]

SOON = 0.02  # seconds in which what is on the disk is there, as a rule
TWIN_EVERY = 5.0  # seconds between renewals of what a saved notebook shows
MOST_SIDE = 8192  # pixels of a picture at full size; larger ones are made smaller
ASKS = ("hello", "ping", "ask", "drop", "picture", "overlays", "arrange", "select", "act", "facets", "look")


class GridWidget(LiveWidget):
    """Shows the items of a `GridSession`. What other code changes in `session`, under `lock`, appears by itself."""

    _model_name = T.Unicode("GridModel").tag(sync=True)
    _view_name = T.Unicode("GridView").tag(sync=True)
    overlay_on = T.Bool(False, help="Whether what `overlay` gives is laid over the pictures.").tag(sync=True)
    overlay_label = T.Unicode("", help="What the button for it says; none is shown without.").tag(sync=True)

    hears: ClassVar[tuple[str, ...]] = ASKS

    def __init__(
        self,
        session: GridSession,
        *,
        title: str = "Images",
        height: int = 560,
        tile: int = 128,
        thumbnails: Thumbnails | None = None,
        **kwargs: Any,
    ) -> None:
        self.session, self.title, self.height = session, title, pixels("height", height)
        self._thumbnails = thumbnails if thumbnails is not None else default_thumbnails()
        self._looked: dict[str, Any] = {"focus": None, "tile": tile, "top": 0}
        self._fresh: set[str] = set()
        self._last_select = ("", 0)
        self._version = 0
        self._jobs = Jobs(self._job_failed)
        self._token = register(self._thumbnails.store.path, session.paths)
        super().__init__(**kwargs)
        self._twin_pace = Pace(self._renew_twin, TWIN_EVERY)
        session.on_change(self._session_changed)

    # For the widget's owner

    def say(self, text: str) -> None:
        """Show a line of words below the tiles, and read it to those who do not see it."""
        if self.comm is not None:
            self.send({"kind": "said", "text": text})

    def overlay(self, ids: Sequence[int]) -> dict[int, Overlay]:
        """What is laid over the pictures of the items `ids`; a subclass says so. Runs in a thread of its own."""
        return {}

    def refresh_overlays(self) -> None:
        """Ask `overlay` again for all that is in sight."""
        if self.comm is not None:
            self.send({"kind": "stale", "what": "overlays"})

    def refresh_pictures(self) -> None:
        """Look at the files again."""
        if self.comm is not None:
            self.send({"kind": "stale", "what": "pictures"})

    @property
    def place(self) -> str:
        """The folder of its pictures."""
        return self.session.root

    def close(self) -> None:
        """Take the grid off the page and free what it held."""
        if "_twin_pace" not in self.__dict__:
            return  # half-made, by an `__init__` that raised, and freed: there is nothing to take away
        self._twin_pace.close()
        self._jobs.close()
        unregister(self._token)
        super().close()

    # What the browser is told

    def flush(self) -> None:
        fresh, self._fresh = self._fresh, set()
        if fresh & {"columns", "looks", "actions", "view"}:
            self._send_description()
        if "view" in fresh:
            self._send_view()
        if fresh & {"view", "selection"}:
            self._send_selection()
        if "values" in fresh:
            self.send({"kind": "stale", "what": "values"})

    def send_whole(self) -> None:
        self._send_description()
        self._send_view()
        self._send_selection()
        self.send_twin()

    def as_html(self) -> str:
        with self.lock:
            page = page_of(self.session, self._looked["top"], self.title)
            paths = [self.session.paths[i] for i in page.ids]
        return html_of(page, lambda ids: [self._thumbnail(path) for path in paths])  # made outside the lock

    def as_text(self) -> str:
        with self.lock:
            return text_of(page_of(self.session, self._looked["top"], self.title))

    # What the browser asks. These run on a kernel subshell; what takes long goes to threads of its own.

    def on_ask(self, message: dict[str, Any]) -> None:
        """What stands on the tiles of some items, and their thumbnails where the server does not give them."""
        rid, ids, side = int(message["rid"]), self._known(message["ids"]), _side(message["side"])
        shown = tiles(self.session, ids)
        wanted = self._known(message["pictures"])
        paths = [self.session.paths[i] for i in wanted]
        sent = threading.Event()
        self._jobs.ask(rid, partial(self._send_page, rid, shown, wanted, paths, side, sent))
        # JupyterLab draws its toolbar anew at the end of this method, when the kernel is idle again: what comes before
        # is on the page before.
        sent.wait(SOON)

    def on_drop(self, message: dict[str, Any]) -> None:
        """What was asked by that number has been scrolled past."""
        self._jobs.drop(int(message["rid"]))

    def on_picture(self, message: dict[str, Any]) -> None:
        """One picture at full size, or as large as `side`."""
        rid, ids, side = int(message["rid"]), self._known([message["id"]]), int(message["side"])
        for i in ids:
            path = self.session.paths[i]
            self._jobs.ask(rid, partial(self._send_picture, rid, i, path, max(16, min(side, MOST_SIDE))))

    def on_overlays(self, message: dict[str, Any]) -> None:
        """What is laid over the pictures of some items."""
        rid, ids = int(message["rid"]), self._known(message["ids"])
        self._jobs.ask(rid, partial(self._send_overlays, rid, ids))

    def on_arrange(self, message: dict[str, Any]) -> None:
        """Other filters and sorts."""
        self.session.set_sorts(message["sorts"])
        self.session.set_filters(message["filters"])
        self.settle()

    def on_select(self, message: dict[str, Any]) -> None:
        """More, less or something else is selected."""
        how, ids = message["how"], self._known(message["ids"])
        self._last_select = str(message["client"]), int(message["seq"])
        if how == "view":
            self.session.select_view()
        elif how == "none":
            self.session.select_none()
        elif how == "invert":
            self.session.invert_view()
        elif message["range"] and len(ids) == 2:
            self.session.select_range(ids[0], ids[1], how)
        else:
            self.session.select(ids, how)
        self.settle()

    def on_act(self, message: dict[str, Any]) -> None:
        """A button of the owner's was pressed."""
        try:
            said = self.session.act(message["action"], message["focus"], message["argument"])
        except Exception:  # the notice says why; the browser may have moved on to the next one already
            self.send({"kind": "refused", "focus": message["focus"]})
            raise
        self.notice = ""
        if said:
            self.say(said)
        self.settle()

    def on_facets(self, message: dict[str, Any]) -> None:
        """How many items each class of a column would show."""
        counts = self.session.facets(message["column"])
        self.send({"kind": "facets", "column": message["column"], "counts": counts})

    def on_look(self, message: dict[str, Any]) -> None:
        """Where the user is, so that a reload finds the place again."""
        self._looked = {"focus": message["focus"], "tile": int(message["tile"]), "top": int(message["top"])}
        self._twin_pace.touch()

    # Inside

    def _session_changed(self, what: str) -> None:
        self._fresh.add(what)
        self.touch()
        self._twin_pace.touch()

    def _send_description(self) -> None:
        said = {"title": self.title, "height": self.height, "token": self._token, "look": self._looked}
        self.send({"kind": "grid", **said, **description(self.session)})

    def _send_view(self) -> None:
        self.send_array({"kind": "view"}, self.session.view)

    def _send_selection(self) -> None:
        client, seq = self._last_select
        counts = {"count": len(self.session.selected), "targets": len(self.session.targets)}
        self.send_array({"kind": "selection", "client": client, "seq": seq, **counts}, selection_bits(self.session))

    def _send_page(
        self,
        rid: int,
        shown: list[dict[str, Any]],
        ids: list[int],
        paths: list[str | None],
        side: int,
        sent: threading.Event,
        cancelled: Cancelled,
    ) -> None:
        """The words of the tiles with the first pictures; then it is `sent`. The other pictures as they are ready."""
        left, first = len(ids), shown
        for part in self._parts(paths, side, cancelled):
            left -= len(part)
            self._send_part(rid, first, [ids[i] for i, _ in part], [thumb for _, thumb in part], last=left == 0)
            first = []
            sent.set()

    def _parts(self, paths: list[str | None], side: int, cancelled: Cancelled) -> Any:
        files = [i for i, path in enumerate(paths) if path is not None]
        without = [(i, Thumb.without("")) for i, path in enumerate(paths) if path is None]
        for n, part in enumerate(self._thumbnails.pages([paths[i] or "" for i in files], side, cancelled)):
            yield [(files[i], thumb) for i, thumb in part] + (without if n == 0 else [])

    def _send_part(
        self, rid: int, shown: list[dict[str, Any]], ids: list[int], thumbs: list[Thumb], *, last: bool
    ) -> None:
        if self.comm is not None:
            self.send({"kind": "tiles", "rid": rid, "tiles": shown, "pictures": ids, "last": last}, [pack(thumbs)])

    def _send_picture(self, rid: int, i: int, path: str | None, side: int, cancelled: Cancelled) -> None:
        said: dict[str, Any] = {"kind": "picture", "rid": rid, "id": i, "width": 0, "height": 0, "reason": ""}
        data = b""
        if path is not None:
            try:
                data, said["width"], said["height"] = render(path, side)
            except Exception as error:
                said["reason"] = why_unreadable(path, error)
        if self.comm is not None:
            self.send(said, [data])

    def _send_overlays(self, rid: int, ids: list[int], cancelled: Cancelled) -> None:
        uris: dict[str, str] = {}
        try:
            uris = {str(i): one.uri() for i, one in self.overlay(ids).items()}
        finally:  # what went wrong is in the notice; the browser must not wait for it
            if self.comm is not None:
                self.send({"kind": "overlays", "rid": rid, "ids": ids, "uris": uris})

    def _thumbnail(self, path: str | None) -> Thumb:
        return Thumb.without("") if path is None else self._thumbnails.get(path, SIDES[0])

    def _known(self, ids: Sequence[Any]) -> list[int]:
        """Only items that there are: a browser that was left open may think of others."""
        return [int(i) for i in ids if 0 <= int(i) < self.session.n]

    def _job_failed(self, error: Exception) -> None:
        self.notice = told(error)

    def _renew_twin(self) -> None:
        """In a thread, because pictures may have to be made."""
        if self._twin.shown:
            threading.Thread(target=self.refresh_twin, name="grid-twin", daemon=True).start()


def _side(wanted: Any) -> int:
    """The size of thumbnails that is at least as large as `wanted`, or the largest that there is."""
    return next((side for side in SIDES if side >= int(wanted)), SIDES[-1])
