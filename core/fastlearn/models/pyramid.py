"""The feature maps of falling size inside a network, found by probing it: what a U-Net reads on its way up."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from torch import Tensor, nn

from fastlearn.models.calls import Call, watch
from fastlearn.models.sizes import Size, dummy_image

# Not square first, because then height and width can be told from channels; some networks take one size only.
PROBE_SIZES: tuple[Size, ...] = ((128, 192), (224, 224), (256, 256), (384, 384), (64, 64), (32, 32))
FALL = 1.5  # a convolution without padding takes a few pixels off; halving an odd size of 3 leaves 2
BIG_FALL = 2.9  # more than one halving


@dataclass(frozen=True)
class Level:
    """The last feature map of its size on the way through a network.

    `path` are the modules that lead to it from the level before, by dotted name, one after the other; the last of them
    is of the class `kind`. `size` is that of the map for an image of `image` pixels. `channels_last`: its shape is
    `(N, H, W, C)`. `overwritten`: a later module works in place on it.
    """

    path: tuple[str, ...]
    kind: str
    channels: int
    size: Size
    image: Size
    channels_last: bool = False
    overwritten: bool = False

    @property
    def shrunk_by(self) -> int:
        """How many times smaller than the image the map is, as a power of 2."""
        return nearest_power(max(self.image[0] / self.size[0], self.image[1] / self.size[1]))


class NoPyramid(ValueError):
    """A network has no feature maps of falling size that could be reached one after the other."""


def find_levels(body: nn.Module, n_in: int, sizes: Iterable[Size] = ()) -> tuple[Level, ...]:
    """The last map of every size inside `body`, from large to small; the last one is what `body` gives.

    A made-up image is sent through, at the first of the usual sizes (then of `sizes`) that runs. A module is opened
    where its parts run one after the other and the size falls in it more than once, or at its very end.
    Raises: NoPyramid, saying what came instead.
    """
    return levels_in(*probe(body, n_in, sizes))


def levels_in(run: Call, image: Tensor) -> tuple[Level, ...]:
    """The levels of a network that was watched while `image` went through."""
    size: Size = (image.shape[2], image.shape[3])
    kind = type(run.module).__name__
    if len(run.shape) != 4:
        raise NoPyramid(_what_it_gives(kind, run.shape))
    if not run.is_chain:
        raise NoPyramid(f"the parts of {kind} do not run one after the other, each on what the one before it gave")
    steps = _opened(run, size, size, always=True)
    last_of_size = [i for i, step in enumerate(steps[:-1]) if _falls(_size(step, size), _size(steps[i + 1], size))]
    if not last_of_size and not _falls(size, _size(steps[-1], size)):
        raise NoPyramid(f"the feature maps of {kind} keep the size of the image")
    ends = [*last_of_size, len(steps) - 1]
    starts = [0, *(end + 1 for end in last_of_size)]
    return tuple(_level(steps[start : end + 1], size) for start, end in zip(starts, ends, strict=True))


def probe(body: nn.Module, n_in: int, sizes: Iterable[Size] = ()) -> tuple[Call, Tensor]:
    """The run of a made-up image of the first size that goes through `body`, and that image."""
    problem: Exception | None = None
    tried = (*PROBE_SIZES, *sizes)
    for size in tried:
        image = dummy_image(body, size, n_in)
        try:
            return watch(body, image), image
        except Exception as error:  # too small, or not the one size that it takes
            problem = problem or error
    raise NoPyramid(f"no image of the sizes {list(tried)} runs through {type(body).__name__}: {problem}") from problem


def nearest_power(ratio: float) -> int:
    """`ratio` as a power of 2; what padding and odd sizes add or take away is put right."""
    return 1 << max(0, math.floor(math.log2(ratio) + 0.4))


def _what_it_gives(kind: str, shape: tuple[int, ...]) -> str:
    what = {2: "pooled numbers", 3: "tokens"}.get(len(shape), "no feature maps")
    return f"{kind} gives {what}{f', shape {shape}' if shape else ''}, instead of maps (N, C, H, W)"


def _opened(call: Call, before: Size, image: Size, always: bool = False) -> list[Call]:
    """`call`, or the calls inside it where a size would be missed otherwise."""
    after = _size(call, image)
    wanted = always or _falls(before, after, BIG_FALL) or _falls_last(call, image)
    if not call.is_chain or not wanted or not all(len(part.shape) == 4 for part in call.parts):
        return [call]
    steps: list[Call] = []
    for part in call.parts:
        steps += _opened(part, before, image)
        before = _size(part, image)
    return steps


def _falls_last(call: Call, image: Size) -> bool:
    """Whether the last thing that `call` does is to make the maps smaller."""
    if not call.is_chain or call.given is None or len(call.parts) < 2:
        return False
    last, one_before = call.parts[-1], call.parts[-2]
    return len(one_before.shape) == len(last.shape) == 4 and _falls(_size(one_before, image), _size(last, image))


def _falls(before: Size, after: Size, by: float = FALL) -> bool:
    return max(before[0] / max(after[0], 1), before[1] / max(after[1], 1)) >= by


def _is_channels_last(shape: tuple[int, ...], image: Size) -> bool:
    """Whether `(H, W)` are the second and third axis: those whose ratio is more like the image's."""
    wanted = math.log(image[0] / image[1])
    first, last = (abs(math.log(max(a, 1) / max(b, 1)) - wanted) for a, b in (shape[2:4], shape[1:3]))
    return last < first


def _size(call: Call, image: Size) -> Size:
    shape = call.shape
    return (shape[1], shape[2]) if _is_channels_last(shape, image) else (shape[2], shape[3])


def _level(steps: list[Call], image: Size) -> Level:
    last = steps[-1]
    channels_last = _is_channels_last(last.shape, image)
    return Level(
        path=tuple(step.name for step in steps),
        kind=type(last.module).__name__,
        channels=last.shape[3 if channels_last else 1],
        size=_size(last, image),
        image=image,
        channels_last=channels_last,
        overwritten=last.changed_later,
    )
