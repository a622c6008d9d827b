"""Random erasing: rectangles of noise, so that a model does not lean on one part of a picture."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from fastlearn.data.transform import Kinds, Transform
from fastlearn.keywords import check_keywords
from fastlearn.vision.augment.base import BatchTransform, check_probability
from fastlearn.vision.augment.draws import generator_or_new
from fastlearn.vision.augment.fusing import join

Area = tuple[int, int, int, int]  # first row, end row, first column, end column


class Erased(NamedTuple):
    """Shares drawn for each sample: which are erased, `(B,)`, and by how many rectangles, `(B,)`.

    `shares`, `(B, max_count, 4)` of 0 to 1, place the rectangles; `seed` fixes the noise on the images' own device.
    """

    which: Tensor
    counts: Tensor
    shares: Tensor
    seed: int


class RandomErasing(BatchTransform):
    """Fills rectangles of samples drawn with probability `p` with noise of mean 0 and deviation 1.

    Together they cover `sl` to `sh` of a picture, in 1 to `max_count` rectangles, whose height / width has a uniform
    logarithm between `min_aspect` and its inverse. The noise is that of a normalised picture: the step runs after
    `Normalize`. Images are `(B, C, H, W)`.
    Source: Zhong et al. 2017, "Random Erasing Data Augmentation".
    """

    order = 100
    stage = "erases"

    @check_keywords
    def __init__(
        self, p: float = 0.5, sl: float = 0.0, sh: float = 0.3, min_aspect: float = 0.3, max_count: int = 1
    ) -> None:
        super().__init__()
        if not 0 <= sl <= sh <= 1:
            raise ValueError(f"`sl` and `sh` are shares of the area, in this order, but got {sl!r} and {sh!r}.")
        if not 0 < min_aspect <= 1:
            raise ValueError(f"`min_aspect` is above 0 and up to 1, a square, but got {min_aspect!r}. Try 0.3.")
        if max_count < 1:
            raise ValueError(f"`max_count` is a number of rectangles, at least 1, but got {max_count!r}.")
        self.p, self.sl, self.sh, self.min_aspect, self.max_count = check_probability(p), sl, sh, min_aspect, max_count

    def draw(self, parts: Sequence[Tensor], kinds: Kinds, rng: torch.Generator) -> Erased:
        """Once per batch, other numbers for each sample."""
        return self.drawn(len(parts[0]), rng)

    def drawn(self, n: int, rng: torch.Generator) -> Erased:
        """The draw for `n` samples."""
        which = torch.rand(n, generator=rng, device=rng.device).cpu() < self.p
        counts = torch.randint(1, self.max_count + 1, (n,), generator=rng, device=rng.device).cpu()
        shares = torch.rand(n, self.max_count, 4, generator=rng, device=rng.device).cpu()
        return Erased(which, counts, shares, int(torch.randint(2**62, (), generator=rng, device=rng.device)))

    def apply_image(self, images: Tensor, drawn: Erased) -> Tensor:
        """Images `(B, C, H, W)`."""
        return self.erase(self.floats(self.check_images(images)).clone(), drawn)

    def erase(self, images: Tensor, drawn: Erased) -> Tensor:
        """Erase in `images` themselves."""
        noise = torch.Generator(images.device)
        noise.manual_seed(drawn.seed)
        height, width = images.shape[-2:]
        for i in drawn.which.nonzero()[:, 0].tolist():
            count = int(drawn.counts[i])
            for shares in drawn.shares[i, :count].tolist():
                fill_with_noise(images[i], self.rectangle(shares, height, width, count), noise)
        return images

    def rectangle(self, shares: Sequence[float], height: int, width: int, count: int) -> Area:
        """The rectangle that `shares` (of area, aspect, free rows, free columns) place, one of `count`."""
        area = (self.sl + (self.sh - self.sl) * shares[0]) * height * width / count
        aspect = math.exp(math.log(self.min_aspect) * (1 - 2 * shares[1]))
        top, bottom = _placed(math.sqrt(area * aspect), height, shares[2])
        left, right = _placed(math.sqrt(area / aspect), width, shares[3])
        return top, bottom, left, right

    def merged_with(self, following: Transform) -> Transform | None:
        """Nothing joins a pass after this step."""
        return join(self, following)


def cutout_gaussian(x: Tensor, areas: Iterable[Area], rng: torch.Generator | None = None) -> Tensor:
    """A copy of `x`, `(..., H, W)`, with noise of mean 0 and deviation 1 in `areas`, (row, end row, column, end)."""
    done, rng = x.clone(), generator_or_new(rng)
    for area in areas:
        fill_with_noise(done, area, rng)
    return done


def fill_with_noise(x: Tensor, area: Area, rng: torch.Generator) -> None:
    """Write noise into `area` of `x` itself."""
    top, bottom, left, right = area
    part = x[..., top:bottom, left:right]
    part.copy_(torch.randn(part.shape, generator=rng, device=rng.device, dtype=x.dtype))


def _placed(extent: float, side: int, share: float) -> tuple[int, int]:
    """First and end pixel of a stretch of `extent` at `share` of its free play in `side` pixels."""
    length = round(extent)
    play = max(side - length, 0)
    first = min(play, int(share * (play + 1)))
    return first, min(first + length, side)
