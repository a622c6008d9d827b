"""How large batches may be before memory runs out."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral
from typing import TYPE_CHECKING, Any

import torch

from fastlearn.data.batch import map_tensors
from fastlearn.train.batch import as_parts
from fastlearn.train.single_item import SingleItemError, check_not_single
from fastlearn.train.snapshot import throwaway

if TYPE_CHECKING:
    from fastlearn.train.learner import Learner

__all__ = ["find_batch_size"]

_USUAL = {"start": 1, "most": 4096}


def find_batch_size(learn: Learner, start: int, most: int) -> int:
    """See `Learner.find_batch_size`."""
    from fastlearn.train.showing import first_batch

    for name, value in (("start", start), ("most", most)):
        if not isinstance(value, Integral) or value < 1:
            raise ValueError(
                f"`{name}` is a number of items, at least 1, but got {value!r}. Try {name}={_USUAL[name]}."
            )
    if start > most:
        raise ValueError(f"The search goes from `start` up to `most`, but got start={start} and most={most}.")
    batch = as_parts(first_batch(learn.dls.train))
    best, size, refused = 0, start, most + 1
    with throwaway(learn):
        learn.training = True
        learn.model.train()
        while size < refused:
            try:
                fits = _fits(learn, batch, size)
            except SingleItemError:
                if most == 1:
                    raise
                size = 2  # batch normalisation needs that many
                continue
            if fits:
                best = size
                size = min(2 * size, most) if refused > most else (best + refused) // 2
                if size in (best, refused) or best == most:
                    break
            else:
                refused = size
                size = (best + refused) // 2
                if size == best:
                    break
    if best == 0:
        raise MemoryError(f"Not even {size or 1} items fit into memory. Try a smaller model, or smaller images.")
    return best


def _fits(learn: Learner, batch: tuple[Any, ...], size: int) -> bool:
    """Whether one training step on `size` items runs through."""
    try:
        learn.start_pass(learn.dls.train)
        learn.set_batch(map_tensors(_repeated(size), batch))
        learn.pred = learn.model(*learn.xb)
        if learn.yb:
            learn.compute_loss().backward()
            learn.opt.step()
            learn.opt.zero_grad()
        return True
    except (torch.OutOfMemoryError, MemoryError):
        return False
    except ValueError as error:
        check_not_single(error, learn.xb, learn.dl)
        raise
    except RuntimeError as error:
        if "memory" not in str(error).lower():
            raise
        return False
    finally:
        learn.forget_batch()
        for p in learn.model.parameters():
            p.grad = None
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def _repeated(size: int) -> Callable[[torch.Tensor], torch.Tensor]:
    """Makes a batch of `size` items of a smaller or larger one."""

    def repeat(tensor: torch.Tensor) -> torch.Tensor:
        times = -(-size // tensor.shape[0])
        return tensor.repeat(times, *[1] * (tensor.ndim - 1))[:size]

    return repeat
