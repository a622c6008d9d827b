"""What a part of a sample means, as one plain word that travels beside the tensors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from PIL import Image

KINDS = (
    "image", "mask", "points", "boxes", "boxlabels", "category", "multicategory", "regression", "text", "value",
)  # fmt: skip
# Never the subject of a picture transform.
LABEL_KINDS = frozenset({"category", "multicategory", "regression", "boxlabels"})


def kind_of_value(value: Any) -> str:
    """Guess the kind of `value` where nobody said it: pictures are recognised, everything else is a `"value"`.

    Shapes: a tensor of bytes (or of 16 bit) of 3 or more dimensions and a float tensor of 3 or 4 count as an image or a
    batch of images.
    """
    if isinstance(value, Image.Image):
        return str(getattr(value, "kind", None) or "image")
    if isinstance(value, torch.Tensor):
        if value.dtype in (torch.uint8, torch.uint16):
            return "image" if value.ndim >= 3 else "value"
        return "image" if value.is_floating_point() and value.ndim in (3, 4) else "value"
    return "value"


def kinds_of_parts(parts: Iterable[Any]) -> tuple[str, ...]:
    """One kind for each part of a sample, guessed from the values."""
    return tuple(kind_of_value(part) for part in parts)


def kinds_of_sample(sample: Any) -> tuple[str, ...]:
    """The kinds of a whole sample; a lone value is a sample of one part."""
    return kinds_of_parts(sample if isinstance(sample, tuple) else (sample,))


def declared_kind(thing: Any) -> str | None:
    """The kind that a transform or callable states about its result, also through its owner (`PILImage.create`)."""
    for holder in (thing, getattr(thing, "__self__", None)):
        kind = getattr(holder, "kind", None)
        if isinstance(kind, str):
            return kind
    return None
