"""What answers were made with: fingerprints of a learner's weights, and of the way from an item to an answer."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from fastlearn.data.datasets import Datasets, TfmdLists
from fastlearn.data.kinds import LABEL_KINDS
from fastlearn.data.pipeline import Pipeline
from fastlearn.data.transform import constructor_arguments
from fastlearn.interpret.clean import target_vocab
from fastlearn.interpret.item_identity import digest_of

if TYPE_CHECKING:
    from fastlearn.train.learner import Learner

__all__ = ["preparation_fingerprint", "weights_fingerprint"]

VALID = 1  # the split whose transforms clean input goes through
VERSION = 1  # of what is stored and how it is computed
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


def weights_fingerprint(learn: Learner) -> str:
    """A hash of all weights and buffers of the model and of its loss, with their names. 32 hex digits."""
    hasher = hashlib.blake2b(digest_size=16)
    for part in (learn.model, learn.loss_func):
        if isinstance(part, nn.Module):
            hasher.update(type(part).__qualname__.encode())
            for name, value in part.state_dict().items():
                if isinstance(value, Tensor):
                    _add(hasher, name, value)
    return hasher.hexdigest()


def preparation_fingerprint(learn: Learner, loader: Any) -> str:
    """A hash of the steps from an item to its answer, their settings, the loss and the classes. 32 hex digits."""
    dataset = getattr(loader, "dataset", None)
    pipelines: list[Any] = [*_of_pictures(dataset), learn.input_tfms]
    pipelines += [getattr(loader, name, None) for name in ("after_item", "before_batch", "after_batch")]
    words = [f"version {VERSION}", type(dataset).__qualname__, _text(learn.loss_func), str(target_vocab(loader))]
    steps = [step for pipeline in _pipelines(pipelines) for step in pipeline if not step.skips(VALID)]
    words += [_text(step) + _settings(step) for step in steps]
    return hashlib.blake2b("\n".join(words).encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def _add(hasher: Any, name: str, value: Tensor) -> None:
    hasher.update(f"{name}:{value.dtype}:{tuple(value.shape)}".encode())
    whole = value.detach().to("cpu").contiguous()
    hasher.update(whole.reshape(-1).view(torch.uint8).numpy().data)


def _pipelines(listed: list[Any]) -> list[Pipeline]:
    return [pipeline for pipeline in listed if isinstance(pipeline, Pipeline)]


def _of_pictures(dataset: Any) -> list[Pipeline]:
    """The pipelines of the parts of a sample but for its labels: what those are is known by the labels themselves."""
    if isinstance(dataset, TfmdLists):
        return [dataset.tfms]
    return [tl.tfms for tl in dataset.tls if tl.kind not in LABEL_KINDS] if isinstance(dataset, Datasets) else []


def _settings(step: Any) -> str:
    """What a step was made with, where its words do not say."""
    try:
        arguments = constructor_arguments(step)
    except (TypeError, ValueError, AttributeError):
        return ""
    return " ".join(f"{name}={_value(value)}" for name, value in arguments.items())


def _value(value: Any) -> str:
    plain = value is None or isinstance(value, bool | int | float | list | tuple | dict)
    return digest_of(value).hex() if isinstance(value, Tensor) else repr(value) if plain else _text(value)


def _text(thing: Any) -> str:
    name = getattr(thing, "__qualname__", None)
    return _ADDRESS.sub("", name if isinstance(name, str) else repr(thing))
