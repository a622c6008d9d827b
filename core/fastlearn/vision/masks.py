"""Masks and the names of their class ids: opening, naming, and looking through all files before anything trains."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from fastlearn.data.problems import DataError
from fastlearn.data.transform import Transform
from fastlearn.data.workers import usable_cpus
from fastlearn.vision.open import PILMask

if TYPE_CHECKING:
    import pandas as pd

VOID = 255  # what 8-bit masks commonly hold where nobody labelled
FEW_IDS = 12  # of a mask, in a message


class AddMaskCodes(Transform):
    """Names the class ids of masks, and checks that every id has a name.

    Raises: DataError for an id without a name.
    """

    kind = "mask"

    def __init__(self, codes: Iterable[Any] | None = None) -> None:
        super().__init__()
        if isinstance(codes, str) or not isinstance(codes, Iterable | None):
            raise ValueError(f"`codes` are the names of the class ids, in their order, but got {codes!r}. Try "
                             "codes=['ground', 'road'], or Path('codes.txt').read_text().split().")  # fmt: skip
        self.vocab = None if codes is None else [str(code) for code in codes]

    @property
    def codes(self) -> list[str] | None:
        """The names of the ids, in their order."""
        return self.vocab

    @property
    def c(self) -> int | None:
        """How many ids have a name; None where none were given."""
        return None if self.vocab is None else len(self.vocab)

    def encodes(self, x: Any) -> Any:
        if self.vocab is not None:
            _check_ids(x, self.vocab)
        return x


class OpenMask(AddMaskCodes):
    """Opens a mask, and checks its ids where `codes` says which there are.

    Raises: DataError for an id without a name.
    """

    def encodes(self, x: Any) -> PILMask:
        mask: PILMask = super().encodes(PILMask.create(x))
        return mask


def check_masks(
    files: Iterable[str | os.PathLike[str]],
    codes: Sequence[Any] | int | None = None,
    ignore: Iterable[int] = (),
    n_workers: int | None = None,
) -> pd.DataFrame:
    """Look through mask files in parallel, before training: which class ids each holds, and what is wrong with it.

    `codes` are the names of the ids, or how many there are; ids in `ignore` (such as 255) are no problem.
    Returns: one row a file, in the order given: `file`, `width`, `height`, `ids` (a list of the ids in it), `outside`
    (those without a name), `problem` (in words; empty if there is none). `table[table.problem != ""]` is what to mend.
    """
    import pandas as pd

    known = None if codes is None else codes if isinstance(codes, int) else len(codes)
    look = partial(_look_at, n_codes=known, ignore=frozenset(int(i) for i in ignore))
    with ThreadPoolExecutor(n_workers or usable_cpus(), thread_name_prefix="fastlearn-masks") as pool:
        rows = list(pool.map(look, files))
    table: pd.DataFrame = pd.DataFrame(rows, columns=["file", "width", "height", "ids", "outside", "problem"])
    return table


def _look_at(file: Any, n_codes: int | None, ignore: frozenset[int]) -> tuple[Any, ...]:
    try:
        mask = PILMask.create(file)
    except (DataError, OSError) as error:
        return file, 0, 0, [], [], str(error)
    ids = ids_in(mask)
    outside = [] if n_codes is None else [i for i in ids if i >= n_codes and i not in ignore]
    problem = ""
    if outside:
        problem = (
            f"It holds the class ids {_listed(outside)}, but there are {n_codes} codes, 0 to {(n_codes or 1) - 1}."
        )
    return file, mask.width, mask.height, ids, outside, problem


def ids_in(mask: Any) -> list[int]:
    """The class ids that occur in `mask`, a PIL image or a tensor, in order."""
    if isinstance(mask, Tensor):
        return [int(i) for i in torch.unique(mask)]  # type: ignore[no-untyped-call]
    if mask.mode == "L":
        return [i for i, n in enumerate(mask.histogram()) if n]
    return [int(i) for i in np.unique(np.asarray(mask))]


def _check_ids(mask: Any, names: Sequence[str]) -> None:
    most = int(mask.max()) if isinstance(mask, Tensor) else int(mask.getextrema()[1])
    if most < len(names):
        return
    advice = (" 255 often stands for pixels without a label: give them an id of their own, and a code."
              if most == VOID else "")  # fmt: skip
    raise DataError(f"The mask holds the class id {most}, but `codes` names {len(names)} classes, 0 to "
                    f"{len(names) - 1}.{advice} Check that the mask holds ids and no colours; check_masks(files, "
                    "codes) looks through all of them.")  # fmt: skip


def _listed(ids: Sequence[int]) -> str:
    return ", ".join(map(str, ids[:FEW_IDS])) + (f" and {len(ids) - FEW_IDS} more" if len(ids) > FEW_IDS else "")
