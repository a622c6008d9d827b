"""Training with several processes, started by `torchrun` or `accelerate launch`."""

from fastlearn.distributed.processes import (
    distrib_barrier,
    num_distrib,
    rank0_first,
    rank_distrib,
    setup_distrib,
    teardown_distrib,
)
from fastlearn.distributed.trainer import DistributedTrainer

__all__ = [
    "DistributedTrainer",
    "distrib_barrier",
    "num_distrib",
    "rank0_first",
    "rank_distrib",
    "setup_distrib",
    "teardown_distrib",
]
