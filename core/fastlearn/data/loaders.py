"""`DataLoaders`: the loaders of a run, training first, and what a learner wants to know about the data."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch.utils.data import DataLoader as TorchDataLoader

from fastlearn.data.batch import default_device, to_device
from fastlearn.data.datasets import Datasets, TfmdLists, test_set
from fastlearn.data.loader import DataLoader
from fastlearn.data.loader_defaults import choice_of_workers
from fastlearn.data.picture_cache import as_cache
from fastlearn.data.problems import DataError
from fastlearn.data.seeing import Seen
from fastlearn.data.targets import dataset_c, dataset_vocab, default_loss, loader_kinds
from fastlearn.keywords import check_keywords
from fastlearn.seed import ambient_seed

if TYPE_CHECKING:
    from fastlearn.data.block import DataBlock

FEW = 4  # items; reading so few is done before threads have started


class DataLoaders:
    """The training loader, the validation loader, and any others: ours, or any loader of torch.

    `path` is where a learner keeps its models, `device` where batches go (default: the training loader's).
    """

    @check_keywords
    def __init__(
        self, *loaders: Any, path: str | os.PathLike[str] = ".", device: torch.device | str | None = None
    ) -> None:
        if not loaders:
            raise DataError("DataLoaders are made of loaders, training first, but got none. Try "
                            "DataLoaders(train_dl, valid_dl).")  # fmt: skip
        self.loaders, self.path = list(loaders), Path(path)
        self._device: torch.device | None = None
        if device is not None:
            self.to(device)

    # The loaders.

    @property
    def train(self) -> Any:
        """The training loader."""
        return self.loaders[0]

    @property
    def valid(self) -> Any:
        """The validation loader; an empty one where the items were not split."""
        return self.loaders[1] if len(self.loaders) > 1 else _empty_like(self.train)

    @property
    def train_ds(self) -> Any:
        """The training data set."""
        return self.train.dataset

    @property
    def valid_ds(self) -> Any:
        """The validation data set."""
        return self.valid.dataset

    def __getitem__(self, i: int) -> Any:
        if i == 1:
            return self.valid
        try:
            return self.loaders[i]
        except IndexError:
            raise DataError(f"There is no loader number {i}: there are {len(self.loaders)}, counted from 0, the "
                            "training data. 1 is the validation data.") from None  # fmt: skip

    def __len__(self) -> int:
        return len(self.loaders)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.loaders)

    # What a learner wants to know.

    @property
    def device(self) -> torch.device:
        """Where batches go."""
        found = self._device or getattr(self.train, "device", None)
        return torch.device(found) if found is not None else _without_device(self.train)

    @property
    def bs(self) -> int | None:
        """Samples per training batch."""
        size: int | None = self.train.batch_size
        return size

    @property
    def n_inp(self) -> int:
        """How many parts of a batch are inputs."""
        return int(getattr(self.train, "n_inp", None) or max(1, len(self.kinds) - 1))

    @property
    def kinds(self) -> tuple[str, ...]:
        """One kind for each part of a sample."""
        return loader_kinds(self.train)

    @property
    def vocab(self) -> Any:
        """The vocabulary of the targets; None where there is none."""
        return dataset_vocab(self.train_ds)

    @property
    def c(self) -> int | None:
        """How many outputs a model of the targets has; None where the data does not say."""
        return dataset_c(self.train_ds)

    @property
    def loss_func(self) -> Any:
        """The loss that fits the kind of the target; None where the data does not tell."""
        return default_loss(self.kinds[self.n_inp :])

    # Batches.

    def one_batch(self) -> Any:
        """One training batch, which leaves the epochs as they are."""
        if isinstance(self.train, DataLoader):
            return self.train.one_batch()
        batch = next(iter(self.train), None)
        if batch is None:
            raise DataError("The training loader gives no batch. Look at its data set and its batch size.")
        return to_device(batch, self.device)

    def show_batch(
        self,
        b: Any = None,
        max_n: int = 9,
        nrows: int | None = None,
        ncols: int | None = None,
        figsize: tuple[float, float] | None = None,
        unique: bool = False,
        ctxs: Sequence[Any] | None = None,
        show: bool = True,
        **options: Any,
    ) -> Any:
        """Show samples of a training batch; see `DataLoader.show_batch`. `dls.valid.show_batch()` shows validation."""
        dl = self._ours(self.train)
        return dl.show_batch(b, max_n, nrows, ncols, figsize, unique, ctxs, show, **options)

    def what_the_model_sees(self, item: Any, draw: int = 0, ds_idx: int = 0) -> Seen:
        """The way of one item to the model, by default that of training; see `DataLoader.what_the_model_sees`."""
        return self._ours(self[ds_idx]).what_the_model_sees(item, draw)

    def show_results(self, b: Any, out: Any, max_n: int = 9, **options: Any) -> Any:
        """Show samples of a batch beside predictions; see `DataLoader.show_results`."""
        return self._ours(self.train).show_results(b, out, max_n, **options)

    def _ours(self, dl: Any) -> DataLoader:
        if isinstance(dl, DataLoader):
            return dl
        bs = dl.batch_size if isinstance(getattr(dl, "batch_size", None), int) else 9
        return DataLoader(dl.dataset, bs=bs, shuffle=True, collate_fn=dl.collate_fn, num_workers=0)

    @check_keywords
    def test_dl(
        self,
        items: Any,
        rm_type_tfms: Any = None,
        with_labels: bool = False,
        bs: int | None = None,
        num_workers: int | None = None,
        shuffle: bool = False,
        skip_unreadable: bool = False,
    ) -> DataLoader:
        """A loader over new `items` with the validation transforms: one or many, paths, rows, or opened pictures.

        Labels are read only `with_labels`. An item that cannot be read is an error here, so that results keep the
        order of the items.
        """
        like = self.valid if isinstance(self.valid, DataLoader) else self.train
        if not isinstance(like, DataLoader):
            like = DataLoader(like.dataset, bs=like.batch_size or 64, collate_fn=like.collate_fn, device=self.device)
        dataset = items
        source = self.train.dataset if isinstance(self.train, DataLoader) else like.dataset
        if isinstance(source, TfmdLists | Datasets):
            dataset = test_set(source, items, rm_type_tfms, with_labels)
        if num_workers is None and hasattr(dataset, "__len__") and len(dataset) <= FEW:
            num_workers = 0
        workers = {} if num_workers is None else {"num_workers": num_workers}
        return like.new(dataset, bs=bs or like.bs, batch_size=None, shuffle=shuffle, drop_last=False, split_idx=1,
                        n_inp=self.n_inp, skip_unreadable=skip_unreadable, cache=None, **workers)  # fmt: skip

    # Changing them.

    def to(self, device: torch.device | str) -> DataLoaders:
        """Give batches on `device` from now on."""
        self._device = torch.device(device)
        for dl in self.loaders:
            if isinstance(dl, DataLoader):
                dl.to(self._device)
        return self

    def cuda(self) -> DataLoaders:
        """Give batches on the CUDA device."""
        return self.to("cuda")

    def cpu(self) -> DataLoaders:
        """Give batches on the CPU."""
        return self.to("cpu")

    def add_tfms(self, tfms: Any, event: str = "after_item", loaders: Sequence[Any] | None = None) -> None:
        """Add transforms to an event of all loaders, or of those in `loaders` (numbers, or True and False for each)."""
        chosen: Sequence[Any] = range(len(self.loaders)) if loaders is None else loaders
        if loaders is not None and all(isinstance(one, bool) for one in loaders):
            chosen = [i for i, yes in enumerate(loaders) if yes]
        for i in chosen:
            dl = self.loaders[i] if isinstance(i, int) else i
            if not isinstance(dl, DataLoader):
                raise DataError(f"Transforms can be added to loaders of fastlearn only, but loader {i} is a "
                                f"{type(dl).__name__}. Try DataLoader(dl.dataset, bs=dl.batch_size).")  # fmt: skip
            dl.add_tfms(tfms, event)

    def new_empty(self) -> DataLoaders:
        """The same transforms and no items."""
        return type(self)(*[_empty_like(dl) for dl in self.loaders], path=self.path, device=self._device)

    # Making them.

    @classmethod
    @check_keywords
    def from_dsets(
        cls,
        *ds: Any,
        path: str | os.PathLike[str] = ".",
        bs: int = 64,
        val_bs: int | None = None,
        shuffle: bool = True,
        val_shuffle: bool = False,
        drop_last: bool | None = None,
        val_drop_last: bool = False,
        device: torch.device | str | None = None,
        seed: int | None = None,
        after_item: Any = None,
        before_batch: Any = None,
        after_batch: Any = None,
        num_workers: int | None = None,
        workers: Any = "auto",
        collate_fn: Callable[[list[Any]], Any] | None = None,
        pin_memory: bool | None = None,
        sampler: Any = None,
        n_inp: int | None = None,
        skip_unreadable: bool = True,
        cache: Any = None,
        dl_type: type[DataLoader] | None = None,
        dl_kwargs: Sequence[dict[str, Any]] | None = None,
    ) -> DataLoaders:
        """Loaders over data sets, training first: that one shuffles and drops its last, incomplete batch.

        `val_bs` is the batch size of the others (default `bs`), `sampler` the training loader's, `dl_kwargs` holds
        further arguments for each loader. `device` is by default the accelerator that is there. The loaders share
        one `cache`; see `DataLoader`.
        """
        seed = ambient_seed() if seed is None else seed
        make = dl_type or DataLoader
        shared = {"device": default_device() if device is None else device, "seed": seed, "before_batch": before_batch,
                  "num_workers": num_workers, "workers": choice_of_workers(workers), "collate_fn": collate_fn,
                  "pin_memory": pin_memory, "n_inp": n_inp, "skip_unreadable": skip_unreadable}  # fmt: skip
        if cache is not None:  # loaders of other packages' making may not take one
            shared["cache"] = as_cache(cache)
        # the steps are shared, so that what one learns on the training set serves all
        shared["after_item"], shared["after_batch"] = _made(after_item), _made(after_batch)
        shared["before_batch"] = _made(before_batch)
        loaders = []
        for i, dataset in enumerate(ds):
            first = i == 0
            own: dict[str, Any] = {
                "bs": bs if first else val_bs or bs,
                "shuffle": (shuffle and sampler is None) if first else val_shuffle,
                "drop_last": (shuffle if drop_last is None else drop_last) if first else val_drop_last,
                "sampler": sampler if first else None,
                "split_idx": None if getattr(dataset, "split_idx", None) is not None else min(i, 1),
                "do_setup": first,
            }
            extra = dl_kwargs[i] if dl_kwargs is not None and i < len(dl_kwargs) else {}
            loaders.append(make(dataset, **{**shared, **own, **extra}))
        return cls(*loaders, path=path, device=shared["device"])

    @classmethod
    def from_dblock(
        cls, dblock: DataBlock, source: Any, path: str | os.PathLike[str] = ".", bs: int = 64, **kwargs: Any
    ) -> DataLoaders:
        """Loaders from a `DataBlock` and its source; the arguments are those of `DataBlock.dataloaders`."""
        return dblock.dataloaders(source, path=path, bs=bs, dls_type=cls, **kwargs)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.loaders))})"


def _made(tfms: Any) -> list[Any]:
    from fastlearn.data.pipeline import as_list
    from fastlearn.data.transform import mk_transform

    return [mk_transform(f) for f in as_list(tfms)]


def _without_device(dl: Any) -> torch.device:
    """Batches of torch's own loader, which says nothing, go to the accelerator; ours without a device stay."""
    return torch.device("cpu") if isinstance(dl, DataLoader) else default_device()


def _empty_like(dl: Any) -> Any:
    dataset: Any = dl.dataset.new_empty() if hasattr(dl.dataset, "new_empty") else []
    if isinstance(dl, DataLoader):
        return dl.new(dataset, shuffle=False, drop_last=False, num_workers=0, n_inp=dl.n_inp)
    return TorchDataLoader(dataset)
