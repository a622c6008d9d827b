"""What a loader knows about itself and about its data."""

from __future__ import annotations

from typing import Any

import torch
from torch.utils.data import DataLoader as TorchDataLoader
from torch.utils.data import IterableDataset

from fastlearn.data.pipeline import Pipeline
from fastlearn.data.share import Share
from fastlearn.data.targets import dataset_c, dataset_kinds, dataset_vocab
from fastlearn.data.worker_choice import WorkerChoice


class LoaderFacts(TorchDataLoader[Any]):
    """Sizes, kinds and targets; read off the data set where nobody said them."""

    after_item: Pipeline
    before_batch: Pipeline
    after_batch: Pipeline
    device: torch.device | None
    seed: int
    shuffle: bool
    skip_unreadable: bool
    share: Share | None  # where several processes train together, this one's part of each batch
    _settings: dict[str, Any]  # the arguments it was made with
    _choice: WorkerChoice
    _wants_pin: bool | None
    _n_inp: int | None
    _kinds: tuple[str, ...] | None
    _guessed_kinds: tuple[str, ...] | None  # for display; transforms look at the values themselves

    @property
    def bs(self) -> int | None:
        """Samples per batch."""
        return self.batch_size

    @property
    def streams(self) -> bool:
        """Whether the data set has no positions, only an order of its own."""
        return isinstance(self.dataset, IterableDataset)

    @property
    def n(self) -> int:
        """How many items there are."""
        dataset: Any = self.dataset
        return len(dataset)

    @property
    def pins(self) -> bool:
        """Whether batches go to the accelerator through pinned memory: by default where there is one."""
        cuda = self.device is not None and self.device.type == "cuda"
        return cuda if self._wants_pin is None else bool(self._wants_pin) and torch.cuda.is_available()

    @property
    def gives_batches(self) -> bool:
        """Whether the data set's own items are whole batches (`bs=None`)."""
        return self.batch_size is None and self.batch_sampler is None

    @property
    def kinds(self) -> tuple[str, ...] | None:
        """One kind for each part of a sample: what the data set says, else a guess from its first sample."""
        if self._kinds is None and self._guessed_kinds is None and not self.streams and self.n:
            self._guessed_kinds = dataset_kinds(self.dataset) or None
        return self._kinds or self._guessed_kinds

    @property
    def n_inp(self) -> int:
        """How many parts of a batch are inputs: what was said, else all but the last."""
        if self._n_inp is None:
            stated = getattr(self.dataset, "n_inp", None)
            self._n_inp = stated if stated is not None else max(1, len(self.kinds or ()) - 1)
        return self._n_inp

    @property
    def workers(self) -> str:
        """The kind of workers: "thread", "process", or "auto" as long as that is open."""
        return self._choice.kind or "auto"

    def check_worker_number_rationality(self) -> None:
        """Torch's warning about more processes than processors does not hold for threads."""

    @property
    def vocab(self) -> Any:
        """The vocabulary of the targets; None where there is none."""
        return dataset_vocab(self.dataset)

    @property
    def c(self) -> int | None:
        """How many outputs a model of the targets has; None where the data does not say."""
        return dataset_c(self.dataset)
