"""Loaders of pictures in one call, from folders, names, tables or lists."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch

from fastlearn.data.block import CategoryBlock, DataBlock
from fastlearn.data.find import AttrGetter, get_image_files
from fastlearn.data.guessing import block_for_columns, block_for_labels, check_folders
from fastlearn.data.label import ColReader, RegexLabeller, parent_label
from fastlearn.data.loaders import DataLoaders
from fastlearn.data.problems import DataError
from fastlearn.data.split import ColSplitter, GrandparentSplitter, RandomSplitter
from fastlearn.data.table_file import read_table
from fastlearn.keywords import check_keywords
from fastlearn.vision.blocks import ImageBlock
from fastlearn.vision.file_lists import as_files, one_by_one
from fastlearn.vision.open import PILBase, PILImage

if TYPE_CHECKING:
    import pandas as pd

AnyPath = str | os.PathLike[str]
Device = torch.device | str | None


class ImageDataLoaders(DataLoaders):
    """Training and validation loaders of pictures and their labels; every `from_…` is a `DataBlock` written out.

    All of them take `item_tfms` (one size for all pictures: `Resize(224)`) and `batch_tfms`, `img_cls` (`PILImageBW`
    for gray), batch sizes `bs` and `val_bs` (validation, `bs` if None), `device`, and `num_workers` of kind `workers`
    ("thread", "process", or "auto"). `seed` covers the split, the order and all random transforms. With `cache`
    ("memory", "disk", a folder, or a `PictureCache`) pictures are decoded and resized in the first epoch only.
    """

    @classmethod
    @check_keywords
    def from_folder(
        cls,
        path: AnyPath,
        train: str = "train",
        valid: str = "valid",
        valid_pct: float | None = None,
        seed: int | None = None,
        vocab: Iterable[Any] | None = None,
        item_tfms: Any = None,
        batch_tfms: Any = None,
        img_cls: type[PILBase] = PILImage,
        bs: int = 64,
        val_bs: int | None = None,
        shuffle: bool = True,
        device: Device = None,
        num_workers: int | None = None,
        workers: str = "auto",
        cache: Any = None,
    ) -> DataLoaders:
        """Pictures in `path/train/<label>/` and `path/valid/<label>/`; or, with `valid_pct`, in `path/…/<label>/`.

        With `valid_pct` that part of all pictures below `path` is drawn for validation.
        Raises: DataError if the folders are missing, or if all pictures lie in `path` itself and so have no label.
        """
        if valid_pct is None:
            check_folders(Path(path), train, valid)
        block = DataBlock(
            blocks=(ImageBlock(img_cls), CategoryBlock(vocab=vocab)),
            get_items=_pictures_in_folders
            if valid_pct is not None
            else partial(get_image_files, folders=[train, valid]),
            splitter=GrandparentSplitter(train, valid) if valid_pct is None else RandomSplitter(valid_pct, seed=seed),
            get_y=parent_label,
            item_tfms=item_tfms,
            batch_tfms=batch_tfms,
        )
        return cls.from_dblock(
            block, path, path=path, bs=bs, val_bs=val_bs, shuffle=shuffle, device=device, seed=seed,
            num_workers=num_workers, workers=workers, cache=cache,
        )  # fmt: skip

    @classmethod
    @check_keywords
    def from_path_func(
        cls,
        path: AnyPath,
        fnames: Iterable[AnyPath],
        label_func: Callable[[Any], Any],
        valid_pct: float = 0.2,
        seed: int | None = None,
        item_tfms: Any = None,
        batch_tfms: Any = None,
        img_cls: type[PILBase] = PILImage,
        bs: int = 64,
        val_bs: int | None = None,
        shuffle: bool = True,
        device: Device = None,
        num_workers: int | None = None,
        workers: str = "auto",
        cache: Any = None,
    ) -> DataLoaders:
        """The pictures `fnames`, each labelled by `label_func(path of the picture)`."""
        block = DataBlock(
            blocks=(ImageBlock(img_cls), CategoryBlock()),
            splitter=RandomSplitter(valid_pct, seed=seed),
            get_y=label_func,
            item_tfms=item_tfms,
            batch_tfms=batch_tfms,
        )
        return cls.from_dblock(
            block, as_files(fnames), path=path, bs=bs, val_bs=val_bs, shuffle=shuffle, device=device, seed=seed,
            num_workers=num_workers, workers=workers, cache=cache,
        )  # fmt: skip

    @classmethod
    @check_keywords
    def from_name_func(
        cls,
        path: AnyPath,
        fnames: Iterable[AnyPath],
        label_func: Callable[[str], Any],
        valid_pct: float = 0.2,
        seed: int | None = None,
        item_tfms: Any = None,
        batch_tfms: Any = None,
        img_cls: type[PILBase] = PILImage,
        bs: int = 64,
        val_bs: int | None = None,
        shuffle: bool = True,
        device: Device = None,
        num_workers: int | None = None,
        workers: str = "auto",
        cache: Any = None,
    ) -> DataLoaders:
        """The pictures `fnames`, each labelled by `label_func(name)`, which gets the bare file name: `"cat_12.jpg"`."""
        return cls.from_path_func(
            path, fnames, OfName(label_func),
            valid_pct=valid_pct, seed=seed, item_tfms=item_tfms, batch_tfms=batch_tfms, img_cls=img_cls, bs=bs,
            val_bs=val_bs, shuffle=shuffle, device=device, num_workers=num_workers, workers=workers, cache=cache,
        )  # fmt: skip

    @classmethod
    @check_keywords
    def from_path_re(
        cls,
        path: AnyPath,
        fnames: Iterable[AnyPath],
        pat: str,
        valid_pct: float = 0.2,
        seed: int | None = None,
        item_tfms: Any = None,
        batch_tfms: Any = None,
        img_cls: type[PILBase] = PILImage,
        bs: int = 64,
        val_bs: int | None = None,
        shuffle: bool = True,
        device: Device = None,
        num_workers: int | None = None,
        workers: str = "auto",
        cache: Any = None,
    ) -> DataLoaders:
        """The pictures `fnames`, each labelled by the first group of the regular expression `pat` in its path."""
        return cls.from_path_func(
            path, fnames, RegexLabeller(pat),
            valid_pct=valid_pct, seed=seed, item_tfms=item_tfms, batch_tfms=batch_tfms, img_cls=img_cls, bs=bs,
            val_bs=val_bs, shuffle=shuffle, device=device, num_workers=num_workers, workers=workers, cache=cache,
        )  # fmt: skip

    @classmethod
    @check_keywords
    def from_name_re(
        cls,
        path: AnyPath,
        fnames: Iterable[AnyPath],
        pat: str,
        valid_pct: float = 0.2,
        seed: int | None = None,
        item_tfms: Any = None,
        batch_tfms: Any = None,
        img_cls: type[PILBase] = PILImage,
        bs: int = 64,
        val_bs: int | None = None,
        shuffle: bool = True,
        device: Device = None,
        num_workers: int | None = None,
        workers: str = "auto",
        cache: Any = None,
    ) -> DataLoaders:
        """The pictures `fnames`, each labelled by the first group of the regular expression `pat` in its bare name."""
        return cls.from_path_func(
            path, fnames, OfName(RegexLabeller(pat)),
            valid_pct=valid_pct, seed=seed, item_tfms=item_tfms, batch_tfms=batch_tfms, img_cls=img_cls, bs=bs,
            val_bs=val_bs, shuffle=shuffle, device=device, num_workers=num_workers, workers=workers, cache=cache,
        )  # fmt: skip

    @classmethod
    @check_keywords
    def from_df(
        cls,
        df: pd.DataFrame,
        path: AnyPath = ".",
        valid_pct: float = 0.2,
        seed: int | None = None,
        fn_col: str | int = 0,
        folder: AnyPath | None = None,
        suff: str = "",
        label_col: str | int | Sequence[str | int] = 1,
        label_delim: str | None = None,
        y_block: Any = None,
        valid_col: str | int | None = None,
        item_tfms: Any = None,
        batch_tfms: Any = None,
        img_cls: type[PILBase] = PILImage,
        bs: int = 64,
        val_bs: int | None = None,
        shuffle: bool = True,
        device: Device = None,
        num_workers: int | None = None,
        workers: str = "auto",
        cache: Any = None,
    ) -> DataLoaders:
        """Pictures named in column `fn_col` of `df` (below `path/folder`, `suff` added), labels in `label_col`.

        Several label columns, or a `label_delim` between labels in one, make a multi-label target; several columns of
        floats a regression. `y_block` overrides that. `valid_col` marks the validation rows, else that part is drawn.
        """
        columns = [label_col] if isinstance(label_col, str | int) else list(label_col)
        root = Path(path) if folder is None else Path(path) / folder
        block = DataBlock(
            blocks=(ImageBlock(img_cls), y_block or block_for_columns(df, columns, label_delim)),
            get_x=ColReader(fn_col, pref=root, suff=suff),
            get_y=ColReader(columns if len(columns) > 1 else columns[0], label_delim=label_delim),
            splitter=RandomSplitter(valid_pct, seed=seed) if valid_col is None else ColSplitter(valid_col),
            item_tfms=item_tfms,
            batch_tfms=batch_tfms,
        )
        return cls.from_dblock(
            block, df, path=path, bs=bs, val_bs=val_bs, shuffle=shuffle, device=device, seed=seed,
            num_workers=num_workers, workers=workers, cache=cache,
        )  # fmt: skip

    @classmethod
    @check_keywords
    def from_csv(
        cls,
        path: AnyPath,
        csv_fname: AnyPath = "labels.csv",
        header: Any = "infer",
        delimiter: str | None = None,
        quoting: int = csv.QUOTE_MINIMAL,
        valid_pct: float = 0.2,
        seed: int | None = None,
        fn_col: str | int = 0,
        folder: AnyPath | None = None,
        suff: str = "",
        label_col: str | int | Sequence[str | int] = 1,
        label_delim: str | None = None,
        y_block: Any = None,
        valid_col: str | int | None = None,
        encoding: str = "utf-8",
        item_tfms: Any = None,
        batch_tfms: Any = None,
        img_cls: type[PILBase] = PILImage,
        bs: int = 64,
        val_bs: int | None = None,
        shuffle: bool = True,
        device: Device = None,
        num_workers: int | None = None,
        workers: str = "auto",
        cache: Any = None,
    ) -> DataLoaders:
        """`from_df` with the table in `path/csv_fname`, read by pandas with `header`, `delimiter` and `quoting`.

        Raises: DataError if there is no such table, or, naming the byte, if it is in another encoding.
        """
        df = read_table(Path(path) / csv_fname, header=header, delimiter=delimiter, quoting=quoting, encoding=encoding)
        return cls.from_df(
            df, path=path, valid_pct=valid_pct, seed=seed, fn_col=fn_col, folder=folder, suff=suff,
            label_col=label_col, label_delim=label_delim, y_block=y_block, valid_col=valid_col, item_tfms=item_tfms,
            batch_tfms=batch_tfms, img_cls=img_cls, bs=bs, val_bs=val_bs, shuffle=shuffle, device=device,
            num_workers=num_workers, workers=workers, cache=cache,
        )  # fmt: skip

    @classmethod
    @check_keywords
    def from_lists(
        cls,
        path: AnyPath,
        fnames: Sequence[AnyPath],
        labels: Sequence[Any],
        valid_pct: float = 0.2,
        seed: int | None = None,
        y_block: Any = None,
        item_tfms: Any = None,
        batch_tfms: Any = None,
        img_cls: type[PILBase] = PILImage,
        bs: int = 64,
        val_bs: int | None = None,
        shuffle: bool = True,
        device: Device = None,
        num_workers: int | None = None,
        workers: str = "auto",
        cache: Any = None,
    ) -> DataLoaders:
        """The pictures `fnames` with `labels` in the same order: floats make a regression, lists of labels multi-label.

        `y_block` overrides that. The items are pairs, `(file, label)`.
        """
        items = [LabelledFile(file, _plain(label)) for file, label in one_by_one(fnames, labels, "labels")]
        block = DataBlock(
            blocks=(ImageBlock(img_cls), y_block or block_for_labels([item.label for item in items])),
            get_x=AttrGetter("file"),
            get_y=AttrGetter("label"),
            splitter=RandomSplitter(valid_pct, seed=seed),
            item_tfms=item_tfms,
            batch_tfms=batch_tfms,
        )
        return cls.from_dblock(
            block, items, path=path, bs=bs, val_bs=val_bs, shuffle=shuffle, device=device, seed=seed,
            num_workers=num_workers, workers=workers, cache=cache,
        )  # fmt: skip


class LabelledFile(NamedTuple):
    """An item of `from_lists`."""

    file: Any
    label: Any


class OfName:
    """A labeller that gets the bare file name instead of the whole path."""

    def __init__(self, label_func: Callable[[str], Any]) -> None:
        self.label_func = label_func

    def __call__(self, o: AnyPath) -> Any:
        return self.label_func(Path(o).name)

    def __repr__(self) -> str:
        return f"OfName({self.label_func!r})"


def _pictures_in_folders(path: AnyPath) -> list[Path]:
    """The pictures below `path`, which must not all lie in `path` itself: the folder is the label."""
    files = get_image_files(path)
    if all(file.parent == Path(path) for file in files):
        raise DataError(
            f"The label of a picture is the folder it lies in, but all {len(files)} pictures of {path} lie in that "
            "folder itself. Try one folder for each class, or from_name_func or from_csv."
        )
    return files


def _plain(label: Any) -> Any:
    """Numbers out of arrays, and a list in place of a tuple, which transforms would take for several parts."""
    if isinstance(label, torch.Tensor | np.ndarray | np.generic):
        return label.tolist()
    return list(label) if isinstance(label, tuple) else label
