"""The extension's settings and its one address."""

from __future__ import annotations

import os
from typing import Any

from jupyter_server.extension.application import ExtensionApp
from traitlets import List, Unicode

from fastwidgets.server.pages import Pages, PagesHandler

__all__ = ["PicturesExtension"]


class PicturesExtension(ExtensionApp):
    """Serves thumbnails that a kernel has made of files below `roots`; everything else goes by way of the kernel."""

    name = "fastwidgets"
    roots = List(
        Unicode(),
        config=True,
        help="Folders below which thumbnails of files may be served, besides the one the server was started in.",
    )

    def initialize_handlers(self) -> None:
        """Add the address; jupyter_server puts the base path before it."""
        started_in = self.serverapp.root_dir if self.serverapp is not None else os.curdir
        pages = Pages([os.path.expanduser(root) for root in (started_in or os.curdir, *self.roots)])
        handler: Any = (r"/fastwidgets/pages/([0-9a-f]{32})", PagesHandler, {"pages": pages})
        self.handlers.append(handler)
