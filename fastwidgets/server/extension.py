"""The extension's settings and its addresses."""

from __future__ import annotations

import os
from typing import Any

from jupyter_server.extension.application import ExtensionApp
from traitlets import List, Unicode

from fastwidgets.server.overview.handler import OverviewHandler
from fastwidgets.server.overview.overview import Overview
from fastwidgets.server.pages import Pages, PagesHandler

__all__ = ["PicturesExtension"]


class PicturesExtension(ExtensionApp):
    """Serves thumbnails that a kernel has made of files below `roots`; all others go by way of the kernel.

    It also says what lies in a folder below the one that the server was started in, for JupyterLab's side panel.
    """

    name = "fastwidgets"
    roots = List(
        Unicode(),
        config=True,
        help="Folders below which thumbnails of files may be served, besides the one the server was started in.",
    )

    def initialize_handlers(self) -> None:
        """Add the addresses; jupyter_server puts the base path before them."""
        started_in = (self.serverapp.root_dir if self.serverapp is not None else "") or os.curdir
        pages = Pages([os.path.expanduser(root) for root in (started_in, *self.roots)])
        overview = Overview(os.path.expanduser(started_in))
        handlers: list[Any] = [
            (r"/fastwidgets/pages/([0-9a-f]{32})", PagesHandler, {"pages": pages}),
            (r"/fastwidgets/overview", OverviewHandler, {"overview": overview}),
        ]
        self.handlers.extend(handlers)
