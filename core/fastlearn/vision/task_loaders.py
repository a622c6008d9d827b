"""Loaders in one call for segmentation and for detection."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from fastlearn.data.block import DataBlock
from fastlearn.data.find import AttrGetter
from fastlearn.data.loaders import DataLoaders
from fastlearn.data.split import RandomSplitter
from fastlearn.keywords import check_keywords
from fastlearn.vision.blocks import ImageBlock, MaskBlock
from fastlearn.vision.boxes import BBoxBlock, BBoxLblBlock
from fastlearn.vision.file_lists import as_files, one_by_one
from fastlearn.vision.loaders import AnyPath, Device
from fastlearn.vision.open import PILBase, PILImage


class SegmentationDataLoaders(DataLoaders):
    """Training and validation loaders of pictures and their masks of class ids."""

    @classmethod
    @check_keywords
    def from_label_func(
        cls,
        path: AnyPath,
        fnames: Iterable[AnyPath],
        label_func: Callable[[Any], Any],
        valid_pct: float = 0.2,
        seed: int | None = None,
        codes: Iterable[Any] | None = None,
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
        """The pictures `fnames`, each with the mask that `label_func(path of the picture)` gives; `codes` name its ids.

        See `check_masks` to look through all masks before training.
        """
        block = DataBlock(
            blocks=(ImageBlock(img_cls), MaskBlock(codes=codes)),
            splitter=RandomSplitter(valid_pct, seed=seed),
            get_y=label_func,
            item_tfms=item_tfms,
            batch_tfms=batch_tfms,
        )
        return cls.from_dblock(
            block, as_files(fnames), path=path, bs=bs, val_bs=val_bs, shuffle=shuffle, device=device, seed=seed,
            num_workers=num_workers, workers=workers, cache=cache,
        )  # fmt: skip


class ObjectDetectionDataLoaders(DataLoaders):
    """Training and validation loaders of pictures, their boxes, and a label for each box."""

    @classmethod
    @check_keywords
    def from_lists(
        cls,
        path: AnyPath,
        fnames: Sequence[AnyPath],
        annotations: Sequence[Any],
        valid_pct: float = 0.2,
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
        """The pictures `fnames` with `(boxes, labels)` of each in the same order, as the readers of annotations give.

        Boxes are left, top, right, bottom in pixels. The items are triples, `(file, boxes, labels)`.
        """
        items = [BoxedFile(file, *boxed) for file, boxed in one_by_one(fnames, annotations, "annotations")]
        block = DataBlock(
            blocks=(ImageBlock(img_cls), BBoxBlock, BBoxLblBlock(vocab)),
            n_inp=1,
            get_x=AttrGetter("file"),
            get_y=[AttrGetter("boxes"), AttrGetter("labels")],
            splitter=RandomSplitter(valid_pct, seed=seed),
            item_tfms=item_tfms,
            batch_tfms=batch_tfms,
        )
        return cls.from_dblock(
            block, items, path=path, bs=bs, val_bs=val_bs, shuffle=shuffle, device=device, seed=seed,
            num_workers=num_workers, workers=workers, cache=cache,
        )  # fmt: skip


class BoxedFile(NamedTuple):
    """An item of `ObjectDetectionDataLoaders.from_lists`."""

    file: Any
    boxes: Any
    labels: Any

    def __str__(self) -> str:
        return str(self.file)  # as messages name it
