"""The Jupyter server extension: thumbnails in packed pages, and what folders hold.

It imports neither widgets nor the training library.
"""

from __future__ import annotations

from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    from fastwidgets.server.extension import PicturesExtension

    return [{"module": "fastwidgets.server", "app": PicturesExtension}]
