"""All guesses about a folder, the likeliest first."""

from __future__ import annotations

from dataclasses import replace

from fastlearn.data.problems import DataError

from fastwidgets.builder.folder import Folder
from fastwidgets.builder.guesses.annotation_files import coco_file, voc_folder, yolo_folder
from fastwidgets.builder.guesses.class_folders import class_folders, text_folders
from fastwidgets.builder.guesses.dicom import dicom_series
from fastwidgets.builder.guesses.guess import Guess
from fastwidgets.builder.guesses.masks import masks_beside
from fastwidgets.builder.guesses.name_pattern import name_pattern
from fastwidgets.builder.guesses.plain_files import pictures_alone, texts_alone
from fastwidgets.builder.guesses.tables import tables

__all__ = ["guess"]

MOST_TROUBLES = 3  # files that could not be read and are named

LOOKS = (coco_file, voc_folder, yolo_folder, masks_beside, tables, dicom_series, class_folders, name_pattern,
         text_folders, pictures_alone, texts_alone)  # fmt: skip


def guess(folder: Folder) -> list[Guess]:
    """What the folder may hold, the likeliest first. Raises: DataError where there is nothing to learn from."""
    found = [one for look in LOOKS for one in look(folder)]
    if not found:
        suffixes = sorted({file.rpartition(".")[2].lower() for file in folder.files if "." in file})
        there = f"its {len(folder.files)} files end in {', '.join(suffixes[:8])}" if folder.files else "it has no files"
        raise DataError(
            f"There is nothing to learn from in {str(folder.path)!r}: {there}. Looked for pictures (jpg, png, tif, …), "
            f"tables (csv, tsv, parquet), texts (txt) and DICOM files. {' '.join(_troubles(folder))}".rstrip()
        )
    told = [replace(one, why=(*one.why, *_troubles(folder))) for one in found]
    return sorted(told, key=lambda one: -one.sure)


def _troubles(folder: Folder) -> list[str]:
    return [f"{file}: {words}" for file, words in list(folder.troubles.items())[:MOST_TROUBLES]]
