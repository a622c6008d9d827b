"""Loaders of DICOM files in one call, split by patient."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from fastlearn.data.block import CategoryBlock, DataBlock
from fastlearn.data.items import as_items
from fastlearn.data.loaders import DataLoaders
from fastlearn.keywords import check_keywords
from fastlearn.medical.dicom.blocks import DicomBlock
from fastlearn.medical.dicom.patients import PatientSplitter
from fastlearn.vision.blocks import MaskBlock
from fastlearn.vision.loaders import Device

AnyPath = str | os.PathLike[str]


class DicomDataLoaders(DataLoaders):
    """Training and validation loaders of DICOM pictures and their labels; patients are kept on one side."""

    @classmethod
    @check_keywords
    def from_label_func(
        cls,
        path: AnyPath,
        fnames: Iterable[Any],
        label_func: Callable[[Any], Any],
        windows: Any = None,
        bins: Any = None,
        valid_pct: float = 0.2,
        seed: int | None = None,
        splitter: Callable[[Any], Any] | None = None,
        vocab: Iterable[Any] | None = None,
        item_tfms: Any = None,
        batch_tfms: Any = None,
        check_patients: bool = True,
        bs: int = 64,
        val_bs: int | None = None,
        shuffle: bool = True,
        device: Device = None,
        num_workers: int | None = None,
        workers: str = "auto",
    ) -> DataLoaders:
        """The DICOM files (slices, stacks) `fnames`, each with the label that `label_func(item)` gives.

        `windows`, `bins` and `check_patients` are those of `DicomBlock`, `splitter` takes the place of
        `PatientSplitter(valid_pct, seed)`; the rest is as in `ImageDataLoaders`.
        """
        block = DataBlock(
            blocks=(DicomBlock(windows, bins, check_patients=check_patients), CategoryBlock(vocab=vocab)),
            splitter=splitter or PatientSplitter(valid_pct, seed),
            get_y=label_func,
            item_tfms=item_tfms,
            batch_tfms=batch_tfms,
        )
        return cls.from_dblock(
            block, as_items(fnames), path=path, bs=bs, val_bs=val_bs, shuffle=shuffle, device=device, seed=seed,
            num_workers=num_workers, workers=workers,
        )  # fmt: skip


class DicomSegmentationDataLoaders(DataLoaders):
    """Training and validation loaders of DICOM pictures and their masks; patients are kept on one side."""

    @classmethod
    @check_keywords
    def from_label_func(
        cls,
        path: AnyPath,
        fnames: Iterable[Any],
        label_func: Callable[[Any], Any],
        windows: Any = None,
        bins: Any = None,
        valid_pct: float = 0.2,
        seed: int | None = None,
        splitter: Callable[[Any], Any] | None = None,
        codes: Iterable[Any] | None = None,
        item_tfms: Any = None,
        batch_tfms: Any = None,
        check_patients: bool = True,
        bs: int = 64,
        val_bs: int | None = None,
        shuffle: bool = True,
        device: Device = None,
        num_workers: int | None = None,
        workers: str = "auto",
    ) -> DataLoaders:
        """The DICOM files (slices, stacks) `fnames`, each with the mask of class ids that `label_func(item)` gives.

        Masks are picture files, arrays or tensors; `codes` name their ids. The rest is as in `DicomDataLoaders`.
        """
        block = DataBlock(
            blocks=(DicomBlock(windows, bins, check_patients=check_patients), MaskBlock(codes=codes)),
            splitter=splitter or PatientSplitter(valid_pct, seed),
            get_y=label_func,
            item_tfms=item_tfms,
            batch_tfms=batch_tfms,
        )
        return cls.from_dblock(
            block, as_items(fnames), path=path, bs=bs, val_bs=val_bs, shuffle=shuffle, device=device, seed=seed,
            num_workers=num_workers, workers=workers,
        )  # fmt: skip
