"""The headers of many files as one table, with a summary of the pixels of each."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

from fastlearn.data.problems import DataError, describe
from fastlearn.medical.dicom.privacy import (
    BULK,
    LONGEST,
    PATIENT_GROUP,
    is_identifying,
    patient_key,
    readable_elements,
)
from fastlearn.medical.dicom.quiet import unquoted
from fastlearn.medical.dicom.read import dcmread, read_header
from fastlearn.medical.dicom.summary import Window, pixel_summary
from fastlearn.medical.dicom.windows import dicom_windows, pairs_of

if TYPE_CHECKING:
    import pandas as pd

PIXEL_GROUP = 0x7FE0
CHUNK = 64  # files that a process reads before it answers
NUMBERS: dict[str, Any] = {"IS": int, "DS": float}


@unquoted
def as_dict(
    source: Any, px_summ: bool = True, window: Window = dicom_windows.brain, show_patient: bool = False
) -> dict[str, Any]:
    """The header of `source`, a path or a pydicom dataset, as plain values by keyword.

    An element of several values gives `Name`, `Name1`, `Name2`… and `MultiName`, which is 1. Sequences, binary and
    private elements are left out, and so is what could lead to a person unless `show_patient`; `patient` is the name of
    `patient_key`. With `px_summ`, `img_min`, `img_max`, `img_mean` and `img_std` are of the stored pixel values, and
    `img_pct_window` is the part of them inside `window`, (width, level); they are left out for colour pictures.
    Raises: DataError where the file, or with `px_summ` its pixels, cannot be read.
    """
    ds = dcmread(source) if px_summ else read_header(source)
    row: dict[str, Any] = {"fname": str(source) if isinstance(source, str | os.PathLike) else ""}
    row["patient"] = patient_key(ds)
    unwanted = (PIXEL_GROUP,) if show_patient else (PIXEL_GROUP, PATIENT_GROUP)
    for element in readable_elements(ds, unwanted, private=False):
        if element.VR == "SQ" or element.VR in BULK or not element.keyword:
            continue
        if show_patient or not is_identifying(element):
            row.update(_values(element))
    if px_summ:
        row.update(pixel_summary(ds, window))
    return row


def from_dicoms(
    fns: Iterable[Any],
    px_summ: bool = True,
    window: Window = dicom_windows.brain,
    n_workers: int = 0,
    show_patient: bool = False,
) -> pd.DataFrame:
    """One row for each file of `fns`, as `as_dict` makes it, in the order given.

    `n_workers` processes share the files (0 reads them here); a process holds one file at a time, so that memory does
    not grow with the files. A file that cannot be read gets a row with `fname`, and the reason in the column `problem`.
    Raises: DataError for a folder or a single path.
    """
    import pandas as pd

    if isinstance(fns, str | os.PathLike):
        raise DataError(f"The headers are read of a list of files, but got {describe(fns)}. Try "
                        "from_dicoms(get_dicom_files(folder)), or from_dicoms([file]).")  # fmt: skip
    read = partial(_row_of, px_summ=px_summ, window=pairs_of(window)[0], show_patient=show_patient)
    files = list(fns)
    if n_workers > 0 and len(files) > 1:
        with ProcessPoolExecutor(min(n_workers, len(files)), mp_context=get_context("spawn")) as pool:
            rows = list(pool.map(read, files, chunksize=max(1, min(CHUNK, len(files) // n_workers))))
    else:
        rows = [read(file) for file in files]
    table: pd.DataFrame = pd.DataFrame(rows)
    return table


def _row_of(source: Any, px_summ: bool, window: Any, show_patient: bool) -> dict[str, Any]:
    try:
        return as_dict(source, px_summ, window, show_patient)
    except (DataError, OSError) as error:
        reason = str(error) if isinstance(error, DataError) else f"It cannot be opened ({error.strerror or error})."
        return {"fname": str(source), "problem": reason}


def _values(element: Any) -> dict[str, Any]:
    """The values of one element by name: several of them are numbered from the second on."""
    name, value = element.keyword, element.value
    if isinstance(value, str) or not hasattr(value, "__len__") or hasattr(value, "components"):
        return {name: _plain(value, str(element.VR))}
    found = {f"Multi{name}": 1} if len(value) > 1 else {}
    return found | {f"{name}{i or ''}": _plain(one, str(element.VR)) for i, one in enumerate(value)}


def _plain(value: Any, vr: str) -> Any:
    if value is None or value == "":
        return None
    if vr in NUMBERS:
        try:
            return NUMBERS[vr](value)
        except (TypeError, ValueError, OverflowError):  # a damaged number; its text may be anything
            return None
    if isinstance(value, int | float):
        return value
    text = str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
