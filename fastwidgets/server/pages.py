"""Packed pages of thumbnails, behind the server's login and only of files below its roots."""

from __future__ import annotations

import asyncio
import os
from collections import OrderedDict
from collections.abc import Sequence

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado.web import HTTPError, authenticated

from fastwidgets.server.confine import is_below
from fastwidgets.server.registry import Registered, read, still_there
from fastwidgets.thumbnails.packed import ASK_KERNEL, Thumb, pack
from fastwidgets.thumbnails.store import ThumbnailStore, key_of

__all__ = ["Pages", "PagesHandler"]

GRIDS = 8  # whose lists of files are kept in memory
MOST = 500  # thumbnails in one page
SIDES = range(16, 1025)


class Pages:
    """Answers for the files below `roots` whose thumbnails are on the disk; the kernel answers for all others."""

    def __init__(self, roots: Sequence[str]) -> None:
        self.roots = [os.path.realpath(root) for root in roots]
        self._grids: OrderedDict[str, Registered] = OrderedDict()
        self._stores: dict[str, ThumbnailStore] = {}

    def page(self, token: str, ids: Sequence[int], side: int) -> bytes | None:
        """The packed thumbnails of the items `ids`; None for a token that nothing was registered by."""
        grid = self._grid(token)
        if grid is None:
            return None
        folders: dict[str, str] = {}
        keys = [self._key(grid, i, side, folders) for i in ids]
        found = self._store(grid.store).read([key for key in keys if key is not None])
        unknown = Thumb(ASK_KERNEL, b"")
        return pack([unknown if key is None else found.get(key, unknown) for key in keys])

    def _grid(self, token: str) -> Registered | None:
        if not still_there(token):
            self._grids.pop(token, None)
            return None
        if token not in self._grids:
            grid = read(token)
            if grid is None:
                return None
            self._grids[token] = grid
            while len(self._grids) > GRIDS:
                self._grids.popitem(last=False)
        self._grids.move_to_end(token)
        return self._grids[token]

    def _key(self, grid: Registered, i: int, side: int, folders: dict[str, str]) -> bytes | None:
        """The thumbnail's key, if item `i` is a file that this server may show and that is there."""
        if not 0 <= i < len(grid.paths) or not grid.paths[i]:
            return None
        path = os.fsdecode(grid.paths[i])
        try:
            return key_of(path, os.stat(path), side) if is_below(path, self.roots, folders) else None
        except (OSError, ValueError):
            return None

    def _store(self, path: str) -> ThumbnailStore:
        if path not in self._stores:
            self._stores[path] = ThumbnailStore(path, read_only=True)
        return self._stores[path]


class PagesHandler(APIHandler):
    """GET …/fastwidgets/pages/<token>?side=128&ids=5,17: see `packed.pack` for the answer.

    For whoever is logged in and may read the server's files.
    """

    auth_resource = "contents"

    def initialize(self, pages: Pages) -> None:
        """Keep what answers."""
        self._pages = pages

    @authenticated
    @authorized
    async def get(self, token: str) -> None:
        """Raises: HTTPError 400 for a question that is none, 404 for an unknown token."""
        ids, side = self._question()
        page = await asyncio.to_thread(self._pages.page, token, ids, side)
        if page is None:
            raise HTTPError(404, "No kernel on this machine has a grid by that name.")
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Content-Type-Options", "nosniff")
        await self.finish(page, set_content_type="application/octet-stream")

    def compute_etag(self) -> None:
        """None: nobody keeps an answer, and a hash of it would take a third of the time."""

    def _question(self) -> tuple[list[int], int]:
        try:
            ids = [int(i) for i in self.get_argument("ids").split(",")]
            side = int(self.get_argument("side"))
        except ValueError:
            raise HTTPError(400, "`ids` are numbers with commas between them, `side` is a number.") from None
        if len(ids) > MOST or side not in SIDES:
            raise HTTPError(400, f"At most {MOST} ids, and a side of 16 to 1024, but got {len(ids)} and {side}.")
        return ids, side
