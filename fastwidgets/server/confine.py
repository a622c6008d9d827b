"""Which files of this machine may be shown at all."""

from __future__ import annotations

import os
from collections.abc import Iterable, MutableMapping

__all__ = ["is_below"]


def is_below(
    path: str | os.PathLike[str], roots: Iterable[str], folders: MutableMapping[str, str] | None = None
) -> bool:
    """Whether `path` lies below one of `roots`, which are real paths, wherever links on the way lead.

    `folders` remembers, for one question about many files, where their folders really are.
    """
    real = _real(os.fspath(path), {} if folders is None else folders)
    return any(real.startswith(root.rstrip(os.sep) + os.sep) for root in roots)


def _real(path: str, folders: MutableMapping[str, str]) -> str:
    folder, name = os.path.split(path)
    if name in ("", os.curdir, os.pardir):
        return os.path.realpath(path)
    if folder not in folders:
        folders[folder] = os.path.realpath(folder)
    whole = os.path.join(folders[folder], name)
    return os.path.realpath(whole) if os.path.islink(whole) else whole
