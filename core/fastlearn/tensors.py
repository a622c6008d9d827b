"""Small functions on tensors and models that notebooks use here and there, by fastai's names."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from fastlearn.data.batch import map_tensors
from fastlearn.metrics.base import batch_size
from fastlearn.metrics.flat import flat_pair
from fastlearn.runs.random_state import get_random_states, set_random_states

__all__ = [
    "apply", "batch_to_samples", "concat", "find_bs", "find_device", "flatten_check", "flatten_model", "get_model",
    "get_random_states", "interp_1d", "item_find", "load_array", "logit", "nested_reorder", "no_random", "one_hot",
    "one_hot_decode", "pca", "requires_grad", "save_array", "set_random_states", "set_seed", "to_concat", "to_detach",
    "to_float", "to_half", "unsqueeze",
]  # fmt: skip


# Chance


def set_seed(s: int, reproducible: bool = False) -> None:
    """Seed the global generators of torch, NumPy and Python. `reproducible` also picks deterministic GPU kernels."""
    torch.manual_seed(s)
    np.random.seed(s % 2**32)
    random.seed(s)
    if reproducible:
        torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = True, False


@contextmanager
def no_random(seed: int = 42, reproducible: bool = True) -> Iterator[None]:
    """Inside, the global generators are seeded; afterwards they go on where they were."""
    states = get_random_states()
    before = torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark
    set_seed(seed, reproducible)
    try:
        yield
    finally:
        set_random_states(states)
        torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = before


# Nested tensors


def apply(func: Callable[..., Any], x: Any, *args: Any, **kwargs: Any) -> Any:
    """`x` with `func` applied to every tensor in it, through tuples, lists and mappings."""
    return map_tensors(lambda tensor: func(tensor, *args, **kwargs), x)


def to_detach(b: Any, cpu: bool = True) -> Any:
    """Every tensor detached and, with `cpu`, on the CPU."""
    return apply(lambda x: x.detach().cpu() if cpu else x.detach(), b)


def to_half(b: Any) -> Any:
    """Every floating-point tensor as float16."""
    return apply(lambda x: x.half() if x.is_floating_point() else x, b)


def to_float(b: Any) -> Any:
    """Every floating-point tensor as float32."""
    return apply(lambda x: x.float() if x.is_floating_point() else x, b)


def to_concat(xs: Sequence[Any], dim: int = 0) -> Any:
    """Tensors, or tuples, lists and mappings of tensors, joined along `dim`, part by part."""
    first = xs[0]
    if isinstance(first, Tensor):
        return torch.cat(list(xs), dim=dim)
    if isinstance(first, dict):
        return {key: to_concat([x[key] for x in xs], dim) for key in first}
    if isinstance(first, list | tuple):
        return type(first)(to_concat(list(part), dim) for part in zip(*xs, strict=True))
    return list(xs)


def concat(*ls: Any) -> list[Any]:
    """All elements of several lists in one."""
    return [element for part in ls for element in part]


def item_find(x: Any, idx: int = 0) -> Any:
    """The element number `idx` of `x`, of that one again, and so on, until it is no list, tuple or mapping."""
    while isinstance(x, list | tuple | dict):
        x = (list(x.values()) if isinstance(x, dict) else x)[idx]
    return x


def batch_to_samples(b: Any, max_n: int = 10) -> list[Any]:
    """The first `max_n` samples of a batch: a list of tensors of a tensor, of tuples of a tuple or list of tensors."""
    if isinstance(b, Tensor):
        return list(b[:max_n])
    if isinstance(b, dict):
        return [
            dict(zip(b, row, strict=True))
            for row in zip(*(batch_to_samples(v, max_n) for v in b.values()), strict=True)
        ]
    return list(zip(*(batch_to_samples(part, max_n) for part in b), strict=True))


def nested_reorder(t: Any, idxs: Any) -> Any:
    """Every tensor of `t`, through tuples, lists and mappings, with its rows in the order `idxs`."""
    order = torch.as_tensor(idxs)
    return apply(lambda x: x[order.to(x.device)], t)


def flatten_check(inp: Tensor, targ: Tensor) -> tuple[Tensor, Tensor]:
    """Both as one row of numbers. Raises: ValueError if they are not equally many."""
    return flat_pair(inp, targ)


def find_bs(b: Any) -> int:
    """How many items a batch holds."""
    return batch_size(b)


def find_device(b: Any) -> torch.device:
    """Where the first tensor of `b` lies."""
    found: list[torch.device] = []
    map_tensors(lambda tensor: found.append(tensor.device), b)
    if not found:
        raise ValueError(f"There is no tensor in {type(b).__name__}, so it lies on no device.")
    return found[0]


def unsqueeze(x: Tensor, dim: int = -1, n: int = 1) -> Tensor:
    """`n` axes of length 1 more, at `dim`."""
    for _ in range(n):
        x = x.unsqueeze(dim)
    return x


# Numbers


def logit(x: Tensor) -> Tensor:
    """The inverse of the sigmoid; `x` is kept in [1e-7, 1 - 1e-7]."""
    x = x.clamp(1e-7, 1 - 1e-7)
    return -(1 / x - 1).log()


def one_hot(x: Sequence[int] | int, c: int) -> Tensor:
    """Zeros and, at the positions `x`, ones: uint8, shape `(c,)`."""
    hot = torch.zeros(c, dtype=torch.uint8)
    hot[[x] if isinstance(x, int) else list(x)] = 1
    return hot


def one_hot_decode(x: Tensor, vocab: Sequence[Any] | None = None) -> list[Any]:
    """The positions of the ones, or what they are called in `vocab`."""
    return [i if vocab is None else vocab[i] for i in x.nonzero().flatten().tolist()]


def interp_1d(x: Tensor, xp: Tensor, fp: Tensor) -> Tensor:
    """The line through the points `(xp, fp)`, with rising `xp`, at `x`; constant beyond its ends."""
    i = torch.searchsorted(xp, x).clamp(1, len(xp) - 1)
    share = ((x - xp[i - 1]) / (xp[i] - xp[i - 1])).clamp(0, 1)
    return torch.lerp(fp[i - 1], fp[i], share)


def pca(x: Tensor, k: int = 2) -> Tensor:
    """The `k` principal components of rows `x`, shape `(n, d)`: shape `(n, k)`."""
    centred = x - x.mean(0)
    u, s, _ = torch.linalg.svd(centred, full_matrices=False)
    components: Tensor = u[:, :k] * s[:k]
    return components


# Models and files


def requires_grad(m: nn.Module | Tensor) -> bool:
    """Whether the first parameter of `m`, or the tensor `m`, takes gradients."""
    first = m if isinstance(m, Tensor) else next(m.parameters(), None)
    return first is not None and first.requires_grad


def get_model(model: nn.Module) -> nn.Module:
    """The model inside what torch wraps around it: DataParallel, DistributedDataParallel, `torch.compile`."""
    while True:
        if isinstance(model, nn.DataParallel | nn.parallel.DistributedDataParallel):
            model = model.module
        elif isinstance(inner := getattr(model, "_orig_mod", None), nn.Module):
            model = inner
        else:
            return model


def flatten_model(m: nn.Module) -> list[nn.Module]:
    """The layers without children, in order."""
    return [module for module in m.modules() if not list(module.children())]


def save_array(p: str | Path, o: Any) -> Path:
    """Save a tensor or an array as a .npy file; returns its path."""
    path = Path(p).with_suffix(".npy")
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, o.detach().cpu().numpy() if isinstance(o, Tensor) else np.asarray(o), allow_pickle=False)
    return path


def load_array(p: str | Path) -> Tensor:
    """The tensor in a .npy file; one with pickled objects is refused."""
    return torch.from_numpy(np.load(Path(p).with_suffix(".npy"), allow_pickle=False))
