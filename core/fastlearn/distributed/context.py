"""Training in several processes for the length of a `with` block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from fastlearn.callbacks.progress import silent
from fastlearn.data.loader import DataLoader
from fastlearn.distributed.loaders import shared_dls
from fastlearn.distributed.processes import setup_distrib
from fastlearn.distributed.trainer import DistributedTrainer

if TYPE_CHECKING:
    from fastlearn.train.learner import Learner

__all__ = ["distributed"]


@contextmanager
def distributed(learn: Learner, sync_bn: bool, options: dict[str, Any]) -> Iterator[Learner]:
    """See `Learner.distrib_ctx`."""
    processes = setup_distrib()
    if processes is None:
        yield learn
        return
    dls, logger = learn.dls, learn.logger
    learn.dls = shared_dls(dls, processes)
    learn.processes = processes
    if not processes.first:
        learn.logger = silent
    try:
        with learn.added_cbs(DistributedTrainer(processes, sync_bn, **options)):
            yield learn
    finally:
        for loader, shared in zip((dls.train, dls.valid), (learn.dls.train, learn.dls.valid), strict=True):
            if isinstance(loader, DataLoader):
                loader.restore(shared.state())  # the next epochs come after these
        learn.dls, learn.logger, learn.processes = dls, logger, None
        learn.refresh_callbacks()
