"""What can be asked of attributions: each check names what came, what is valid and what to try."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral, Real

from fastlearn.keywords import at_least

__all__ = ["BASELINES", "METRICS", "NOISE_TUNNELS", "Choices", "class_id", "one_of"]

METRICS = {"IG": "integrated gradients", "NT": "noise tunnel", "Occl": "occlusion"}
BASELINES = ("zeros", "uniform", "gauss")
NOISE_TUNNELS = ("smoothgrad", "smoothgrad_sq", "vargrad")


@dataclass(frozen=True)
class Choices:
    """How attributions are computed; see `CaptumInterpretation.attribute` for each.

    Raises: ValueError for an unknown name or an impossible number.
    """

    metric: str = "IG"
    n_steps: int = 1000
    baseline_type: str = "zeros"
    nt_type: str = "smoothgrad"
    strides: Sequence[int] = (3, 4, 4)
    sliding_window_shapes: Sequence[int] = (3, 15, 15)
    target: str | int | None = None
    nt_samples: int = 5
    nt_noise: float = 0.15

    def __post_init__(self) -> None:
        _check_name("metric", self.metric, tuple(METRICS))
        _check_name("baseline_type", self.baseline_type, BASELINES)
        _check_name("nt_type", self.nt_type, NOISE_TUNNELS)
        at_least("n_steps", self.n_steps, 1)
        at_least("nt_samples", self.nt_samples, 2 if self.nt_type == "vargrad" else 1)  # one value has no variance
        if not isinstance(self.nt_noise, Real) or not self.nt_noise >= 0:
            raise ValueError(f"`nt_noise` is a fraction of the picture's range, but got {self.nt_noise!r}. Try 0.15.")
        _check_three("strides", self.strides, (3, 4, 4))
        _check_three("sliding_window_shapes", self.sliding_window_shapes, (3, 15, 15))
        if any(s > w for s, w in zip(self.strides, self.sliding_window_shapes, strict=True)):
            raise ValueError(
                f"Windows of {tuple(self.sliding_window_shapes)} that move by strides={tuple(self.strides)} leave gaps "
                f"between them. Try strides={tuple(self.sliding_window_shapes)} at most."
            )


def class_id(target: str | int, names: Sequence[str]) -> int:
    """The number of the class `target`, which is its name or its number. Raises: ValueError if there is none."""
    if isinstance(target, str) and target in names:
        return list(names).index(target)
    if isinstance(target, Integral) and not isinstance(target, bool) and 0 <= int(target) < len(names):
        return int(target)
    shown = ", ".join(map(repr, names[:20])) + (", …" if len(names) > 20 else "")
    raise ValueError(
        f"`target` is the name of a class or its number, below {len(names)}, but got {target!r}. The classes: {shown}."
    )


def one_of(names: Sequence[str]) -> str:
    """Names as a message lists them: `'a', 'b' or 'c'`."""
    *some, last = [repr(name) for name in names]
    return f"{', '.join(some)} or {last}" if some else last


def _check_name(name: str, value: str, valid: Sequence[str]) -> None:
    if value not in valid:
        raise ValueError(f"`{name}` is {one_of(valid)}, but got {value!r}. Try {name}={valid[0]!r}.")


def _check_three(name: str, values: Sequence[int], example: tuple[int, ...]) -> None:
    if not isinstance(values, Sequence) or isinstance(values, str) or len(values) != 3:
        raise ValueError(f"`{name}` is (channels, rows, columns), but got {values!r}. Try {name}={example}.")
    for value in values:
        at_least(name, value, 1)
