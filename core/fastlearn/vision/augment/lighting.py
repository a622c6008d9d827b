"""Steps that change the colours of a batch: their base, and brightness, contrast and saturation in logit space."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from fastlearn.data.pipeline import as_list
from fastlearn.data.problems import DataError
from fastlearn.data.transform import Kinds, Transform
from fastlearn.keywords import check_keywords
from fastlearn.vision.augment.base import BatchTransform, call_with_rng, check_probability
from fastlearn.vision.augment.changes import Change, Changes, Free, Linear, Saturate, SpaceFunction
from fastlearn.vision.augment.chunks import Plan, through
from fastlearn.vision.augment.draws import DrawWith, one_each
from fastlearn.vision.augment.fusing import join
from fastlearn.vision.augment.spaces import lighting

BEYOND = 0.25  # how far outside of 0 to 1 values may lie: cubic interpolation overshoots


class SpaceTfm(BatchTransform):
    """Changes the images of a batch within a space: `space_fn(images, f)` goes there, applies `f` and comes back.

    `fs`: functions of the images in that space; a method `before_call(images)` is called once a batch, with the
    generator if it takes `rng`. Images are `(B, C, H, W)` floats of 0 to 1, or bytes; masks and labels stay. In a
    `Pipeline`, neighbouring steps of the same space enter it once.
    Raises: DataError if the first batch is not of 0 to 1.
    """

    order = 40
    stage = "changes"

    def __init__(self, fs: Any, space_fn: SpaceFunction) -> None:
        super().__init__()
        self.fs, self.space_fn = as_list(fs), space_fn
        self._in_range = False

    # What subclasses write.

    def change(self, x: Tensor, rng: torch.Generator) -> Change:
        """What happens to each sample of `x` in the space."""
        for function in self.fs:
            if hasattr(function, "before_call"):
                call_with_rng(function.before_call, x, rng)
        return Free(self.fs)

    # What pipelines call.

    def changes(self, x: Tensor, rng: torch.Generator) -> Changes:
        """The change of each sample of the batch `x`, with its space."""
        return Changes(((self.space_fn, self.change(x, rng)),))

    @property
    def reads_images(self) -> bool:
        """Whether a function of the user's may look at the pictures, and not only count them."""
        return bool(self.fs) or super().reads_images

    def draw(self, parts: Sequence[Any], kinds: Kinds, rng: torch.Generator) -> Changes:
        """The changes of each sample."""
        first = next((part for part, kind in zip(parts, kinds, strict=True) if kind == "image"), None)
        if first is None:
            return Changes(())
        return self.changes(self.floats(first) if self.reads_images else first, rng)

    def apply_image(self, images: Tensor, changes: Changes) -> Tensor:
        """Images `(B, C, H, W)`."""
        self.check_range(self.check_images(images))
        return through(images, Plan(self.floats, changes=changes))

    def check_range(self, images: Tensor) -> None:
        """Look once whether float images are of 0 to 1, as they are before `Normalize`."""
        if self._in_range or not images.is_floating_point() or not images.numel():
            return
        least, most = (edge.item() for edge in images.aminmax())
        if least < -BEYOND or most > 1 + BEYOND:
            raise DataError(f"{self.name} works on values of 0 to 1, but these images run from {least:.4g} to "
                            f"{most:.4g}. Put it before Normalize, and divide by the value of white.")  # fmt: skip
        self._in_range = True

    def merged_with(self, following: Transform) -> Transform | None:
        """One pass over the pictures for both, where `following` is of those that share one."""
        return join(self, following)


class LightingTfm(SpaceTfm):
    """Applies `fs` to the logits of the images."""

    def __init__(self, fs: Any = None) -> None:
        super().__init__(fs, lighting)


class OneChange(LightingTfm):
    """A change of logits by one number for each sample; what the three below share."""

    def __init__(self, max_lighting: float, p: float, draw: DrawWith, batch: bool) -> None:
        super().__init__()
        if not 0 <= max_lighting < 1:
            raise ValueError(f"`max_lighting` is a share of 0 up to, but not including, 1, but got {max_lighting!r}. "
                             "Try 0.2.")  # fmt: skip
        self.max_lighting, self.draw_with, self.batch = max_lighting, draw, batch
        self.p = check_probability(p)

    def factors(self, x: Tensor, rng: torch.Generator) -> Tensor:
        """A factor for each sample, `(B,)`, whose logarithm is uniform, so that half and double are as likely."""
        most = -math.log(1 - self.max_lighting)
        if self.draw_with is not None:
            return one_each(x, 0, 0, self.p, 1, rng, self.draw_with)
        return one_each(x, -most, most, self.p, 0, rng, batch=self.batch).exp()


class Brightness(OneChange):
    """Brightness changed by up to `max_lighting`, each sample with probability `p`.

    0.5 becomes a value that is uniform between `0.5 * (1 - max_lighting)` and `0.5 * (1 + max_lighting)`; `draw` gives
    that value. The others follow in logit space.
    """

    @check_keywords
    def __init__(self, max_lighting: float = 0.2, p: float = 0.75, draw: DrawWith = None, batch: bool = False) -> None:
        super().__init__(max_lighting, p, draw, batch)

    def change(self, x: Tensor, rng: torch.Generator) -> Change:
        low, high = 0.5 * (1 - self.max_lighting), 0.5 * (1 + self.max_lighting)
        middle = one_each(x, low, high, self.p, 0.5, rng, self.draw_with, self.batch)
        return Linear(torch.ones(len(x)), torch.logit(middle))


class Contrast(OneChange):
    """Contrast changed by up to `max_lighting`, each sample with probability `p`: logits by a factor, 0.5 stays.

    The factor is between `1 - max_lighting` and `1 / (1 - max_lighting)`; `draw` gives it.
    """

    @check_keywords
    def __init__(self, max_lighting: float = 0.2, p: float = 0.75, draw: DrawWith = None, batch: bool = False) -> None:
        super().__init__(max_lighting, p, draw, batch)

    def change(self, x: Tensor, rng: torch.Generator) -> Change:
        factors = self.factors(x, rng)
        return Linear(factors, torch.zeros_like(factors))


class Saturation(OneChange):
    """Saturation changed by up to `max_lighting`, each sample with probability `p`: the distance of logits from gray.

    The factor is between `1 - max_lighting` and `1 / (1 - max_lighting)`; `draw` gives it, 0 for gray. A fourth channel
    is left as it is, and so are gray images.
    Raises: DataError for other numbers of channels.
    """

    @check_keywords
    def __init__(self, max_lighting: float = 0.2, p: float = 0.75, draw: DrawWith = None, batch: bool = False) -> None:
        super().__init__(max_lighting, p, draw, batch)

    def change(self, x: Tensor, rng: torch.Generator) -> Change:
        return Saturate(self.factors(x, rng))
