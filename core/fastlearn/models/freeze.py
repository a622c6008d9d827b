"""Freezing layer groups: what does not train keeps its weights and needs no gradients."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from torch import Tensor


def freeze_to(layer_groups: Sequence[Sequence[Tensor]], n: int, always_train: Iterable[Tensor] = ()) -> int:
    """Make groups `n` and later trainable, freeze those before; negative `n` counts from the end.

    `always_train` (usually the norm layers) stay trainable wherever they are. Frozen parameters lose their gradient, so
    that an optimizer skips them.
    Returns: the index of the first trainable group.
    Raises: ValueError if there is no group `n`.
    """
    first = first_trainable(n, len(layer_groups))
    kept = {id(p) for p in always_train}
    for i, group in enumerate(layer_groups):
        for p in group:
            set_trainable(p, i >= first or id(p) in kept)
    return first


def first_trainable(n: int, n_groups: int) -> int:
    """`n` as an index counted from the first of `n_groups` groups."""
    if not -n_groups <= n <= n_groups:
        raise ValueError(
            f"`freeze_to` takes a group index from {-n_groups} to {n_groups} as the model has {n_groups} parameter "
            f"group{'s' if n_groups != 1 else ''}, but got {n}. Try freeze_to(-1): only the last group trains."
        )
    return n if n >= 0 else n_groups + n


def set_trainable(p: Tensor, trainable: bool) -> None:
    """Let `p` train, or freeze it and drop its gradient."""
    p.requires_grad_(trainable)
    if not trainable:
        p.grad = None


def is_frozen(group: Iterable[Tensor], always_train: Iterable[Tensor] = ()) -> bool:
    """Whether nothing in `group`, other than `always_train`, trains. A group without parameters counts as frozen."""
    kept = {id(p) for p in always_train}
    return not any(p.requires_grad for p in group if id(p) not in kept)
