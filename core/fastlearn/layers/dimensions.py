"""torch's layers that come in a 1d, a 2d and a 3d version."""

from __future__ import annotations

from collections.abc import Callable

from torch import nn


def by_dimension(prefix: str, ndim: int) -> Callable[..., nn.Module]:
    """torch's layer class `prefix` for `ndim` dimensions: `by_dimension("Conv", 2)` is `nn.Conv2d`.

    Raises: ValueError for other dimensions than 1, 2 and 3.
    """
    if ndim not in (1, 2, 3):
        raise ValueError(
            f"`ndim` is 1 (series), 2 (images) or 3 (volumes), but got {ndim!r} for a {prefix} layer. Try ndim=2."
        )
    found: Callable[..., nn.Module] = getattr(nn, f"{prefix}{ndim}d")
    return found
