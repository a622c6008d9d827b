"""What steps on a batch of pictures share: they check what they get, and take bytes as numbers of 0 to 1."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from fastlearn.data.problems import DataError, describe
from fastlearn.data.transform import RandomTransform, constructor_arguments
from fastlearn.vision.augment.draws import DeterministicDraw, looks_at_images

WHITE = {torch.uint8: 255.0, torch.uint16: 65535.0}


class BatchTransform(RandomTransform):
    """A random step on whole batches, with parameters drawn for each sample; see `RandomTransform`.

    `stage` is the place of the step in a pass that several steps share.
    """

    stage: str | None = None

    def check_images(self, images: Any) -> Tensor:
        """`images`, if they are a batch of pictures, `(B, C, H, W)`. Raises: DataError if not."""
        if isinstance(images, Tensor) and images.ndim == 4:
            return images
        raise DataError(f"{self.name} works on a batch of images of shape (B, C, H, W), but got {describe(images)}. "
                        "Try x[None] for one image; kinds=('image', 'mask') says which part is what.")  # fmt: skip

    @property
    def reads_images(self) -> bool:
        """Whether a function of the user's may look at the pictures, and not only count them."""
        return any(looks_at_images(draw) for draw in self.draws())

    def floats(self, images: Tensor) -> Tensor:
        """`images` as floats: bytes as 0 to 1, floats as they are. Raises: DataError for other whole numbers."""
        if images.is_floating_point():
            return images
        if images.dtype not in WHITE:
            raise DataError(f"{self.name} works on floats of 0 to 1, or on bytes, but got {describe(images)}. Try "
                            "IntToFloatTensor(div=...) before it, with the number that stands for white.")  # fmt: skip
        return images.float().div_(WHITE[images.dtype])

    def draws(self) -> tuple[Any, ...]:
        """What the user gave in the place of chance."""
        return (self.draw_with,) if hasattr(self, "draw_with") else ()

    def hold(self, number: int | None) -> None:
        """Let draws that go through values in turn stay at value `number`; None: let them go on."""
        for draw in self.draws():
            if isinstance(draw, DeterministicDraw):
                draw.hold(number)

    def constructor_arguments(self) -> dict[str, Any]:
        """What makes the same step again; `draw` is kept as `draw_with`, since a method has its name."""
        found = constructor_arguments_of(self)
        return {**found, "draw": self.draw_with} if hasattr(self, "draw_with") else found

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in self.constructor_arguments().items())})"


def constructor_arguments_of(step: Any) -> dict[str, Any]:
    """The constructor's arguments that `step` keeps as attributes; methods of the same name are none."""
    return {k: v for k, v in constructor_arguments(step).items() if getattr(v, "__self__", None) is not step}


def call_with_rng(function: Callable[..., Any], x: Tensor, rng: torch.Generator) -> Any:
    """`function(x)`, with the generator if it takes `rng`."""
    return function(x, rng=rng) if _takes_rng(function) else function(x)


def check_probability(p: float) -> float:
    """`p`, if it is a probability. Raises: ValueError if not."""
    if not 0 <= p <= 1:
        raise ValueError(f"`p` is a probability between 0 and 1, but got {p!r}. Try p=0.5.")
    return p


def _takes_rng(function: Callable[..., Any]) -> bool:
    try:
        return "rng" in inspect.signature(function).parameters
    except (TypeError, ValueError):  # some builtins have no signature
        return False
