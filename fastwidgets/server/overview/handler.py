"""The address at which the side panel asks."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import ensure_async
from tornado.web import authenticated

from fastwidgets.server.overview.overview import NoSuchFolder, Overview
from fastwidgets.server.shown import shown_by

__all__ = ["OverviewHandler"]


class OverviewHandler(APIHandler):
    """GET …/fastwidgets/overview?folder=work: see `Overview.answer`.

    For whoever is logged in and may read the server's files.
    """

    auth_resource = "contents"

    def initialize(self, overview: Overview) -> None:
        """Keep what answers."""
        self._overview = overview

    @authenticated
    @authorized
    async def get(self) -> None:
        """Say what there is; with status 404 and 403, why a folder is not looked into."""
        sessions: Any = await ensure_async(self.session_manager.list_sessions())  # type: ignore[no-untyped-call]
        running = {one["kernel"]["id"]: str(one["path"]) for one in sessions if one.get("kernel")}
        widgets = shown_by({kernel: self._process_of(kernel) for kernel in running})
        name = self.get_argument("folder", "", strip=False)  # a name may end with a space
        try:
            answer: dict[str, Any] = await asyncio.to_thread(self._overview.answer, name, widgets, running)
        except NoSuchFolder as error:
            self.set_status(404)
            answer = {"why": "no folder", "message": str(error)}
        except OSError as error:
            self.set_status(403)
            answer = {"why": "no right", "message": f"The folder {name!r} cannot be read: {error.strerror or error}"}
        self.set_header("Cache-Control", "no-store")
        await self.finish(json.dumps(answer))

    def _process_of(self, kernel: str) -> int | None:
        """The process of a kernel on this machine; None where that is not known."""
        manager: Any = self.kernel_manager.get_kernel(kernel) if kernel in self.kernel_manager else None
        pid = getattr(getattr(manager, "provisioner", None), "pid", None)
        return pid if isinstance(pid, int) else None
