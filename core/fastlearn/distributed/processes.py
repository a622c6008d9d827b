"""The processes that train one model together, and what passes between them."""

from __future__ import annotations

import atexit
import gc
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor

from fastlearn.data.batch import default_device

if TYPE_CHECKING:
    from fastlearn.train.control import FitControl

__all__ = [
    "Processes",
    "distrib_barrier",
    "num_distrib",
    "rank0_first",
    "rank_distrib",
    "setup_distrib",
    "teardown_distrib",
]

T = TypeVar("T")


class Processes:
    """This process among those that `torchrun` or `accelerate launch` has started: number `rank` of `size`.

    `device` is where this one computes. Every method but the properties is called by all of them, in the same order.
    """

    def __init__(self, rank: int, size: int, device: torch.device) -> None:
        self.rank, self.size, self.device = rank, size, device

    @property
    def first(self) -> bool:
        """Whether this process is the one that prints and writes."""
        return self.rank == 0

    def gather(self, value: Any) -> list[Any]:
        """The value of each process, in all of them."""
        found: list[Any] = [None] * self.size
        dist.all_gather_object(found, value)
        return found

    def same(self, value: T) -> T:
        """The first process's value, in all of them."""
        found = [value if self.first else None]
        dist.broadcast_object_list(found)
        assert found[0] is not None
        return found[0]

    def add_up(self, tensor: Tensor) -> Tensor:
        """The sum of a tensor over the processes, in its place."""
        dist.all_reduce(tensor)
        return tensor

    def wait(self) -> None:
        """Go on when all have come here."""
        dist.barrier()

    def agree(self, control: FitControl, epoch: int | None, batch: int) -> bool:
        """Whether now is the time to obey `control`, which then asks for the same in all of them."""
        from fastlearn.distributed.agree import agree

        return agree(self, control, epoch, batch)

    def shared(self, loader: Any) -> Any:
        """`loader` so that each process gives its part of it; one without positions as it is, whole in each."""
        from fastlearn.distributed.loaders import is_shareable, shared_loader

        return shared_loader(loader, self) if is_shareable(loader) else loader


def num_distrib() -> int:
    """How many processes were started together; 1 for an ordinary one."""
    return dist.get_world_size() if _joined() else int(os.environ.get("WORLD_SIZE") or 1)


def rank_distrib() -> int:
    """The number of this process among those started together; 0 for the first and for an ordinary one."""
    return dist.get_rank() if _joined() else int(os.environ.get("RANK") or 0)


def setup_distrib() -> Processes | None:
    """Join the processes that were started with this one, on its own device; None for an ordinary process.

    Raises: ImportError without accelerate.
    """
    if num_distrib() == 1:
        return None
    try:
        from accelerate import PartialState
    except ImportError as error:
        raise ImportError("accelerate is not installed. Try pip install 'fastwidgets[distributed]'.") from error
    on_cpu = default_device().type == "cpu" or os.environ.get("ACCELERATE_USE_CPU", "").lower() in ("1", "true", "yes")
    state: Any = PartialState(cpu=on_cpu)
    atexit.register(teardown_distrib)
    return Processes(dist.get_rank(), dist.get_world_size(), state.device)


def teardown_distrib() -> None:
    """Leave the processes that `setup_distrib` has joined; also done when this one ends."""
    if _joined():
        gc.collect()  # what still holds the group, such as a model wrapped for it, goes first
        dist.destroy_process_group()


def distrib_barrier() -> None:
    """Go on when all processes have come here; at once in an ordinary one."""
    processes = setup_distrib()
    if processes is not None:
        processes.wait()


def rank0_first(func: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Call `func` in the first process and, when that is done, in the others: for a download that all of them need."""
    if rank_distrib() > 0:
        distrib_barrier()
    result = func(*args, **kwargs)
    if rank_distrib() == 0:
        distrib_barrier()
    return result


def _joined() -> bool:
    return dist.is_available() and dist.is_initialized()
