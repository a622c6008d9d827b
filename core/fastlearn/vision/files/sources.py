"""Image search as a plug-in point: a source is a function from words to addresses."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice
from typing import Any, Protocol
from urllib.parse import urlsplit

__all__ = ["ImageSource", "register_image_source", "search_images"]


class ImageSource(Protocol):
    """Finds pictures: gives about `n` addresses for `query`, best first. It may give more, or be a generator."""

    def __call__(self, query: str, n: int) -> Iterable[str]: ...


_SOURCES: dict[str, ImageSource] = {}


def register_image_source(name: str, source: ImageSource | None = None) -> Any:
    """Make `source` known to `search_images` under `name`; also a decorator: `@register_image_source("mine")`.

    A name that is known already stands for the new source from then on.
    Raises: TypeError if `source` is not callable.
    """
    if source is None:
        return lambda function: register_image_source(name, function)
    if not callable(source):
        raise TypeError(f"An image source is a function of (query, n) that returns addresses, but got {source!r}.")
    _SOURCES[name] = source
    return source


def search_images(query: str, n: int = 100, source: ImageSource | str | None = None) -> list[str]:
    """Addresses of at most `n` pictures for `query`, each once, ready for `download_images(dest, urls=...)`.

    `source`: a function of `(query, n)`, or the name of a registered one; not needed where only one is registered.
    What is no http or https address is left out.
    Raises: ValueError if there is no such source, or `n` is less than 1.
    """
    if isinstance(n, bool) or not isinstance(n, int) or n < 1:
        raise ValueError(f"`n` is the largest number of addresses, at least 1, but got {n!r}.")
    found = _source(source)(query, n)
    if isinstance(found, str):
        raise TypeError(f"The image source returned one text, {found[:60]!r}, instead of a list of addresses.")
    usable = (str(url) for url in found if _is_address(url))
    distinct: dict[str, None] = {}
    for url in usable:
        distinct[url] = None
        if len(distinct) == n:
            break
    return list(distinct)


def _source(source: ImageSource | str | None) -> ImageSource:
    if callable(source):
        return source
    if source is None and len(_SOURCES) == 1:
        return next(iter(_SOURCES.values()))
    if source in _SOURCES:
        return _SOURCES[str(source)]
    names = ", ".join(map(repr, islice(_SOURCES, 20)))
    close = get_close_matches(str(source), _SOURCES, n=1)
    hint = f"Did you mean {close[0]!r}?" if close else f"Registered are: {names or 'none yet'}."
    asked = "None was named" if source is None else f"There is no source {source!r}"
    raise ValueError(f"{asked}. {hint} Pass source=, a function of (query, n) that returns addresses, or register one "
                     "with register_image_source(name, function).")  # fmt: skip


def _is_address(url: object) -> bool:
    parts = urlsplit(str(url))
    return parts.scheme in ("http", "https") and bool(parts.netloc)
