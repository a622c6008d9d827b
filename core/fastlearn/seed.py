"""One seed for everything random: streams of numbers derived from it, apart from the global random state."""

from __future__ import annotations

import torch

_MASK = (1 << 64) - 1


def mix_seed(seed: int, *stream: int) -> int:
    """A seed for one stream of random numbers, from the seed at the top and the stream's coordinates.

    Equal arguments give equal seeds on every machine; streams that differ in any coordinate are unrelated.
    Returns: an integer in `[0, 2**63)`.
    Source: the finaliser of SplitMix64 (Steele, Lea, Flood 2014), applied once for each coordinate.
    """
    state = seed & _MASK
    for number in stream:
        state = _scramble(state ^ _scramble(number & _MASK))
    return _scramble(state) >> 1


def _scramble(x: int) -> int:
    x = (x + 0x9E3779B97F4A7C15) & _MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK
    return x ^ (x >> 31)


def new_generator(seed: int, *stream: int) -> torch.Generator:
    """A CPU generator for one stream of `seed`."""
    generator = torch.Generator()
    generator.manual_seed(mix_seed(seed, *stream))
    return generator


def ambient_seed() -> int:
    """The seed to use when none is given: one draw from torch's global generator, as a layer's initial weights are.

    So `torch.manual_seed` makes a run repeatable, and two calls without a seed differ.
    Returns: an integer in `[0, 2**31)`, short enough to be noted down.
    """
    return int(torch.randint(1 << 31, ()).item())
