"""Arguments that only one kind of loader has, such as the `seq_len` of texts, on their way from the user to it."""

from __future__ import annotations

import inspect
from typing import Any

from fastlearn.data.loader import DataLoader

__all__ = ["own_arguments", "with_own_arguments"]


def own_arguments(dl_type: Any) -> frozenset[str]:
    """The names of the arguments that loaders of `dl_type` take and other loaders do not."""
    if dl_type is None or dl_type is DataLoader:
        return frozenset()
    names = inspect.signature(dl_type).parameters.values()
    plain = inspect.signature(DataLoader).parameters
    return frozenset(p.name for p in names if p.kind < 4 and p.kind != 2 and p.name not in plain)


def with_own_arguments(settings: dict[str, Any], n_loaders: int) -> dict[str, Any]:
    """`settings` for `DataLoaders.from_dsets` with the own arguments of their `dl_type` handed to each loader."""
    own = own_arguments(settings.get("dl_type")) & settings.keys()
    if not own:
        return settings
    for_each = [dict(extra) for extra in settings.get("dl_kwargs") or ()]
    for_each += [{} for _ in range(n_loaders - len(for_each))]
    shared = {name: settings[name] for name in own}
    rest = {name: value for name, value in settings.items() if name not in own}
    return {**rest, "dl_kwargs": [{**shared, **extra} for extra in for_each]}
