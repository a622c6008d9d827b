"""The data side of a bundle: the transforms and the vocabulary, without a single item."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from torch import Tensor
from torch.utils.data import DataLoader as TorchLoader

from fastlearn.bundle.names import CannotExport, Trust, own_class_of, path_of
from fastlearn.bundle.specs import Tensors, from_spec, to_spec
from fastlearn.data.datasets import Datasets, TfmdLists
from fastlearn.data.loader import DataLoader
from fastlearn.data.loaders import DataLoaders
from fastlearn.data.own_settings import own_arguments
from fastlearn.data.problems import DataError
from fastlearn.data.starting import types_taken
from fastlearn.data.transform import Transform

__all__ = ["data_from_spec", "data_spec"]

EVENTS = ("after_item", "before_batch", "after_batch")


class MissingStep(Transform):
    """Stands for a step that was not exported: it read labels, which predictions do not need."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self.what = what

    def encodes(self, x: Any) -> Any:
        raise DataError(
            f"This learner was exported without {self.what}, which read the labels of items. Predictions do not need "
            "it; for labelled data make loaders of your own, and pass them as dl=."
        )


def data_spec(dls: Any, tensors: Tensors) -> dict[str, Any] | None:
    """What makes the batches of `dls` from items; None for loaders that are not ours."""
    dl = dls.train
    if isinstance(dl, DataLoader) and hasattr(dl, "table"):
        from fastlearn.tabular.bundle import table_spec

        return table_spec(dls, tensors)
    if not isinstance(dl, DataLoader) or not isinstance(dl.dataset, Datasets | TfmdLists):
        return None
    dataset: Any = dl.dataset
    lists = dataset.tls if isinstance(dataset, Datasets) else [dataset]
    n_inp = dataset.n_inp if isinstance(dataset, Datasets) else 1
    return {
        "parts": [_part_spec(part, tensors, f"data.{i}", i < n_inp) for i, part in enumerate(lists)],
        "kinds": [part.kind for part in lists],
        "types": [types_taken(part) for part in lists[:n_inp]],
        "single": not isinstance(dataset, Datasets),
        "n_inp": n_inp,
        "batch_size": dl.batch_size,
        "loader": _loader_spec(dl, tensors),
        **{event: [to_spec(step, tensors, f"data.{event}.{i}") for i, step in enumerate(getattr(dl, event).fs)]
           for event in EVENTS},
    }  # fmt: skip


def data_from_spec(spec: dict[str, Any] | None, tensors: Mapping[str, Tensor], trust: Trust) -> Any:
    """Loaders over no items, that make batches of new ones as those of the exported learner did."""
    if spec is None:
        return TorchLoader([], batch_size=64), None  # type: ignore[arg-type]
    if "table" in spec:
        from fastlearn.tabular.bundle import loaders_from_spec

        return loaders_from_spec(spec, tensors, trust)
    steps = [from_spec(part, tensors, trust) for part in spec["parts"]]
    dataset: Any
    if spec["single"]:
        dataset = TfmdLists([], steps[0], do_setup=False)
    else:
        dataset = Datasets([], steps, n_inp=spec["n_inp"], do_setup=False)
    for part, kind in zip(getattr(dataset, "tls", [dataset]), spec["kinds"], strict=True):
        part.say_kind(kind)
    for part, types in zip(getattr(dataset, "tls", [dataset]), spec["types"], strict=False):
        part.known_types = types
    events = {event: from_spec(spec[event], tensors, trust) for event in EVENTS}
    loader = from_spec(spec.get("loader", {}), tensors, trust)
    options = {"bs": spec["batch_size"], "num_workers": 0, "do_setup": False, **events, **loader.get("settings", {})}
    loaders = [loader.get("type", DataLoader)(dataset.view([], i), split_idx=i, **options) for i in (0, 1)]
    return DataLoaders(*loaders)


def _loader_spec(dl: DataLoader, tensors: Tensors) -> dict[str, Any]:
    """The kind of loader, and the settings that only it has, such as the `seq_len` of texts."""
    kind = own_class_of(dl)
    settings = {}
    for name in own_arguments(kind) & dl.settings.keys():
        # What is only known to the exporting process, such as a lambda that sorts samples, predictions do without.
        with suppress(CannotExport):
            settings[name] = to_spec(dl.settings[name], tensors, f"data.loader.{name}")
    return {} if kind is DataLoader else {"type": {"$code": path_of(kind)}, "settings": settings}


def _part_spec(part: TfmdLists, tensors: Tensors, name: str, is_input: bool) -> list[Any]:
    """The steps of one part of a sample. Those of a target may be missing, except the one with the vocabulary."""
    specs = []
    for i, step in enumerate(part.tfms.fs):
        try:
            specs.append(to_spec(step, tensors, f"{name}.{i}"))
        except CannotExport:
            if is_input or getattr(step, "vocab", None) is not None:
                raise
            specs.append(to_spec(MissingStep(repr(step)), tensors, f"{name}.{i}"))
    return specs
