"""The table's side of a bundle: how new rows are read, without a single row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from fastlearn.bundle.names import Trust, found_at, path_of
from fastlearn.bundle.specs import Tensors, from_spec, to_spec
from fastlearn.tabular.loader import TabDataLoader
from fastlearn.tabular.loaders import TabularDataLoaders
from fastlearn.tabular.table import TabularPandas

__all__ = ["loaders_from_spec", "table_spec"]


def table_spec(dls: Any, tensors: Tensors) -> dict[str, Any]:
    """What makes the batches of the loaders `dls` of a table from new rows."""
    dl = dls.train
    return {
        "table": dl.dataset.to_dict(),
        "table_class": path_of(type(dl.dataset)),
        "dls_class": path_of(type(dls) if isinstance(dls, TabularDataLoaders) else TabularDataLoaders),
        "batch_size": dl.batch_size,
        "after_batch": [to_spec(step, tensors, f"data.after_batch.{i}") for i, step in enumerate(dl.after_batch.fs)],
    }


def loaders_from_spec(spec: Mapping[str, Any], tensors: Mapping[str, Tensor], trust: Trust) -> TabularDataLoaders:
    """Loaders over no rows that read new ones as those of the exported learner did."""
    table = _class(spec["table_class"], TabularPandas, trust).from_dict(spec["table"], trust)
    steps = from_spec(spec["after_batch"], tensors, trust)
    loaders = [TabDataLoader(table, spec["batch_size"], after_batch=steps, split_idx=i, do_setup=False) for i in (0, 1)]
    made: TabularDataLoaders = _class(spec["dls_class"], TabularDataLoaders, trust)(*loaders)
    return made


def _class(path: str, base: type, trust: Trust) -> Any:
    """The class at `path`: one of this library's, or one that is trusted."""
    own = path.startswith("fastlearn.")
    found = found_at(path) if own else trust.get(path)
    if not (isinstance(found, type) and issubclass(found, base)):
        raise ValueError(f"{path} is named as a {base.__name__} in the bundle, but is none.")
    return found
