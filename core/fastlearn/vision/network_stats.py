"""The statistics of pixels that a pretrained network knows: put before it, or compared with those of the loaders."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import torch

from fastlearn.vision.normalize import Normalize

if TYPE_CHECKING:
    from fastlearn.vision.stats import Stats
    from fastlearn.vision.vision_model import VisionModel

FAR = 1.0  # standard deviations: by so much black or white may reach a network elsewhere than where it was in training


def normalisation_for(dls: Any, model: VisionModel, stats: Stats | None) -> list[Normalize]:
    """The transform that gives the network pixels like those it was trained on, unless the loaders do so already.

    Warns where they do so with statistics that are far from `stats`.
    """
    stats = getattr(model[0], "stats", None) or stats  # those of a timm network are its own
    if stats is None or len(stats[0]) != model.n_in:
        return []
    given = _normalize_of(dls)
    if given is None:
        return [Normalize.from_stats(*stats)]
    off = furthest(given, stats)
    if off > FAR:
        warnings.warn(
            f"The loaders normalise with mean {_listed(given.mean)} and std {_listed(given.std)}, but the network was "
            f"trained with {_listed(stats[0])} and {_listed(stats[1])}: black or white reaches it {off:.1f} standard "
            "deviations away from there. Leave Normalize out, and the learner brings the network's own.",
            RuntimeWarning, stacklevel=5,
        )  # fmt: skip
    return []


def furthest(given: Any, stats: Stats) -> float:
    """How far apart black, or white, of any channel lies in the two; 0 where `given` has no such statistics."""
    mean, std = (_numbers(getattr(given, name, None)) for name in ("mean", "std"))
    own_mean, own_std = (_numbers(stat) for stat in stats)
    if any(len(stat) not in (1, len(own_mean)) for stat in (mean, std)):
        return 0.0
    ends = torch.tensor([[0.0], [1.0]])
    return float(((ends - mean) / std - (ends - own_mean) / own_std).abs().max())


def _normalize_of(dls: Any) -> Any:
    """What normalises in a loader of ours, or in the torchvision transform of a plain data set; None if nothing."""
    loader = getattr(dls, "train", None)
    transform = getattr(getattr(loader, "dataset", None), "transform", None)
    places = (getattr(loader, "after_batch", None), getattr(transform, "transforms", transform))
    return next((tfm for place in places for tfm in _each(place) if type(tfm).__name__ == "Normalize"), None)


def _each(transforms: Any) -> Iterable[Any]:
    return transforms if isinstance(transforms, Iterable) else () if transforms is None else (transforms,)


def _numbers(stat: Any) -> torch.Tensor:
    return torch.as_tensor([] if stat is None else stat, dtype=torch.float32).flatten()


def _listed(stat: Any) -> str:
    return ", ".join(f"{number:.3g}" for number in _numbers(stat).tolist())
